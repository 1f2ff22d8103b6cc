"""python -m tests.invariants: storm the bank, kill its parts, compare its answers with its books.

Not a race but a proof, as long as one likes: exits with 1 when an answer and the books differ, when
readers of the feed missed something or were told twice, or when the bank was unavailable though
nothing was killed.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Final

import psycopg

from bankapp.store.operator.verification import verify_ledger
from tests.clock import Clock
from tests.invariants.books import differences
from tests.invariants.fragile import FragileBank, sender
from tests.invariants.readers import reading, untold
from tests.invariants.storm import BANKER, Storm

READERS: Final = (BANKER, 0, 1, 2)


def main() -> int:
    """Blow for as long as the arguments say."""
    parser = argparse.ArgumentParser(prog="python -m tests.invariants", description=main.__doc__)
    parser.add_argument("--requests", type=int, default=200_000, metavar="N")
    parser.add_argument(
        "--kills", type=int, default=0, metavar="N", help="of the server, and of PostgreSQL"
    )
    parser.add_argument(
        "--jump-s", type=float, default=0, metavar="S", help="of PostgreSQL's clock, back and forth"
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="b-") as directory:
        bank = FragileBank(Path(directory, "bank"), {})
        try:
            jump = timedelta(seconds=arguments.jump_s)
            return asyncio.run(_storm(bank, arguments.requests, arguments.kills, jump))
        finally:
            bank.stop()


async def _storm(bank: FragileBank, request_count: int, kill_count: int, jump: timedelta) -> int:
    bank.start()
    if jump:
        with psycopg.connect(bank.superuser_url, autocommit=True) as superuser:
            Clock(superuser).jump(jump)
        await bank.kill_server()  # it may have plans that read the old clock
    tokens, account_ids = bank.populate()
    kills = [bank.kill_server, bank.kill_postgres] * kill_count
    started = time.monotonic()
    async with sender(bank, tokens) as one:
        storm = Storm(one.send, account_ids, request_count, kills)
        async with reading(one.read, READERS) as readers:
            try:
                await storm.rage()
            finally:
                _print_numbers(bank, storm, time.monotonic() - started)
    told = untold(bank.url, readers, account_ids)
    event_count = sum(len(reader.events) for reader in readers)
    print(f"{len(readers)} readers were told of {event_count:,} events: {len(told)} differences")
    found = [*differences(bank.url, storm), *told]
    report = await verify_ledger(bank.url, lambda _: None)
    print(
        f"compared with the books: {len(found)} differences; "
        f"verified {report.entry_count:,} entries: {len(report.findings)} findings"
    )
    print(*found[:20], *report.findings[:20], sep="\n", end="")
    was_there = bool(kills) or storm.unavailable_count == 0
    return 0 if was_there and not found and not report.findings else 1


def _print_numbers(bank: FragileBank, storm: Storm, duration_s: float) -> None:
    print(
        f"{len(storm.answered):,} requests answered in {duration_s:.0f} s, "
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    )
    for name, count in sorted(storm.numbers.items()):
        print(f"{count:>9,}  {name}")
    for cause, count in _causes(bank).most_common(20):
        print(f"{count:>9,}  log: {cause}")


def _causes(bank: FragileBank) -> Counter[str]:
    """Why the servers say that they could not answer."""
    lines = (json.loads(line) for line in bank.logs() if line.startswith('{"'))
    return Counter(
        f"{line['event']}: {line.get('cause', '')[:100]}"
        for line in lines
        if line["event"] in ("unavailable", "request failed")
    )


if __name__ == "__main__":
    sys.exit(main())
