"""A bank at a URL, and both clients spoken to in one way."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from functools import partial
from typing import Any, Protocol

import pytest
from aiohttp.test_utils import TestServer

from bankapp.api.http.server import create_app
from bankapp.domain.roles import Role
from bankapp.operations.bank import Bank
from bankapp_client import AsyncClient, AsyncPages, Client, Pages, Retries, Tokens
from bankapp_client.core import RETRIES, TIMEOUT_S
from tests.factories import PASSWORD, Make


class Connected:
    """A client of either kind; `ask("get_account", 12)` awaits what the method answers."""

    def __init__(self, client: Client | AsyncClient) -> None:
        self.client = client

    async def ask(self, name: str, *args: object, **kwargs: object) -> Any:
        """What a method answers."""
        method = partial(getattr(self.client, name), *args, **kwargs)
        if isinstance(self.client, Client):
            return await asyncio.to_thread(method)
        return await method()

    async def read(self, name: str, *args: object, **kwargs: object) -> list[Any]:
        """All items of a list."""
        pages = getattr(self.client, name)(*args, **kwargs)
        if isinstance(self.client, Client):
            return await asyncio.to_thread(list, pages)
        return [item async for item in pages]

    async def first_page(self, pages: Pages[Any] | AsyncPages[Any]) -> Any:
        """The first page of a list, and no other is fetched."""
        if isinstance(pages, Pages):
            return await asyncio.to_thread(next, pages.pages())
        return await anext(pages.pages())


class Connect(Protocol):
    """Connects to what listens at a URL."""

    def __call__(
        self,
        url: str,
        *,
        tokens: Tokens | None = None,
        retries: Retries = ...,
        timeout_s: float = ...,
    ) -> Connected: ...


@pytest.fixture
async def bank_url(bank: Bank) -> AsyncGenerator[str]:
    """Where the bank is."""
    async with TestServer(create_app(bank)) as server:
        yield str(server.make_url(""))


@pytest.fixture(params=[Client, AsyncClient], ids=["sync", "async"])
async def connect(request: pytest.FixtureRequest) -> AsyncGenerator[Connect]:
    """Clients of either kind, closed afterwards."""
    made: list[Client | AsyncClient] = []

    def connect(
        url: str,
        *,
        tokens: Tokens | None = None,
        retries: Retries = RETRIES,
        timeout_s: float = TIMEOUT_S,
    ) -> Connected:
        made.append(request.param(url, tokens=tokens, retries=retries, timeout_s=timeout_s))
        return Connected(made[-1])

    yield connect
    for client in made:
        if isinstance(client, Client):
            client.close()
        else:
            await client.close()


@pytest.fixture
def log_in(connect: Connect, bank_url: str, make: Make) -> Callable[..., Awaitable[Connected]]:
    """New users, logged in."""

    async def log_in(username: str, role: Role = Role.DEPOSITOR) -> Connected:
        await make.user(username, role)
        connected = connect(bank_url)
        await connected.ask("log_in", username=username, password=PASSWORD)
        return connected

    return log_in
