"""Opens each door in turn."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import TypeAlias

import pytest

from bankapp.operations.bank import Bank
from tests.api.conftest import DatabaseAccess
from tests.doors.client import Client
from tests.doors.door import DoorUnderTest
from tests.doors.doors import DOORS
from tests.doors.world import Connection, World, Worlds
from tests.factories import Make

OpenDoor: TypeAlias = Callable[[Bank], Awaitable[Client]]


@pytest.fixture(params=DOORS, ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> DoorUnderTest:
    """Each door in turn."""
    kind = request.param
    assert isinstance(kind, DoorUnderTest)
    return kind


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
