"""Fixtures: a broker, a topic of the test alone, and publishers of a store."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from bankapp.publisher.publisher import Publisher
from bankapp.publisher.topic import Topic
from bankapp.store.store import Store
from tests.brokers import KINDS, Broker, brokers_at, running


@pytest.fixture(scope="module", params=KINDS)
def broker(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Generator[Broker]:
    """A broker of each kind."""
    with running(str(request.param), tmp_path_factory.mktemp("broker")) as broker:
        yield broker


@pytest.fixture
def own_broker(broker: Broker, tmp_path: Path) -> Generator[Broker]:
    """A broker that the test may stop."""
    if broker.kind == "real":
        pytest.skip("a real broker is not stopped by tests")
    with running(broker.kind, tmp_path) as own:
        yield own


@pytest.fixture
def topic() -> str:
    """The name of a topic that does not exist yet."""
    return f"bank.events.{uuid4().hex}"


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
