"""The same request under the same key gets its first answer; the matrix of what can happen.

Rows are the operations that take a key, columns what became of the first request.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from bankapp.api.http.routes import ROUTES
from bankapp.domain import errors, limits
from bankapp.domain.roles import Role
from bankapp.store.ledger.postings import Held, Posted
from gen import models
from tests.api.client import Answer, Api, Person
from tests.api.conftest import Connection, DatabaseAccess
from tests.factories import hold, transfer


@dataclass(frozen=True)
class World:
    """Alice, a banker with accounts, whom Bob has paid and promised money to."""

    alice: Person
    source: models.Account
    target: models.Account
    received_id: int
    hold_ids: tuple[int, int]

    def sides(self) -> dict[str, Any]:
        return {"from_account_id": self.source.id, "to_account_id": self.target.id}


@dataclass(frozen=True)
class Case:
    """An operation: its path, a body it accepts, one it accepts as well, and one it refuses."""

    path: Callable[[World], str]
    body: Callable[[World], dict[str, Any]]
    other: Callable[[World], dict[str, Any]]
    refused: Callable[[World], dict[str, Any]]
    code: str


def cash(world: World, amount: int = 5) -> dict[str, Any]:
    return {"amount": amount, "currency": "USD"}


def payment(world: World, amount: int = 5) -> dict[str, Any]:
    return {**world.sides(), "amount": amount, "currency": "USD"}


def batch(world: World, amount: int = 5) -> dict[str, Any]:
    return {"mode": "atomic", "transfers": [payment(world, amount)]}


CASES = {
    "transfer": Case(
        lambda _: "/v1/transfers",
        payment,
        lambda world: payment(world, 6),
        lambda world: payment(world, 10**6),
        "insufficient_funds",
    ),
    "batch": Case(
        lambda _: "/v1/transfers/batch",
        batch,
        lambda world: batch(world, 6),
        lambda world: batch(world, 10**6),
        "",  # its items are refused, and it answers so
    ),
    "deposit": Case(
        lambda world: f"/v1/accounts/{world.source.id}/deposits",
        cash,
        lambda world: cash(world, 6),
        lambda world: cash(world) | {"currency": "EUR"},
        "currency_mismatch",
    ),
    "withdrawal": Case(
        lambda world: f"/v1/accounts/{world.source.id}/withdrawals",
        cash,
        lambda world: cash(world, 6),
        lambda world: cash(world, 10**6),
        "insufficient_funds",
    ),
    "reversal": Case(
        lambda world: f"/v1/transfers/{world.received_id}/reversals",
        lambda _: {"amount": 5},
        lambda _: {"amount": 6},
        lambda _: {"amount": 10**6},
        "reversal_exceeds_transfer",
    ),
    "hold": Case(
        lambda _: "/v1/holds",
        payment,
        lambda world: payment(world, 6),
        lambda world: payment(world, 10**6),
        "insufficient_funds",
    ),
    "capture": Case(
        lambda world: f"/v1/holds/{world.hold_ids[0]}/capture",
        lambda _: {"amount": 5},
        lambda _: {"amount": 6},
        lambda _: {"amount": 10**6},
        "capture_exceeds_hold",
    ),
    "account": Case(
        lambda _: "/v1/accounts",
        lambda _: {"currency": "EUR"},
        lambda _: {"currency": "CHF"},
        lambda _: {"currency": "USD"},
        "account_exists",
    ),
}
EVERY = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


@pytest.fixture
async def world(api: Api) -> World:
    alice = await api.person("alice", Role.BANKER)
    source = await api.make.account(owner="alice", balance=100)
    target = await api.make.account(owner=(await api.make.user("bob")).username, balance=100)
    paid, *held = await api.bank.store.post(
        [transfer(target, source, 20), *[hold(target, source, 20)] * 2]
    )
    assert isinstance(paid, Posted)
    first, second = (one.hold.id for one in held if isinstance(one, Held))
    return World(alice, source, target, paid.transfer.id, (first, second))


async def send(world: World, case: Case, body: dict[str, Any], key: str | None = "k1") -> Answer:
    return await world.alice.post(case.path(world), key=key, **body)


def is_replay(answer: Answer) -> bool:
    return answer.headers.get("Idempotent-Replayed") == "true"


def same(first: Answer, again: Answer) -> bool:
    """The same status, body and place."""
    return (first.status, first.body, first.headers.get("Location")) == (
        again.status,
        again.body,
        again.headers.get("Location"),
    )


@EVERY
async def test_sent_again(world: World, case: Case, database: DatabaseAccess) -> None:
    first = await send(world, case, case.body(world))
    assert first.status in (200, 201)
    assert not is_replay(first)
    after = database.money()
    for _ in range(2):
        again = await send(world, case, case.body(world))
        assert is_replay(again)
        assert same(first, again)
    assert database.money() == after


@EVERY
async def test_without_a_key_or_under_another_it_is_done_again(world: World, case: Case) -> None:
    first = await send(world, case, case.body(world), None)
    for key in ("k1", "k2"):
        again = await send(world, case, case.body(world), key)
        assert not is_replay(again)
        assert again.body != first.body


@EVERY
async def test_another_body(world: World, case: Case, database: DatabaseAccess) -> None:
    first = await send(world, case, case.body(world))
    after = database.money()
    refused = await send(world, case, case.other(world))
    assert (refused.status, refused.code) == (422, "idempotency_key_reused")
    assert database.money() == after
    assert same(first, await send(world, case, case.body(world)))


async def test_another_operation(world: World) -> None:
    await send(world, CASES["transfer"], payment(world))
    for case in CASES.values():
        answer = await send(world, case, case.body(world))
        if case is not CASES["transfer"]:
            assert answer.code == "idempotency_key_reused"


@EVERY
async def test_a_refusal_is_sent_again(world: World, case: Case, database: DatabaseAccess) -> None:
    first = await send(world, case, case.refused(world))
    if case.code:
        assert first.code == case.code
    after = database.money()
    again = await send(world, case, case.refused(world))
    assert is_replay(again)
    assert same(first, again)
    assert database.money() == after


@EVERY
async def test_at_the_same_time(world: World, case: Case, database: DatabaseAccess) -> None:
    answers = await asyncio.gather(
        *(send(world, case, case.body(world)) for _ in range(8)),
    )
    assert all(same(answers[0], answer) for answer in answers)
    assert [is_replay(answer) for answer in answers].count(False) == 1


@EVERY
async def test_anothers_key(api: Api, world: World, case: Case) -> None:
    """The same key and body of somebody else: theirs to be judged by itself."""
    await send(world, case, case.body(world))
    banker = await api.person("carol", Role.BANKER)
    answer = await banker.post(case.path(world), key="k1", **case.body(world))
    assert not is_replay(answer)


@EVERY
async def test_a_day_later(world: World, case: Case, connection: Connection) -> None:
    first = await send(world, case, case.body(world))
    connection.execute("UPDATE idempotency_keys SET created_at = now() - interval '24 hours'")
    connection.commit()
    again = await send(world, case, case.body(world))
    assert not is_replay(again)
    assert again.body != first.body


@EVERY
async def test_after_an_answer_that_is_none(
    world: World, case: Case, connection: Connection
) -> None:
    """What failed with 5xx is not kept: the same request is done when the bank can again."""
    connection.execute("ALTER TABLE idempotency_keys RENAME TO gone")
    connection.commit()
    failed = await send(world, case, case.body(world))
    assert failed.status == 500
    connection.execute("ALTER TABLE gone RENAME TO idempotency_keys")
    connection.commit()
    done = await send(world, case, case.body(world))
    assert done.status in (200, 201)
    assert not is_replay(done)


@EVERY
async def test_what_is_invalid_is_not_kept(world: World, case: Case) -> None:
    invalid = {**case.body(world), "unknown": 1}
    for _ in range(2):
        answer = await send(world, case, invalid)
        assert answer.code == "validation_failed"
    assert (await send(world, case, case.body(world))).status in (200, 201)


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("", id="empty"),
        pytest.param("x" * (limits.IDEMPOTENCY_KEY_LENGTH_MAX + 1), id="too long"),
        pytest.param("é", id="not ASCII"),
        pytest.param("a\tb", id="a tab"),
    ],
)
async def test_a_key_that_is_none(world: World, key: str, database: DatabaseAccess) -> None:
    before = database.money()
    answer = await send(world, CASES["transfer"], payment(world), key)
    assert (answer.status, answer.code) == (400, "malformed_request")
    assert database.money() == before


@pytest.mark.parametrize("key", ["x", " ~!", "x" * limits.IDEMPOTENCY_KEY_LENGTH_MAX])
async def test_the_shortest_and_the_longest_key(world: World, key: str) -> None:
    assert (await send(world, CASES["transfer"], payment(world), key)).status == 201
    assert is_replay(await send(world, CASES["transfer"], payment(world), key))


SIGN_UP: dict[str, Any] = {
    "username": "dora",
    "password": "tr0mbone-Fjord",
    "full_name": "Dora",
    "email": "dora@example.com",
}


async def sign_up(api: Api, key: str | None = "k1", **changes: str) -> Answer:
    headers = {} if key is None else {"Idempotency-Key": key}
    return await api.request("POST", "/v1/users", headers=headers, json={**SIGN_UP, **changes})


async def test_a_sign_up_is_sent_again(api: Api, connection: Connection) -> None:
    """One user and one mail; the key is among those of the user who will be."""
    first = await sign_up(api)
    assert first.status == 201
    again = await sign_up(api)
    assert is_replay(again)
    assert same(first, again)
    assert connection.execute("SELECT count(*) FROM email_verifications").fetchone() == (1,)
    connection.rollback()
    assert (await sign_up(api, full_name="Theodora")).code == "idempotency_key_reused"
    assert (await sign_up(api, username="doris", email="doris@example.com")).status == 201
    assert (await sign_up(api, key=None)).code == "username_taken"


async def test_a_refused_sign_up_is_sent_again(api: Api) -> None:
    await sign_up(api, key=None)
    first = await sign_up(api, key="k2")
    assert first.code == "username_taken"
    again = await sign_up(api, key="k2")
    assert is_replay(again)
    assert same(first, again)


async def test_a_key_does_not_tell_the_password(api: Api, connection: Connection) -> None:
    """It is in no hash that is quick to make, and in no answer that is kept."""
    await sign_up(api)
    other = await sign_up(api, password="another-tr0mbone")
    assert is_replay(other)
    [(kept,)] = connection.execute("SELECT response FROM idempotency_keys").fetchall()
    assert "password_changed_at" in str(kept)
    assert "hashed" not in str(kept)


async def test_a_deposit_is_no_withdrawal(world: World, database: DatabaseAccess) -> None:
    """Though both are asked for in the same words."""
    await send(world, CASES["deposit"], cash(world))
    after = database.money()
    answer = await send(world, CASES["withdrawal"], cash(world))
    assert answer.code == "idempotency_key_reused"
    assert database.money() == after


def test_every_operation_that_takes_a_key_has_a_request_of_its_own() -> None:
    """For the key tells a request by its class."""
    keyed = [
        route.operation.request
        for route in ROUTES
        if errors.IdempotencyKeyReused in route.operation.refuses
    ]
    assert len(keyed) == len(set(keyed)) > 8


async def test_a_stranger_does_not_touch_the_keys_of_a_user(api: Api, world: World) -> None:
    """Signing up with somebody's name and key neither takes the key nor tells of it."""
    await sign_up(api, key="k1", username="alice")
    first = await send(world, CASES["transfer"], payment(world))
    assert first.status == 201
    refused = await sign_up(api, key="k1", username="alice")
    assert refused.code == "username_taken"
