"""The month in one bank: its rows, and its refusals."""

from typing import Any

import psycopg
import pytest

from bankapp.command_errors import Failure
from bankapp.demo.cast import ANA, BANKER, CUSTOMERS
from bankapp.demo.performance import perform_demo
from bankapp.operations.bank import Bank
from bankapp.store.operator.verification import verify_ledger
from tests.factories import Make

Connection = psycopg.Connection[tuple[Any, ...]]


class Audience:
    """Sees how far it is."""

    def __init__(self) -> None:
        self.seen: list[float] = []

    def show(self, done: float, label: str) -> None:
        """One more step."""
        assert label
        self.seen.append(done)


async def perform(bank: Bank, *, seed: int = 1, anyway: bool = False) -> bool:
    """The demo, before an audience."""
    audience = Audience()
    is_new = await perform_demo(bank, seed=seed, anyway=anyway, progress=audience.show)
    assert audience.seen == sorted(audience.seen)
    assert audience.seen[-1:] == ([1] if is_new else [])
    return is_new


def column(connection: Connection, query: str) -> list[Any]:
    """The first column of a query."""
    with connection.transaction():
        return [row[0] for row in connection.execute(query.encode()).fetchall()]


async def test_everything_has_something_to_show(
    bank: Bank, connection: Connection, database_url: str
) -> None:
    assert await perform(bank)
    kinds = column(connection, "SELECT DISTINCT kind::text FROM transfers")
    assert {*kinds} == {"transfer", "deposit", "withdrawal", "capture", "reversal"}
    assert {*column(connection, "SELECT DISTINCT status::text FROM holds")} == {
        "open",
        "captured",
        "voided",
    }
    assert {*column(connection, "SELECT DISTINCT status::text FROM accounts")} == {
        "open",
        "frozen",
        "closed",
    }
    payees = column(
        connection, "SELECT DISTINCT owner FROM entries JOIN accounts a ON account_id = a.id"
    )
    assert {customer.username for customer in CUSTOMERS} <= {*payees}
    assert max(column(connection, "SELECT count(*) FROM entries GROUP BY account_id")) > 50
    report = await verify_ledger(database_url, lambda _: None)
    assert report.findings == []


async def test_a_second_time_nothing_happens(bank: Bank, connection: Connection) -> None:
    assert await perform(bank)
    count = column(connection, "SELECT count(*) FROM transfers")
    assert not await perform(bank)
    assert not await perform(bank, seed=2)
    assert column(connection, "SELECT count(*) FROM transfers") == count


async def test_refused_where_money_moves_unless_anyway(
    bank: Bank, make: Make, connection: Connection
) -> None:
    await make.account(balance=1)
    with pytest.raises(Failure, match="--anyway"):
        await perform(bank)
    assert column(connection, "SELECT count(*) FROM transfers") == [1]
    assert await perform(bank, anyway=True)


async def test_refused_where_a_name_is_taken(bank: Bank, make: Make) -> None:
    await make.user(ANA.username)
    with pytest.raises(Failure, match="cannot go on here: Somebody has this user name already"):
        await perform(bank)


async def test_refused_where_the_keys_may_be_gone(
    bank: Bank, make: Make, connection: Connection
) -> None:
    """A day later it would do again what it has done."""
    await make.user(BANKER.username)
    connection.execute("UPDATE users SET created_at = created_at - interval '25 hours'")
    connection.commit()
    with pytest.raises(Failure, match="more than a day ago"):
        await perform(bank)
