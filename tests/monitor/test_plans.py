"""Every question stays quick in a bank that has existed for long."""

import inspect
from collections.abc import AsyncGenerator, Iterator
from typing import Any, Final

import pytest
from psycopg import AsyncConnection, sql

from monitor.database import Pool
from monitor.gen import monitored_events
from monitor.gen.queries import QUERIES

EVENT_COUNT: Final = 100_000
PARTITION_COUNT: Final = 5
# What one question may read of each partition of its index.
ROW_COUNT_MAX: Final = 500
FILL: Final = """
INSERT INTO monitored_events (
    position, generation, epoch, type, happened_at, subject, account_ids, data
)
SELECT
    n * 50, 1, 1, t.type, timestamptz '2026-01-01' + n * interval '1 s', 'x', '{1}',
    CASE t.type
        WHEN 'session.opened' THEN jsonb_build_object('username', 'user_' || n % 1000)
        WHEN 'account.frozen' THEN jsonb_build_object('account_id', n % 1000)
        ELSE jsonb_build_object(
            'from_account_id', n % 1000, 'to_account_id', n % 777,
            'kind', (ARRAY['transfer', 'withdrawal'])[1 + n % 2]
        )
    END
FROM generate_series(1, %s) AS n
CROSS JOIN LATERAL (SELECT CASE
    WHEN n %% 10 = 0 THEN 'session.opened'
    WHEN n %% 500 = 1 THEN 'account.frozen'
    ELSE 'transfer.posted'
END AS type) AS t
""".replace("n % ", "n %% ")
# Each user and each account has some hundred events.
ARGUMENTS: Final[dict[str, object]] = {
    "username": "user_0",
    "account_id": 7,
    "generation": 1,
    "epoch": 1,
    "before_position": 2**62,
    "after_position": 0,
    "counted_position": 0,
    "position": 2**62,
    "skipped_count": 4,
    "row_count_max": 51,
    "first_position": 4_000_000,
    "last_position": 4_025_000,
}
READS: Final = sorted(
    name
    for name, query in QUERIES.items()
    if query.module == "monitored_events" and query.reads_only
)


@pytest.fixture
async def filled(monitor_pool: Pool) -> AsyncGenerator[AsyncConnection[Any]]:
    """A connection to a monitor of many events."""
    async with monitor_pool.connection() as connection:
        await connection.execute("SET LOCAL statement_timeout = '2min'")
        for number in range(PARTITION_COUNT + 1):
            await connection.execute("SELECT make_partition(%s)", [number * 1_000_000])
        await connection.execute(FILL.encode(), [EVENT_COUNT])
        await connection.execute("ANALYZE monitored_events")
        yield connection


async def test_plans(filled: AsyncConnection[Any]) -> None:
    """Goal: questions read index ranges that a page bounds, of the partitions they need.

    Method: each is explained with its run, as it is planned for any arguments; its plan may walk no
    table and no whole index, sort no more than some pages, and read no more rows than that.
    """
    assert len(READS) >= 5
    for mode in ("force_custom_plan", "force_generic_plan"):
        await filled.execute("SELECT set_config('plan_cache_mode', %s, true)", [mode])
        for name in READS:
            plan = await explain(filled, name)
            assert list(growing(plan)) == [], (name, mode)


async def test_confirming_reads_only_the_partitions_of_its_page(
    filled: AsyncConnection[Any],
) -> None:
    plan = await explain(filled, "ConfirmEvents")
    read = {
        one["Relation Name"]
        for one in nodes(plan)
        if one["Node Type"].endswith("Scan") and "monitored" in one.get("Relation Name", "")
    }
    assert read == {"monitored_events_4000000"}


async def explain(connection: AsyncConnection[Any], name: str) -> dict[str, Any]:
    """The plan of a query and what its run read."""
    query = QUERIES[name]
    method = getattr(monitored_events.AsyncQuerier, query.method)
    names = [one for one in inspect.signature(method).parameters if one != "self"]
    await connection.execute(b"PREPARE asked AS " + query.sql.encode())
    found = await connection.execute(
        "SELECT parameter_types::text[] FROM pg_prepared_statements WHERE name = 'asked'"
    )
    [(types,)] = await found.fetchall()
    assert len(names) == len(types)
    given = [ARGUMENTS.get(one) for one in names]
    values = sql.SQL(", ").join(
        sql.Literal("{}" if value is None else str(value)) for value in given
    )
    explained = await connection.execute(
        sql.SQL("EXPLAIN (ANALYZE, FORMAT json) EXECUTE asked ({})").format(values)
    )
    [([whole],)] = await explained.fetchall()
    await connection.execute("DEALLOCATE asked")
    plan: dict[str, Any] = whole["Plan"]
    return plan


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All nodes of a plan."""
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)


def growing(plan: dict[str, Any]) -> Iterator[str]:
    """The parts of a plan that grow with the number of events."""
    for one in nodes(plan):
        kind, relation = one["Node Type"], one.get("Relation Name", one.get("Index Name", ""))
        if kind == "Seq Scan" and one["Actual Rows"] + one.get("Rows Removed by Filter", 0) > 0:
            yield f"reads all of {relation}"
        if "Index" in kind and "Index Cond" not in one:
            yield f"walks {relation}"
        if "Sort" in kind and one["Plan Rows"] > 2 * ROW_COUNT_MAX:
            yield f"sorts {one['Plan Rows']} rows"
        if one["Actual Rows"] + one.get("Rows Removed by Filter", 0) > ROW_COUNT_MAX:
            yield f"reads {one['Actual Rows']} rows of {relation}"
