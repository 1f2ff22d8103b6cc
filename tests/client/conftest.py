"""A bank at a URL, and users with clients of either kind."""

from collections.abc import AsyncGenerator, Awaitable, Callable

import pytest
from aiohttp.test_utils import TestServer

from bankapp.api.http.server import create_app
from bankapp.domain.roles import Role
from bankapp.operations.bank import Bank
from bankapp_client.core import TIMEOUT_S
from client_tests.clients import Connect, Connected, connect
from client_tests.fake_bank import fake_bank
from tests.factories import PASSWORD, Make

__all__ = ["connect", "fake_bank"]


@pytest.fixture
async def bank_url(bank: Bank) -> AsyncGenerator[str]:
    """Where the bank is."""
    async with TestServer(create_app(bank)) as server:
        yield str(server.make_url(""))


@pytest.fixture
def log_in(connect: Connect, bank_url: str, make: Make) -> Callable[..., Awaitable[Connected]]:
    """New users, logged in."""

    async def log_in(
        username: str, role: Role = Role.DEPOSITOR, timeout_s: float = TIMEOUT_S
    ) -> Connected:
        await make.user(username, role)
        connected = connect(bank_url, timeout_s=timeout_s)
        await connected.ask("log_in", username=username, password=PASSWORD)
        return connected

    return log_in
