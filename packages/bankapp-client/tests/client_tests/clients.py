"""Both kinds of client behind one interface, so that a test is written once."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Iterable
from functools import partial
from itertools import islice
from typing import Any, Protocol

import pytest

from bankapp_client import AsyncClient, AsyncPages, Client, Pages, Retries, Tokens
from bankapp_client.core import RETRIES, TIMEOUT_S


class Connected:
    """A client of either kind; `ask("get_account", 12)` awaits the result of that method."""

    def __init__(self, client: Client | AsyncClient) -> None:
        self.client = client

    async def ask(self, name: str, *args: object, **kwargs: object) -> Any:
        """The result of a method."""
        method = partial(getattr(self.client, name), *args, **kwargs)
        if isinstance(self.client, Client):
            return await asyncio.to_thread(method)
        return await method()

    async def read(self, name: str, *args: object, **kwargs: object) -> list[Any]:
        """All items of a list."""
        return await self.read_all(getattr(self.client, name)(*args, **kwargs))

    async def read_all(
        self, items: Iterable[Any] | AsyncIterable[Any], *, count: int | None = None
    ) -> list[Any]:
        """All items, or the first ones; no further item is read."""
        if isinstance(items, Iterable):
            return await asyncio.to_thread(lambda: list(islice(items, count)))
        found: list[Any] = []
        async for item in items:
            found.append(item)
            if len(found) == count:
                break
        return found

    async def first_page(self, pages: Pages[Any] | AsyncPages[Any]) -> Any:
        """The first page of a list; no other page is fetched."""
        if isinstance(pages, Pages):
            return await asyncio.to_thread(next, pages.pages())
        return await anext(pages.pages())


class Connect(Protocol):
    """Connects to a server at a URL."""

    def __call__(
        self,
        url: str,
        *,
        tokens: Tokens | None = None,
        retries: Retries = ...,
        timeout_s: float = ...,
    ) -> Connected: ...


@pytest.fixture(params=[Client, AsyncClient], ids=["sync", "async"])
async def connect(request: pytest.FixtureRequest) -> AsyncGenerator[Connect]:
    """Clients of either kind, closed after the test."""
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
