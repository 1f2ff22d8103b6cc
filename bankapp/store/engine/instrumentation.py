"""Wrappers of every query: slow ones are logged."""

import time
from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

import structlog

from bankapp import tuning
from bankapp.store.engine.transaction import Queries
from bankapp.telemetry.context import REQUEST_IDS
from gen import Query
from gen.queries import AsyncWrapper, wrapped_async_queries

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

_log: structlog.typing.FilteringBoundLogger = structlog.get_logger("bankapp.store")


def observed_queries(slow_after_s: float, *wrappers: AsyncWrapper) -> Queries:
    """The queries, slow ones logged; the last wrapper is the outermost."""
    return wrapped_async_queries(log_slow(slow_after_s), *wrappers)


def log_slow(threshold_s: float) -> AsyncWrapper:
    """Log each query that takes as long; the time in which it waits for a lock counts."""

    def wrap(
        query: Query, call: Callable[Arguments, Awaitable[Result]]
    ) -> Callable[Arguments, Awaitable[Result]]:
        async def timed(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
            started = time.perf_counter()
            try:
                return await call(*args, **kwargs)
            finally:
                duration_s = time.perf_counter() - started
                if duration_s >= threshold_s:
                    _log.warning(
                        "slow query",
                        query=query.name,
                        duration_ms=round(duration_s * 1000, 2),
                        request_ids=REQUEST_IDS.get()[: tuning.LOGGED_REQUEST_COUNT_MAX],
                    )

        return timed

    return wrap
