"""Paying from one's own account, and looking at transfers."""

import json
from typing import Any

import pytest

from bankapp.domain import limits
from bankapp.domain.roles import Role
from gen import models
from tests.api.client import Answer, Api
from tests.api.conftest import Connection, DatabaseAccess
from tests.api.contract import JSON, same_but_for_request_id


async def test_a_transfer_moves_money(api: Api) -> None:
    alice, bob = await api.person("alice"), await api.person("bob")
    source = await api.make.account(owner="alice", balance=1000)
    target = await api.make.account(owner="bob", balance=77)
    answer = await alice.transfer(source, target, 400, description="Rent, 11/2026 🏠")
    assert answer.status == 201
    assert set(answer.body) == {"transfer", "from_account", "from_entry"}
    transfer, account, entry = (answer.body[name] for name in answer.body)
    assert answer.headers["Location"] == f"/v1/transfers/{transfer['id']}"

    assert transfer["from_account_id"] == source.id
    assert transfer["to_account_id"] == target.id
    assert (transfer["amount"], transfer["currency"]) == (400, "USD")
    assert transfer["kind"] == "transfer"
    assert transfer["reverses_transfer_id"] is None
    assert transfer["description"] == "Rent, 11/2026 🏠"

    assert account == (await alice.get(f"/v1/accounts/{source.id}")).body
    assert account["balance"] == account["available_balance"] == 600
    assert (await alice.get(f"/v1/accounts/{source.id}/entries")).body["items"][0] == entry
    assert (entry["amount"], entry["balance_after"]) == (-400, 600)

    received = (await bob.get(f"/v1/accounts/{target.id}/entries")).body["items"][0]
    assert received["transfer_id"] == transfer["id"]
    assert (received["amount"], received["balance_after"]) == (400, 477)
    for person in (alice, bob, await api.person(role=Role.BANKER)):
        assert (await person.get(answer.headers["Location"])).body == transfer


async def test_the_payer_learns_nothing_of_the_payees_balance(api: Api) -> None:
    """Pay a rich and a poor account; the answers differ in ids, the payer's balance and times."""
    alice = await api.person("alice")
    source = await api.make.account(owner="alice", balance=1000)
    secret = 987_654_321
    shapes: list[object] = []
    for target in (await api.make.account(), await api.make.account(balance=secret)):
        answer = await alice.transfer(source, target, 10)
        assert str(secret) not in json.dumps(answer.body)
        assert str(secret + 10) not in json.dumps(answer.body)
        own = {"id", "transfer_id", "to_account_id", "balance", "available_balance"}
        own |= {"balance_after", "created_at"}
        shapes.append(
            {
                part: {name: value for name, value in fields.items() if name not in own}
                for part, fields in answer.body.items()
            }
        )
    assert shapes[0] == shapes[1]


async def test_another_persons_transfer_looks_like_none(api: Api) -> None:
    alice, bob, carol = await api.person("alice"), await api.person("bob"), await api.person()
    source = await api.make.account(owner="alice", balance=10)
    transfer = await alice.transfer(source, await api.make.account(owner="bob"), 1)
    path = transfer.headers["Location"]
    assert (await bob.get(path)).status == 200
    answers = [await carol.get(p) for p in (path, "/v1/transfers/1000000000")]
    deposit = (await alice.get("/v1/transfers")).body["items"][-1]["id"]
    answers.append(await carol.get(f"/v1/transfers/{deposit}"))
    assert (answers[0].status, answers[0].code) == (404, "not_found")
    assert same_but_for_request_id(*answers)
    assert (await alice.get(f"/v1/transfers/{deposit}")).body["kind"] == "deposit"
    assert (await bob.get(f"/v1/transfers/{deposit}")).code == "not_found"


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        pytest.param(1000, None, id="to the last cent"),
        pytest.param(1001, "insufficient_funds", id="one cent short"),
        pytest.param(2**53 - 1, "insufficient_funds", id="all the money there can be"),
    ],
)
async def test_a_transfer_pays_up_to_the_balance(
    api: Api, database: DatabaseAccess, amount: int, code: str | None
) -> None:
    alice = await api.person("alice")
    source = await api.make.account(owner="alice", balance=1000)
    target = await api.make.account(balance=3)
    before = database.money()
    answer = await alice.transfer(source, target, amount)
    if code is None:
        assert answer.status == 201
        assert answer.body["from_account"]["balance"] == 0
    else:
        assert (answer.status, answer.code) == (409, code)
        assert answer.body["retryable"] is False
        assert database.money() == before


@pytest.mark.parametrize("side", ["payer", "payee"])
@pytest.mark.parametrize(
    ("status", "code"), [("frozen", "account_frozen"), ("closed", "account_closed")]
)
async def test_an_account_not_open(
    api: Api, database: DatabaseAccess, side: str, status: str, code: str
) -> None:
    alice = await api.person("alice")
    accounts = {
        "payer": await api.make.account(owner="alice", balance=0 if status == "closed" else 10),
        "payee": await api.make.account(),
    }
    database.set_status(accounts[side].id, status)
    before = database.money()
    answer = await alice.transfer(accounts["payer"], accounts["payee"], 1)
    assert (answer.status, answer.code) == (409, code)
    assert database.money() == before


async def test_both_accounts_are_in_the_currency(api: Api, database: DatabaseAccess) -> None:
    alice = await api.person("alice")
    dollars = await api.make.account(owner="alice", balance=10)
    euros = await api.make.account(owner="alice", currency="EUR")
    others = await api.make.account()
    before = database.money()
    answers = [
        await alice.transfer(dollars, euros, 1),
        await alice.transfer(dollars, euros, 1, currency="EUR"),
        await alice.transfer(dollars, others, 1, currency="EUR"),
        await alice.transfer(dollars, others, 1, currency="XXX"),
    ]
    assert [(answer.status, answer.code) for answer in answers] == [(422, "currency_mismatch")] * 4
    assert database.money() == before


async def test_an_account_cannot_pay_itself(api: Api, database: DatabaseAccess) -> None:
    alice = await api.person("alice")
    account = await api.make.account(owner="alice", balance=10)
    before = database.money()
    answer = await alice.transfer(account, account, 1)
    assert (answer.status, answer.code) == (422, "same_account")
    assert answer.body["retryable"] is False
    assert database.money() == before


@pytest.mark.parametrize("role", list(Role))
async def test_from_another_account_looks_like_from_none(
    api: Api, database: DatabaseAccess, role: Role
) -> None:
    """For every other fault of the transfer, and for every role of the caller."""
    person = await api.person("alice", role)
    own = await api.make.account(owner="alice", balance=10)
    full = await api.make.account(balance=10)
    empty, euros = await api.make.account(), await api.make.account(currency="EUR")
    frozen = await api.make.account(balance=10)
    database.set_status(frozen.id, "frozen")
    cash = database.cash_account()
    before = database.money()
    answers: list[Answer] = []
    for source in (10**9, full.id, empty.id, euros.id, frozen.id, cash):
        for target in (own.id, source, cash, 10**9 + 1):
            body: dict[str, Any] = {"from_account_id": source, "to_account_id": target}
            answers.append(await person.post("/v1/transfers", **body, amount=1, currency="USD"))
    assert (answers[0].status, answers[0].code) == (404, "not_found")
    assert same_but_for_request_id(*answers)
    assert database.money() == before


async def test_the_banks_cash_account_cannot_be_paid(api: Api, database: DatabaseAccess) -> None:
    alice = await api.person("alice")
    source = await api.make.account(owner="alice", balance=10)
    before = database.money()
    answers = [
        await alice.transfer(source, source, 1, to_account_id=target)
        for target in (
            10**9,
            limits.ID_MAX,
            database.cash_account(),
            database.cash_account("EUR"),
        )
    ]
    assert (answers[0].status, answers[0].code) == (404, "not_found")
    assert same_but_for_request_id(*answers)
    assert database.money() == before


@pytest.fixture
async def accounts(api: Api) -> tuple[models.CustomerAccount, models.CustomerAccount]:
    """Alice's account, full of money, and another's."""
    await api.make.user("alice", Role.BANKER)
    source = await api.make.account(owner="alice", balance=2**52)
    return source, await api.make.account(balance=9)


ROUTES = pytest.mark.parametrize(
    "path", ["/v1/transfers", "/v1/accounts/{}/deposits", "/v1/accounts/{}/withdrawals"]
)


def body_for(
    path: str, accounts: tuple[models.CustomerAccount, models.CustomerAccount]
) -> dict[str, Any]:
    source, target = accounts
    ids = {"from_account_id": source.id, "to_account_id": target.id}
    return {**(ids if path == "/v1/transfers" else {}), "amount": 1, "currency": "USD"}


@ROUTES
async def test_an_amount_is_an_integer_within_its_limits(
    api: Api,
    accounts: tuple[models.CustomerAccount, models.CustomerAccount],
    database: DatabaseAccess,
    path: str,
) -> None:
    alice = await api.log_in("alice")
    template = json.dumps({**body_for(path, accounts), "amount": "AMOUNT"})

    async def answer_to(amount: str) -> Answer:
        return await api.request(
            "POST",
            path.format(accounts[1].id),
            token=alice.token,
            data=template.replace('"AMOUNT"', amount).encode(),
            headers=JSON,
        )

    before = database.money()
    for amount in (
        *("0", "-0", "-1", "9007199254740992", "9223372036854775808", "1" + "0" * 400),
        *('"1"', '"1.00"', '"٣"', "1.0", "1.5", "1e2", "0.1", "1e400", "-1e400"),
        *("true", "false", "null", "[]", "[1]", "{}", '""'),
    ):
        answer = await answer_to(amount)
        assert (answer.status, answer.wrong_fields) == (422, {"amount"}), amount
    for amount in (
        "NaN",
        "Infinity",
        "-Infinity",
        "01",
        "+1",
        "0x1",
        "1_000",
        "1.",
        ".1",
        "1" * 9999,
    ):
        answer = await answer_to(amount)
        assert (answer.status, answer.code) == (400, "malformed_request"), amount
    assert database.money() == before
    assert (await answer_to("1")).status == 201
    largest = await answer_to("9007199254740991")
    assert largest.code in {"insufficient_funds", "balance_limit_exceeded"}


@ROUTES
async def test_a_description_is_a_line_of_text(
    api: Api,
    accounts: tuple[models.CustomerAccount, models.CustomerAccount],
    database: DatabaseAccess,
    path: str,
) -> None:
    alice = await api.log_in("alice")
    body = body_for(path, accounts)
    path = path.format(accounts[1].id)
    for text in ("x", "x" * 200, "💰" * 200, "'; DROP TABLE entries; --", '<b>"\\ %s', None):
        answer = await alice.post(path, **body, description=text)
        assert answer.status == 201, text
        transfer = answer.body.get("transfer", answer.body)
        assert (await alice.get(answer.headers["Location"])).body == transfer
        assert transfer["description"] == text
    before = database.money()
    wrong: list[Any] = ["", "x" * 201, "💰" * 201, "\0", "a\0b", "a\nb", "a\tb", "\x1b[31m", "\x7f"]
    wrong += ["\x85", "\u2028", 1, True, ["x"], {"x": 1}]
    for value in wrong:
        answer = await alice.post(path, **body, description=value)
        assert (answer.status, answer.wrong_fields) == (422, {"description"}), value
    for half in (rb"\ud83d", rb"\udcb0", b"\xed\xa0\xbd", b"\xff", b"\0"):
        data = json.dumps({**body, "description": "@"}).encode().replace(b"@", half)
        answer = await api.request("POST", path, token=alice.token, data=data, headers=JSON)
        assert (answer.status, answer.code) == (400, "malformed_request"), half
    assert database.money() == before


@ROUTES
async def test_every_violation_is_told_at_once(
    api: Api,
    accounts: tuple[models.CustomerAccount, models.CustomerAccount],
    database: DatabaseAccess,
    path: str,
) -> None:
    alice = await api.log_in("alice")
    wrong: dict[str, Any] = {"amount": 0, "currency": "usd", "description": "", "memo": "x"}
    ids: set[str] = set()
    if path == "/v1/transfers":
        ids = {"from_account_id", "to_account_id"}
    before = database.money()
    answer = await alice.post(path.format(accounts[1].id), **wrong)
    assert answer.wrong_fields == set(wrong) | ids
    assert (await alice.post(path.format(0), amount=1)).wrong_fields == (
        {"currency"} | (ids or {"account_id"})
    )
    assert database.money() == before


async def test_an_account_id_in_a_body_is_a_number(
    api: Api,
    accounts: tuple[models.CustomerAccount, models.CustomerAccount],
    database: DatabaseAccess,
) -> None:
    alice = await api.log_in("alice")
    body = body_for("/v1/transfers", accounts)
    wrong: list[Any] = [0, -1, limits.ID_MAX + 1, 10**30, 1.0, True, None, "1", "x", [1], {}]
    before = database.money()
    for value in wrong:
        ids = {"from_account_id": value, "to_account_id": value}
        answer = await alice.post("/v1/transfers", **{**body, **ids})
        assert answer.wrong_fields == set(ids), value
    assert database.money() == before


async def test_the_requester_is_recorded(api: Api, connection: Connection) -> None:
    """The requester, also a banker who acts for the bank, and the id of the request."""
    alice, banker = await api.person("alice"), await api.person("bea", Role.BANKER)
    source, target = await api.make.account(owner="alice"), await api.make.account()
    deposit: dict[str, Any] = {"amount": 10, "currency": "USD"}
    await banker.post(f"/v1/accounts/{source.id}/deposits", **deposit)
    paid = await alice.transfer(source, target, 4)
    body: dict[str, Any] = {"from_account_id": source.id, "to_account_id": target.id}
    held = await alice.post("/v1/holds", **body, amount=2, currency="USD")
    await banker.post(f"{held.headers['Location']}/void")
    rows = connection.execute("SELECT asked_by, request_id FROM transfers ORDER BY id").fetchall()
    assert [row[0] for row in rows] == ["bea", "alice"]
    assert rows[1][1] == paid.headers["X-Request-Id"]
    assert connection.execute("SELECT asked_by, voided_by FROM holds").fetchall() == [
        ("alice", "bea")
    ]
