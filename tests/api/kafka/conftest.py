"""Fixtures: a bank behind a broker of each kind, and somebody who asks it."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from pathlib import Path

import pytest

from bankapp.domain.roles import Role
from bankapp.operations.bank import Bank
from tests.brokers import KINDS, Broker, running
from tests.commands import Asker, Places, asking, new_places, serving
from tests.factories import Make

Token = Callable[..., Awaitable[str]]


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
def places() -> Places:
    """Topics of the test alone."""
    return new_places()


@pytest.fixture
async def asker(broker: Broker, places: Places) -> AsyncGenerator[Asker]:
    """Sends commands; nobody serves them yet."""
    async with asking(broker.server, places) as asker:
        yield asker


@pytest.fixture
async def served(bank: Bank, asker: Asker) -> AsyncGenerator[Asker]:
    """Sends commands, which the bank serves."""
    async with serving(bank, asker.server, asker.places):
        yield asker


@pytest.fixture
def log_in(bank: Bank, make: Make) -> Token:
    """The access token of a new session of a new user."""

    async def log_in(username: str, role: Role = Role.DEPOSITOR) -> str:
        await make.user(username, role)
        return bank.tokens.create(await make.session(username)).text

    return log_in
