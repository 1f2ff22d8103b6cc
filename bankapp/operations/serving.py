"""The walk of a request, the same behind every door."""

import re
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Protocol, Self

import structlog
from pydantic import BaseModel, ValidationError

from bankapp.domain import errors, limits
from bankapp.domain.money import RequestKey
from bankapp.operations.admission import authorize, identify, limit_rates, require_session
from bankapp.operations.bank import Bank
from bankapp.operations.callers import Caller, SessionHolder, Visitor
from bankapp.operations.keys import only_key, request_key
from bankapp.operations.operation import Operation
from bankapp.telemetry import metrics
from bankapp.telemetry.context import REQUEST_IDS, create_request_id

_SANE_ID: Final = re.compile(rf"[A-Za-z0-9._-]{{1,{limits.REQUEST_ID_LENGTH_MAX}}}")
_log: structlog.stdlib.BoundLogger = structlog.get_logger("bankapp.requests")


class Content(Protocol):
    """What came with a request, as a door reads it."""

    async def receive(self) -> None:
        """Wait for what is still on its way. Raises Refusal when it is too much or too late."""
        ...

    def read(self) -> Mapping[str, Any]:
        """The fields of the request, not validated yet. Raises Refusal when they cannot be read."""
        ...


class EndSpan(Protocol):
    """Tells a span in the end what it was about."""

    def __call__(self, operation: str | None, status: int) -> None: ...


class RequestSpans(Protocol):
    """Makes a span of each request."""

    def request(
        self, request_id: str, method: str, headers: Mapping[str, str]
    ) -> AbstractContextManager[EndSpan]:
        """The span of a request, within its caller's where the headers name one."""
        ...


@dataclass(frozen=True, slots=True)
class Served:
    """The answer to a request, and whether it was first given to an earlier one under its key."""

    response: BaseModel
    is_replay: bool = False


class Exchange:
    """A request from its arrival at a door to its answer: its id, its span, its line in the log.

    A door enters one around all that it does, and sets `status` before it leaves: that of HTTP, or
    the one that HTTP has for it. Nothing of what was sent is logged but the id: it may be, or lead
    to, a secret.
    """

    __slots__ = (
        "_end_span",
        "_method",
        "_span",
        "_started_s",
        "operation",
        "request_id",
        "status",
        "username",
    )

    def __init__(
        self, method: str, headers: Mapping[str, str], spans: RequestSpans | None = None
    ) -> None:
        given = headers.get("X-Request-Id", "")
        self.request_id = given if _SANE_ID.fullmatch(given) else create_request_id()
        self.operation: str | None = None
        self.username: str | None = None
        self.status = 500
        self._method = method
        self._span = None if spans is None else spans.request(self.request_id, method, headers)
        self._end_span: EndSpan | None = None

    def __enter__(self) -> Self:
        self._started_s = time.perf_counter()
        REQUEST_IDS.set((self.request_id,))
        if self._span is not None:
            self._end_span = self._span.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is None:
            self._note(time.perf_counter() - self._started_s)
        if self._span is not None:
            self._span.__exit__(kind, error, traceback)

    def refuse(self, error: Exception) -> errors.Refusal:
        """The refusal that answers whatever was raised; counted, and logged where it is a fault."""
        refusal = error if isinstance(error, errors.Refusal) else errors.InternalError()
        if isinstance(refusal, errors.Unavailable):
            cause = type(refusal.__cause__).__name__
            _log.warning("unavailable", request_id=self.request_id, cause=cause)
        elif refusal is not error:
            _log.error("request failed", request_id=self.request_id, exc_info=error)
        metrics.REFUSALS.labels(refusal.code).inc()
        return refusal

    def _note(self, duration_s: float) -> None:
        metrics.request_durations(self.operation or "none", self.status // 100).observe(duration_s)
        _log.info(
            "request",
            request_id=self.request_id,
            method=self._method,
            operation=self.operation,
            actor=self.username,
            status=self.status,
            duration_ms=round(duration_s * 1000, 2),
        )
        if self._end_span is not None:
            self._end_span(self.operation, self.status)


async def serve(
    bank: Bank,
    operation: Operation,
    exchange: Exchange,
    visitor: Visitor,
    content: Content,
    *,
    token: str | None,
    keys: Sequence[str],
) -> Served:
    """Do what a request asks for: identify, authorize, validate, limit, run or replay.

    The order is deliberate. The content comes first, for a role could be lost while it is on its
    way. Whoever asks without a session learns nothing of how a request is read. `keys` are the
    idempotency keys that came, one at most. Raises Refusal.
    """
    exchange.operation = operation.name
    await content.receive()
    key = only_key(keys)
    visitor = await identify(bank, operation, visitor, token)
    if isinstance(visitor, SessionHolder):
        exchange.username = visitor.username
    authorize(bank, operation, visitor)
    try:
        request = _validate(operation.request, content.read())
    except errors.Refusal:
        if isinstance(visitor, SessionHolder) and not isinstance(visitor, Caller):
            await require_session(bank, visitor)  # nothing else would look at it
        raise
    return await perform(bank, operation, visitor, request, key)


async def perform(
    bank: Bank, operation: Operation, visitor: Visitor, request: BaseModel, key: str | None = None
) -> Served:
    """Run an operation that the visitor may ask for, once under the key where it takes one.

    Raises RateLimited, and whatever the operation refuses.
    """
    if operation.limits:
        await limit_rates(bank, operation, visitor, request)
    if not operation.idempotent:
        return Served(await operation.run(bank, visitor, request))
    known_as = _request_key(operation, visitor, request, key)
    answer = await operation.run(bank, visitor, request, known_as)
    return Served(answer.result, answer.replayed_request_id is not None)


def _request_key(
    operation: Operation, visitor: Visitor, request: BaseModel, key: str | None
) -> RequestKey | None:
    if key is None:
        return None
    rule = operation.key_rule
    if rule.scope is not None:
        scope = rule.scope(request)
    else:
        assert isinstance(visitor, SessionHolder)
        scope = visitor.username
    return request_key(
        key,
        operation.name,
        request,
        scope=scope,
        request_id=visitor.request_id,
        without=rule.without,
    )


def _validate(model: type[BaseModel], fields: Mapping[str, Any]) -> BaseModel:
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        violations = [
            errors.Violation(".".join(map(str, item["loc"])), _message(item["msg"]))
            for item in error.errors(include_url=False, include_context=False, include_input=False)
        ][: limits.VIOLATION_COUNT_MAX]
        raise errors.ValidationFailed(violations=violations) from None


def _message(message: str) -> str:
    return message.removeprefix("Value error, ")
