"""Queries watched under their names: slow ones are logged, and whoever traces sees them all."""

import time
from collections.abc import Awaitable, Callable
from importlib import import_module
from inspect import iscoroutinefunction
from typing import Any, TypeAlias

import structlog
from psycopg import AsyncConnection

from bankapp import tuning
from bankapp.telemetry.context import REQUEST_IDS
from gen.queries import AsyncQueries

Query: TypeAlias = Callable[..., Awaitable[Any]]
# From a query and its name to one that does the same and is watched.
Watch: TypeAlias = Callable[[str, Query], Query]

_log: structlog.typing.FilteringBoundLogger = structlog.get_logger("bankapp.store")


def watched(*watches: Watch) -> type[AsyncQueries]:
    """All queries, each of them watched; the last watch is the outermost."""
    queriers = {
        module: _watched_querier(import_module(f"gen.{module}").AsyncQuerier, watches)
        for module in AsyncQueries.__slots__
    }

    class WatchedQueries(AsyncQueries):
        """Every query, on one connection."""

        __slots__ = ("_connection",)

        def __init__(self, connection: AsyncConnection[Any]) -> None:
            self._connection = connection

        def __getattr__(self, module: str) -> object:
            querier = queriers[module](self._connection)  # made when asked for: most never are
            setattr(self, module, querier)
            return querier

    return WatchedQueries


def _watched_querier(querier: type, watches: tuple[Watch, ...]) -> Callable[..., object]:
    queries = {name: query for name, query in vars(querier).items() if iscoroutinefunction(query)}
    members: dict[str, Any] = {"__slots__": ()}
    for name, query in queries.items():
        member: Query = query
        for watch in watches:
            member = watch(_query_name(name), member)
        members[name] = member
    return type(querier.__name__, (querier,), members)


def _query_name(method: str) -> str:
    """As it stands in db/queries: get_user is GetUser."""
    return method.title().replace("_", "")


def log_slow(threshold_s: float) -> Watch:
    """Log each query that took as long; when it waited for a lock, that counts."""

    def watch(name: str, query: Query) -> Query:
        async def timed(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as the query has it
            started = time.perf_counter()
            try:
                return await query(*args, **kwargs)
            finally:
                duration_s = time.perf_counter() - started
                if duration_s >= threshold_s:
                    _log.warning(
                        "slow query",
                        query=name,
                        duration_ms=round(duration_s * 1000, 2),
                        request_ids=REQUEST_IDS.get()[: tuning.LOGGED_REQUEST_COUNT_MAX],
                    )

        return timed

    return watch
