"""Publishing to Kafka, according to the settings."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib.util import find_spec

from bankapp.command_errors import SettingError
from bankapp.operations.bank import Bank
from bankapp.settings import Settings


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
    from bankapp.publisher.brokers import Brokers  # noqa: PLC0415 - others start without it
    from bankapp.publisher.publisher import Publisher  # noqa: PLC0415 - as above
    from bankapp.publisher.topic import Topic  # noqa: PLC0415 - as above

    password = settings.kafka_password
    brokers = Brokers(
        servers=settings.kafka_servers,
        has_tls=settings.kafka_security == "tls",
        user=settings.kafka_user,
        password=None if password is None else password.get_secret_value(),
        mechanism=settings.kafka_mechanism.upper(),
    )
    topic = Topic(brokers, settings.kafka_topic, stop.is_set)
    publisher = Publisher(bank.store, topic, settings.public_url or "/bankapp", stop)
    running = asyncio.create_task(publisher.run())
    try:
        yield
    finally:
        stop.set()
        await running
