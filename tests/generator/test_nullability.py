"""What the generator says can be NULL, against what is NULL: it must miss nothing and invent little."""

import os
from collections.abc import Generator, Sequence
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from bankapp.embedded import throwaway_server
from sqlc_gen_psycopg.database import collect_facts
from sqlc_gen_psycopg.database.facts import QueryFacts
from tests.conftest import ServerAddress
from tests.generator import nullability_of_changes, nullability_of_expressions, nullability_of_joins
from tests.generator.nullability_case import Case
from tests.generator.requests import column, query

SCHEMA = Path(__file__).parent / "nullability_schema.sql"
CASES = (*nullability_of_joins.CASES, *nullability_of_expressions.CASES, *nullability_of_changes.CASES)


@pytest.fixture(scope="module")
def url(sqlc_server: ServerAddress) -> str:
    """A database with data chosen to give NULL wherever it can be."""
    database = f"nullability_{os.getpid()}"
    with psycopg.connect(sqlc_server.url("postgres"), autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(database)))
    _make(sqlc_server.url(database))
    return sqlc_server.url(database)


@pytest.fixture(scope="module")
def facts(url: str) -> Sequence[QueryFacts | None]:
    """The facts of each case."""
    return _facts(url, CASES)


@pytest.fixture
def connection(url: str) -> Generator[psycopg.Connection[tuple[object, ...]]]:
    with psycopg.connect(url) as connection:
        yield connection
        connection.rollback()


@pytest.mark.parametrize("number", range(len(CASES)), ids=[case.sql for case in CASES])
def test_nullability(
    number: int,
    facts: Sequence[QueryFacts | None],
    connection: psycopg.Connection[tuple[object, ...]],
) -> None:
    assert _complaints(CASES[number], facts[number], connection) == []


def test_on_the_oldest_postgresql(postgres_16: Path) -> None:
    """The parse trees differ between versions."""
    cases = [case for case in CASES if case.since <= 16]
    with throwaway_server(postgres_16) as server:
        url = server.url("postgres")
        _make(url)
        with psycopg.connect(url) as connection:
            for case, facts in zip(cases, _facts(url, cases), strict=True):
                assert _complaints(case, facts, connection) == [], case.sql
                connection.rollback()


def _make(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(SCHEMA.read_bytes())
        # PostgreSQL 18 refuses that; before, a child could drop what it had inherited.
        if connection.info.server_version < 180_000:
            connection.execute("ALTER TABLE child ALTER COLUMN lost DROP NOT NULL")
        else:
            connection.execute("ALTER TABLE parent ALTER COLUMN lost DROP NOT NULL")
            connection.execute("INSERT INTO parent VALUES (2, 2, NULL)")
            connection.execute("ALTER TABLE parent ADD CONSTRAINT late NOT NULL lost NOT VALID")
        if connection.info.server_version < 180_000:
            connection.execute("INSERT INTO child VALUES (2, 2, NULL)")


def _facts(url: str, cases: Sequence[Case]) -> list[QueryFacts | None]:
    queries = [
        query(
            str(number),
            ":many",
            text=case.sql,
            parameters=[column(not_null=value is not None) for value in case.parameters],
            filename="cases.sql",
        )
        for number, case in enumerate(cases)
    ]
    facts = collect_facts(url, queries)
    return [facts.queries.get(("cases.sql", str(number))) for number in range(len(cases))]


def _complaints(
    case: Case, facts: QueryFacts | None, connection: psycopg.Connection[tuple[object, ...]]
) -> list[str]:
    assert facts is not None
    with psycopg.RawCursor(connection) as cursor:
        # Not fetched: Python has no infinite times.
        result = cursor.execute(case.sql, case.parameters).pgresult
    assert result
    assert result.ntuples
    said = "".join("?" if column.is_nullable else "!" for column in facts.columns)
    complaints: list[str] = []
    if said != case.columns.replace("~", "?"):
        complaints.append(f"expected {case.columns}, got {said}")
    for number, mark in enumerate(case.columns):
        is_null = None in (result.get_value(row, number) for row in range(result.ntuples))
        if is_null != (mark == "?"):
            complaints.append(f"column {number} {'is' if is_null else 'is never'} NULL: {mark}")
    return complaints
