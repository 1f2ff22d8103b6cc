"""python -m bench.generator: print how the ways compare, on the server of DATABASE_URL."""

import asyncio
import dataclasses
import os
import random
import tempfile
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType

import psycopg

from bench.generator.cores import one_core
from bench.generator.measure import Case, Way, measure
from bench.generator.project import ROW_COUNT, compile_queries, make_database
from bench.generator.report import machine, table
from bench.generator.ways import connect
from bench.generator.ways.by_hand import AsyncByHand, ByHand
from bench.generator.ways.generated import AsyncGenerated, Generated
from bench.generator.ways.official import AsyncOfficial, Official
from bench.generator.ways.with_asyncpg import AsyncAsyncpg

BY_HAND = "psycopg by hand"
GENERATED = "generated"
OFFICIAL = "official shape (SQLAlchemy)"
ASYNCPG = "asyncpg by hand"
LEGEND = """
Medians over rounds in which all ways take turns. "wall" and "CPU" (of this process, so without
the server) are ratios to the first way of a table, "each" is the wall time. "tracemalloc" is the
peak of Python's objects, "RSS grows" the peak of the process, which includes the memory of libpq.
"on one core": client and server share a core, because waking another one outweighs the work."""


@dataclass(frozen=True)
class Ways:
    """All ways, each on a connection of its own; a connection stays in one transaction."""

    by_hand: ByHand
    generated: Generated
    official: Official
    async_by_hand: AsyncByHand
    async_generated: AsyncGenerated
    async_official: AsyncOfficial
    asyncpg: AsyncAsyncpg


@asynccontextmanager
async def connected(module: ModuleType, url: str) -> AsyncGenerator[Ways]:
    """Connect all ways until the block ends."""
    with (
        psycopg.connect(url) as hand,
        psycopg.connect(url) as generated,
        connect.sqlalchemy_sync(url) as alchemy,
    ):
        async with (
            await psycopg.AsyncConnection.connect(url) as async_hand,
            await psycopg.AsyncConnection.connect(url) as async_generated,
            connect.sqlalchemy_async(url) as async_alchemy,
            connect.asyncpg_in_transaction(url) as other,
        ):
            yield Ways(
                ByHand(hand),
                Generated(module, generated),
                Official(alchemy),
                AsyncByHand(async_hand),
                AsyncGenerated(module, async_generated),
                AsyncOfficial(async_alchemy),
                AsyncAsyncpg(other),
            )


def one_row_cases(ways: Ways) -> Iterator[Case]:
    """Cases of latency, measured both on all cores and on one."""
    ids = random.Random(1).choices(range(1, ROW_COUNT + 1), k=50)
    yield Case(
        "one row by key, sync",
        len(ids),
        300,
        [
            Way(BY_HAND, partial(ways.by_hand.one_row, ids)),
            Way(GENERATED, partial(ways.generated.one_row, ids)),
            Way(OFFICIAL, partial(ways.official.one_row, ids)),
        ],
    )
    yield Case(
        "one row by key, async",
        len(ids),
        200,
        [
            Way(BY_HAND, partial(ways.async_by_hand.one_row, ids)),
            Way(GENERATED, partial(ways.async_generated.one_row, ids)),
            Way(OFFICIAL, partial(ways.async_official.one_row, ids)),
            Way(ASYNCPG, partial(ways.asyncpg.one_row, ids)),
        ],
    )


def other_cases(ways: Ways) -> Iterator[Case]:
    """Cases of throughput."""
    yield Case(
        "1,000 rows, sync",
        1,
        400,
        [
            Way(BY_HAND, partial(ways.by_hand.rows, 1000)),
            Way(GENERATED, partial(ways.generated.rows, 1000)),
            Way(OFFICIAL, partial(ways.official.rows, 1000)),
        ],
    )
    yield Case(
        "1,000 rows, async",
        1,
        300,
        [
            Way(BY_HAND, partial(ways.async_by_hand.rows, 1000)),
            Way(GENERATED, partial(ways.async_generated.rows, 1000)),
            Way(OFFICIAL, partial(ways.async_official.rows, 1000)),
            Way(ASYNCPG, partial(ways.asyncpg.rows, 1000)),
        ],
    )
    undo_hand = ways.by_hand.rollback
    undo_generated = ways.generated.rollback
    undo_other = ways.asyncpg.rollback
    yield Case(
        "insert of 1,000 rows",
        1,
        20,
        [
            Way(f"{BY_HAND}, loop", ways.by_hand.insert_loop, undo_hand),
            Way(f"{GENERATED}, loop (:exec)", ways.generated.insert_loop, undo_generated),
            Way(f"{OFFICIAL}, loop", ways.official.insert_loop, ways.official.rollback),
            Way(f"{ASYNCPG}, loop", ways.asyncpg.insert_loop, undo_other),
            Way(f"{BY_HAND}, executemany", ways.by_hand.insert_batch, undo_hand),
            Way(f"{GENERATED}, :batchexec", ways.generated.insert_batch, undo_generated),
            Way(f"{ASYNCPG}, executemany", ways.asyncpg.insert_batch, undo_other),
            Way(f"{BY_HAND}, COPY", ways.by_hand.insert_copy, undo_hand),
            Way(f"{GENERATED}, :copyfrom", ways.generated.insert_copy, undo_generated),
            Way(f"{ASYNCPG}, COPY", ways.asyncpg.insert_copy, undo_other),
        ],
    )
    yield Case(
        "streaming 100,000 rows",
        1,
        8,
        [
            Way(f"{BY_HAND}, stream(size=500)", ways.by_hand.stream),
            Way(f"{GENERATED}, @stream", ways.generated.stream),
            Way(f"{BY_HAND}, fetchall", ways.by_hand.stream_at_once),
            Way(f"{BY_HAND}, server-side cursor of 500", ways.by_hand.stream_from_server),
            Way(OFFICIAL, ways.official.stream),
            Way(f"{ASYNCPG}, cursor of 500", ways.asyncpg.stream),
        ],
        weighs_memory=True,
    )


async def compare(module: ModuleType, url: str) -> None:
    """Measure and print every case."""
    with psycopg.connect(url) as connection:
        print(machine(connection))
    print(LEGEND)
    async with connected(module, url) as ways:
        for case in one_row_cases(ways):
            await show(case)
            with one_core(url):
                await show(dataclasses.replace(case, title=f"{case.title}, on one core"))
        for case in other_cases(ways):
            await show(case)


async def show(case: Case) -> None:
    """Measure and print one case."""
    print(f"\n{table(case, await measure(case))}", flush=True)


def main() -> None:
    """Compile, measure and print."""
    server_url = os.environ["DATABASE_URL"]
    url = make_database(server_url)
    with tempfile.TemporaryDirectory(prefix="bench-") as directory:
        module = compile_queries(Path(directory))
        asyncio.run(compare(module, url))


if __name__ == "__main__":
    main()
