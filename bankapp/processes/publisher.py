"""Publishing to Kafka, according to the settings."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib.util import find_spec

from bankapp.command_errors import SettingError
from bankapp.operations.bank import Bank
from bankapp.settings import Settings
from bankapp.settings.brokers import brokers_of


def require_publisher(settings: Settings) -> None:
    """Raise SettingError where brokers are set and their library is not installed."""
    if settings.kafka_servers and find_spec("confluent_kafka") is None:
        raise SettingError("BANK_KAFKA_SERVERS needs confluent-kafka: install bankapp[kafka]")


@asynccontextmanager
async def publishing(settings: Settings, bank: Bank, stop: asyncio.Event) -> AsyncGenerator[None]:
    """Publish to Kafka while the block runs, if brokers are set; nothing is loaded if none are."""
    if not settings.kafka_servers:
        yield
        return
    from bankapp.publisher.publisher import Publisher  # noqa: PLC0415 - others start without it
    from bankapp.publisher.topic import Topic  # noqa: PLC0415 - as above

    topic = Topic(brokers_of(settings), settings.kafka_topic, stop.is_set)
    publisher = Publisher(bank.store, topic, settings.public_url or "/bankapp", stop)
    running = asyncio.create_task(publisher.run())
    try:
        yield
    finally:
        stop.set()
        await running
