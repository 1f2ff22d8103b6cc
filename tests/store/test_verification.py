"""How `bankapp verify` ends; what it finds is in tests/process/test_cli.py."""

from typing import Any

import psycopg

from bankapp.domain import limits
from bankapp.store.verification import verify_ledger

Connection = psycopg.Connection[tuple[Any, ...]]


async def test_it_stops_when_it_has_found_enough(connection: Connection, database_url: str) -> None:
    count = 3 * limits.FINDING_COUNT_MAX
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
    assert len(report.findings) == limits.FINDING_COUNT_MAX


async def test_progress_goes_from_little_to_all(database_url: str) -> None:
    seen: list[float] = []
    await verify_ledger(database_url, seen.append)
    assert seen == sorted(seen)
    assert 0 < seen[0] <= seen[-1] == 1.0
