"""Fixtures: a migrated database for each test, and the bank on top."""

import os
from collections.abc import AsyncGenerator, Generator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from aiohttp.test_utils import TestClient, TestServer
from psycopg.errors import DuplicateObject, UniqueViolation
from pytest_postgresql import factories

from bankapp.api.http.server import create_app
from bankapp.auth.codes import CodeMaker
from bankapp.auth.paseto import PasetoCodec
from bankapp.auth.passwords import PasswordHasher
from bankapp.auth.tokens import Purpose, TokenMaker
from bankapp.auth.webhook_secrets import SecretMaker
from bankapp.operations.bank import Bank, Rules
from bankapp.postgres.migrations import migrate
from bankapp.store.engine.transaction import Pool, create_pool
from bankapp.store.store import Store
from own_postgres import PORT
from tests.api.client import Api
from tests.brokers import IS_AT_LENGTH, USUAL_KINDS, Broker, running
from tests.clock import Clock
from tests.factories import Make
from tests.job_runner import JobRunner, job_runner_of
from tests.mail_server import Mailbox, mail_server
from tests.waiting import until_ended

OWNER = "bank"
SUPERUSER = "postgres"
# Runs all tests on databases whose clock jumps by as many seconds, from transaction to transaction.
CLOCK_JUMP_S = os.environ.get("TEST_CLOCK_JUMP_S")
UNLIMITED = Rules(limits_rates=False)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out tests that measure times where the clock jumps, and the long ones of Kafka."""
    left_out = [
        *(["exact_time"] if CLOCK_JUMP_S is not None else []),
        *([] if IS_AT_LENGTH else ["kafka_at_length"]),
    ]
    deselected = [item for item in items if any(map(item.get_closest_marker, left_out))]
    config.hook.pytest_deselected(items=deselected)
    items[:] = [item for item in items if item not in deselected]


@dataclass(frozen=True)
class ServerAddress:
    """The address of a server, as pytest-postgresql reads it."""

    host: str
    port: int = PORT
    user: str = OWNER
    password: str | None = None
    options: str = ""
    maintenance_dbname: str = "postgres"
    template_dbname: str | None = None

    def url(self, database: str) -> str:
        """A URL of the database that dbmate and psycopg both read."""
        host = self.host.replace("/", "%2F")
        return f"postgresql://{self.user}@/{database}?host={host}&port={self.port}&sslmode=disable"


@pytest.fixture(scope="session")
def server() -> ServerAddress:
    """The server of this test run, with a role that owns the databases of the tests."""
    with psycopg.connect(os.environ["TEST_DATABASE_URL"], autocommit=True) as connection:
        with suppress(DuplicateObject, UniqueViolation):  # another process of the run made it
            connection.execute(f"CREATE ROLE {OWNER} LOGIN CREATEROLE CREATEDB")
        return ServerAddress(host=connection.info.host)


def _migrate_template(*, host: str, dbname: str, **_: object) -> None:
    migrate(ServerAddress(host).url(dbname))
    if CLOCK_JUMP_S is not None:
        url = ServerAddress(host, user=SUPERUSER).url(dbname)
        with psycopg.connect(url, autocommit=True) as superuser:
            Clock(superuser).jump(timedelta(seconds=float(CLOCK_JUMP_S)))


template = factories.postgresql_noproc(depends_on="server", dbname="bank", load=[_migrate_template])  # pyright: ignore[reportUnknownMemberType]
connection = factories.postgresql("template")


@pytest.fixture
def database_url(server: ServerAddress, connection: psycopg.Connection[tuple[object, ...]]) -> str:
    """A migrated database of this test alone."""
    return server.url(connection.info.dbname)


@pytest.fixture
def superuser(
    server: ServerAddress, connection: psycopg.Connection[tuple[object, ...]]
) -> Generator[psycopg.Connection[tuple[object, ...]]]:
    """A connection of a superuser's to the database of this test."""
    url = ServerAddress(server.host, user=SUPERUSER).url(connection.info.dbname)
    with psycopg.connect(url, autocommit=True) as superuser:
        pid = superuser.info.backend_pid
        yield superuser
    # Who drops the database may not end what a superuser has begun.
    until_ended(connection, pid)


@pytest.fixture
def clock(superuser: psycopg.Connection[tuple[object, ...]]) -> Clock:
    """The clock of the database of this test, which is right until the test moves it."""
    return Clock(superuser)


@pytest.fixture
async def pool(database_url: str) -> AsyncGenerator[Pool]:
    """Connections as the server has them."""
    pool = create_pool(database_url)
    await pool.open(wait=True)
    yield pool
    await pool.close()


@pytest.fixture
def store(pool: Pool) -> Store:
    """A Store that retries nothing, so that a deadlock shows."""
    return Store(pool, retry_count_max=0)


@pytest.fixture
def make(store: Store) -> Make:
    """Users, accounts and money to test with."""
    return Make(store)


def make_bank(store: Store, rules: Rules = UNLIMITED) -> Bank:
    """A bank on this store, whose one key is all zeros."""
    codec = PasetoCodec([bytes(32)])
    return Bank(
        store=store,
        passwords=PasswordHasher(4),
        tokens=TokenMaker(codec, Purpose.ACCESS, timedelta(minutes=15)),
        refresh_tokens=TokenMaker(codec, Purpose.REFRESH, timedelta(hours=24)),
        codes=CodeMaker([bytes(32)]),
        webhook_secrets=SecretMaker([bytes(32)]),
        rules=rules,
    )


@pytest.fixture
def bank(store: Store) -> Bank:
    """The bank that operations take; passwords are hashed at the lowest cost of bcrypt."""
    return make_bank(store)


@pytest.fixture
async def mailbox() -> AsyncGenerator[Mailbox]:
    """A mail server of this test alone."""
    async with mail_server() as mailbox:
        yield mailbox


@pytest.fixture
async def job_runner(database_url: str, bank: Bank, mailbox: Mailbox) -> AsyncGenerator[JobRunner]:
    """Sends what mail waits when told to."""
    async with job_runner_of(database_url, bank, mailbox) as job_runner:
        yield job_runner


@pytest.fixture
async def api(bank: Bank, make: Make) -> AsyncGenerator[Api]:
    """The HTTP door of the bank, over a real socket."""
    async with TestClient(TestServer(create_app(bank))) as client:
        yield Api(client, bank, make)


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return Path(__file__).parents[1]


@pytest.fixture(scope="module", params=USUAL_KINDS)
def broker(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Generator[Broker]:
    """A broker of Kafka, of each kind that is wanted."""
    with running(str(request.param), tmp_path_factory.mktemp("broker")) as broker:
        yield broker


@pytest.fixture
def own_broker(broker: Broker, tmp_path: Path) -> Generator[Broker]:
    """A broker that the test may stop."""
    if broker.kind == "real":
        pytest.skip("a real broker is not stopped by tests")
    with running(broker.kind, tmp_path) as own:
        yield own
