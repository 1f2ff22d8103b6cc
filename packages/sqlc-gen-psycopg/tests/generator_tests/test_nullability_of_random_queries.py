"""No column of a random query is said to be NOT NULL and then NULL.

500 statements are the same in every run. `RANDOM_QUERIES=20000 pytest -k random_queries -s` writes
that number of new ones and prints counts; `PGBIN` names the programs of another PostgreSQL.
"""

import os
from collections import Counter
from random import Random
from typing import Any

import psycopg
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from generator_tests.project import Server, create_database
from generator_tests.random_queries import SCHEMA, StatementWriter
from generator_tests.requests import query
from sqlc_gen_psycopg.database import collect_facts
from sqlc_gen_psycopg.database.facts import QueryFacts

BATCH = 50
WANTED = int(os.environ.get("RANDOM_QUERIES", "0"))


@pytest.fixture(scope="module")
def url(sqlc_server: Server) -> str:
    return create_database(sqlc_server, f"random_{os.getpid()}", SCHEMA)


def test_random_queries(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("SET statement_timeout = '20s'")
        connection.commit()
        version = connection.info.server_version // 10_000
        seen = Counter[str]()

        @settings(
            max_examples=(WANTED or 500) // BATCH,
            derandomize=not WANTED,
            database=None,
            deadline=None,
            # A smaller seed is no smaller query.
            phases=(Phase.generate,),
        )
        @given(random=st.randoms(use_true_random=True))
        def check(random: Random) -> None:
            asked = [
                query(str(number), ":many", text=StatementWriter(random, version).statement())
                for number in range(BATCH)
            ]
            facts = collect_facts(url, asked).queries
            for one in asked:
                found = facts.get((one.filename, one.name))
                seen["asked"] += 1
                if found is not None:
                    _compare(connection, one.text, found, seen)

        check()
    print(dict(seen))
    assert seen["with rows"] > seen["asked"] / 3, seen


def _compare(
    connection: psycopg.Connection[Any], sql: str, found: QueryFacts, seen: Counter[str]
) -> None:
    """Run a query, take back what it changes, and look at its values."""
    seen["understood"] += 1
    try:
        with psycopg.RawCursor(connection) as cursor:
            result = cursor.execute(sql.encode()).pgresult
    except psycopg.Error as error:
        seen[type(error).__name__] += 1
        return
    finally:
        connection.rollback()
    assert result is not None
    seen["with rows"] += result.ntuples > 0
    for number, column in enumerate(found.columns):
        is_null = any(result.get_value(row, number) is None for row in range(result.ntuples))
        seen["never NULL" if not column.is_nullable else "NULL" if is_null else "unsure"] += 1
        assert column.is_nullable or not is_null, f"{sql}; column {number}"
