"""Fixtures: a migrated database of the monitor, and a bank at a URL with a banker."""

from collections.abc import AsyncGenerator
from uuid import uuid4

import psycopg
import pytest
from aiohttp.test_utils import TestServer
from pytest_postgresql import factories

from bankapp.api.http.server import create_app
from bankapp.domain.roles import Role
from bankapp.operations.bank import Bank
from monitor.bank import Bank as WatchedBank
from monitor.database import MIGRATIONS, Pool, open_pool
from monitor.intake.storing import Storing
from tests.commands import Places, new_places
from tests.conftest import ServerAddress
from tests.factories import Make
from tests.monitor.watching import CREDENTIALS, Watch


def _migrate(*, host: str, dbname: str, **_: object) -> None:
    MIGRATIONS.apply(ServerAddress(host).url(dbname))


monitor_template = factories.postgresql_noproc(  # pyright: ignore[reportUnknownMemberType]
    depends_on="server", dbname="monitor", load=[_migrate]
)
monitor_connection = factories.postgresql("monitor_template")


@pytest.fixture
def monitor_url(
    server: ServerAddress, monitor_connection: psycopg.Connection[tuple[object, ...]]
) -> str:
    """A migrated database of this test alone."""
    return server.url(monitor_connection.info.dbname)


@pytest.fixture
async def monitor_pool(monitor_url: str) -> AsyncGenerator[Pool]:
    """Connections as the monitor has them."""
    async with open_pool(monitor_url) as pool:
        yield pool


@pytest.fixture
def storing(monitor_pool: Pool) -> Storing:
    """Stores events, and has no rules."""
    return Storing(monitor_pool, [])


@pytest.fixture
async def bank_url(bank: Bank) -> AsyncGenerator[str]:
    """Where the bank is."""
    async with TestServer(create_app(bank)) as server:
        yield str(server.make_url(""))


@pytest.fixture
async def watched(bank_url: str, make: Make) -> AsyncGenerator[WatchedBank]:
    """The bank, asked as a banker."""
    await make.user(CREDENTIALS.username, Role.BANKER)
    async with WatchedBank(bank_url, CREDENTIALS) as watched:
        yield watched


@pytest.fixture
def watch(monitor_pool: Pool, watched: WatchedBank, bank: Bank) -> Watch:
    """A monitor of the bank, which reads when it is told to."""
    return Watch(monitor_pool, watched, bank.store)


@pytest.fixture
def topic() -> str:
    """The name of a topic that does not exist yet."""
    return f"bank.events.{uuid4().hex}"


@pytest.fixture
def places() -> Places:
    """Topics of the test alone."""
    return new_places()
