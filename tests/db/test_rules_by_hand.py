"""What the owner of the database cannot do to the books by hand, with all rules in force."""

from typing import Any, Final, LiteralString

import psycopg
import pytest

from bankapp.store.operator.verification import verify_ledger
from bankapp.store.store import Store
from tests.factories import Make, hold, transfer

Connection = psycopg.Connection[tuple[Any, ...]]

HOLD: Final = (
    "INSERT INTO holds (from_account_id, to_account_id, amount, currency, created_at, expires_at) "
    "VALUES (%(source)s, %(target)s, "
)
HOLD_FOR_THIEF: Final = (
    HOLD.replace("%(target)s", "%(thief)s") + "1, 'USD', now(), now() + '1 day')"
)
CLOSE_THIEF: Final = "UPDATE accounts SET status = 'closed' WHERE id = %(thief)s"
PAID: Final = """
WITH moved AS (
    INSERT INTO transfers (
        id, kind, from_account_id, to_account_id, amount, currency, created_at,
        reverses_transfer_id
    )
    VALUES (1000, {kind}, %({payer})s, %({payee})s, {amount}, 'USD', {at}, {reversed})
)
INSERT INTO entries (id, transfer_id, account_id, amount, balance_after, created_at)
VALUES (2000, 1000, %({payer})s, -{amount}, {payer_balance}, {at}),
    (2001, 1000, %({payee})s, {amount}, {payee_balance}, {at})
"""


@pytest.fixture
async def books(store: Store, make: Make, connection: Connection) -> dict[str, int]:
    """Accounts of which `source` has 70, 30 of it held, and `target` has the 30 it was paid."""
    source, target = await make.account(balance=100), await make.account()
    thief = await make.account()
    await store.postings.post([transfer(source, target, 30)])
    await store.postings.post([hold(source, target, 30), hold(source, target, 5)])
    held, voided = numbers(connection, "SELECT id FROM holds ORDER BY id")
    [paid] = numbers(connection, "SELECT id FROM transfers WHERE kind = 'transfer'")
    rows = {"source": source.id, "target": target.id, "thief": thief.id, "hold": held}
    cash = "SELECT id FROM accounts WHERE kind = 'cash' AND currency = 'USD'"
    rows |= {"paid": paid, "voided": voided, "cash": numbers(connection, cash)[0]}
    void = "UPDATE holds SET status = 'voided', closed_at = now() WHERE id = %(voided)s"
    run(connection, void, rows)
    # As an account from before final_at.
    run(connection, "UPDATE accounts SET final_at = NULL WHERE id = %(thief)s", rows)
    return rows


def numbers(connection: Connection, query: LiteralString) -> list[int]:
    """The first column of a query."""
    return [int(row[0]) for row in connection.execute(query).fetchall()]


def run(connection: Connection, statement: str, rows: dict[str, int]) -> None:
    """Execute a statement and commit, at which the last rules are applied."""
    connection.execute(statement.encode(), rows)
    connection.commit()


def payment(
    payer: str,
    payee: str,
    amount: int,
    balances: tuple[int, int],
    *,
    at: str = "now()",
    is_reversal: bool = False,
) -> str:
    """A transfer with its entries, as the rules of the rows by themselves allow it."""
    return PAID.format(
        kind="'reversal'" if is_reversal else "'transfer'",
        payer=payer,
        payee=payee,
        amount=amount,
        at=at,
        reversed="%(paid)s" if is_reversal else "NULL",
        payer_balance=balances[0],
        payee_balance=balances[1],
    )


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("DELETE FROM holds WHERE id = %(hold)s", "holds_stay"),
        ("TRUNCATE holds CASCADE", None),
        ("UPDATE holds SET amount = 1 WHERE id = %(hold)s", "holds_keep_their_terms"),
        (
            "UPDATE holds SET to_account_id = %(thief)s WHERE id = %(hold)s",
            "holds_keep_their_terms",
        ),
        (
            "UPDATE holds SET expires_at = expires_at + '1 s' WHERE id = %(hold)s",
            "holds_keep_their_terms",
        ),
        (
            "UPDATE holds SET status = 'open', closed_at = NULL WHERE id = %(voided)s",
            "holds_stay_closed",
        ),
        ("UPDATE accounts SET owner = owner WHERE id = %(target)s", "accounts_keep_their_owner"),
        ("UPDATE accounts SET created_at = now()", "accounts_keep_their_owner"),
        ("DELETE FROM accounts WHERE id = %(thief)s", "accounts_stay"),
        (
            f"WITH held AS ({HOLD_FOR_THIEF}) {CLOSE_THIEF}",
            "accounts_close_without_holds",
        ),
        (f"{HOLD}41, 'USD', now(), now() + '1 day')", "holds_within_balance"),
        (f"{HOLD}1, 'USD', now() - '1 day'::interval, now() + '1 day')", "holds_after_opening"),
        (payment("source", "target", 41, (29, 71)), "transfers_within_balance"),
        (
            payment("source", "thief", 1, (69, 1), at="now() - interval '1 day'"),
            "entries_running_balance",
        ),
        (
            payment("cash", "thief", 1, (-101, 1), at="now() - interval '1 day'"),
            "transfers_after_opening",
        ),
        (
            payment("target", "source", 31, (-1, 101), is_reversal=True),
            "accounts_balance_not_negative",
        ),
        (
            payment("target", "thief", 30, (0, 30), is_reversal=True),
            "transfers_reversed_within_amount",
        ),
    ],
)
def test_refused(
    connection: Connection, books: dict[str, int], statement: str, rule: str | None
) -> None:
    with pytest.raises(psycopg.IntegrityError) as refused:
        run(connection, statement, books)
    if rule is not None:
        assert refused.value.diag.constraint_name == rule


def test_a_transfer_is_not_reversed_twice(connection: Connection, books: dict[str, int]) -> None:
    run(connection, payment("target", "source", 20, (10, 90), is_reversal=True), books)
    more = payment("source", "target", 9, (81, 19)).replace("1000", "1001")
    run(connection, more.replace("2000", "2002").replace("2001", "2003"), books)
    again = payment("target", "source", 11, (8, 92), is_reversal=True).replace("1000", "1002")
    with pytest.raises(psycopg.errors.CheckViolation) as refused:
        run(connection, again.replace("2000", "2004").replace("2001", "2005"), books)
    assert refused.value.diag.constraint_name == "transfers_reversed_within_amount"


def test_what_is_there_may_be_promised_and_paid(
    connection: Connection, books: dict[str, int]
) -> None:
    """Goal: the rules are no tighter than the bank. Method: to the last cent."""
    run(connection, f"{HOLD}10, 'USD', now(), now() + '1 day')", books)
    run(connection, payment("source", "target", 30, (40, 60)), books)
    run(
        connection,
        "UPDATE holds SET status = 'voided', closed_at = now() WHERE id = %(hold)s",
        books,
    )


async def test_the_server_is_not_asked(
    connection: Connection, store: Store, books: dict[str, int], make: Make
) -> None:
    """Goal: no posting pays for rules that it keeps by itself.

    Method: a rule that would refuse everything, were it asked.
    """
    connection.execute(
        "CREATE OR REPLACE FUNCTION require_available_balance() RETURNS trigger LANGUAGE plpgsql "
        "AS $$ BEGIN RAISE EXCEPTION 'asked'; END $$"
    )
    connection.commit()
    source, target = await make.account(balance=100), await make.account()
    await store.postings.post([hold(source, target, 30), transfer(source, target, 30)])
    with pytest.raises(psycopg.errors.RaiseException):
        run(connection, f"{HOLD}1, 'USD', now(), now() + '1 day')", books)


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        (
            "ALTER TABLE holds DISABLE TRIGGER holds_stay",
            "table holds: its rule holds_stay is switched off",
        ),
        (
            "ALTER TABLE accounts ENABLE REPLICA TRIGGER accounts_keep_their_owner",
            "table accounts: its rule accounts_keep_their_owner is switched off",
        ),
        (
            "ALTER TABLE accounts DISABLE TRIGGER accounts_stay",
            "table accounts: its rule accounts_stay is switched off",
        ),
    ],
)
async def test_verify_names_a_rule_that_is_off(
    connection: Connection, database_url: str, statement: LiteralString, finding: str
) -> None:
    assert not (await verify_ledger(database_url, lambda _: None)).findings
    connection.execute(statement)
    connection.commit()
    [found] = (await verify_ledger(database_url, lambda _: None)).findings
    assert found.startswith(finding)
