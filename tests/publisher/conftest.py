"""Fixtures: a broker, a topic of the test alone, and publishers of a store."""

import asyncio
import itertools
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final, TypeVar
from uuid import uuid4

import psycopg
import pytest

from bankapp.publisher.publisher import CONSUMER, Publisher
from bankapp.publisher.topic import Topic
from bankapp.store.store import Store
from tests.brokers import brokers_at, ids

Found = TypeVar("Found")
TIMEOUT_S: Final = 30.0


@pytest.fixture
def topic() -> str:
    """The name of a topic that does not exist yet."""
    return f"bank.events.{uuid4().hex}"


async def until(condition: Callable[[], Awaitable[Found | None]]) -> Found:
    """The first result of a condition that is not None."""
    async with asyncio.timeout(TIMEOUT_S):
        for _ in itertools.count():
            if (found := await condition()) is not None:
                return found
            await asyncio.sleep(0.05)
    raise AssertionError


@asynccontextmanager
async def publishing(store: Store, server: str, topic: str) -> AsyncGenerator[Publisher]:
    """A publisher while the block runs."""
    stop = asyncio.Event()
    publisher = Publisher(store, Topic(brokers_at(server), topic, stop.is_set), "/test", stop)
    running = asyncio.create_task(publisher.run())
    try:
        yield publisher
    finally:
        stop.set()
        await running


@pytest.fixture
def change_row(superuser: psycopg.Connection[tuple[object, ...]]) -> Callable[[str], None]:
    """Changes the row of the consumer as no rule allows."""

    def change(assignment: str) -> None:
        superuser.execute("ALTER TABLE feed_consumers DISABLE TRIGGER USER")
        superuser.execute(f"UPDATE feed_consumers SET {assignment}".encode())
        superuser.execute("ALTER TABLE feed_consumers ENABLE TRIGGER USER")

    return change


async def until_in_topic(last: str, server: str, topic: str) -> list[str]:
    """The ids in the topic, once this one is among them."""

    async def found() -> list[str] | None:
        read = await asyncio.to_thread(ids, server, topic)
        return read if last in read else None

    return await until(found)


async def until_problem(store: Store) -> str:
    """Why the publisher does not get on, once it says so."""

    async def found() -> str | None:
        row = await store.read.feed_consumers.get_consumer(name=CONSUMER)
        return None if row is None else row.last_error

    return await until(found)
