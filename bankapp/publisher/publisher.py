"""Takes the feed to Kafka: each event once and in order, by one process at a time."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

import structlog

from bankapp import tuning
from bankapp.domain import errors
from bankapp.domain.feed import Place
from bankapp.operations.events.declared import NAMES
from bankapp.operations.turns import in_turns
from bankapp.publisher.brokers import PublishingFailed, Stopped, TopicUnusable
from bankapp.publisher.record import to_record
from bankapp.publisher.topic import Topic, Writer
from bankapp.store.events.consumers import Lease, LeaseLost
from bankapp.store.events.feed import FeedPage
from bankapp.store.events.reading import Wanted
from bankapp.store.store import Store
from bankapp.telemetry import metrics

CONSUMER: Final = "kafka"
_EVERYTHING: Final = Wanted(names=NAMES)
_REASONS: Final[dict[type[Exception], str]] = {
    PublishingFailed: "broker",
    TopicUnusable: "topic",
    errors.Unavailable: "database",
    LeaseLost: "lease",
    errors.FeedRewound: "feed_rewound",
}
_log: structlog.typing.FilteringBoundLogger = structlog.get_logger("bankapp.publisher")


@dataclass(frozen=True, slots=True)
class Batch:
    """Places of records that were sent together, and the place before them."""

    before: Place
    places: Sequence[Place]


class Publisher:
    """Publishes while it has the lease of the consumer, until told to stop."""

    def __init__(self, store: Store, topic: Topic, source: str, stop: asyncio.Event) -> None:
        self._store = store
        self._topic = topic
        self._source = source
        self._stop = stop
        self._lease: Lease | None = None
        self._renewed_at_s = 0.0
        self._unsure: Batch | None = None
        self._delay_s = tuning.PUBLISH_RETRY_DELAY_MIN_S

    async def run(self) -> None:
        """Publish until `stop` is set, and outlive failures of brokers and the database."""
        while not self._stop.is_set():
            try:
                if await self._has_lease():
                    await self._publish()
                else:
                    await self._sleep(tuning.LEASE_TRY_INTERVAL_S)
            except Stopped:
                return  # what was sent may still arrive, so the lease ends by itself
            except Exception as error:  # noqa: BLE001 - whatever the error, the next try may succeed
                await self._note_failure(error)
        if self._lease is not None:
            with suppress(errors.Unavailable):
                await self._store.consumers.give_up(self._lease)

    async def _has_lease(self) -> bool:
        asked_at_s = time.monotonic()
        if self._lease is None:
            self._lease = await self._store.consumers.take(CONSUMER)
        else:
            await self._store.consumers.renew(self._lease)
        self._renewed_at_s = asked_at_s
        return self._lease is not None

    async def _publish(self) -> None:
        """Publish what follows the last record of the topic, until a failure or the stop."""
        partition_count = await asyncio.to_thread(self._topic.ensure)
        place = await self._find_place()
        _log.info("publishing", topic=self._topic.name, after=str(place))
        if partition_count != 1:
            _log.warning("topic has more than one partition", partition_count=partition_count)
        writer = self._topic.open_writer()
        while not self._stop.is_set():
            page = await self._store.feed.wait_for_page(
                _EVERYTHING, place, tuning.PUBLISH_BATCH_SIZE, tuning.PUBLISH_WAIT_S
            )
            await self._renew_if_due()
            if page.facts:
                await self._write(writer, place, page)
            await self._advance(page.place)
            place = page.place

    async def _write(self, writer: Writer, before: Place, page: FeedPage) -> None:
        records = [
            to_record(fact, page.place.epoch, self._source) async for fact in in_turns(page.facts)
        ]
        await self._renew_if_due()
        self._unsure = Batch(before, [record.place for record in records])
        await asyncio.to_thread(writer.write, records)
        self._unsure = None
        metrics.KAFKA_PUBLISHED.inc(len(records))

    async def _find_place(self) -> Place:
        """The place to go on from: behind the topic's last record, unless an operator says where.

        In a new epoch it is the same position. Raises FeedRewound where the bank does not know it.
        """
        assert self._lease is not None
        end = await self._store.feed.last_place()
        if self._lease.is_set_back:
            place = self._lease.place
        else:
            tail = await asyncio.to_thread(self._topic.read_tail, tuning.PUBLISH_BATCH_SIZE)
            if not tail and self._lease.place.position > 0:
                _log.warning("topic is empty", topic=self._topic.name, after=str(self._lease.place))
            place = last_in_order(tail, self._unsure) or self._lease.place
        self._unsure = None
        if place.epoch < end.epoch:
            _log.warning("new epoch", epoch=end.epoch, after=str(place))
            place = Place(end.epoch, place.position)
        return place

    async def _advance(self, place: Place) -> None:
        """Note the place, unless the topic had lost its end and has not caught up with the row."""
        assert self._lease is not None
        known = self._lease.place
        if self._lease.is_set_back or (place.epoch, place.position) > (known.epoch, known.position):
            asked_at_s = time.monotonic()
            self._lease = await self._store.consumers.advance(self._lease, place)
            self._renewed_at_s = asked_at_s
        self._delay_s = tuning.PUBLISH_RETRY_DELAY_MIN_S

    async def _renew_if_due(self) -> None:
        """Renew the lease where its rest may be shorter than what is sent needs to arrive."""
        assert self._lease is not None
        asked_at_s = time.monotonic()
        if asked_at_s - self._renewed_at_s > tuning.LEASE_RENEWAL_AFTER_S:
            await self._store.consumers.renew(self._lease)
            self._renewed_at_s = asked_at_s

    async def _note_failure(self, error: Exception) -> None:
        reason = _REASONS.get(type(error), "other")
        problem = str(error) if reason in ("broker", "topic") else type(error).__name__
        metrics.KAFKA_FAILURES.labels(reason).inc()
        _log.warning("not publishing", reason=reason, problem=problem, again_in_s=self._delay_s)
        if isinstance(error, LeaseLost):
            self._lease = None
        elif self._lease is not None:
            with suppress(errors.Unavailable):
                await self._store.consumers.note(self._lease, problem)
        await self._sleep(self._delay_s)
        self._delay_s = min(2 * self._delay_s, tuning.PUBLISH_RETRY_DELAY_MAX_S)

    async def _sleep(self, duration_s: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(duration_s):
                await self._stop.wait()


def last_in_order(tail: Sequence[Place], unsure: Batch | None) -> Place | None:
    """The last place in the tail of the topic, or the one where a batch has a gap.

    Of a batch that was not acknowledged in time, a record may be missing while a later one was
    written. None if the tail is empty.
    """
    if not tail:
        return None
    written = set(tail)
    if unsure is not None:
        begin = list(takewhile(written.__contains__, unsure.places))
        if written.intersection(unsure.places[len(begin) :]):
            return begin[-1] if begin else unsure.before
    return tail[-1]
