"""python -m bench.doors: measure transfers over gRPC beside those over HTTP, at one server.

Ratios are medians over rounds in which the doors alternate.
"""

import argparse
import statistics
import tempfile
import urllib.request
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from bankapp.postgres.migrations import migrate
from bench.ledger import servers
from bench.ledger.figures import Figures, compare
from bench.ledger.machine import describe_machine
from bench.ledger.people import add_payers
from bench.ledger.runs import SERVER_SETTINGS
from bench.ledger.ways import ANYBODY
from bench.ledger.workload import Workload, run_workload
from own_postgres import EmbeddedServer, ensure_database, find_binaries

ACCOUNT_COUNT: Final = 1_000  # each of whose sessions is soon known to the server
REQUEST_COUNT: Final = 64  # at the same time
LOADS: Final = {"HTTP": "bench.ledger.load", "gRPC": "bench.doors.load"}


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(prog="python -m bench.doors", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bankapp-bench-") as name, ExitStack() as stack:
        server = EmbeddedServer(Path(name), find_binaries(None), SERVER_SETTINGS)
        server.start()
        stack.callback(server.stop)
        database = ensure_database(server, "bank", "bank")
        migrate(database)
        account_ids, tokens = add_payers(database, ACCOUNT_COUNT)
        directory = server.home / "bank"
        http = stack.enter_context(
            servers.bank(database, directory, BANK_GRPC_ADDRESS="127.0.0.1:0")
        )
        urls = {"HTTP": http, "gRPC": servers.grpc_url(directory)}
        workloads = {
            door: Workload(url, ANYBODY.work, account_ids, tokens, REQUEST_COUNT, options.seconds)
            for door, url in urls.items()
        }
        print(describe_machine())
        _compare(http, workloads, options.rounds)


def _compare(http: str, workloads: Mapping[str, Workload], round_count: int) -> None:
    rounds: dict[str, list[Figures]] = {door: [] for door in workloads}
    spent_us: dict[str, list[float]] = {door: [] for door in workloads}
    for door, workload in workloads.items():
        run_workload(workload, LOADS[door])
    for number in range(round_count):
        for door, workload in [*workloads.items()][:: -1 if number % 2 else 1]:
            before_s = _processor_s(http)
            figures = run_workload(workload, LOADS[door])
            spent_s = _processor_s(http) - before_s
            rounds[door].append(figures)
            spent_us[door].append(1e6 * spent_s / (figures.rate * workload.duration_s))
    print(f"{'':<6}{'ratio':>8}{'per s':>8}{'p50 ms':>8}{'p99 ms':>8}{'µs of processor':>18}")
    for door, of_door in rounds.items():
        one = compare(of_door, rounds["HTTP"])
        print(
            f"{door:<6}{one.ratio:>8.2f}{one.rate:>8,.0f}{one.p50_ms:>8.1f}{one.p99_ms:>8.1f}"
            f"{statistics.median(spent_us[door]):>18.0f}"
        )


def _processor_s(url: str) -> float:
    """The processor time that the server has spent."""
    with urllib.request.urlopen(f"{url}/metrics") as answer:
        lines = answer.read().decode().splitlines()
    [value] = [line.split()[1] for line in lines if line.startswith("process_cpu_seconds_total ")]
    return float(value)


main()
