"""What the generator says can be NULL, against what is: it must miss nothing, and invent little.

The cases are in nullability/*.sql. Of each query the comment above says, for every column, whether
it is never NULL (`!`), NULL in some row of the data (`?`), or never NULL although the analysis
cannot see that (`~`), and why. A parameter that is given as None is one that can be NULL.
"""

import os
import re
from ast import literal_eval
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier

from generator_tests.project import Server
from generator_tests.requests import column, query
from sqlc_gen_psycopg.database import collect_facts
from sqlc_gen_psycopg.database.facts import QueryFacts

DIRECTORY = Path(__file__).parent / "nullability"
CASE = re.compile(r"^-- ([!?~]+)((?: \| \w+: .+)*)\n([^;]+);$", re.MULTILINE)


@dataclass(frozen=True)
class Case:
    """A query, the marks of its columns, and the versions of PostgreSQL that know it."""

    sql: str
    marks: str
    parameters: tuple[object, ...] = ()
    since: int = 16


def _read_cases() -> list[Case]:
    cases: list[Case] = []
    for path in sorted(DIRECTORY.glob("*.sql")):
        if path.stem == "schema":
            continue
        text = path.read_text()
        for marks, options, sql in CASE.findall(text):
            given = dict(re.findall(r"\| (\w+): ([^|]+)", options))
            assert ("~" in marks) == ("why" in given), sql
            parameters = literal_eval(f"({given['with']},)") if "with" in given else ()
            cases.append(Case(sql, marks, parameters, int(given.get("since", 16))))
        assert len(CASE.findall(text)) == text.count("-- "), f"{path} has what is no case"
    return cases


CASES = _read_cases()


@pytest.fixture(scope="session")
def url(sqlc_server: Server) -> str:
    """A database with data chosen to give NULL wherever it can be."""
    database = f"nullability_{os.getpid()}"
    with psycopg.connect(sqlc_server.url("postgres"), autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(database)))
    _make(sqlc_server.url(database))
    return sqlc_server.url(database)


@pytest.fixture(scope="session")
def facts(url: str) -> Sequence[QueryFacts | None]:
    """The facts of each case."""
    return _facts(url, CASES)


@pytest.fixture
def connection(url: str) -> Generator[psycopg.Connection[Any]]:
    with psycopg.connect(url) as connection:
        yield connection
        connection.rollback()


@pytest.mark.parametrize("number", range(len(CASES)), ids=[case.sql for case in CASES])
def test_nullability(
    number: int, facts: Sequence[QueryFacts | None], connection: psycopg.Connection[Any]
) -> None:
    assert _complaints(CASES[number], facts[number], connection) == []


def test_on_the_oldest_postgresql(oldest_server_url: str) -> None:
    """The parse trees differ between versions."""
    cases = [case for case in CASES if case.since <= 16]
    database = f"nullability_{os.getpid()}"
    with psycopg.connect(oldest_server_url, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(database)))
    url = make_conninfo(oldest_server_url, dbname=database)
    _make(url)
    with psycopg.connect(url) as connection:
        for case, facts in zip(cases, _facts(url, cases), strict=True):
            assert _complaints(case, facts, connection) == [], case.sql
            connection.rollback()


def _make(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute((DIRECTORY / "schema.sql").read_bytes())
        if connection.info.server_version < 180_000:
            # PostgreSQL 18 refuses that, and has a NOT NULL that is not true of all rows instead.
            connection.execute("ALTER TABLE child ALTER COLUMN lost DROP NOT NULL")
            connection.execute("INSERT INTO child VALUES (2, 2, NULL)")
        else:
            connection.execute("ALTER TABLE parent ALTER COLUMN lost DROP NOT NULL")
            connection.execute("INSERT INTO parent VALUES (2, 2, NULL)")
            connection.execute("ALTER TABLE parent ADD CONSTRAINT late NOT NULL lost NOT VALID")


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
    case: Case, facts: QueryFacts | None, connection: psycopg.Connection[Any]
) -> list[str]:
    assert facts is not None, "the server refuses it"
    connection.read_only = facts.reads_only  # else the server refuses what does not only read
    with psycopg.RawCursor(connection) as cursor:
        # Not fetched: Python has no infinite times.
        result = cursor.execute(case.sql.encode(), case.parameters).pgresult
    assert result
    assert result.ntuples
    said = "".join("?" if column.is_nullable else "!" for column in facts.columns)
    complaints: list[str] = []
    if said != case.marks.replace("~", "?"):
        complaints.append(f"expected {case.marks}, got {said}")
    for number, mark in enumerate(case.marks):
        is_null = None in (result.get_value(row, number) for row in range(result.ntuples))
        if is_null != (mark == "?"):
            complaints.append(f"column {number} {'is' if is_null else 'is never'} NULL")
    return complaints
