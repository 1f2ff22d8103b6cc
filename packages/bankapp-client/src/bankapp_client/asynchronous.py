"""The client for asyncio."""

import asyncio
from collections.abc import Coroutine, Mapping
from types import TracebackType
from typing import Any, Self

import httpx2

from bankapp_client.call import Endpoint, Result
from bankapp_client.core import RETRIES, TIMEOUT_S, Core, Retries, Tokens
from bankapp_client.feed import WAIT_S, AsyncFeed
from bankapp_client.generated import models
from bankapp_client.generated.asynchronous import AsyncOperations


class AsyncClient(AsyncOperations):
    """The bank at `base_url`, for one user at a time; tasks of one event loop may share it.

    `log_in` opens a session, in which later calls are made; `tokens` continue an earlier session.
    Close the client, or use it in an `async with` block.
    """

    def __init__(
        self,
        base_url: str,
        *,
        tokens: Tokens | None = None,
        timeout_s: float = TIMEOUT_S,
        retries: Retries = RETRIES,
    ) -> None:
        self._http = httpx2.AsyncClient(timeout=timeout_s)
        self._core = Core(base_url, _Suspending(self._http), retries, tokens, timeout_s)

    @property
    def tokens(self) -> Tokens | None:
        """The tokens of the session, which change when it is renewed."""
        return self._core.tokens

    async def close(self) -> None:
        """Close the connections. The session stays open."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    def follow_events(
        self,
        *,
        cursor: str | None = None,
        types: list[models.EventName] | None = None,
        account_id: int | None = None,
        page_size: int | None = None,
        wait_s: int | None = WAIT_S,
    ) -> AsyncFeed:
        """What happened and what happens, in order, as `list_events` gives it.

        It begins behind `cursor`, or else with the first event, and never ends: it waits for the
        next event, in calls of up to `wait_s` seconds. With `wait_s=None` it ends when all are
        read. The `id` of an event is the cursor that leads on from it.

        Raises FeedRewound, NotFound, TokenExpired, Unauthenticated.
        """

        def get(after: str | None) -> Coroutine[Any, Any, models.EventPage]:
            return self.list_events(
                cursor=after,
                limit=page_size,
                types=types,
                account_id=account_id,
                wait_s=wait_s,
            )

        return AsyncFeed(get, cursor, is_endless=wait_s is not None)

    async def _perform(
        self, endpoint: Endpoint[Result], fields: Mapping[str, object], key: str | None = None
    ) -> Result:
        return await self._core.perform(endpoint.call(fields, key))


class _Suspending:
    """Coroutines that suspend while they wait."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self._http = http
        self._lock = asyncio.Lock()
        self._unfinished: set[asyncio.Task[None]] = set()

    async def send(self, request: httpx2.Request) -> httpx2.Response:
        return await self._http.send(request)

    async def sleep(self, duration_s: float) -> None:
        await asyncio.sleep(duration_s)

    async def finish(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._unfinished.add(task)
        task.add_done_callback(self._unfinished.discard)
        await asyncio.shield(task)

    def alone(self) -> asyncio.Lock:
        return self._lock
