"""The topic of events and commands over Kafka, with the bank behind a broker."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import psycopg
import pytest

from bankapp.domain.origin import THE_BANK
from bankapp.operations.bank import Bank
from bankapp_client import UnexpectedAnswer
from monitor.bank import Bank as WatchedBank
from monitor.database import Pool
from monitor.gen.models import FeedPlace
from monitor.kafka.commands import KafkaCommands
from monitor.kafka.intake import TopicIntake, to_batch
from monitor.kafka.topic import Record, Topic
from monitor.maintenance import settle_generation
from tests.brokers import Broker, brokers_at
from tests.commands import Places, create_topic, serving
from tests.factories import Make
from tests.monitor.test_commands import become_due, decide, sender
from tests.monitor.test_intake import assert_complete, make_events
from tests.monitor.watching import CREDENTIALS, Watch, decisions
from tests.publisher.conftest import publishing

LONG = 600.0
SHORT = 0.5


class TopicWatch(Watch):
    """A monitor that reads the topic, and the feed when the topic is silent."""

    server: str
    topic: str
    silence_s: float

    def intake(self) -> Coroutine[Any, Any, None]:
        """What reads the topic."""
        source = Topic(brokers_at(self.server).config(), self.topic)
        intake = TopicIntake(
            self.bank, source, self.storing, asyncio.Event(), silence_s=self.silence_s
        )
        return intake.run()


def at_topic(watch: Watch, server: str, topic: str, silence_s: float = LONG) -> TopicWatch:
    """The same monitor at a topic."""
    other = TopicWatch(watch.pool, watch.bank, watch.store)
    other.server, other.topic, other.silence_s = server, topic, silence_s
    return other


async def until_offset(watch: Watch) -> FeedPlace:
    """The place once the topic is read, after the feed."""
    async with asyncio.timeout(30):
        while True:
            place = await watch.storing.place()
            if place.record_offset is not None and place.caught_up_at is not None:
                return place
            await asyncio.sleep(0.02)


async def test_what_is_published_is_stored_once(
    watch: Watch,
    make: Make,
    broker: Broker,
    topic: str,
) -> None:
    """Goal: the topic alone tells of what happens after the monitor has begun to read it.

    Method: it would ask the feed again only after ten minutes of silence.
    """
    reader = at_topic(watch, broker.server, topic)
    await make_events(watch, make)
    create_topic(broker.server, topic, 1)
    async with reader.reading():
        await until_offset(reader)
        async with publishing(watch.store, broker.server, topic):
            await make_events(watch, make)
            place = await reader.until_read()
            assert (place.record_offset or 0) > 0
    async with publishing(watch.store, broker.server, topic), reader.reading():
        await make_events(watch, make)
        await reader.until_read()
    await assert_complete(watch)


async def test_without_the_topic_the_feed_tells(
    watch: Watch,
    make: Make,
    broker: Broker,
    topic: str,
) -> None:
    reader = at_topic(watch, broker.server, topic)
    await make_events(watch, make, 3)
    async with reader.reading():
        await reader.until_read()
        await make_events(watch, make, 3)
        await reader.until_read()
    await assert_complete(watch)


async def test_a_broker_that_forgets(
    watch: Watch,
    make: Make,
    own_broker: Broker,
    topic: str,
) -> None:
    """Goal: records that come once more are passed over. Method: the broker starts anew, empty."""
    reader = at_topic(watch, own_broker.server, topic, SHORT)
    async with publishing(watch.store, own_broker.server, topic), reader.reading():
        await make_events(watch, make, 3)
        await reader.until_read()
        own_broker.stop()
        await make_events(watch, make, 3)
        own_broker.start()
        await make_events(watch, make, 3)
        await reader.until_read()
    await assert_complete(watch)


async def test_a_bank_that_was_set_back(
    watch: Watch,
    make: Make,
    broker: Broker,
    topic: str,
    superuser: psycopg.Connection[tuple[object, ...]],
) -> None:
    account = await make.account(balance=100)
    reader = at_topic(watch, broker.server, topic, SHORT)
    async with publishing(watch.store, broker.server, topic), reader.reading():
        kept = (await reader.until_read()).position
        await watch.store.accounts.freeze(account.id, origin=THE_BANK)
        await reader.until_read()
        superuser.execute("SET session_replication_role = replica")
        superuser.execute("DELETE FROM audit_events WHERE id > %s", [kept])
        superuser.execute("SELECT begin_feed_epoch()")
        await watch.store.accounts.freeze(account.id, origin=THE_BANK)
        place = await reader.until_read()
        assert (place.generation, place.epoch) == (2, 2)
    assert await settle_generation(watch.pool) is not None
    await assert_complete(watch)


def test_records_from_a_place_on() -> None:
    """Known ones and those of an earlier epoch are passed over; a later epoch ends the reading."""
    place = FeedPlace(
        is_only=True, generation=1, next_cursor="2-5", epoch=2, position=5, newest_at=None,
        dropped_position=0, acts_from=None, answered_at=None, caught_up_at=None,  # type: ignore[arg-type]
        behind_since=None, trouble=None, trouble_since=None, record_offset=7,
    )  # fmt: skip

    def record(offset: int, place: str) -> Record:
        value = (
            f'{{"id": "{place}", "type": "account.frozen", "timestamp": "2026-11-20T12:00:00Z", '
            '"subject": "account:12", "account_ids": [12], "request_id": null, '
            '"data": {"account_id": 12, "owner": "alice"}}'
        )
        return Record(offset, value.encode())

    found = to_batch([record(7, "1-9"), record(8, "2-5"), record(9, "2-6")], place)
    assert found is not None
    assert [one.position for one in found.happenings] == [6]
    assert (found.next_cursor, found.record_offset) == ("2-6", 10)
    known = to_batch([record(7, "2-4")], place)
    assert known is not None
    assert (known.happenings, known.next_cursor, known.record_offset) == ([], "2-5", 8)
    assert to_batch([record(7, "2-6"), record(8, "3-7")], place) is None
    with pytest.raises(UnexpectedAnswer):
        to_batch([Record(7, b"{}")], place)


async def test_a_topic_of_several_partitions_is_refused(
    broker: Broker,
    topic: str,
) -> None:
    create_topic(broker.server, topic, 2)
    with pytest.raises(UnexpectedAnswer):
        await asyncio.to_thread(Topic(brokers_at(broker.server).config(), topic).end)


async def test_a_command_and_its_reply(
    monitor_pool: Pool,
    watched: WatchedBank,
    bank: Bank,
    make: Make,
    broker: Broker,
    places: Places,
) -> None:
    """The topic of replies is made; a session that has ended is opened again."""
    accounts = [await make.account(balance=100) for _ in range(2)]
    commands = KafkaCommands(
        watched, brokers_at(broker.server).config(), places.replies, places.topics.commands
    )
    try:
        async with serving(bank, broker.server, places):
            for account in accounts:
                await decide(monitor_pool, account.id)
                assert await sender(monitor_pool, commands).send_due() == 1
                found = (await decisions(monitor_pool))[-1]
                assert (found.status, found.reply["over"]) == ("done", "kafka")
                assert found.reply["account"]["id"] == account.id
                for is_blocked in (True, False):
                    await bank.store.users.block(
                        CREDENTIALS.username, is_blocked=is_blocked, origin=THE_BANK
                    )
    finally:
        await commands.close()


async def test_brokers_that_are_away(
    monitor_pool: Pool,
    watched: WatchedBank,
    own_broker: Broker,
    places: Places,
) -> None:
    """The command is due until they are back."""
    own_broker.stop()
    config = {**brokers_at(own_broker.server).config(), "socket.timeout.ms": 1000}
    commands = KafkaCommands(watched, config, places.replies, places.topics.commands)
    await decide(monitor_pool)
    assert await sender(monitor_pool, commands).send_due() == 1
    [found] = await decisions(monitor_pool)
    assert (found.status, found.last_problem) == ("due", "the bank does not answer")
    await become_due(monitor_pool)
    await commands.close()
