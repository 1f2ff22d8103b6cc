"""Fixtures: a bank behind a broker of each kind, and somebody who asks it."""

from collections.abc import AsyncGenerator, Awaitable, Callable

import pytest

from bankapp.domain.roles import Role
from bankapp.operations.bank import Bank
from tests.brokers import Broker
from tests.commands import Asker, Places, asking, new_places, serving
from tests.factories import Make

Token = Callable[..., Awaitable[str]]


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
