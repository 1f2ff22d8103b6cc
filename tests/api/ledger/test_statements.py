"""Balances at a time, and statements of a month."""

import asyncio
import csv
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bankapp.operations.ledger import statements
from bankapp.store.ledger.outcomes import Held
from gen import models
from tests.api.client import Api, Person
from tests.api.conftest import Backdate, Connection
from tests.doors.shapes import STATEMENT_ENTRY, check_shape
from tests.factories import capture, deposit, hold, transfer, void, withdrawal

LATER = timedelta(hours=1)


async def balance(person: Person, account: models.CustomerAccount, **at: object) -> tuple[int, int]:
    body = (await person.get(f"/v1/accounts/{account.id}/balance", **at)).body
    return body["balance"], body["available_balance"]


async def statement(person: Person, account: models.CustomerAccount, month: str) -> Any:
    answer = await person.get(f"/v1/accounts/{account.id}/statement", month=month)
    assert answer.status == 200, answer
    return answer.body


async def test_the_balance_now_and_then(api: Api, backdate: Backdate) -> None:
    alice = await api.person("alice")
    account = await api.make.account(owner="alice")
    moments = [datetime(2026, month, 10, tzinfo=UTC) for month in (1, 2, 3)]
    for moment, amount in zip(moments, (100, 20, 3), strict=True):
        await api.bank.store.postings.post([deposit(account, amount)])
        backdate(moment)
    assert await balance(alice, account) == (123, 123)
    tick = timedelta(microseconds=1)
    for moment, before, after in zip(moments, (0, 100, 120), (100, 120, 123), strict=True):
        assert await balance(alice, account, at=(moment - tick).isoformat()) == (before, before)
        assert await balance(alice, account, at=moment.isoformat()) == (after, after)
        tokyo = f"{moment.replace(tzinfo=None) + timedelta(hours=9)}+09:00"
        assert await balance(alice, account, at=tokyo) == (after, after)


@pytest.mark.exact_time
async def test_the_held_amount_at_a_time(api: Api) -> None:
    """Made, captured in part, then voided: every state as it was."""
    alice = await api.person("alice")
    account = await api.make.account(owner="alice", balance=100)
    other = await api.make.account()
    store = api.bank.store
    moments: list[str] = []

    async def note() -> None:
        await asyncio.sleep(0.002)
        moments.append(datetime.now(UTC).isoformat())
        await asyncio.sleep(0.002)

    await note()
    [made] = await store.postings.post([hold(account, other, 60)])
    assert isinstance(made, Held)
    await note()
    await store.postings.post([capture(made.hold.id, 20)])
    await note()
    await store.postings.post([void(made.hold.id)])
    await note()
    await store.postings.post([hold(account, other, 5, timedelta(milliseconds=4))])
    now = (await balance(alice, account))[1]
    assert now in (75, 80)
    await note()
    assert [await balance(alice, account, at=moment) for moment in moments] == [
        (100, 100),
        (100, 40),
        (80, 40),
        (80, 80),
        (80, 80),
    ]


@pytest.mark.parametrize(
    "at",
    [
        pytest.param("2026-11-20", id="a day"),
        pytest.param("2026-11-20T10:00:00", id="no zone"),
        pytest.param("1700000000", id="seconds"),
        pytest.param("now", id="a word"),
        pytest.param("2999-01-01T00:00:00Z", id="the future"),
        pytest.param("0001-01-01T00:00:00+14:00", id="before all time"),
        pytest.param("9999-12-31T23:59:59-14:00", id="after all time"),
    ],
)
async def test_no_such_time(api: Api, at: str) -> None:
    alice, account = await api.person("alice"), await api.make.account(owner="alice")
    answer = await alice.get(f"/v1/accounts/{account.id}/balance", at=at)
    assert answer.wrong_fields == {"at"}


async def test_a_statement_adds_up_and_never_changes(api: Api, backdate: Backdate) -> None:
    alice = await api.person("alice")
    account, other = await api.make.account(owner="alice"), await api.make.account()
    await api.bank.store.postings.post([deposit(account, 100)])
    backdate(datetime(2026, 1, 31, 23, 59, 59, 999999, tzinfo=UTC))
    await api.bank.store.postings.post([withdrawal(account, 30), transfer(account, other, 7)])
    backdate(datetime(2026, 2, 1, tzinfo=UTC))
    await api.bank.store.postings.post([deposit(account, 5)])
    backdate(datetime(2026, 4, 1, tzinfo=UTC))

    months = {month: await statement(alice, account, f"2026-{month}") for month in ("01", "02")}
    assert [(entry["kind"], entry["amount"]) for entry in months["02"]["entries"]] == [
        ("withdrawal", -30),
        ("transfer", -7),
    ]
    for entry in months["02"]["entries"]:
        check_shape(entry, STATEMENT_ENTRY)
    months |= {month: await statement(alice, account, f"2026-{month}") for month in ("03", "04")}
    closing = 0
    for month in sorted(months):
        body = months[month]
        assert body["opening_balance"] == closing
        closing = body["opening_balance"] + sum(entry["amount"] for entry in body["entries"])
        assert body["closing_balance"] == closing
    assert closing == 68
    assert months["03"]["entries"] == []
    await api.bank.store.postings.post([deposit(account, 1000)])
    assert await statement(alice, account, "2026-02") == months["02"]


async def test_a_statement_as_csv(api: Api, backdate: Backdate) -> None:
    alice = await api.person("alice")
    account, other = await api.make.account(owner="alice", balance=100), await api.make.account()
    await alice.transfer(account, other, 7, description='=1+1, "x" é')
    backdate(datetime(2026, 2, 1, tzinfo=UTC))
    path = f"/v1/accounts/{account.id}/statement?month=2026-02"
    answers = [
        await api.request("GET", path, token=alice.token, headers={"Accept": "text/csv"})
        for _ in range(2)
    ]
    assert answers[0].body == answers[1].body
    assert answers[0].headers["Content-Type"] == "text/csv; charset=utf-8"
    header, opening, paid_in, paid, closing = csv.reader(answers[0].body.splitlines())
    assert header[4:7] == ["amount", "balance_after", "description"]
    assert (opening[3], opening[5], closing[3], closing[5]) == ("opening", "0", "closing", "93")
    assert (paid_in[3], paid[3:7]) == ("deposit", ["transfer", "-7", "93", '\'=1+1, "x" é'])


@pytest.mark.parametrize(
    "month", ["2026-13", "2026-1", "26-01", "", "1999-12", "3000-01", f"{datetime.now(UTC):%Y-%m}"]
)
async def test_no_such_month(api: Api, month: str) -> None:
    alice, account = await api.person("alice"), await api.make.account(owner="alice")
    answer = await alice.get(f"/v1/accounts/{account.id}/statement", month=month)
    assert answer.wrong_fields == {"month"}


async def test_a_large_statement_comes_in_pages(api: Api, backdate: Backdate) -> None:
    """Each with the balances of the month; entries of one moment are told apart."""
    alice, account = await api.person("alice"), await api.make.account(owner="alice")
    await api.bank.store.postings.post([deposit(account, amount) for amount in (1, 2, 3, 4, 5)])
    backdate(datetime(2026, 2, 1, tzinfo=UTC))
    whole = await statement(alice, account, "2026-02")
    assert whole["next_cursor"] is None
    pages: list[Any] = []
    query: dict[str, object] = {"month": "2026-02", "limit": 2}
    while not pages or pages[-1]["next_cursor"] is not None:
        if pages:
            query["cursor"] = pages[-1]["next_cursor"]
        pages.append((await alice.get(f"/v1/accounts/{account.id}/statement", **query)).body)
    assert [len(page["entries"]) for page in pages] == [2, 2, 1]
    assert [entry for page in pages for entry in page["entries"]] == whole["entries"]
    for page in pages:
        assert (page["opening_balance"], page["closing_balance"]) == (0, 15)


@pytest.mark.parametrize("month", ["2026-01", "2026-03"])
async def test_a_cursor_belongs_to_one_statement(api: Api, backdate: Backdate, month: str) -> None:
    alice, account = await api.person("alice"), await api.make.account(owner="alice")
    other = await api.make.account(owner="alice", currency="EUR")
    await api.bank.store.postings.post([deposit(account, 1), deposit(account, 2)])
    backdate(datetime(2026, 2, 1, tzinfo=UTC))
    path = f"/v1/accounts/{account.id}/statement"
    cursor = (await alice.get(path, month="2026-02", limit=1)).body["next_cursor"]
    assert (await alice.get(path, month="2026-02", cursor=cursor)).status == 200
    assert (await alice.get(path, month=month, cursor=cursor)).wrong_fields == {"cursor"}
    elsewhere = await alice.get(
        f"/v1/accounts/{other.id}/statement", month="2026-02", cursor=cursor
    )
    assert elsewhere.wrong_fields == {"cursor"}
    assert (await alice.get(path, month="2026-02", cursor="x")).wrong_fields == {"cursor"}


async def test_as_csv_a_large_statement_comes_as_a_whole(
    api: Api, backdate: Backdate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Goal: no month is too large. Method: pages of two and parts of three."""
    monkeypatch.setattr(statements, "_CSV_LINE_COUNT", 3)
    alice, account = await api.person("alice"), await api.make.account(owner="alice")
    await api.bank.store.postings.post([deposit(account, amount) for amount in range(1, 12)])
    backdate(datetime(2026, 2, 1, tzinfo=UTC))
    path = f"/v1/accounts/{account.id}/statement?month=2026-02"
    texts = [
        (
            await api.request(
                "GET", path + limit, token=alice.token, headers={"Accept": "text/csv"}
            )
        ).body
        for limit in ("", "&limit=2", "&limit=11")
    ]
    assert texts[0] == texts[1] == texts[2]
    lines = [*csv.DictReader(texts[0].splitlines())]
    assert [line["kind"] for line in lines] == ["opening", *["deposit"] * 11, "closing"]
    assert [line["amount"] for line in lines[1:-1]] == [str(amount) for amount in range(1, 12)]
    assert {(line["account_id"], line["currency"]) for line in lines} == {(str(account.id), "USD")}
    assert (lines[0]["balance_after"], lines[-1]["balance_after"]) == ("0", "66")


async def test_currencies_say_their_decimals(api: Api, connection: Connection) -> None:
    """Also of one that the operator adds, which need not have a name."""
    connection.execute("INSERT INTO currencies (code, exponent) VALUES ('KWD', 3)")
    connection.commit()
    answer = await api.request("GET", "/v1/currencies")
    known = {item["code"]: (item["exponent"], item["name"]) for item in answer.body["items"]}
    assert [*known] == sorted(known)
    assert known["USD"] == (2, "US Dollar")
    assert known["JPY"] == (0, "Yen")
    assert known["KWD"] == (3, "KWD")


async def test_a_statement_waits_for_what_is_being_posted(api: Api, connection: Connection) -> None:
    """A posting that took its time in the month and commits after it must be in it."""
    alice, account = await api.person("alice"), await api.make.account(owner="alice")
    connection.execute("SELECT FROM accounts WHERE id = %s FOR NO KEY UPDATE", [account.id])
    asked = asyncio.create_task(alice.get(f"/v1/accounts/{account.id}/statement", month="2026-02"))
    done, _ = await asyncio.wait([asked], timeout=0.2)
    assert not done
    connection.rollback()
    assert (await asked).status == 200
