"""Fixtures: a receiver, and a drain that sends to it."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from ipaddress import ip_network

import pytest

from bankapp.domain.feed import Place
from bankapp.domain.webhooks import Schedule
from bankapp.egress.client import open_egress
from bankapp.operations.bank import Bank
from bankapp.store.store import Store
from bankapp.webhooks.drain import Drain
from bankapp.webhooks.sender import Sender
from gen import models
from tests.feed import settle
from tests.webhooks.endpoints import make_endpoint
from tests.webhooks.receiver import Receiver, receiving

SOON = Schedule(delays=(timedelta(0),) * 9, jitter=0, timeout_s=15, lease=timedelta(seconds=5))
LATER = Schedule(jitter=0)
IMPATIENT = Schedule(timeout_s=0.5, jitter=0)


@pytest.fixture
async def receiver() -> AsyncGenerator[Receiver]:
    """A server that takes everything, until a test says otherwise."""
    async with receiving() as receiver:
        yield receiver


@pytest.fixture
async def other_receiver() -> AsyncGenerator[Receiver]:
    """Another server."""
    async with receiving() as receiver:
        yield receiver


class Hooks:
    """Makes endpoints, and sends to them until there is nothing more to send now."""

    def __init__(self, bank: Bank, sender: Sender) -> None:
        self.bank = bank
        self.store: Store = bank.store
        self.sender = sender

    def with_schedule(self, schedule: Schedule) -> "Hooks":
        """The same with other delays."""
        return Hooks(
            self.bank, Sender(self.sender.egress, self.bank.webhook_secrets, schedule=schedule)
        )

    async def make(
        self, url: str, owner: str | None = None, types: list[str] | None = None, position: int = 0
    ) -> models.WebhookEndpoint:
        """An endpoint that is told from a position on."""
        return await make_endpoint(self.bank, url, owner, types, position)

    async def drain(self, endpoint: models.WebhookEndpoint) -> None:
        """Send what there is, until there is nothing more to send now."""
        await settle(self.store)
        drain = Drain(self.store, self.sender)
        while await drain.run(endpoint.id):
            pass

    async def now(self, endpoint: models.WebhookEndpoint) -> models.WebhookEndpoint:
        """An endpoint as it is now."""
        found = await self.store.read.webhook_endpoints.get_webhook_endpoint(id=endpoint.id)
        assert found is not None
        return found

    async def parked(self, endpoint: models.WebhookEndpoint) -> list[models.WebhookDelivery]:
        """What an endpoint has not taken, oldest event first."""
        rows = await self.store.read.webhook_deliveries.list_webhook_deliveries(
            endpoint_id=endpoint.id, before_position=2**62, row_count_max=1000
        )
        return rows[::-1]

    async def id_of(self, position: int) -> str:
        """The id of the event at a position."""
        return str(Place((await self.store.feed.last_place()).epoch, position))


@pytest.fixture
async def hooks(bank: Bank) -> AsyncGenerator[Hooks]:
    """Endpoints of this test's bank, which may be on the loopback interface."""
    allowed = [ip_network("127.0.0.0/8")]
    async with open_egress(allowed=allowed, requires_tls=False) as egress:
        yield Hooks(bank, Sender(egress, bank.webhook_secrets, schedule=LATER))
