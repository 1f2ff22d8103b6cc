"""Work that is done now and then: what is old is dropped, what was lost is told apart."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

import psycopg

from monitor.database import Pool, transaction
from monitor.gen.enums import Bucket
from monitor.logs import log

INTERVAL_S: Final = 60.0
COUNTS_KEPT: Final[Mapping[Bucket, timedelta]] = MappingProxyType(
    {Bucket.MINUTE: timedelta(days=8), Bucket.HOUR: timedelta(days=400)}
)


async def maintain(pool: Pool, kept: timedelta) -> None:
    """Do all of it every minute, for ever."""
    while True:
        try:
            await settle_generation(pool)
            await drop_old_events(pool, kept)
            await delete_old_counts(pool)
        except psycopg.Error as error:  # the database is away, or readers hold on to a partition
            log.error("maintenance", exc_info=error)
        await asyncio.sleep(INTERVAL_S)


async def settle_generation(pool: Pool) -> int | None:
    """Once the feed of a bank that was set back is read again, move what is lost.

    The number of lost events; None where there is nothing to settle.
    """
    async with transaction(pool) as q:
        # Whoever stores events waits, and so does another monitor that settles.
        await q.feed_place.lock_place()
        generation = await q.feed_place.get_unsettled_generation()
        if generation is None:
            return None
        await q.feed_place.lift_timeout()
        lost_count = await q.feed_place.move_lost_events(generation=generation)
        await q.feed_place.settle_generation(generation=generation, lost_event_count=lost_count)
    log.warning("events were lost", generation=generation, count=lost_count)
    return lost_count


async def drop_old_events(pool: Pool, kept: timedelta) -> list[str]:
    """Drop the partitions whose events are all older; their names."""
    dropped: list[str] = []
    while True:
        async with transaction(pool) as q:
            name = await q.partitions.drop_oldest_partition(kept=kept)
        if name is None:
            return dropped
        log.info("dropped", partition=name)
        dropped.append(name)


async def delete_old_counts(pool: Pool) -> None:
    """Delete counts by minutes and hours that are older than charts of them."""
    async with transaction(pool) as q:
        for bucket, kept in COUNTS_KEPT.items():
            await q.event_counts.delete_old_counts(bucket=bucket, kept=kept)
