"""The blocking client."""

import threading
import time
from collections.abc import Coroutine, Mapping
from types import TracebackType
from typing import Any, Self

import httpx2

from bankapp_client.call import Endpoint, Result
from bankapp_client.core import RETRIES, TIMEOUT_S, Core, Retries, Tokens
from bankapp_client.feed import WAIT_S, Feed
from bankapp_client.generated import models
from bankapp_client.generated.sync import Operations


class Client(Operations):
    """The bank at `base_url`, for one user at a time; threads may share it.

    `log_in` opens a session, in which later calls are made; `tokens` continue an earlier session.
    Close the client, or use it in a `with` block.
    """

    def __init__(
        self,
        base_url: str,
        *,
        tokens: Tokens | None = None,
        timeout_s: float = TIMEOUT_S,
        retries: Retries = RETRIES,
    ) -> None:
        self._http = httpx2.Client(timeout=timeout_s)
        self._core = Core(base_url, _Blocking(self._http), retries, tokens, timeout_s)

    @property
    def tokens(self) -> Tokens | None:
        """The tokens of the session, which change when it is renewed."""
        return self._core.tokens

    def close(self) -> None:
        """Close the connections. The session stays open."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def follow_events(
        self,
        *,
        cursor: str | None = None,
        types: list[models.EventName] | None = None,
        account_id: int | None = None,
        page_size: int | None = None,
        wait_s: int | None = WAIT_S,
    ) -> Feed:
        """What happened and what happens, in order, as `list_events` gives it.

        It begins behind `cursor`, or else with the first event, and never ends: it waits for the
        next event, in calls of up to `wait_s` seconds. With `wait_s=None` it ends when all are
        read. The `id` of an event is the cursor that leads on from it.

        Raises FeedRewound, NotFound, TokenExpired, Unauthenticated.
        """

        def get(after: str | None) -> models.EventPage:
            return self.list_events(
                cursor=after,
                limit=page_size,
                types=types,
                account_id=account_id,
                wait_s=wait_s,
            )

        return Feed(get, cursor, is_endless=wait_s is not None)

    def _perform(
        self, endpoint: Endpoint[Result], fields: Mapping[str, object], key: str | None = None
    ) -> Result:
        return _complete(self._core.perform(endpoint.call(fields, key)))


class _Blocking:
    """Coroutines that block instead of suspending."""

    def __init__(self, http: httpx2.Client) -> None:
        self._http = http
        self._lock = _ThreadLock()

    async def send(self, request: httpx2.Request) -> httpx2.Response:
        return self._http.send(request)

    async def sleep(self, duration_s: float) -> None:
        time.sleep(duration_s)  # noqa: ASYNC251 - as the class says

    async def finish(self, work: Coroutine[Any, Any, None]) -> None:
        await work

    def alone(self) -> "_ThreadLock":
        return self._lock


class _ThreadLock:
    """A lock for threads with the interface of one for tasks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    async def __aenter__(self) -> None:
        self._lock.acquire()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lock.release()


def _complete(work: Coroutine[Any, Any, Result]) -> Result:
    """The result of a coroutine that never suspends."""
    try:
        work.send(None)
    except StopIteration as end:
        result: Result = end.value
        return result
    raise AssertionError("a sync client must not suspend")
