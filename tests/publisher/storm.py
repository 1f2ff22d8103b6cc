"""Publishes 50,000 events over 20 kills, and compares the topic with the feed.

python -m own_postgres python -m tests.publisher.storm --events 50000 --kills 20
"""

import argparse
import asyncio
import os
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from bankapp.postgres.migrations import migrate
from bankapp.store.engine.transaction import create_pool
from bankapp.store.store import Store
from tests.brokers import KINDS, running
from tests.factories import Make
from tests.publisher.kills import Place, published_over_kills


async def main() -> None:
    """Print how many events were missed, came twice or out of order; fail if any was."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=50_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--broker", choices=KINDS, default=KINDS[0])
    wanted = parser.parse_args()
    url = os.environ["DATABASE_URL"]
    migrate(url)
    began_s = time.monotonic()
    with TemporaryDirectory() as directory, running(wanted.broker, Path(directory)) as broker:
        async with create_pool(url) as pool:
            store = Store(pool)
            make = Make(store)
            pair = (await make.account(balance=1_000_000), await make.account(balance=1_000_000))
            place = Place(
                url=url,
                server=broker.server,
                topic=f"storm.{os.getpid()}",
                directory=Path(directory),
            )
            found, expected = await published_over_kills(
                store, pair, place, event_count=wanted.events, kill_count=wanted.kills
            )
    twice = len(found) - len(set(found))
    missed = len(set(expected) - set(found))
    print(
        f"{len(expected)} events, {wanted.kills} kills, {time.monotonic() - began_s:.0f} s: "
        f"{missed} missed, {twice} twice, in order: {found == expected}"
    )
    raise SystemExit(found != expected)


if __name__ == "__main__":
    asyncio.run(main())
