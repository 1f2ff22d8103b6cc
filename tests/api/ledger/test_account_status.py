"""Freezing, thawing and closing accounts."""

import asyncio
from typing import Any

import pytest

from bankapp.domain import limits
from bankapp.domain.roles import Role
from tests.api.client import Api
from tests.api.conftest import DatabaseAccess


async def test_a_frozen_account_moves_nothing_until_it_is_thawed(api: Api) -> None:
    alice, banker = await api.person("alice"), await api.person(role=Role.BANKER)
    source, target = await api.make.account(owner="alice", balance=100), await api.make.account()
    path = f"/v1/accounts/{source.id}"
    frozen = await banker.post(f"{path}/freeze")
    assert (frozen.status, frozen.body["status"]) == (200, "frozen")
    assert (await banker.post(f"{path}/freeze")).body == frozen.body  # so it is already
    assert (await alice.get(path)).body == frozen.body
    hold: dict[str, Any] = {"from_account_id": source.id, "to_account_id": target.id, "amount": 1}
    assert (await alice.transfer(source, target, 1)).code == "account_frozen"
    assert (await alice.post("/v1/holds", **hold, currency="USD")).code == "account_frozen"
    assert (await alice.post(f"{path}/close")).code == "account_frozen"
    for _ in range(2):
        assert (await banker.post(f"{path}/thaw")).body["status"] == "open"
    assert (await alice.transfer(source, target, 1)).status == 201


async def test_what_was_held_before_the_freeze(api: Api) -> None:
    """Nothing is captured from it, but it can be let go."""
    alice, banker = await api.person("alice"), await api.person(role=Role.BANKER)
    source, target = await api.make.account(owner="alice", balance=100), await api.make.account()
    body: dict[str, Any] = {"from_account_id": source.id, "to_account_id": target.id, "amount": 1}
    hold = (await alice.post("/v1/holds", **body, currency="USD")).headers["Location"]
    await banker.post(f"/v1/accounts/{source.id}/freeze")
    assert (await banker.post(f"{hold}/capture")).code == "account_frozen"
    assert (await alice.post(f"{hold}/void")).status == 200


async def test_only_an_empty_account_is_closed_and_for_good(api: Api) -> None:
    alice, banker = await api.person("alice"), await api.person(role=Role.BANKER)
    account = await api.make.account(owner="alice", balance=1)
    path = f"/v1/accounts/{account.id}"
    assert (await alice.post(f"{path}/close")).code == "account_not_empty"
    await banker.post(f"{path}/withdrawals", amount=1, currency="USD")
    assert (await alice.post(f"{path}/close")).body["status"] == "closed"
    for verb in ("close", "freeze", "thaw"):
        assert (await banker.post(f"{path}/{verb}")).code == "account_closed"
    deposit = await banker.post(f"{path}/deposits", amount=1, currency="USD")
    assert deposit.code == "account_closed"


@pytest.mark.parametrize("side", ["the payer's", "the payee's"])
async def test_no_account_is_closed_that_an_open_hold_names(api: Api, side: str) -> None:
    """Nobody could capture it any more, and the payer's money would stay held."""
    alice, bob = await api.person("alice"), await api.person("bob")
    source, target = (
        await api.make.account(owner="alice", balance=1),
        await api.make.account(owner="bob"),
    )
    body: dict[str, Any] = {"from_account_id": source.id, "to_account_id": target.id, "amount": 1}
    hold = (await alice.post("/v1/holds", **body, currency="USD")).headers["Location"]
    person, account = (alice, source) if side == "the payer's" else (bob, target)
    close = f"/v1/accounts/{account.id}/close"
    assert (await person.post(close)).code == "account_not_empty"
    assert (await bob.post(f"{hold}/void")).status == 200
    if person is alice:
        assert (await alice.transfer(source, target, 1)).status == 201
    assert (await person.post(close)).body["status"] == "closed"


async def test_an_expired_hold_keeps_no_account_open(api: Api, database: DatabaseAccess) -> None:
    alice, bob = await api.person("alice"), await api.person("bob")
    source, target = (
        await api.make.account(owner="alice", balance=1),
        await api.make.account(owner="bob"),
    )
    body: dict[str, Any] = {"from_account_id": source.id, "to_account_id": target.id, "amount": 1}
    await alice.post("/v1/holds", **body, currency="USD", expires_in_s=1)
    database.expire_holds()
    assert (await bob.post(f"/v1/accounts/{target.id}/close")).body["status"] == "closed"


async def test_after_a_closed_account_another_is_opened(api: Api) -> None:
    """The closed one stays as it was, and there is one at a time that is not closed."""
    alice = await api.person("alice")
    closed: list[int] = []
    for _ in range(2):
        opened = await alice.post("/v1/accounts", currency="USD")
        assert opened.status == 201
        assert (await alice.post("/v1/accounts", currency="USD")).code == "account_exists"
        assert (await alice.post(f"/v1/accounts/{opened.body['id']}/close")).status == 200
        closed.append(opened.body["id"])
    last = await alice.post("/v1/accounts", currency="USD")
    listed = (await alice.get("/v1/accounts")).body["items"]
    assert [one["id"] for one in listed] == [last.body["id"], *reversed(closed)]
    assert [one["status"] for one in listed] == ["open", "closed", "closed"]


async def test_nobody_opens_accounts_without_end(
    api: Api, database: DatabaseAccess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both sides of the limit, and several at once at it."""
    monkeypatch.setattr(limits, "ACCOUNT_COUNT_MAX", 3)
    alice = await api.person("alice")
    first = await alice.post("/v1/accounts", currency="USD")
    assert (await alice.post(f"/v1/accounts/{first.body['id']}/close")).status == 200
    assert (await alice.post("/v1/accounts", currency="USD")).status == 201
    answers = await asyncio.gather(
        *(alice.post("/v1/accounts", currency=code) for code in ("EUR", "CHF", "JPY", "GBP"))
    )
    assert sorted(answer.status for answer in answers) == [201, 409, 409, 409]
    assert {answer.code for answer in answers if answer.status == 409} == {"too_many_accounts"}


@pytest.mark.parametrize("verb", ["freeze", "thaw", "close"])
async def test_no_account_of_a_customer(api: Api, verb: str) -> None:
    banker = await api.person(role=Role.BANKER)
    assert (await banker.post(f"/v1/accounts/{10**9}/{verb}")).code == "not_found"


@pytest.mark.parametrize("verb", ["freeze", "thaw", "close"])
async def test_the_banks_own_account_stays_as_it_is(
    api: Api, database: DatabaseAccess, verb: str
) -> None:
    banker = await api.person(role=Role.BANKER)
    path = f"/v1/accounts/{database.cash_account()}/{verb}"
    assert (await banker.post(path)).code == "not_found"
