"""Holding money over HTTP."""

import asyncio
from typing import Any, get_args

import pytest

from bankapp.domain import limits
from bankapp.domain.roles import Role
from bankapp.operations.ledger.holds import HoldStatus
from gen import enums, models
from tests.api.client import Answer, Api, Person


def test_statuses_are_those_of_the_database() -> None:
    assert get_args(HoldStatus) == tuple(enums.CurrentHoldStatus)


class Pair:
    """Alice, who pays, and Bob, who is paid."""

    def __init__(
        self,
        alice: Person,
        bob: Person,
        source: models.CustomerAccount,
        target: models.CustomerAccount,
    ) -> None:
        self.alice = alice
        self.bob = bob
        self.source = source
        self.target = target

    async def hold(self, amount: int, **other: Any) -> Answer:
        """Alice promises Bob money."""
        body: dict[str, Any] = {
            "from_account_id": self.source.id,
            "to_account_id": self.target.id,
            "amount": amount,
            "currency": "USD",
        }
        return await self.alice.post("/v1/holds", **{**body, **other})

    async def money(self) -> tuple[int, int]:
        """Alice's balance and what of it is available."""
        body = (await self.alice.get(f"/v1/accounts/{self.source.id}")).body
        return body["balance"], body["available_balance"]


@pytest.fixture
async def pair(api: Api) -> Pair:
    alice, bob = await api.person("alice"), await api.person("bob")
    source = await api.make.account(owner="alice", balance=100)
    return Pair(alice, bob, source, await api.make.account(owner="bob"))


async def test_a_hold_is_made_seen_and_captured(pair: Pair) -> None:
    made = await pair.hold(60, description="room 7")
    assert made.status == 201
    assert (made.body["status"], made.body["captured_amount"]) == ("open", 0)
    assert await pair.money() == (100, 40)
    path = made.headers["Location"]
    for person in (pair.alice, pair.bob):
        assert (await person.get(path)).body == made.body
        assert (await person.get("/v1/holds")).body["items"] == [made.body]

    part = await pair.bob.post(f"{path}/capture", amount=20)
    assert part.status == 200
    assert set(part.body) == {"hold", "transfer"}
    assert (part.body["transfer"]["kind"], part.body["transfer"]["amount"]) == ("capture", 20)
    assert (part.body["hold"]["status"], part.body["hold"]["captured_amount"]) == ("open", 20)
    assert await pair.money() == (80, 40)
    rest = await pair.bob.post(f"{path}/capture")
    assert (rest.body["hold"]["status"], rest.body["transfer"]["amount"]) == ("captured", 40)
    assert (await pair.bob.get(path)).body == rest.body["hold"]
    assert (await pair.bob.post(f"{path}/capture")).code == "hold_not_open"


async def test_a_void_gives_back(pair: Pair) -> None:
    path = (await pair.hold(60)).headers["Location"]
    voided = await pair.alice.post(f"{path}/void")
    assert (voided.status, voided.body["status"]) == (200, "voided")
    assert await pair.money() == (100, 100)
    assert (await pair.bob.post(f"{path}/capture")).code == "hold_not_open"
    assert (await pair.bob.post(f"{path}/void")).code == "hold_not_open"


@pytest.mark.exact_time
async def test_an_expired_hold_says_so(pair: Pair) -> None:
    made = await pair.hold(60, expires_in_s=1)
    path = made.headers["Location"]
    await asyncio.sleep(1.05)
    assert (await pair.bob.get(path)).body["status"] == "expired"
    assert (await pair.bob.get("/v1/holds")).body["items"][0]["status"] == "expired"
    assert (await pair.bob.post(f"{path}/capture")).code == "hold_not_open"
    assert await pair.money() == (100, 100)


async def test_more_than_is_held_or_there(pair: Pair) -> None:
    assert (await pair.hold(101)).code == "insufficient_funds"
    path = (await pair.hold(60)).headers["Location"]
    assert (await pair.hold(41)).code == "insufficient_funds"
    assert (await pair.bob.post(f"{path}/capture", amount=61)).code == "capture_exceeds_hold"
    assert (await pair.alice.transfer(pair.source, pair.target, 41)).code == "insufficient_funds"


async def test_the_payer_cannot_capture(api: Api, pair: Pair) -> None:
    path = (await pair.hold(60)).headers["Location"]
    assert (await pair.alice.post(f"{path}/capture")).code == "forbidden"
    banker = await api.person(role=Role.BANKER)
    assert (await banker.post(f"{path}/capture", amount=1)).status == 200
    assert (await banker.post(f"{path}/void")).status == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param("expires_in_s", 0, id="no time at all"),
        pytest.param("expires_in_s", limits.HOLD_LIFETIME_MAX_S + 1, id="too long"),
        pytest.param("expires_in_s", "60", id="time as text"),
        pytest.param("amount", 0, id="nothing"),
        pytest.param("status", "open", id="an unknown field"),
    ],
)
async def test_wrong_fields(pair: Pair, field: str, value: object) -> None:
    body: dict[str, Any] = {"from_account_id": pair.source.id, "to_account_id": pair.target.id}
    body |= {"amount": 60, "currency": "USD", field: value}
    answer = await pair.alice.post("/v1/holds", **body)
    assert answer.wrong_fields == {field}


async def test_the_longest_and_the_shortest_hold(pair: Pair) -> None:
    for lifetime in (1, limits.HOLD_LIFETIME_MAX_S):
        assert (await pair.hold(1, expires_in_s=lifetime)).status == 201


async def test_holds_are_listed_in_pages(pair: Pair) -> None:
    made = [(await pair.hold(1)).body["id"] for _ in range(5)]
    first = (await pair.bob.get("/v1/holds", limit=3)).body
    second = (await pair.bob.get("/v1/holds", limit=3, cursor=first["next_cursor"])).body
    assert [hold["id"] for hold in first["items"] + second["items"]] == made[::-1]
    assert second["next_cursor"] is None
