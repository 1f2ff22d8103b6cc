"""No column of a random join is said to be NOT NULL and then NULL."""

import os
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.sql import SQL, Identifier

from generator_tests.project import Server
from generator_tests.requests import query
from sqlc_gen_psycopg.database import collect_facts

BATCH = 25
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
NAMES = ("id", "x", "y")
KINDS = ("JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN")

SCHEMA = """
CREATE TABLE t (id integer NOT NULL, x integer, y integer);
INSERT INTO t SELECT i, nullif(i % 3, 0), CASE WHEN i % 2 = 0 THEN i / 2 END
FROM generate_series(1, 7) AS i;
"""


@pytest.fixture(scope="session")
def url(sqlc_server: Server) -> str:
    database = f"joins_{os.getpid()}"
    with psycopg.connect(sqlc_server.url("postgres"), autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(database)))
    with psycopg.connect(sqlc_server.url(database)) as connection:
        connection.execute(SCHEMA)
    return sqlc_server.url(database)


@st.composite
def conditions(draw: st.DrawFn, aliases: list[str]) -> str:
    columns = st.sampled_from([f"{alias}.{name}" for alias in aliases for name in NAMES])

    def column() -> str:
        return draw(columns)

    one = st.sampled_from(
        [
            f"{column()} = {column()}",
            f"{column()} > {draw(st.integers(0, 3))}",
            f"{column()} IS NOT NULL",
            f"{column()} IS NULL",
            f"coalesce({column()}, 1) = 1",
            f"{column()} IN (1, 2)",
            f"{column()} + {column()} > 1",
            "true",
        ]
    )
    first, second = draw(one), draw(one)
    shapes = ("{0}", "{0} AND {1}", "({0} OR {1})", "NOT ({0} AND {1})", "NOT ({0} OR {1})")
    return draw(st.sampled_from([*shapes, "({0}) IS TRUE", "({0}) IS NOT FALSE"])).format(
        first, second
    )


@st.composite
def joins(draw: st.DrawFn, aliases: list[str]) -> str:
    if len(aliases) == 1:
        table = f"t AS {aliases[0]}"
        derived = f"(SELECT id, x, y FROM t AS i WHERE {draw(conditions(['i']))}) AS {aliases[0]}"
        return draw(st.sampled_from([table, table, derived]))
    cut = draw(st.integers(1, len(aliases) - 1))
    left, right = draw(joins(aliases[:cut])), draw(joins(aliases[cut:]))
    kind = draw(st.sampled_from(KINDS))
    if kind == "FULL JOIN":  # PostgreSQL can do no other
        condition = f"{aliases[0]}.x = {aliases[-1]}.{draw(st.sampled_from(NAMES))}"
    else:
        condition = draw(conditions(aliases))
    return f"({left} {kind} {right} ON {condition})"


@st.composite
def queries(draw: st.DrawFn) -> str:
    aliases = list("abcd"[: draw(st.integers(2, 4))])
    columns = [f"{alias}.{column}" for alias in aliases for column in NAMES]
    columns += [f"a.x + {aliases[-1]}.y", f"coalesce(a.x, {aliases[-1]}.id)"]
    where = draw(conditions(aliases))
    return f"SELECT {', '.join(columns)} FROM {draw(joins(aliases))} WHERE {where}"


@settings(max_examples=10, deadline=None, suppress_health_check=SLOW)
@given(sqls=st.lists(queries(), min_size=BATCH, max_size=BATCH))
def test_random_joins(url: str, sqls: list[str]) -> None:
    asked = [query(str(number), ":many", text=sql) for number, sql in enumerate(sqls)]
    facts = collect_facts(url, asked).queries
    with psycopg.connect(url) as connection:
        for one in asked:
            found = facts[one.filename, one.name]
            rows: list[Any] = connection.execute(one.text.encode()).fetchall()
            for number, column in enumerate(found.columns):
                is_null = any(row[number] is None for row in rows)
                assert column.is_nullable or not is_null, (one.text, column.name, number)
