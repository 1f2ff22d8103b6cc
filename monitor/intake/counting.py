"""Counts events by the minute, hour and day in which they happened, in UTC."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from monitor.gen.enums import Bucket
from monitor.gen.queries import AsyncQueries
from monitor.intake.batch import Happening


def began_at(bucket: Bucket, time: datetime) -> datetime:
    """The start of the minute, hour or day of a time."""
    minute = time.astimezone(UTC).replace(second=0, microsecond=0)
    match bucket:
        case Bucket.MINUTE:
            return minute
        case Bucket.HOUR:
            return minute.replace(minute=0)
        case Bucket.DAY:
            return minute.replace(minute=0, hour=0)


async def count(q: AsyncQueries, happenings: Iterable[Happening]) -> None:
    """Add events to the counts. Each has to come here once."""
    found = Counter(key for happening in happenings for key in _keys(happening))
    if not found:
        return
    await q.event_counts.add_counts(
        buckets=[bucket for bucket, _, _ in found],
        times=[time for _, time, _ in found],
        types=[name for _, _, name in found],
        event_counts=list(found.values()),
    )


def _keys(happening: Happening) -> Iterator[tuple[Bucket, datetime, str]]:
    for bucket in Bucket:
        yield bucket, began_at(bucket, happening.happened_at), happening.event.type
