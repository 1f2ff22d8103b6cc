"""Events are published while the process that does so is killed, again and again."""

import asyncio
import os
import random
import signal
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bankapp.store.store import Store
from gen import models
from tests.brokers import ids
from tests.factories import transfer
from tests.feed import facts
from tests.processes.processes import Working, until

BATCH_SIZE = 50
RUN_MAX_S = 0.4
TIMEOUT_S = 300.0


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where it happens."""

    url: str
    server: str
    topic: str
    directory: Path

    def working(self, name: str) -> Working:
        """A process that publishes."""
        return Working(
            self.directory / "bank",
            name=name,
            DATABASE_URL=self.url,
            BANK_KAFKA_SERVERS=self.server,
            BANK_KAFKA_SECURITY="plaintext",
            BANK_KAFKA_TOPIC=self.topic,
        )


async def post(
    store: Store, pair: tuple[models.CustomerAccount, models.CustomerAccount], count: int
) -> None:
    """Move a cent to and fro, as many times."""
    payer, payee = pair
    for _ in range(count // BATCH_SIZE):
        await store.postings.post([transfer(payer, payee, 1)] * BATCH_SIZE)
        payer, payee = payee, payer
        await asyncio.sleep(0)


async def kill_publishers(place: Place, kill_count: int, chance: random.Random) -> None:
    """Kill the process that publishes by SIGKILL, as many times, each at another moment."""
    for number in range(kill_count):
        with place.working(f"killed-{number}") as working:
            await asyncio.to_thread(until, lambda: working.event("publishing"), 60)
            await asyncio.sleep(chance.uniform(0, RUN_MAX_S))
            os.kill(working.process.pid, signal.SIGKILL)
            working.process.wait()
        # As if the 30 s of the lease were over.
        with psycopg.connect(place.url) as connection:
            connection.execute("UPDATE feed_consumers SET leased_until = now()")


async def published_over_kills(
    store: Store,
    pair: tuple[models.CustomerAccount, models.CustomerAccount],
    place: Place,
    *,
    event_count: int,
    kill_count: int,
) -> tuple[list[str], list[str]]:
    """The ids in the topic, and those that ought to be there."""
    posting = asyncio.create_task(post(store, pair, event_count))
    await kill_publishers(place, kill_count, random.Random(1))
    await posting
    expected = [f"1-{fact.position}" for fact in await facts(store)]
    with place.working("last") as working:
        await asyncio.to_thread(working.wait)
        found = await asyncio.to_thread(_until_published, expected[-1], place)
        assert working.stop(signal.SIGTERM) == 0
    return found, expected


def _until_published(last: str, place: Place) -> list[str]:
    found = until(lambda: _ids_with(last, place), TIMEOUT_S)
    assert found is not None
    return found


def _ids_with(last: str, place: Place) -> list[str] | None:
    found = ids(place.server, place.topic)
    return found if last in found else None
