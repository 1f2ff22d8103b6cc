"""Observation of a request: its id, its span, its line in the log and its counts."""

import re
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Final, Protocol, Self

import structlog

from bankapp.domain import errors, limits
from bankapp.telemetry import metrics
from bankapp.telemetry.context import REQUEST_IDS, create_request_id

_SANE_ID: Final = re.compile(rf"[A-Za-z0-9._-]{{1,{limits.REQUEST_ID_LENGTH_MAX}}}")
_log: structlog.stdlib.BoundLogger = structlog.get_logger("bankapp.requests")


class EndSpan(Protocol):
    """Gives a span the method, the operation and the status of its request, before it ends."""

    def __call__(self, method: str, operation: str | None, status: int, /) -> None: ...


class RequestSpans(Protocol):
    """Makes a span of each request."""

    def request(
        self, request_id: str, method: str, headers: Mapping[str, str]
    ) -> AbstractContextManager[EndSpan]:
        """The span of a request, within its caller's where the headers name one."""
        ...


class Exchange:
    """A request from its arrival at a door to its answer: its id, its span, its line in the log.

    A door enters one around all of its work, and sets `status` before it leaves: the status of
    HTTP, or the one that HTTP has for the outcome. `method` is that of HTTP, or what a door has in
    its place. Of the request only the id is logged, because anything else may be, or lead to, a
    secret.
    """

    __slots__ = (
        "_end_span",
        "_span",
        "_started_s",
        "method",
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
        self.method = method
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
        """The refusal that answers an error. It is counted, and a fault is logged."""
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
            method=self.method,
            operation=self.operation,
            actor=self.username,
            status=self.status,
            duration_ms=round(duration_s * 1000, 2),
        )
        if self._end_span is not None:
            self._end_span(self.method, self.operation, self.status)
