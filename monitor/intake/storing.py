"""Stores what was read, in one transaction with the place up to which it was read."""

from collections.abc import Sequence
from typing import Final

from monitor.database import Pool, transaction
from monitor.gen.models import FeedPlace
from monitor.gen.queries import AsyncQueries
from monitor.intake.batch import Batch, Happening
from monitor.intake.counting import count
from monitor.rules import Rule

# Made before they are needed, so that no event waits for a table.
PARTITIONS_AHEAD_COUNT: Final = 2


class Storing:
    """The place in the feed, and what leads it on."""

    def __init__(self, pool: Pool, rules: Sequence[Rule]) -> None:
        self._pool = pool
        self._rules = rules

    async def place(self) -> FeedPlace:
        """The place up to which everything is stored."""
        async with transaction(self._pool) as q:
            return await q.feed_place.get_place()

    async def keep(self, read_from: FeedPlace, batch: Batch) -> FeedPlace:
        """Store a batch that was read from a place; the place that is reached.

        Another monitor on this database may have gone on from there: then nothing is stored here,
        and its place is returned. Events up to the place are known, as records of a topic may be.
        """
        async with transaction(self._pool) as q:
            place = await q.feed_place.lock_place()
            if (place.generation, place.next_cursor) != (
                read_from.generation,
                read_from.next_cursor,
            ):
                return place
            news = [one for one in batch.happenings if one.position > place.position]
            await self._store(q, place, news)
            await q.feed_place.move_place(
                next_cursor=batch.next_cursor,
                epoch=news[-1].place.epoch if news else None,
                position=news[-1].position if news else place.position,
                newest_at=news[-1].happened_at if news else None,
                record_offset=batch.record_offset,
                has_more=batch.has_more,
            )
            return await q.feed_place.get_place()

    async def begin_again(self, read_from: FeedPlace) -> None:
        """Begin to read the feed from its start: the bank was set back."""
        async with transaction(self._pool) as q:
            if await q.feed_place.begin_generation(
                generation=read_from.generation, next_cursor=read_from.next_cursor
            ):
                await q.feed_place.insert_generation(
                    generation=read_from.generation + 1, left_cursor=read_from.next_cursor
                )
                await q.event_counts.delete_counts()

    async def note_offset(self, record_offset: int) -> None:
        """Note where the topic of events ends, unless a place in it is known."""
        async with transaction(self._pool) as q:
            await q.feed_place.note_offset(record_offset=record_offset)

    async def note_trouble(self, trouble: str) -> None:
        """Note why the bank cannot be read, for all who look at the monitor."""
        async with transaction(self._pool) as q:
            await q.feed_place.note_trouble(trouble=trouble)

    async def _store(self, q: AsyncQueries, place: FeedPlace, news: Sequence[Happening]) -> None:
        await count(q, news)
        kept = [one for one in news if one.position > place.dropped_position]
        if not kept:
            return
        await _make_partitions(q, kept)
        confirmed = await _confirm(q, place.generation, kept)
        fresh = [one for one in kept if one.position not in confirmed]
        await _insert(q, place.generation, fresh)
        # What an earlier generation knew was judged then.
        for rule in self._rules:
            await rule.judge(q, place, fresh)


async def _make_partitions(q: AsyncQueries, happenings: Sequence[Happening]) -> None:
    size = await q.partitions.get_partition_size()
    needed = {one.position // size for one in happenings}
    newest = max(needed)
    for number in sorted({*needed, *range(newest, newest + 1 + PARTITIONS_AHEAD_COUNT)}):
        await q.partitions.make_partition(position=number * size)


async def _confirm(q: AsyncQueries, generation: int, happenings: Sequence[Happening]) -> set[int]:
    if generation == 1:
        return set()
    found = await q.monitored_events.confirm_events(
        generation=generation,
        epoch=happenings[0].place.epoch,
        positions=[one.position for one in happenings],
        types=[one.event.type for one in happenings],
        times=[one.happened_at for one in happenings],
        subjects=[one.event.subject for one in happenings],
        first_position=happenings[0].position,
        last_position=happenings[-1].position,
    )
    return set(found)


async def _insert(q: AsyncQueries, generation: int, happenings: Sequence[Happening]) -> None:
    if not happenings:
        return
    await q.monitored_events.insert_events(
        generation=generation,
        epoch=happenings[0].place.epoch,
        positions=[one.position for one in happenings],
        types=[one.event.type for one in happenings],
        times=[one.happened_at for one in happenings],
        subjects=[one.event.subject for one in happenings],
        account_ids=[f"{{{','.join(map(str, one.event.account_ids))}}}" for one in happenings],
        request_ids=[one.event.request_id for one in happenings],
        contents=[one.content for one in happenings],
    )
