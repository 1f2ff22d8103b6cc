"""python -m bench.feed: measure posting beside the feed, its delay, and its deep pages.

Ratios are medians over rounds in which the ways alternate. With --entries, a bank of so many
entries is filled first, and a page in its depth is compared with the newest.
"""

import argparse
import http.client
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

import psycopg

from bench.feed.publishing import publishing
from bench.ledger import banks
from bench.ledger.people import banker_token
from bench.ledger.runs import SERVER_SETTINGS
from bench.ledger.ways import ANYBODY, Payers, Readers
from bench.ledger.workload import Workload, run_workload
from own_postgres import EmbeddedServer, find_binaries
from tests.brokers import running

CONNECTION_COUNT: Final = 64
NEVER: Final = "hold.voided"  # nobody holds money here: the reader keeps the horizon moving
EVERYTHING: Final = "transfer.posted"
PAGE_COUNT: Final = 200
BROKER: Final = "tansu"  # of the wheels it takes the least processor
Ways: TypeAlias = Mapping[str, Callable[[], AbstractContextManager[object]]]


@dataclass
class Reading:
    """What a reader has seen when it has ended."""

    delays_ms: list[float]


@contextmanager
def reading(payers: Payers, token: str, types: str) -> Generator[Reading]:
    """A reader of the feed in a process of its own, while the block runs."""
    command = [sys.executable, "-m", "bench.feed.reader", payers.url, token]
    process = subprocess.Popen(
        [*command, types], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "reading\n"
    found = Reading([])
    yield found
    out, _ = process.communicate()
    found.delays_ms = json.loads(out)


def compare(payers: Payers, ways: Ways, round_count: int, duration_s: int) -> None:
    """Print the rate of posting of each way beside that of the first."""
    alone = next(iter(ways))
    ratios: dict[str, list[float]] = {way: [] for way in ways}
    for number in range(round_count):
        rates: dict[str, float] = {}
        for way, beside in [*ways.items()][:: -1 if number % 2 else 1]:
            workload = Workload(
                payers.url,
                ANYBODY.work,
                payers.account_ids,
                payers.tokens,
                CONNECTION_COUNT,
                duration_s,
            )
            with beside():
                rates[way] = run_workload(workload).rate
        for way, rate in rates.items():
            ratios[way].append(rate / rates[alone])
        print(f"round {number}: " + ", ".join(f"{way} {rate:.0f}/s" for way, rate in rates.items()))
    for way, of_way in ratios.items():
        print(f"{way}: {statistics.median(of_way):.3f}")


def measure_delay(payers: Payers, token: str, duration_s: int) -> None:
    """Print how long after its time a transfer is with a reader, of 1 and of all clients."""
    for client_count in (1, CONNECTION_COUNT):
        workload = Workload(
            payers.url, ANYBODY.work, payers.account_ids, payers.tokens, client_count, duration_s
        )
        with reading(payers, token, EVERYTHING) as found:
            rate = run_workload(workload).rate
            time.sleep(1)
        cuts = statistics.quantiles(found.delays_ms, n=100)
        print(
            f"{len(found.delays_ms)} transfers at {rate:.0f}/s are with a reader after "
            f"{cuts[49]:.0f} ms (p50), {cuts[98]:.0f} ms (p99)"
        )


def compare_pages(readers: Readers, database: str) -> None:
    """Print the time of a page in the middle of the feed beside that of its newest."""
    place = urlsplit(readers.url)
    assert place.hostname is not None
    connection = http.client.HTTPConnection(place.hostname, place.port)
    headers = {"Authorization": f"Bearer {readers.token}"}

    def page(cursor: str) -> tuple[float, dict[str, Any]]:
        started = time.perf_counter()
        connection.request("GET", f"/v1/events?limit=500&cursor={cursor}", headers=headers)
        with connection.getresponse() as response:
            answer = json.load(response)
        return (time.perf_counter() - started) * 1000, answer

    with psycopg.connect(database) as known:
        [(last,)] = known.execute("SELECT max(id) FROM transfers").fetchall()
    for _ in range(3):
        page(f"1-{last - 2000}")
    times: dict[str, list[float]] = {"deep": [], "newest": []}
    step = last // 3 // PAGE_COUNT
    for number in range(PAGE_COUNT):
        for name, position in (("deep", last // 3 + step * number), ("newest", last - 2000)):
            spent_ms, answer = page(f"1-{position}")
            assert len(answer["items"]) == 500
            times[name].append(spent_ms)
    deep, newest = statistics.median(times["deep"]), statistics.median(times["newest"])
    print(
        f"a page of 500 among {last:,}: deep {deep:.1f} ms, newest {newest:.1f} ms, "
        f"{deep / newest:.2f} times"
    )


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(prog="python -m bench.feed", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--entries", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bankapp-bench-") as name:
        server = EmbeddedServer(Path(name), find_binaries(None), SERVER_SETTINGS)
        server.start()
        try:
            with banks.bank(server) as payers, running(BROKER, Path(name)) as broker:
                token = banker_token(payers.database)
                worker = server.home / "work"
                ways: Ways = {
                    "posting alone": nullcontext,
                    "horizon kept": partial(reading, payers, token, NEVER),
                    "one reader of all": partial(reading, payers, token, EVERYTHING),
                    "published to Kafka": partial(publishing, payers.database, broker, worker),
                }
                compare(payers, ways, options.rounds, options.seconds)
                measure_delay(payers, token, options.seconds)
            if options.entries:
                database, people, _ = banks.filled(server, options.entries)
                with banks.readers(server, database, people) as readers:
                    compare_pages(readers, database)
        finally:
            server.stop()


main()
