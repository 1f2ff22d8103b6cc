"""Which queries a hot standby is said to run, against what PostgreSQL itself refuses.

A read-only transaction refuses what a standby does, but for functions that need a primary's state.
"""

import os
from collections.abc import Generator
from typing import Any

import psycopg
import pytest

from generator_tests.project import Server, create_database
from generator_tests.requests import query
from sqlc_gen_psycopg.database import collect_facts

SCHEMA = """
CREATE TABLE things (id integer PRIMARY KEY, name text NOT NULL, at timestamptz);
CREATE TABLE parts (id integer REFERENCES things, weight numeric);
CREATE TABLE guarded (id integer);
ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
INSERT INTO things VALUES (1, 'one', now());
CREATE SEQUENCE numbers;

CREATE FUNCTION looks() RETURNS bigint LANGUAGE sql STABLE RETURN (SELECT count(*) FROM things);
CREATE FUNCTION writes() RETURNS integer LANGUAGE sql VOLATILE
AS $$ INSERT INTO things VALUES (2, 'two', NULL) RETURNING id $$;
CREATE FUNCTION says_nothing(integer) RETURNS integer LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION counts(integer, integer) RETURNS integer LANGUAGE sql VOLATILE
AS $$ SELECT nextval('numbers')::integer $$;
CREATE FUNCTION adds(integer, integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1 + $2';
CREATE OPERATOR <+> (LEFTARG = integer, RIGHTARG = integer, FUNCTION = counts);
CREATE AGGREGATE counting (integer) (SFUNC = counts, STYPE = integer, INITCOND = 0);
CREATE AGGREGATE adding (integer) (SFUNC = adds, STYPE = integer, INITCOND = 0);

CREATE VIEW names AS SELECT id, upper(name) AS name FROM things;
CREATE VIEW short_names AS SELECT name FROM names WHERE length(name) < 9;
CREATE VIEW numbered AS SELECT nextval('numbers') AS number, name FROM things;
CREATE VIEW still_numbered AS SELECT name, number FROM numbered;
CREATE VIEW locked AS SELECT id FROM things FOR UPDATE;
CREATE MATERIALIZED VIEW kept AS SELECT nextval('numbers') AS number;
"""

RUN = [
    pytest.param("SELECT name FROM things WHERE id = 1", id="a table"),
    pytest.param("SELECT t.id, p.weight FROM things t LEFT JOIN parts p USING (id)", id="a join"),
    pytest.param(
        "WITH a AS (SELECT id FROM things) SELECT id FROM a UNION SELECT id FROM parts"
        " WHERE EXISTS (SELECT FROM a) ORDER BY 1 LIMIT 1",
        id="queries inside",
    ),
    pytest.param(
        "WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 3)"
        " SELECT sum(i) OVER (), max(i) FILTER (WHERE i > 1) FROM n GROUP BY i",
        id="aggregates and windows",
    ),
    pytest.param("SELECT now(), current_date, statement_timestamp()", id="the time"),
    pytest.param(
        "SELECT clock_timestamp(), random(), gen_random_uuid(), timeofday()",
        id="what answers differently each time",
    ),
    pytest.param("SELECT pg_total_relation_size('things')", id="a size"),
    pytest.param("SELECT looks() FROM generate_series(1, 2)", id="a stable function"),
    pytest.param("SELECT adding(id) FROM things", id="an aggregate of an immutable function"),
    pytest.param("SELECT name FROM short_names", id="a view of a view"),
    pytest.param("SELECT number FROM kept", id="a materialized view, filled by what it is of"),
    pytest.param("SELECT relname FROM pg_catalog.pg_class LIMIT 1", id="a system catalog"),
    pytest.param("SELECT * FROM (VALUES (1), (2)) AS v (n) WHERE n = ANY ('{1}')", id="values"),
    pytest.param("SELECT 1 FOR UPDATE", id="a lock of no row"),
]
REFUSED = [
    pytest.param("INSERT INTO parts VALUES (1, 1)", id="INSERT"),
    pytest.param("UPDATE things SET name = '' RETURNING id", id="UPDATE"),
    pytest.param("DELETE FROM parts", id="DELETE"),
    pytest.param(
        "MERGE INTO parts USING things ON parts.id = things.id WHEN MATCHED THEN DELETE",
        id="MERGE",
    ),
    pytest.param(
        "WITH gone AS (DELETE FROM parts RETURNING id) SELECT count(*) FROM gone", id="in a CTE"
    ),
    pytest.param("SELECT id FROM things FOR UPDATE", id="FOR UPDATE"),
    pytest.param("SELECT id FROM things FOR KEY SHARE", id="FOR KEY SHARE"),
    pytest.param(
        "SELECT (SELECT id FROM things LIMIT 1 FOR NO KEY UPDATE)", id="a lock in a subquery"
    ),
    pytest.param("SELECT id FROM locked", id="a view that locks"),
    pytest.param("SELECT nextval('numbers')", id="nextval"),
    pytest.param("SELECT setval('numbers', 1)", id="setval"),
    pytest.param("SELECT name, number FROM still_numbered", id="nextval in a view of a view"),
    pytest.param("SELECT writes()", id="a volatile function that writes"),
    pytest.param("SELECT * FROM things, LATERAL (SELECT writes()) AS w", id="one in FROM"),
    pytest.param("SELECT id <+> 1 FROM things", id="an operator of a volatile function"),
    pytest.param("SELECT counting(id) FROM things", id="an aggregate of a volatile function"),
    pytest.param(
        "SELECT counting(id) OVER () FROM things", id="that aggregate as a window function"
    ),
]
# PostgreSQL would run these, too; that, or what they are for there, is not known.
UNKNOWN = [
    pytest.param("SELECT says_nothing(1)", id="a volatile function that reads"),
    pytest.param("SELECT set_config('lock_timeout', '1s', true)", id="set_config"),
    pytest.param("SELECT pg_try_advisory_xact_lock(1)", id="a lock that the primary does not see"),
    pytest.param("SELECT txid_current()", id="what a server in recovery refuses"),
    pytest.param("SELECT id FROM guarded", id="a table with row security"),
    pytest.param("SELECT usename FROM pg_stat_activity", id="a system view"),
]


@pytest.fixture(scope="session")
def url(sqlc_server: Server) -> str:
    return create_database(sqlc_server, f"read_only_{os.getpid()}", SCHEMA)


@pytest.fixture
def connection(url: str) -> Generator[psycopg.Connection[Any]]:
    with psycopg.connect(url) as connection:
        connection.read_only = True
        yield connection
        connection.rollback()


def _reads_only(url: str, sql: str) -> bool:
    asked = query(text=sql)
    return collect_facts(url, [asked]).queries[asked.filename, asked.name].reads_only


@pytest.mark.parametrize("sql", RUN)
def test_what_only_reads(sql: str, url: str, connection: psycopg.Connection[Any]) -> None:
    assert _reads_only(url, sql)
    connection.execute(sql.encode())


@pytest.mark.parametrize("sql", REFUSED)
def test_what_postgresql_refuses(sql: str, url: str, connection: psycopg.Connection[Any]) -> None:
    assert not _reads_only(url, sql)
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        connection.execute(sql.encode())


@pytest.mark.parametrize("sql", UNKNOWN)
def test_what_is_not_known(sql: str, url: str, connection: psycopg.Connection[Any]) -> None:
    assert not _reads_only(url, sql)
    connection.execute(sql.encode())


def test_without_a_parse_tree_nothing_is_known(url: str) -> None:
    """A statement that is no query has none."""
    assert not _reads_only(url, "LISTEN things")
