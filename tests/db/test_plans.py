"""What a page of a list costs does not depend on how deep it lies nor on how much there is."""

from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import sql

from bankapp.domain import limits
from bankapp.store.store import Store
from gen import entries, transfers
from tests.factories import Make, transfer

Connection = psycopg.Connection[tuple[Any, ...]]

TRANSFER_COUNT = 12_000
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
    await store.post(batch)
    for _ in range(TRANSFER_COUNT // 1000):
        await store.post([transfer(busy, other, 1) for _ in range(1000)])
    connection.autocommit = True
    connection.execute("ANALYZE")
    connection.execute(f"SET plan_cache_mode = {mode}")
    lists: list[tuple[LiteralString, list[int | str]]] = [
        (transfers.LIST_ACCOUNT_TRANSFERS, [busy.id]),
        (transfers.LIST_ACCOUNT_TRANSFERS, [old.id]),
        (entries.LIST_ENTRIES, [busy.id]),
        (entries.LIST_ENTRIES, [old.id]),
    ]
    for query, [account_id] in lists:
        for before_id in (limits.ID_MAX, TRANSFER_COUNT // 2, 60):
            read = buffer_count(connection, query, [account_id, before_id, 21])
            assert read < BUFFER_COUNT_MAX, (query, before_id, read)
    for owner in (busy.owner, old.owner):
        for before_id in (limits.ID_MAX, TRANSFER_COUNT // 2, 60):
            arguments: list[object] = [before_id, 21, owner]
            read = buffer_count(connection, transfers.LIST_OWNER_TRANSFERS, arguments)
            assert read < BUFFER_COUNT_MAX, (owner, before_id, read)


def buffer_count(connection: Connection, query: LiteralString, arguments: list[Any]) -> int:
    """How many pages the query touches."""
    connection.execute(sql.SQL("PREPARE page AS ") + sql.SQL(query.split("\n", 1)[1]))
    call = sql.SQL("EXPLAIN (ANALYZE, BUFFERS, FORMAT json) EXECUTE page ({})").format(
        sql.SQL(", ").join(map(sql.Literal, arguments))
    )
    row = connection.execute(call).fetchone()
    connection.execute("DEALLOCATE page")
    assert row is not None
    plan = row[0][0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])
