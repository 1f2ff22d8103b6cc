"""The cost of a page of a list does not depend on its depth or on the number of rows."""

from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import sql

from bankapp.domain import limits
from bankapp.store.ledger import postings
from bankapp.store.store import Store
from gen import entries, transfers
from gen.queries import Queries
from tests.factories import Make, keyed, transfer

Connection = psycopg.Connection[tuple[Any, ...]]

TRANSFER_COUNT = 12_000
KEY_LENGTH = 36
SCANS_BY_TIME = """
SELECT idx_scan
FROM pg_stat_user_indexes
WHERE indexrelname = 'idempotency_keys_created_at_idx'
"""
BUFFER_COUNT_MAX = 120  # of 20 rows: each a few pages of an index and a table


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
async def test_pages_are_cheap_at_both_ends(
    store: Store, make: Make, connection: Connection, mode: LiteralString
) -> None:
    """Goal: no list walks what it does not show.

    Method: 12,000 transfers, an account whose movements are the oldest, one whose are everywhere;
    count the pages read for the newest, a middle and the oldest page of each list.
    """
    busy = await make.account(balance=TRANSFER_COUNT)
    old, other = await make.account(balance=100), await make.account()
    batch = [transfer(old, other, 1) for _ in range(100)]
    await store.postings.post(batch)
    for _ in range(TRANSFER_COUNT // 1000):
        await store.postings.post([transfer(busy, other, 1) for _ in range(1000)])
    connection.autocommit = True
    connection.execute("ANALYZE")
    connection.execute(f"SET plan_cache_mode = {mode}")
    for account in (busy, old):
        for before_id in (limits.ID_MAX, TRANSFER_COUNT // 2, 60):
            page: list[Any] = [account.id, before_id, 21]
            lists: list[tuple[LiteralString, list[Any]]] = [
                (transfers.LIST_ACCOUNT_TRANSFERS, page),
                (entries.LIST_ENTRIES, [[one] for one in page]),
            ]
            for query, arguments in lists:
                read = buffer_count(connection, query, arguments)
                assert read < BUFFER_COUNT_MAX, (query, before_id, read)
    for owner in (busy.owner, old.owner):
        for before_id in (limits.ID_MAX, TRANSFER_COUNT // 2, 60):
            of_owner = [before_id, 21, owner]
            read = buffer_count(connection, transfers.LIST_OWNER_TRANSFERS, of_owner)
            assert read < BUFFER_COUNT_MAX, (owner, before_id, read)


async def test_keys_are_found_by_their_key(
    store: Store, make: Make, connection: Connection, database_url: str
) -> None:
    """Goal: no call reads all keys of the day. Method: a plan made when there were few.

    That of a table that was empty when it was analysed: all its indexes seem to be as good.
    """
    payer, payee = await make.account(balance=10_000), await make.account()
    connection.autocommit = True
    connection.execute("ANALYZE idempotency_keys")
    for number in range(10):
        batch = [
            keyed(transfer(payer, payee, 1), f"{number} {item}".ljust(KEY_LENGTH))
            for item in range(50)
        ]
        await store.postings.post(batch)
        with psycopg.connect(database_url, autocommit=True) as other:
            q = Queries(other)
            for item in range(3):
                again = keyed(transfer(payer, payee, 1), f"{number} again {item}")
                q.transfers.post_transfers(postings.parameters([again]))
    connection.execute("SELECT pg_stat_force_next_flush()")
    assert connection.execute(SCANS_BY_TIME).fetchone() == (0,)


def buffer_count(connection: Connection, query: LiteralString, arguments: list[Any]) -> int:
    """How many pages the query touches."""
    connection.execute(sql.SQL("PREPARE page AS ") + sql.SQL(query))
    call = sql.SQL("EXPLAIN (ANALYZE, BUFFERS, FORMAT json) EXECUTE page ({})").format(
        sql.SQL(", ").join(map(sql.Literal, arguments))
    )
    row = connection.execute(call).fetchone()
    connection.execute("DEALLOCATE page")
    assert row is not None
    plan = row[0][0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])
