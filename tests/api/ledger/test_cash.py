"""Deposits and withdrawals over the counter."""

import pytest

from bankapp.domain import limits
from bankapp.domain.roles import Role
from tests.api.client import Api
from tests.api.conftest import DatabaseAccess
from tests.api.contract import same_but_for_request_id

CASH = pytest.mark.parametrize("route", ["deposits", "withdrawals"])


async def test_a_deposit_pays_in(api: Api, database: DatabaseAccess) -> None:
    banker, account = await api.person(role=Role.BANKER), await api.make.account()
    answer = await banker.post(
        f"/v1/accounts/{account.id}/deposits", amount=1050, currency="USD", description="Salary"
    )
    assert answer.status == 201
    assert answer.headers["Location"] == f"/v1/transfers/{answer.body['id']}"
    assert answer.body["kind"] == "deposit"
    assert answer.body["from_account_id"] == database.cash_account()
    assert answer.body["to_account_id"] == account.id
    assert (answer.body["amount"], answer.body["currency"]) == (1050, "USD")
    assert answer.body["description"] == "Salary"
    assert answer.body["reverses_transfer_id"] is None
    assert (await banker.get(answer.headers["Location"])).body == answer.body
    assert (await banker.get(f"/v1/accounts/{account.id}")).body["balance"] == 1050


async def test_a_withdrawal_pays_out(api: Api, database: DatabaseAccess) -> None:
    banker, account = await api.person(role=Role.BANKER), await api.make.account(balance=1000)
    answer = await banker.post(f"/v1/accounts/{account.id}/withdrawals", amount=400, currency="USD")
    assert answer.status == 201
    assert answer.headers["Location"] == f"/v1/transfers/{answer.body['id']}"
    assert answer.body["kind"] == "withdrawal"
    assert answer.body["from_account_id"] == account.id
    assert answer.body["to_account_id"] == database.cash_account()
    assert answer.body["description"] is None
    assert (await banker.get(answer.headers["Location"])).body == answer.body
    assert (await banker.get(f"/v1/accounts/{account.id}")).body["balance"] == 600


@CASH
@pytest.mark.parametrize("role", [Role.BANKER, Role.ADMIN])
async def test_no_banker_serves_their_own_account(api: Api, route: str, role: Role) -> None:
    teller, other = await api.person("teller", role), await api.person(role=Role.BANKER)
    account = await api.make.account(owner="teller", balance=100)
    path = f"/v1/accounts/{account.id}/{route}"
    assert (await teller.post(path, amount=1, currency="USD")).code == "forbidden"
    assert (await other.post(path, amount=1, currency="USD")).status == 201


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        pytest.param(1000, None, id="to the last cent"),
        pytest.param(1001, "insufficient_funds", id="one cent short"),
    ],
)
async def test_a_withdrawal_takes_up_to_the_balance(
    api: Api, database: DatabaseAccess, amount: int, code: str | None
) -> None:
    banker, account = await api.person(role=Role.BANKER), await api.make.account(balance=1000)
    before = database.money()
    answer = await banker.post(
        f"/v1/accounts/{account.id}/withdrawals", amount=amount, currency="USD"
    )
    if code is None:
        assert answer.status == 201
        assert (await banker.get(f"/v1/accounts/{account.id}")).body["balance"] == 0
    else:
        assert (answer.status, answer.code) == (409, code)
        assert answer.body["retryable"] is False
        assert database.money() == before


@CASH
@pytest.mark.parametrize(
    ("status", "code"),
    [
        pytest.param("frozen", "account_frozen", id="a frozen account moves nothing"),
        pytest.param("closed", "account_closed", id="a closed account moves nothing"),
    ],
)
async def test_an_account_not_open(
    api: Api, database: DatabaseAccess, route: str, status: str, code: str
) -> None:
    banker = await api.person(role=Role.BANKER)
    account = await api.make.account(balance=0 if status == "closed" else 10)
    database.set_status(account.id, status)
    before = database.money()
    path = f"/v1/accounts/{account.id}"
    answer = await banker.post(f"{path}/{route}", amount=1, currency="USD")
    assert (answer.status, answer.code) == (409, code)
    assert answer.body["retryable"] is False
    assert database.money() == before
    assert (await banker.get(path)).body["status"] == status
    database.set_status(account.id, "open")
    again = await banker.post(f"{path}/{route}", amount=1, currency="USD")
    assert again.status == 201 or (status == "closed" and again.code == "insufficient_funds")


@CASH
async def test_the_currency_is_the_accounts(api: Api, database: DatabaseAccess, route: str) -> None:
    banker, account = await api.person(role=Role.BANKER), await api.make.account(balance=10)
    before = database.money()
    for currency in ("EUR", "XXX"):
        answer = await banker.post(
            f"/v1/accounts/{account.id}/{route}", amount=1, currency=currency
        )
        assert (answer.status, answer.code) == (422, "currency_mismatch")
    assert database.money() == before


@CASH
async def test_the_bank_pays_neither_itself_nor_nobody(
    api: Api, database: DatabaseAccess, route: str
) -> None:
    banker = await api.person(role=Role.BANKER)
    await api.make.account(balance=10)
    before = database.money()
    for currency in ("USD", "EUR", "XXX"):
        answers = [
            await banker.post(f"/v1/accounts/{account_id}/{route}", amount=1, currency=currency)
            for account_id in (10**9, limits.ID_MAX, database.cash_account("USD"))
        ]
        assert (answers[0].status, answers[0].code) == (404, "not_found")
        assert same_but_for_request_id(*answers)
    assert database.money() == before


async def test_a_balance_reaches_its_limit_and_no_further(
    api: Api, database: DatabaseAccess
) -> None:
    banker = await api.person(role=Role.BANKER)
    account, other = await api.make.account(), await api.make.account()
    path = f"/v1/accounts/{account.id}"
    full = await banker.post(f"{path}/deposits", amount=2**53 - 1, currency="USD")
    assert full.status == 201
    assert full.body["amount"] == 2**53 - 1
    before = database.money()
    answer = await banker.post(f"{path}/deposits", amount=1, currency="USD")
    assert (answer.status, answer.code) == (409, "balance_limit_exceeded")
    assert answer.body["retryable"] is False
    assert database.money() == before
    others = await banker.post(
        f"/v1/accounts/{other.id}/deposits", amount=2**53 - 1, currency="USD"
    )
    assert others.status == 201
    assert (await banker.get(path)).body["balance"] == 2**53 - 1
    empty = await banker.post(f"{path}/withdrawals", amount=2**53 - 1, currency="USD")
    assert empty.status == 201
