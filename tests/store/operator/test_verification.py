"""The end of `bankapp verify`; tests/processes/test_cli.py tests its findings."""

import itertools
import re
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
import pytest

from bankapp import tuning
from bankapp.store.ledger.outcomes import Held, Outcome, Posted
from bankapp.store.operator.verification import verify_ledger
from bankapp.store.store import Store
from tests.factories import Make, capture, hold, keyed, reversal, transfer
from tests.scale.fill import fill

Connection = psycopg.Connection[tuple[Any, ...]]

ROWS_READ = """
SELECT seq_tup_read, idx_tup_fetch FROM pg_stat_user_tables WHERE relname = 'entries'
"""
# Waits for the process to end, which is when it tells what it read.
ENDED = """
SELECT pg_terminate_backend(pid, 5000)
FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'bankapp verify'
"""


async def test_it_stops_when_it_has_found_enough(connection: Connection, database_url: str) -> None:
    count = 3 * tuning.FINDING_COUNT_MAX
    connection.execute(
        "INSERT INTO users (username, hashed_password, full_name, email) "
        "SELECT 'user_' || n, 'x', 'x', n || '@example.com' FROM generate_series(1, %s) AS n",
        [count],
    )
    connection.execute("ALTER TABLE accounts DISABLE TRIGGER USER")
    connection.execute(
        "INSERT INTO accounts (owner, currency, balance) "
        "SELECT 'user_' || n, 'USD', n FROM generate_series(1, %s) AS n",
        [count],
    )
    connection.commit()
    report = await verify_ledger(database_url, lambda _: None)
    assert len(report.findings) == tuning.FINDING_COUNT_MAX


async def test_progress_goes_from_little_to_all(database_url: str) -> None:
    seen: list[float] = []
    await verify_ledger(database_url, seen.append)
    assert seen == sorted(seen)
    assert 0 < seen[0] <= seen[-1] == 1.0


@pytest.mark.exact_time
async def test_it_reads_entries_as_they_lie_and_not_often(
    superuser: Connection, database_url: str
) -> None:
    """Goal: ten times the entries take ten times as long. Method: count what PostgreSQL reads."""
    fill(superuser, 10_000)
    superuser.execute("SELECT pg_stat_force_next_flush()")
    scanned_before, fetched_before = superuser.execute(ROWS_READ).fetchone() or (0, 0)
    report = await verify_ledger(database_url, lambda _: None)
    superuser.execute(ENDED)
    scanned, fetched = superuser.execute(ROWS_READ).fetchone() or (0, 0)
    assert fetched == fetched_before
    assert report.entry_count < scanned - scanned_before <= 7 * report.entry_count


@dataclass(frozen=True)
class Corruption:
    """Makes `count` rows wrong that nobody else does; a finding must name every one."""

    statement: LiteralString
    finding: str


# Each takes rows by the number they have in their table, from the first on.
CORRUPTIONS = {
    "a balance": Corruption(
        "UPDATE accounts SET balance = balance + 1 WHERE kind = 'customer' AND {rows} RETURNING id",
        r"account {id}: its balance is",
    ),
    "a running balance": Corruption(
        "UPDATE entries SET balance_after = balance_after + 1 WHERE {rows} RETURNING id",
        r"entry {id}: its balance_after is",
    ),
    "a missing entry": Corruption(
        "DELETE FROM entries WHERE {rows} AND amount < 0 RETURNING transfer_id",
        r"transfer {id}: it moves",
    ),
    "a third entry": Corruption(
        "INSERT INTO entries SELECT id + 1000000, transfer_id, 2, 0, 0, created_at FROM entries "
        "WHERE {rows} AND amount < 0 RETURNING transfer_id",
        r"transfer {id}: it moves",
    ),
    "a missing transfer": Corruption(
        "DELETE FROM transfers WHERE kind = 'transfer' AND {rows} RETURNING 2 * id",
        r"entry {id}: its transfer does not exist",
    ),
    "an amount": Corruption(
        "UPDATE transfers SET amount = amount + 1 WHERE {rows} RETURNING id",
        r"transfer {id}: it moves",
    ),
    "a time": Corruption(
        "UPDATE entries SET created_at = created_at - interval '1 day' WHERE {rows} RETURNING id",
        r"entry {id}: its time is",
    ),
    "a capture": Corruption(
        "UPDATE holds SET captured_amount = captured_amount + 1 WHERE status = 'open' AND {rows} "
        "RETURNING id",
        r"hold {id}: its captured_amount is",
    ),
    "too much held": Corruption(
        "INSERT INTO holds (from_account_id, to_account_id, amount, currency, expires_at, "
        "created_at) SELECT id, 1, 10000, currency, now() + interval '1 day', now() "
        "FROM accounts WHERE kind = 'customer' AND currency = 'USD' AND {rows} "
        "RETURNING from_account_id",
        r"account {id}: its balance is \d+, but \d+ of it is held",
    ),
    "too much reversed": Corruption(
        "INSERT INTO transfers (kind, from_account_id, to_account_id, amount, currency, "
        "reverses_transfer_id, created_at) SELECT 'reversal', to_account_id, from_account_id, "
        "amount + 1, currency, id, now() FROM transfers WHERE kind = 'transfer' AND {rows} "
        "RETURNING reverses_transfer_id",
        r"transfer {id}: it moves \d+, its reversals pay back",
    ),
    "an answer": Corruption(
        "UPDATE idempotency_keys SET balance = balance + 1 WHERE {rows} RETURNING key",
        r"idempotency key 'k{id}'",
    ),
}
COUNT = 100
# What takes away what else would refuse the corruption.
WITHOUT_RULES = """
SELECT convert_to(format('ALTER TABLE %s DISABLE TRIGGER USER', oid::regclass), 'UTF8')
FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
UNION ALL
SELECT convert_to(
    format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname), 'UTF8'
)
FROM pg_constraint
WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f')
"""


@pytest.fixture
async def ledger(store: Store, make: Make) -> None:
    """120 accounts, 480 transfers with keys, 240 holds half captured, 120 reversals."""
    accounts = [await make.account(balance=1000) for _ in range(120)]
    ring = list(zip(accounts, accounts[1:] + accounts[:1], strict=True))
    numbers = itertools.count(1)
    outcomes: list[Outcome] = []
    for _ in range(4):
        batch = [keyed(transfer(*pair, 10), f"k{next(numbers)}") for pair in ring]
        outcomes = await store.postings.post(batch)
    paid = [outcome.transfer.id for outcome in outcomes if isinstance(outcome, Posted)]
    await store.postings.post([reversal(transfer_id, 3) for transfer_id in paid])
    for _ in range(2):
        held = await store.postings.post([hold(*pair, 20) for pair in ring])
        await store.postings.post(
            [capture(one.hold.id, 5) for one in held if isinstance(one, Held)]
        )


@pytest.mark.parametrize("name", CORRUPTIONS)
async def test_every_wrong_row_is_named(
    name: str,
    ledger: None,
    connection: Connection,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Goal: nothing wrong stays hidden. Method: 100 rows of each of its classes, drawn by lot."""
    assert (await verify_ledger(database_url, lambda _: None)).findings == []
    corruption = CORRUPTIONS[name]
    table = corruption.statement.split("WHERE")[0].split("FROM")[-1].split()
    table_name = table[1] if table[0] in ("UPDATE", "DELETE") else table[0]
    monkeypatch.setattr(tuning, "FINDING_COUNT_MAX", 100_000)
    for (statement,) in connection.execute(WITHOUT_RULES).fetchall():
        connection.execute(statement)
    draw = f"ctid IN (SELECT ctid FROM {table_name} ORDER BY md5('{name}' || ctid::text) LIMIT 400)"
    rows = connection.execute(corruption.statement.format(rows=draw).encode()).fetchall()
    connection.commit()
    wrong = [str(row[0]).removeprefix("k") for row in rows][:COUNT]
    assert len(wrong) == COUNT
    findings = (await verify_ledger(database_url, lambda _: None)).findings
    for row in wrong:
        pattern = re.compile(corruption.finding.replace("{id}", row))
        assert any(map(pattern.match, findings)), row


def test_there_are_a_thousand() -> None:
    assert len(CORRUPTIONS) * COUNT >= 1000
