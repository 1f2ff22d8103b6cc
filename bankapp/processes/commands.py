"""Commands from Kafka, according to the settings."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from bankapp.operations.bank import Bank
from bankapp.operations.exchange import RequestSpans
from bankapp.settings import Settings
from bankapp.settings.brokers import brokers_of


@asynccontextmanager
async def taking_commands(
    settings: Settings, bank: Bank, stop: asyncio.Event, spans: RequestSpans | None
) -> AsyncGenerator[None]:
    """Serve commands while the block runs, if they are on; nothing is loaded if they are off."""
    if not settings.kafka_commands:
        yield
        return
    from bankapp.api.kafka.door import serving_commands  # noqa: PLC0415 - others start without it

    async with serving_commands(bank, brokers_of(settings), stop, spans=spans):
        yield
