"""One run: it sets up the banks, loads them in turn, and verifies their books."""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg

from bankapp.store.operator.verification import verify_ledger
from bench.ledger import banks, ways
from bench.ledger.figures import Compared, Figures, compare, middle
from bench.ledger.machine import describe_machine, describe_software
from bench.ledger.results import Results
from own_postgres import EmbeddedServer, find_binaries

# Durability is PostgreSQL's default. Three banks, the tutorial's and pgbench are connected at once.
# The cache is a quarter of the memory of a server of 4 GB, as PostgreSQL's manual recommends.
SERVER_SETTINGS: Final = {"max_connections": "300", "shared_buffers": "1GB"}
FEW: Final = 10_000


@dataclass(frozen=True)
class Extent:
    """The rounds, the seconds of each measurement, and the entries of the large bank."""

    round_count: int = 9
    duration_s: int = 5
    entry_count: int = 10_000_000


def measure(directory: Path, extent: Extent) -> Results:
    """Measure on a PostgreSQL in the directory, which is started for this.

    Raises AssertionError if the books of a loaded bank are not in order.
    """
    server = EmbeddedServer(directory, find_binaries(None), SERVER_SETTINGS)
    server.start()
    try:
        with ExitStack() as stack:
            return _measure(server, extent, stack)
    finally:
        server.stop()


def _measure(server: EmbeddedServer, extent: Extent, stack: ExitStack) -> Results:
    machine = describe_machine()
    bank = stack.enter_context(banks.bank(server))
    tutorial = stack.enter_context(banks.tutorial(server))
    few, few_people, _ = banks.filled(server, FEW)
    many, many_people, growing = banks.filled(server, extent.entry_count)
    readers = {
        f"{FEW:,} entries": banks.readers(server, few, few_people),
        f"{extent.entry_count:,} entries": banks.readers(server, many, many_people),
    }
    transfers = {
        (title, name): run
        for title, payees in (
            (f"{banks.ACCOUNT_COUNT:,} accounts", ways.ANYBODY),
            ("everybody pays one account", ways.THE_LAST),
        )
        for name, run in ways.transfers(
            bank, tutorial, payees, server.binaries, extent.duration_s
        ).items()
    }
    reads = {
        (what, size): run
        for size, one in readers.items()
        for what, run in ways.reads(stack.enter_context(one), extent.duration_s).items()
    }
    rounds = _in_turn({**transfers, **reads}, extent.round_count)
    _verify(bank.database)
    _verify_classic(tutorial.database)
    return Results(
        machine=machine,
        software=describe_software(bank.database),
        settings=_describe(extent),
        transfers={
            title: _compared(of_ways) for title, of_ways in _grouped(rounds, transfers).items()
        },
        reads={
            what: {size: middle(one) for size, one in by_size.items()}
            for what, by_size in _grouped(rounds, reads).items()
        },
        growing=growing,
        verification_s=_verify(many),
    )


def _in_turn(
    all_ways: Mapping[tuple[str, str], ways.Run], round_count: int
) -> dict[tuple[str, str], list[Figures]]:
    rounds = [{way: run() for way, run in all_ways.items()} for _ in range(round_count)]
    return {way: [one[way] for one in rounds] for way in all_ways}


def _verify(database: str) -> float:
    """Verify the books; returns the seconds that this takes."""
    report = asyncio.run(verify_ledger(database, lambda _: None))
    assert report.findings == []
    return report.duration_s


def _verify_classic(database: str) -> None:
    """Verify that the peers have done the same work."""
    with psycopg.connect(database) as connection:
        wrong = connection.execute(
            "SELECT accounts.id FROM accounts JOIN entries ON entries.account_id = accounts.id "
            "GROUP BY accounts.id HAVING accounts.balance <> %s + sum(entries.amount)",
            [banks.OPENING_BALANCE],
        ).fetchall()
    assert wrong == []


def _describe(extent: Extent) -> str:
    return (
        f"Medians of {extent.round_count} rounds of {extent.duration_s} s of each in turn, ratios "
        "within each round; clients, servers and one PostgreSQL, with fsync and 1 GB of "
        "shared_buffers, share the machine; each server is one process."
    )


def _grouped(
    rounds: Mapping[tuple[str, str], list[Figures]], wanted: Iterable[tuple[str, str]]
) -> dict[str, dict[str, list[Figures]]]:
    groups: dict[str, dict[str, list[Figures]]] = {}
    for title, name in wanted:
        groups.setdefault(title, {})[name] = rounds[title, name]
    return groups


def _compared(rounds: Mapping[str, list[Figures]]) -> dict[str, Compared]:
    """The figures of each way, beside those of the first."""
    first = next(iter(rounds.values()))
    return {name: compare(one, first) for name, one in rounds.items()}
