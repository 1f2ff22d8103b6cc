"""No query that is served reads a whole table, however large it has grown."""

from importlib import import_module
from typing import Any

import psycopg
import pytest
from psycopg import sql

from bankapp.store import postings
from bankapp.store.store import Store
from gen.queries import Queries
from tests.factories import Make, capture, hold, keyed, reversal, transfer, void

Connection = psycopg.Connection[tuple[Any, ...]]

# All but reports, which verifies the books by reading them.
MODULES = (
    *("accounts", "entries", "holds", "idempotency_keys"),
    *("sessions", "transfers", "users"),
)
QUERIES = {
    f"{module}.{name}": text
    for module in MODULES
    for name, text in vars(import_module(f"gen.{module}")).items()
    if name.isupper()
}
ROW_COUNT = 30_000
# Many people with an account each, who pay each other, hold money for each other, and name keys.
MUCH = """
INSERT INTO users (username, hashed_password, full_name, email)
SELECT 'many_' || n, 'x', 'x', n || '@many' FROM generate_series(1, {count}) AS n;
INSERT INTO sessions (username, user_agent, expires_at)
SELECT username, '', now() + interval '1 day' FROM users;
ALTER TABLE accounts DISABLE TRIGGER USER;
INSERT INTO accounts (owner, currency, balance)
SELECT 'many_' || n, 'USD', 100 FROM generate_series(1, {count}) AS n;
ALTER TABLE transfers DISABLE TRIGGER USER;
INSERT INTO transfers (kind, from_account_id, to_account_id, amount, currency, created_at)
SELECT 'transfer', id, id + 1, 1, 'USD', now()
FROM accounts WHERE owner LIKE 'many%' AND id < (SELECT max(id) FROM accounts);
ALTER TABLE entries DISABLE TRIGGER USER;
INSERT INTO entries (id, transfer_id, account_id, amount, balance_after, created_at)
SELECT 2 * id, id, from_account_id, -amount, 99, created_at FROM transfers;
INSERT INTO entries (id, transfer_id, account_id, amount, balance_after, created_at)
SELECT 2 * id + 1, id, to_account_id, amount, 101, created_at FROM transfers;
INSERT INTO holds (from_account_id, to_account_id, amount, currency, expires_at, created_at)
SELECT from_account_id, to_account_id, 1, 'USD', now() + interval '1 day', now() FROM transfers;
INSERT INTO idempotency_keys (scope, key, request_hash, request_id, transfer_id, created_at)
SELECT 'many_' || n, 'k' || n, sha256('x'), '', NULL, now() FROM generate_series(1, {count}) AS n;
ALTER TABLE accounts ENABLE TRIGGER USER;
ALTER TABLE transfers ENABLE TRIGGER USER;
ALTER TABLE entries ENABLE TRIGGER USER;
"""


@pytest.fixture
def large(connection: Connection) -> Connection:
    """A large bank, analysed."""
    connection.execute(MUCH.format(count=ROW_COUNT).encode())
    connection.commit()
    connection.autocommit = True
    connection.execute("ANALYZE")
    return connection


def scanned(plan: dict[str, Any]) -> list[str]:
    """The tables that a plan reads from end to end."""
    here = [plan["Relation Name"]] if plan["Node Type"] == "Seq Scan" else []
    return here + [name for inner in plan.get("Plans", ()) for name in scanned(inner)]


def test_no_query_scans_a_table(large: Connection) -> None:
    found: dict[str, list[str]] = {}
    for name, text in QUERIES.items():
        explain = sql.SQL("EXPLAIN (GENERIC_PLAN, FORMAT json) ") + sql.SQL(text)
        row = large.execute(explain.as_bytes(large)).fetchone()
        assert row is not None
        if tables := scanned(row[0][0]["Plan"]):
            found[name] = tables
    assert len(QUERIES) > 20
    assert not found


@pytest.mark.parametrize("mode", ["force_generic_plan", "force_custom_plan", "auto"])
async def test_the_posting_call_scans_no_table(
    store: Store, make: Make, large: Connection, mode: str
) -> None:
    """Goal: the call keeps its plans. Method: items of every kind; count what was read."""
    source, target = await make.account(balance=10_000), await make.account()
    large.execute(sql.SQL("SET plan_cache_mode = {}").format(sql.Identifier(mode)))
    queries = Queries(large).transfers

    def rows_read() -> dict[str, int]:
        large.execute("SELECT pg_stat_force_next_flush()")
        return dict(
            large.execute("SELECT relname::text, seq_tup_read FROM pg_stat_user_tables").fetchall()
        )

    before = rows_read()
    for number in range(8):
        paid, held, other = queries.post_transfers(
            postings.parameters(
                [
                    keyed(transfer(source, target, 1), f"a{number}"),
                    hold(source, target, 3),
                    hold(source, target, 3),
                ]
            )
        )
        assert paid.transfer_id is not None
        assert held.hold_id is not None
        assert other.hold_id is not None
        done = queries.post_transfers(
            postings.parameters(
                [
                    keyed(transfer(source, target, 1), f"a{number}"),
                    reversal(paid.transfer_id),
                    capture(held.hold_id, 1),
                    capture(held.hold_id),
                    void(other.hold_id),
                ]
            )
        )
        assert [row.refusal for row in done] == [None] * 5
    after = rows_read()
    assert {name for name, count in after.items() if count > before[name]} <= {"currencies"}
