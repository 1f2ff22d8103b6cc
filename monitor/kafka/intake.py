"""Takes the events of the bank from a topic of Kafka, and whatever is not there over HTTP.

The place in the feed is the one of the events: a record up to it is passed over. Over HTTP all is
read before the topic is, and again when the topic is silent: so nothing is missed if the topic has
been cut off, does not exist yet, or is not written to, and it is known that all is read.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

import psycopg
from confluent_kafka import KafkaException
from pydantic import TypeAdapter, ValidationError

from bankapp_client import AsyncClient, ClientError, UnexpectedAnswer, models, problems
from monitor.bank import Bank, describe
from monitor.gen.models import FeedPlace
from monitor.intake.batch import Batch, Happening, Place
from monitor.intake.feed import DELAY_MAX_S, DELAY_S, PAGE_SIZE
from monitor.intake.storing import Storing
from monitor.kafka import brokers
from monitor.kafka.topic import RECORD_COUNT_MAX, Record, Topic
from monitor.logs import log

Result = TypeVar("Result")

SILENCE_S: Final = 10.0
POLL_S: Final = 0.2
# After the topic was silent, or told of another epoch.
PAUSE_S: Final = 0.2
_EVENT: Final[TypeAdapter[models.AnyEvent]] = TypeAdapter(models.AnyEvent)


class TopicIntake:
    """Reads the feed from the place that is stored, as long as the monitor runs."""

    def __init__(
        self,
        bank: Bank,
        topic: Topic,
        storing: Storing,
        stored: asyncio.Event,
        *,
        silence_s: float = SILENCE_S,
    ) -> None:
        self._bank = bank
        self._topic = topic
        self._storing = storing
        self._stored = stored
        self._silence_s = silence_s
        self._thread = ThreadPoolExecutor(1, "monitor-kafka")

    async def run(self) -> None:
        """Read for ever. What fails is tried again, later each time."""
        delay_s = DELAY_S
        while True:
            try:
                await self._note_offset()
                await self._bank.ask(self._catch_up)
                await self._follow()
                delay_s = DELAY_S
                await asyncio.sleep(PAUSE_S)
                continue
            except KafkaException as error:
                # Over HTTP all was read, and will be again.
                log.warning("topic not read", problem=brokers.describe(error))
                await self._catch_up_without_topic()
            except ClientError as error:
                await self._note(describe(error))
            except psycopg.Error as error:
                log.error("database", exc_info=error)
            await asyncio.sleep(delay_s)
            delay_s = min(2 * delay_s, DELAY_MAX_S)

    async def _note_offset(self) -> None:
        """Know where the topic ends before the feed is read: what lies before is in the feed."""
        if (await self._storing.place()).record_offset is None:
            await self._storing.note_offset(await self._block(self._topic.end))

    async def _catch_up_without_topic(self) -> None:
        try:
            await self._bank.ask(self._catch_up)
        except ClientError as error:
            await self._note(describe(error))
        except psycopg.Error as error:
            log.error("database", exc_info=error)

    async def _catch_up(self, client: AsyncClient) -> None:
        """Store what the feed has, to its end."""
        place = await self._storing.place()
        feed = client.follow_events(cursor=place.next_cursor, page_size=PAGE_SIZE, wait_s=None)
        try:
            async for page in feed.pages():
                place = await self._storing.keep(place, Batch.of_page(page))
                self._stored.set()
                if place.next_cursor != page.next_cursor:
                    return  # another monitor on this database has gone on
        except problems.FeedRewound:
            log.warning("feed rewound", generation=place.generation, left=place.next_cursor)
            await self._storing.begin_again(place)
            await self._catch_up(client)

    async def _follow(self) -> None:
        """Store what the topic tells, until it is silent or tells of another epoch."""
        place = await self._storing.place()
        await self._block(lambda: self._topic.open(place.record_offset))
        try:
            while records := await self._next():
                batch = to_batch(records, place)
                if batch is None:
                    return  # the bank was set back: the feed tells what is lost
                reached = await self._storing.keep(place, batch)
                self._stored.set()
                if reached.next_cursor != batch.next_cursor:
                    return  # another monitor on this database has gone on
                place = reached
        finally:
            await asyncio.shield(self._block(self._topic.close))

    async def _next(self) -> Sequence[Record]:
        """The next records; none after a time of silence. Each wait is short, as a stop may be."""
        loop = asyncio.get_running_loop()
        until_s = loop.time() + self._silence_s
        while True:
            records = await self._block(lambda: self._topic.read(POLL_S))
            if records or loop.time() >= until_s:
                return records

    async def _block(self, call: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)

    async def _note(self, trouble: str) -> None:
        log.warning("feed not read", problem=trouble)
        try:
            await self._storing.note_trouble(trouble)
        except psycopg.Error as error:
            log.error("database", exc_info=error)


def to_batch(records: Sequence[Record], place: FeedPlace) -> Batch | None:
    """What the records tell from a place on; None if one is of a later epoch.

    Raises UnexpectedAnswer for a record that is no event: nothing is passed over.
    """
    news: list[Happening] = []
    for record in records:
        happening = _happening(record)
        if place.epoch is None or happening.place.epoch > place.epoch:
            return None
        if happening.place.epoch == place.epoch and happening.position > place.position:
            news.append(happening)
    return Batch(
        happenings=news,
        next_cursor=news[-1].event.id if news else place.next_cursor or "",
        has_more=len(records) >= RECORD_COUNT_MAX,
        record_offset=records[-1].offset + 1,
    )


def _happening(record: Record) -> Happening:
    try:
        event = _EVENT.validate_json(record.value)
    except ValidationError:
        raise UnexpectedAnswer("a record of the topic is no event") from None
    return Happening(Place.parse(event.id), event)
