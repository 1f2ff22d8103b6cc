"""PostgreSQL's statistics of each query, by its name in db/queries."""

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from gen.queries import QUERIES

EXTENSION: Final = "pg_stat_statements"
_HIDDEN: Final = "<insufficient privilege>"
# The generator puts a query's name into its SQL, and the server keeps comments.
_NAMED: Final = re.compile(r"/\* (\w+) \*/")


class StatisticsMissing(Exception):
    """The server has no statistics of queries; the message tells how to turn them on."""


@dataclass(frozen=True, slots=True)
class QueryStatistics:
    """The sums over all calls of a query; times do not include the wait for a connection.

    `name` is None for statements without a name: BEGIN and COMMIT, and those of other programs.
    """

    name: str | None
    call_count: int
    row_count: int
    total_ms: float
    max_ms: float

    @property
    def mean_ms(self) -> float:
        """The time of one call."""
        return self.total_ms / self.call_count


@dataclass(frozen=True, slots=True)
class _Row:
    query: str
    calls: int
    rows: int
    total_ms: float
    max_ms: float


def read_statistics(url: str, database: str | None = None) -> list[QueryStatistics]:
    """The statistics of each query of a database, the costliest first.

    They are read at `url`, which may be of another database on the same server.
    Raises StatisticsMissing, and psycopg.Error when the server cannot be reached.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        rows = _read_rows(connection, database or connection.info.dbname)
    by_name: defaultdict[str | None, list[_Row]] = defaultdict(list)
    for row in rows:
        by_name[_name(row.query)].append(row)
    found = [_sum(name, same) for name, same in by_name.items()]
    return sorted(found, key=lambda statistics: statistics.total_ms, reverse=True)


def _name(query: str) -> str | None:
    named = _NAMED.search(query)
    return named[1] if named is not None and named[1] in QUERIES else None


def _read_rows(connection: psycopg.Connection[Any], database: str) -> list[_Row]:
    schema = connection.execute(
        "SELECT nspname FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace"
        " WHERE extname = %s",
        [EXTENSION],
    ).fetchone()
    if schema is None:
        raise StatisticsMissing(
            f"this server does not count what queries cost; put {EXTENSION} into its "
            f"shared_preload_libraries, restart it, and CREATE EXTENSION {EXTENSION}"
        )
    query = sql.SQL(
        "SELECT query, calls, rows, total_exec_time AS total_ms, max_exec_time AS max_ms"
        " FROM {} WHERE dbid = (SELECT oid FROM pg_database WHERE datname = %s) AND calls > 0"
    ).format(sql.Identifier(schema[0], EXTENSION))
    try:
        rows = connection.cursor(row_factory=class_row(_Row)).execute(query, [database]).fetchall()
    except psycopg.errors.ObjectNotInPrerequisiteState:
        raise StatisticsMissing(
            f"put {EXTENSION} into the server's shared_preload_libraries and restart it"
        ) from None
    if any(row.query == _HIDDEN for row in rows):
        user = connection.info.user
        raise StatisticsMissing(f"{user} may not see it; GRANT pg_read_all_stats TO {user}")
    return rows


def _sum(name: str | None, rows: list[_Row]) -> QueryStatistics:
    return QueryStatistics(
        name=name,
        call_count=sum(row.calls for row in rows),
        row_count=sum(row.rows for row in rows),
        total_ms=sum(row.total_ms for row in rows),
        max_ms=max(row.max_ms for row in rows),
    )
