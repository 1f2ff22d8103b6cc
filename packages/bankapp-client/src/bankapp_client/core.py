"""Performs calls for both clients: retries, tokens and their renewal, refusals."""

import random
from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol, TypeAlias

import httpx2

from bankapp_client.answers import read_problem, read_result
from bankapp_client.call import Call, Result
from bankapp_client.generated import endpoints
from bankapp_client.generated.models import LogInResponse, RenewResponse
from bankapp_client.generated.problems import TokenExpired, Unauthenticated
from bankapp_client.problem import Problem, UnexpectedAnswer, Unreachable

USER_AGENT: Final = "bankapp-client"
_RATE_LIMITED: Final = 429
# From the bank or from a proxy before it: the call may or may not have been done.
_UNAVAILABLE: Final = (502, 503, 504)
_NEVER_SENT: Final = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)

_Outcome: TypeAlias = httpx2.Response | httpx2.TransportError


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """How a call is retried.

    Each wait is a random part of a delay, which doubles from `delay_s` up to `delay_max_s`, on top
    of the time that `Retry-After` asks for. More than `retry_after_max_s` ends the retries.
    """

    count_max: int = 5
    delay_s: float = 0.2
    delay_max_s: float = 5.0
    retry_after_max_s: float = 30.0


TIMEOUT_S: Final = 10.0
RETRIES: Final = Retries()


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of a session. A refresh token works once: keep the client's latest tokens."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)


class Waiting(Protocol):
    """What differs between the clients. The coroutines of the sync client never suspend."""

    async def send(self, request: httpx2.Request) -> httpx2.Response:
        """The answer with its body read."""
        ...

    async def sleep(self, duration_s: float) -> None: ...

    async def finish(self, work: Coroutine[Any, Any, None]) -> None:
        """Finish the work even if the caller is cancelled."""
        ...

    def alone(self) -> AbstractAsyncContextManager[object]:
        """A lock around a block."""
        ...


class Core:
    """One session with one bank."""

    def __init__(
        self,
        base_url: str,
        waiting: Waiting,
        retries: Retries,
        tokens: Tokens | None,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self.tokens = tokens
        self._base_url = base_url.rstrip("/")
        self._waiting = waiting
        self._retries = retries
        self._timeout_s = timeout_s

    async def perform(self, call: Call[Result]) -> Result:
        """The answer to a call.

        Raises a Problem, Unreachable or UnexpectedAnswer.
        """
        used = self.tokens
        try:
            return await self._ask(call, used)
        except TokenExpired:
            if call.endpoint.is_public or used is None:
                raise
        await self._waiting.finish(self._renew(used))
        return await self._ask(call, self.tokens)

    async def _renew(self, used: Tokens) -> None:
        """Renew used tokens, once for all callers; without an answer the request is repeated."""
        async with self._waiting.alone():
            if self.tokens is not used:
                return
            fields = {"refresh_token": used.refresh_token}
            try:
                renewal = replace(endpoints.RENEW_ACCESS.call(fields), is_renewal=True)
                await self._ask(renewal, None)
            except (Unauthenticated, TokenExpired):
                self.tokens = None
                raise

    async def _ask(self, call: Call[Result], tokens: Tokens | None) -> Result:
        response = await self._answer(call, tokens)
        if not response.is_success:
            raise _problem(response)
        result = read_result(call.endpoint, response.content)
        if isinstance(result, LogInResponse | RenewResponse):
            self.tokens = Tokens(result.access_token, result.refresh_token)
        return result

    async def _answer(self, call: Call[Any], tokens: Tokens | None) -> httpx2.Response:
        try:
            return await self._send(call, tokens)
        except (httpx2.TransportError, httpx2.InvalidURL) as error:
            raise Unreachable(self._describe(call, error)) from error
        except httpx2.RequestError as error:
            raise UnexpectedAnswer(self._describe(call, error)) from error

    def _describe(self, call: Call[Any], error: Exception) -> str:
        return f"{call.endpoint.method} {self._base_url}{call.url()}: {error!r}"

    async def _send(self, call: Call[Any], tokens: Tokens | None) -> httpx2.Response:
        request = httpx2.Request(
            call.endpoint.method,
            self._base_url + call.url(),
            params=call.query() or None,
            json=call.body(),
            headers={"User-Agent": USER_AGENT, **call.headers()},
            extensions={"timeout": self._timeout(call).as_dict()},
        )
        if tokens is not None and not call.endpoint.is_public:
            request.headers["Authorization"] = f"Bearer {tokens.access_token}"
        outcome = await self._try(request)
        for count in range(self._retries.count_max):
            wait_s = self._wait_s(call, outcome, count)
            if wait_s is None:
                break
            await self._waiting.sleep(wait_s)
            outcome = await self._try(request)
        if isinstance(outcome, httpx2.TransportError):
            raise outcome
        return outcome

    def _timeout(self, call: Call[Any]) -> httpx2.Timeout:
        return httpx2.Timeout(self._timeout_s, read=self._timeout_s + call.wait_s)

    async def _try(self, request: httpx2.Request) -> _Outcome:
        try:
            return await self._waiting.send(request)
        except httpx2.TransportError as error:
            return error

    def _wait_s(self, call: Call[Any], outcome: _Outcome, count: int) -> float | None:
        """The wait before the next try; None if there is none."""
        retries = self._retries
        if not _may_send_again(call, outcome):
            return None
        after_s = _retry_after_s(outcome)
        if after_s > retries.retry_after_max_s:
            return None
        return after_s + random.uniform(0, min(retries.delay_s * 2**count, retries.delay_max_s))


def _may_send_again(call: Call[Any], outcome: _Outcome) -> bool:
    if isinstance(outcome, httpx2.TransportError):
        return call.is_repeatable or isinstance(outcome, _NEVER_SENT)
    if outcome.status_code == _RATE_LIMITED:
        return True  # the bank did nothing
    return outcome.status_code in _UNAVAILABLE and call.is_repeatable


def _retry_after_s(outcome: _Outcome) -> float:
    if isinstance(outcome, httpx2.TransportError):
        return 0
    header = outcome.headers.get("Retry-After", "")
    return float(header) if header.isdecimal() else 0


def _problem(response: httpx2.Response) -> Problem | UnexpectedAnswer:
    problem = read_problem(response.content)
    if problem is not None:
        return problem
    said = response.headers.get("Location") or response.text[:200]
    return UnexpectedAnswer(f"{response.status_code}: {said}")
