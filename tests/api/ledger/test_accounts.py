"""Opening accounts, and looking at them and their entries."""

from typing import Any

import pytest

from bankapp.domain import limits
from bankapp.domain.roles import Role
from tests.api.client import Api
from tests.api.conftest import DatabaseAccess
from tests.api.contract import same_but_for_request_id

CURRENCIES = ["USD", "EUR", "ARS", "CAD", "GBP", "JPY", "CHF", "MXN", "BRL", "CLP", "UYU"]


async def test_an_account_is_opened_with_nothing_in_it(api: Api) -> None:
    alice = await api.person("alice")
    answer = await alice.post("/v1/accounts", currency="USD")
    assert answer.status == 201
    assert answer.headers["Location"] == f"/v1/accounts/{answer.body['id']}"
    assert answer.body["owner"] == "alice"
    assert answer.body["currency"] == "USD"
    assert answer.body["balance"] == answer.body["available_balance"] == 0
    assert answer.body["status"] == "open"
    assert (await alice.get(answer.headers["Location"])).body == answer.body


async def test_one_account_per_person_and_currency(api: Api, database: DatabaseAccess) -> None:
    alice, bob = await api.person("alice"), await api.person("bob")
    for currency in CURRENCIES:
        assert (await alice.post("/v1/accounts", currency=currency)).status == 201
    again = await alice.post("/v1/accounts", currency="USD")
    assert (again.status, again.code) == (409, "account_exists")
    assert not [name for name in database.names() if name in str(again.body)]
    assert (await bob.post("/v1/accounts", currency="USD")).status == 201
    opened = (await alice.get("/v1/accounts")).body["items"]
    assert [account["currency"] for account in opened] == CURRENCIES[::-1]


async def test_a_currency_is_one_the_bank_deals_in(api: Api, database: DatabaseAccess) -> None:
    alice = await api.person()
    values: list[Any] = ["XXX", "usd", "Usd", "US", "USDD", "", " USD", "USD\n", "US\0", "ÜSD"]
    values += ["\uff35\uff33\uff24", None, 840, True, ["USD"], {"code": "USD"}]
    for value in values:
        answer = await alice.post("/v1/accounts", currency=value)
        assert answer.status == 422
        assert answer.wrong_fields == {"currency"}, value
        assert not [name for name in database.names() if name in str(answer.body)]
    assert (await alice.get("/v1/accounts")).body["items"] == []


async def test_an_account_cannot_be_opened_for_another_user(api: Api) -> None:
    answer = await (await api.person()).post("/v1/accounts", currency="USD", owner="bob", balance=1)
    assert answer.wrong_fields == {"owner", "balance"}


async def test_entries_tell_how_the_balance_came_about(api: Api) -> None:
    alice, banker = await api.person("alice"), await api.person(role=Role.BANKER)
    account, other = await api.make.account(owner="alice"), await api.make.account()
    path = f"/v1/accounts/{account.id}"
    deposit = await banker.post(f"{path}/deposits", amount=1000, currency="USD")
    withdrawal = await banker.post(f"{path}/withdrawals", amount=300, currency="USD")
    transfer = (await alice.transfer(account, other, 50)).body["transfer"]
    answer = await alice.get(f"{path}/entries")
    assert answer.status == 200
    for entry in answer.body["items"]:
        assert entry["account_id"] == account.id
    assert [
        (entry["transfer_id"], entry["amount"], entry["balance_after"])
        for entry in answer.body["items"]
    ] == [
        (transfer["id"], -50, 650),
        (withdrawal.body["id"], -300, 700),
        (deposit.body["id"], 1000, 1000),
    ]
    assert (await alice.get(path)).body["balance"] == 650
    assert (await banker.get(f"{path}/entries")).body == answer.body


@pytest.mark.parametrize("role", [Role.DEPOSITOR, Role.BANKER])
async def test_the_banks_cash_account_looks_like_none(
    api: Api, database: DatabaseAccess, role: Role
) -> None:
    person, cash = await api.person(role=role), database.cash_account()
    for path in ("/v1/accounts/{}", "/v1/accounts/{}/entries", "/v1/transfers?account_id={}"):
        none = await person.get(path.format(10**9))
        assert (none.status, none.code) == (404, "not_found")
        assert same_but_for_request_id(none, await person.get(path.format(cash)))


async def test_another_account_looks_like_none(api: Api) -> None:
    alice, account = await api.person(), await api.make.account(balance=5)
    for path in ("/v1/accounts/{}", "/v1/accounts/{}/entries", "/v1/transfers?account_id={}"):
        ids = [10**9, limits.ID_MAX, account.id]
        answers = [await alice.get(path.format(account_id)) for account_id in ids]
        assert (answers[0].status, answers[0].code) == (404, "not_found")
        assert same_but_for_request_id(*answers)


async def test_an_id_is_a_positive_number(api: Api) -> None:
    banker = await api.person(role=Role.BANKER)
    ids = [
        "0",
        "-1",
        "x",
        "1x",
        "0x1",
        "1e3",
        "1.5",
        "%00",
        "1%00",
        "%EF%BC%91",
        "true",
        "9" * 5000,
    ]
    for path in ("/v1/accounts/{}", "/v1/accounts/{}/entries", "/v1/transfers?account_id={}"):
        for wrong in [*ids, limits.ID_MAX + 1]:
            answer = await banker.get(path.format(wrong))
            assert (answer.status, answer.wrong_fields) == (422, {"account_id"}), wrong
    for wrong in [*ids, limits.ID_MAX + 1]:
        assert (await banker.get(f"/v1/transfers/{wrong}")).wrong_fields == {"transfer_id"}
