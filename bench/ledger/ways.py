"""The measurements: ways to move money, and reads."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from bench.ledger.figures import Figures
from bench.ledger.pgbench import CLASSIC, POSTING, run_pgbench
from bench.ledger.workload import Workload, run_workload

CONNECTION_COUNTS: Final = (64, 256)

Run = Callable[[], Figures]


class Payees(NamedTuple):
    """The choice of payees, in the language of each way to pay."""

    work: str
    of_classic: str
    of_posting: str


ANYBODY: Final = Payees(
    "transfer to anybody",
    "1 + (:a + random(0, :count - 2)) % :count",
    "(:a + random(1, :count - 1)) % :count",
)
THE_LAST: Final = Payees("transfer to the last", ":count", ":count - 1")


@dataclass(frozen=True)
class Payers:
    """A bank to move money in: `tokens[n]` is of the owner of `account_ids[n]`.

    Both the server at `url` and pgbench use `database`.
    """

    database: str
    url: str
    account_ids: list[int]
    tokens: list[str]


@dataclass(frozen=True)
class Readers:
    """A bank to read from; the `cursors` are of the busiest account, `account_ids[0]`."""

    url: str
    account_ids: list[int]
    token: str
    cursors: list[str]


def transfers(
    bank: Payers, tutorial: Payers, payees: Payees, binaries: Path, duration_s: int
) -> dict[str, Run]:
    """The runs of transfers, by the way of paying; the baseline comes first."""

    def pgbench(script: str, payers: Payers) -> Run:
        return partial(
            run_pgbench,
            binaries,
            payers.database,
            script,
            connection_count=CONNECTION_COUNTS[0],
            duration_s=duration_s,
            count=len(payers.account_ids),
            first=payers.account_ids[0],
        )

    ways = {
        "pgbench, the classic transaction, 64 connections": pgbench(
            CLASSIC.format(payee=payees.of_classic), tutorial
        ),
        "pgbench, the posting call for one, 64 connections": pgbench(
            POSTING.format(payee=payees.of_posting), bank
        ),
    }
    for name, payers in (("the bank", bank), ("FastAPI and SQLAlchemy", tutorial)):
        for count in CONNECTION_COUNTS:
            workload = Workload(
                payers.url, payees.work, payers.account_ids, payers.tokens, count, duration_s
            )
            ways[f"{name} over HTTP, {count} connections"] = partial(run_workload, workload)
    return ways


def reads(readers: Readers, duration_s: int) -> dict[str, Run]:
    """The runs of reads, by the resource."""

    def http(work: str, account_ids: list[int]) -> Run:
        tokens, count = [readers.token], CONNECTION_COUNTS[0]
        workload = Workload(
            readers.url, work, account_ids, tokens, count, duration_s, readers.cursors
        )
        return partial(run_workload, workload)

    return {
        "an account": http("account", readers.account_ids),
        "the newest 20 entries": http("newest entries", readers.account_ids),
        "20 entries deep in the busiest account": http("older entries", readers.account_ids[:1]),
    }
