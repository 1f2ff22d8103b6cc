"""Freezing, thawing and closing accounts."""

from typing import Any

import pytest

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
