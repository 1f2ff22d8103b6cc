"""Opens each door in turn."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final, LiteralString, TypeAlias

import psycopg
import pytest
from psycopg import sql

from bankapp.operations.bank import Bank
from tests.api.conftest import DatabaseAccess
from tests.conftest import ServerAddress
from tests.doors.client import Client
from tests.doors.door import DoorUnderTest
from tests.doors.graphql import GRAPHQL
from tests.doors.grpc import GRPC
from tests.doors.http import HTTP
from tests.doors.kafka import KAFKA
from tests.doors.world import Connection, World, Worlds
from tests.factories import Make

OpenDoor: TypeAlias = Callable[[Bank], Awaitable[Client]]
# PostgreSQL's own, which an embedded server changes.
PRESETS: Final[dict[str, LiteralString]] = {
    "log_min_messages": "warning",
    "log_min_error_statement": "error",
    "log_error_verbosity": "default",
}


@pytest.fixture(
    params=[
        HTTP,
        GRAPHQL,
        GRPC,
        # A minute more, for the same walk of a request: tests/api/kafka tests what is its own.
        pytest.param(KAFKA, marks=pytest.mark.kafka_at_length),
    ],
    ids=lambda kind: kind.name,
)
def kind(request: pytest.FixtureRequest) -> DoorUnderTest:
    """Each door in turn."""
    kind = request.param
    assert isinstance(kind, DoorUnderTest)
    return kind


class PostgresLog:
    """The lines that PostgreSQL has logged about one database since this object was made."""

    def __init__(self, server: ServerAddress, database: str) -> None:
        self._path = Path(server.host) / "postgres.log"
        self._mark = f"@{database} ".encode()
        self._start = self._path.stat().st_size

    def lines(self) -> list[bytes]:
        """The lines so far."""
        with self._path.open("rb") as log:
            log.seek(self._start)
            return [line for line in log if self._mark in line]


@pytest.fixture
def postgres_log(
    server: ServerAddress, connection: Connection, superuser: psycopg.Connection[tuple[object, ...]]
) -> PostgresLog:
    """The log of the test's database, which is as talkative as that of a new PostgreSQL."""
    database = connection.info.dbname
    for name in ("log_min_messages", "log_min_error_statement", "log_error_verbosity"):
        superuser.execute(
            sql.SQL("ALTER DATABASE {} SET {} = {}").format(
                sql.Identifier(database), sql.Identifier(name), sql.SQL(PRESETS[name])
            )
        )
    return PostgresLog(server, database)


@pytest.fixture
def silence(postgres_log: PostgresLog) -> Generator[None]:
    """PostgreSQL logs nothing until the test ends, whatever requests it refuses."""
    yield
    assert postgres_log.lines() == []


@pytest.fixture
async def open_door(
    kind: DoorUnderTest, make: Make, bank: Bank, connection: Connection
) -> AsyncGenerator[OpenDoor]:
    """Opens the door of a given bank until the test ends."""
    worlds = Worlds(bank, make, connection)
    async with AsyncExitStack() as stack:

        async def open_door(bank: Bank) -> Client:
            return Client(kind, await stack.enter_async_context(kind.open(bank)), bank, worlds)

        yield open_door


@pytest.fixture
async def client(open_door: OpenDoor, bank: Bank) -> Client:
    """Asks the bank of the test through the door."""
    return await open_door(bank)


@pytest.fixture
async def world(client: Client) -> World:
    """A world in the database of the test."""
    return await client.new_world()


@pytest.fixture
def database(connection: Connection) -> DatabaseAccess:
    """The database, behind the bank's back."""
    return DatabaseAccess(connection)
