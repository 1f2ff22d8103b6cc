"""The client for asyncio."""

import asyncio
from collections.abc import Coroutine, Mapping
from types import TracebackType
from typing import Any, Self

import httpx2

from bankapp_client.call import Endpoint, Result
from bankapp_client.core import RETRIES, TIMEOUT_S, Core, Retries, Tokens
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
        self._core = Core(base_url, _Suspending(self._http), retries, tokens)

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
