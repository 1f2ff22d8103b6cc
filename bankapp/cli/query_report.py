"""`bankapp queries`: the cost of each query."""

import json
from collections.abc import Iterable
from dataclasses import asdict

import psycopg

from bankapp.command_errors import Failure
from bankapp.postgres.database import DATABASE, open_database
from bankapp.settings import Settings
from bankapp.store.operator.query_statistics import (
    EXTENSION,
    QueryStatistics,
    StatisticsMissing,
    read_statistics,
)


def report_queries(settings: Settings, *, as_json: bool) -> None:
    """Print the cost of each named query, the costliest first.

    Raises Failure when the server has no statistics.
    """
    with open_database(settings, beside_server=True) as database:
        try:
            if database.maintenance_url is None:
                statistics = read_statistics(database.url)
            else:
                _enable(database.maintenance_url)
                statistics = read_statistics(database.maintenance_url, DATABASE)
        except StatisticsMissing as error:
            raise Failure(str(error)) from None
    print(_as_json(statistics) if as_json else _as_table(statistics))


def _enable(maintenance_url: str) -> None:
    """Outside the bank's database, so that a dump of it does not need the extension."""
    with psycopg.connect(maintenance_url, autocommit=True) as connection:
        available = "SELECT FROM pg_available_extensions WHERE name = %s"
        if connection.execute(available, [EXTENSION]).rowcount:
            connection.execute(f"CREATE EXTENSION IF NOT EXISTS {EXTENSION}")


def _as_json(statistics: Iterable[QueryStatistics]) -> str:
    return json.dumps([{**asdict(one), "mean_ms": one.mean_ms} for one in statistics])


def _as_table(statistics: Iterable[QueryStatistics]) -> str:
    line = "{:32} {:>9} {:>9} {:>10} {:>10} {:>12}".format
    lines = [line("query", "calls", "rows", "mean ms", "max ms", "total ms")]
    for one in statistics:
        times = (f"{ms:.3f}" for ms in (one.mean_ms, one.max_ms, one.total_ms))
        lines.append(line(one.name or "(not named)", one.call_count, one.row_count, *times))
    return "\n".join(lines)
