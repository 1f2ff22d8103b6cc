"""Many queries of every kind, compiled by the real sqlc and run: what comes back is as it is typed.

The queries are in corpus/queries, and the data of corpus/data.sql gives NULL wherever it can be.
"""

import datetime
import os
import re
from collections.abc import Generator, Iterator, Sequence
from dataclasses import fields
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import psycopg
import pytest
from psycopg import RawCursor

from generator_tests.project import Project, Server, create_database, write_project
from generator_tests.requests import importable
from generator_tests.values import Arguments, Findings, row_fields

CORPUS = Path(__file__).parent / "corpus"
QUERIES = {
    f"{path.stem}.{re.sub('(?<!^)(?=[A-Z])', '_', name).lower()}": command
    for path in sorted((CORPUS / "queries").glob("*.sql"))
    for name, command in re.findall(r"^-- name: (\w+) :(\w+)$", path.read_text(), re.MULTILINE)
}
DAY = datetime.date(2026, 3, 1)

# What a parameter is given by its annotation, or by its name in one query. A parameter that may be
# None is None.
VALUES: dict[Any, Sequence[Any]] = {
    int: (1,),
    str: ("k1",),
    bytes: (b"\0",),
    Decimal: (Decimal("1.50"),),
    datetime.date: (DAY,),
    datetime.datetime: (datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC),),
    datetime.timedelta: (datetime.timedelta(days=36500),),
    Any: ([{"i": 1}, {"n": "x"}],),
}
GIVEN: dict[str, dict[str, Any]] = {
    "changes.merge_params": {"dollar_1": "s1", "dollar_2": 8},
    "changes.set_quantities": {"sku": "s1"},
    "changes.take_quantities": {"sku": "s1"},
    "conditions.equals": {"nick": "three"},
    "conditions.between": {"low": 1, "high": 9},
    "conditions.in_param_list": {"b": 5},
    "conditions.dollar_name": {"note": "gone", "quantity": -1},
    "functions.make_interval": {"days": 36500},
    "expressions.percent": {"part": "d"},
    "functions.full_text": {"words": "Ada"},
    "sets.two_updates": {"a": "s1", "b": "s2"},
    "sets.recursive": {"id": 4},
    "tables.list_by_mood": {"mood": "sad"},
    "tables.search_people": {"page_size": 9},
    "composites.copy_houses": {"id": 50},
    "changes.insert_order": {"id": 50, "code": "k50"},
}


QUERY = "-- name: Q :one\nSELECT 1;\n"
# What sqlc says to queries and statements of a schema that PostgreSQL runs.
REFUSED = {
    "TABLE stock": "star expansion failed for query",
    "SELECT s FROM stock AS s": "no rows in result set",
    "SELECT * FROM unnest(ARRAY[1], ARRAY[2])": 'column reference "unnest" is ambiguous',
    "SELECT sku FROM stock WHERE quantity > @limit": 'syntax error at or near "limit"',
    "SELECT sku FROM stock WHERE quantity > -@least": 'column "least" does not exist',
    "DELETE FROM stock RETURNING WITH (OLD AS o) o.sku": 'syntax error at or near "WITH"',
    "SELECT * FROM renamed": 'column "sku" does not exist',
    "MERGE INTO stock AS s USING (SELECT 1) AS v ON s.sku = sqlc.arg(code) "
    "WHEN MATCHED THEN DELETE RETURNING s.sku": 'column "code" does not exist',
}
REFUSED_SCHEMAS = {
    "CREATE TABLE t (i integer, j integer GENERATED ALWAYS AS (i + 1) VIRTUAL)": (
        'syntax error at or near "VIRTUAL"'
    ),
    "CREATE TABLE t (i integer, CONSTRAINT i_is NOT NULL i)": 'syntax error at or near "NOT"',
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, sqlc_server: Server) -> Project:
    return _project(
        tmp_path_factory.mktemp("corpus") / "corpus",
        sqlc_server,
        {path.name: path.read_text() for path in (CORPUS / "queries").glob("*.sql")},
    )


@pytest.fixture(scope="module")
def package(project: Project) -> Generator[str]:
    done = project.run("sqlc", "generate")
    assert done.returncode == 0, done.stderr
    with importable("corpus", project.directory):
        yield "corpus"


@pytest.fixture(scope="session")
def url(sqlc_server: Server) -> str:
    scripts = ((CORPUS / name).read_text() for name in ("schema.sql", "data.sql"))
    return create_database(sqlc_server, f"corpus_{os.getpid()}", *scripts)


def test_every_value_is_as_it_is_typed(package: str, url: str) -> None:
    findings, failed = Findings(), list[str]()
    with psycopg.connect(url) as connection:
        import_module(f"{package}.registration").register_types(connection)
        connection.commit()
        for name in QUERIES:
            try:
                _run(package, name, connection, findings)
            except Exception as error:  # noqa: BLE001 - all of them are shown at once
                failed.append(f"{name}: {type(error).__name__}: {error}")
            connection.rollback()
    assert not failed, "\n".join(failed)
    assert not findings.wrong, "\n".join(findings.wrong)
    # An element of an array can always be None, and so can what stands for no row.
    may_be_none = {
        where
        for where in findings.may_be_none
        if not where.endswith("[]") and QUERIES.get(where) not in ("one", "batchone")
    }
    never = sorted(may_be_none - findings.is_none)
    report = f"{len(never)} of {len(may_be_none)} are never None: {', '.join(never)}"
    assert len(never) <= 60, report


def test_every_query_is_typed(package: str, project: Project) -> None:
    typed = project.run("mypy", "--strict", "--no-incremental", package)
    assert typed.returncode == 0, typed.stdout


def test_there_are_many() -> None:
    assert len(QUERIES) >= 300


def test_every_construct_that_sqlc_refuses(tmp_path: Path, sqlc_server: Server) -> None:
    numbered = list(enumerate(REFUSED.items()))
    files = {f"q{n}.sql": f"-- name: Q{n} :many\n{query};\n" for n, (query, _) in numbered}
    done = _project(tmp_path / "corpus", sqlc_server, files).run("sqlc", "generate")
    for n, (query, error) in numbered:
        assert re.search(rf"q{n}\.sql:\d+:\d+: {re.escape(error)}$", done.stderr, re.MULTILINE), (
            query
        )


def test_the_schemas_that_sqlc_refuses(tmp_path: Path, sqlc_server: Server) -> None:
    for number, (statement, error) in enumerate(REFUSED_SCHEMAS.items()):
        project = _project(tmp_path / f"refused_{number}", sqlc_server, {"q.sql": QUERY}, statement)
        done = project.run("sqlc", "generate")
        assert error in done.stderr, statement


def test_the_star_of_a_function_of_no_type(tmp_path: Path, sqlc_server: Server) -> None:
    files = {"q.sql": "-- name: Q :many\nSELECT * FROM pairs();\n"}
    done = _project(tmp_path / "star", sqlc_server, files).run("sqlc", "generate")
    assert "q.sql:1: Q: column 'pairs' is a record of no type; name its columns" in done.stderr


def test_the_star_of_using_repeats_its_column(package: str) -> None:
    names = [known.name for known in fields(import_module(f"{package}.joins").StarUsingRow)]
    assert names == [
        "id",
        "person_id",
        "code",
        "amount",
        "placed_at",
        "id_2",
        "order_id",
        "quantity",
    ]


def test_what_sqlc_cannot_do_is_documented() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    [section] = re.findall(r"^## Limits of sqlc\n(.*?)^## ", readme, re.DOTALL | re.MULTILINE)
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    assert len(rows) == len(REFUSED) + len(REFUSED_SCHEMAS) + 2
    for error in (*REFUSED.values(), *REFUSED_SCHEMAS.values()):
        assert f"`{error}`" in section


def _run(
    package: str,
    name: str,
    connection: psycopg.Connection[Any],
    findings: Findings,
) -> None:
    """Call a method; its result must have rows, and they must be as annotated."""
    module, _, method_name = name.partition(".")
    method = getattr(import_module(f"{package}.{module}").Querier(connection), method_name)
    arguments = Arguments(VALUES, GIVEN.get(name, {}), gives_none=True)
    returned = get_type_hints(method)["return"]
    row_count = findings.check_result(method(**arguments.of(method)), returned, name)
    has_rows = get_origin(returned) in (list, Iterator, RawCursor)
    assert row_count or not (has_rows or any(map(row_fields, get_args(returned)))), "no row came"


def _project(directory: Path, server: Server, queries: dict[str, str], more: str = "") -> Project:
    """The schema of the corpus, and `more`, with these files of queries."""
    schema = (CORPUS / "schema.sql").read_text()
    return write_project(directory, server, f"{schema}\n{more};\n", queries)
