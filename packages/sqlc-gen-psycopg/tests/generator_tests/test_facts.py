"""The types that the database gives, and where the facts come from."""

import os
import uuid
from collections.abc import Sequence
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from generator_tests.project import Server, create_database
from generator_tests.requests import column, query
from sqlc_gen_psycopg.database import collect_facts
from sqlc_gen_psycopg.database.facts import ColumnFacts, CompositeFacts, QueryFacts, TypeFacts
from sqlc_gen_psycopg.errors import GeneratorError
from sqlc_gen_psycopg.request import Name, Query

SCHEMA = """
CREATE SCHEMA other;
CREATE TYPE other.mood AS ENUM ('sad', 'ok');
CREATE DOMAIN cents AS bigint CHECK (value >= 0);
CREATE DOMAIN price AS cents NOT NULL;
CREATE DOMAIN matrix AS integer [][];
CREATE TYPE "Odd ""x"" one" AS (a price, b other.mood [], "C d" text);
CREATE TYPE nested AS (odd "Odd ""x"" one");
CREATE TYPE span AS RANGE (subtype = date);
CREATE TABLE things (
    id serial,
    price price,
    grid integer [][] NOT NULL,
    grid_2 matrix,
    moods other.mood [] NOT NULL,
    span span,
    odd "Odd ""x"" one",
    name varchar(9) NOT NULL
);
CREATE VIEW cheap AS SELECT id, name, price + 1 AS more, odd FROM things WHERE price < 9;
"""


def pg(name: str, dims: int = 0, *domains: str) -> TypeFacts:
    return TypeFacts(Name("", name), dims, tuple(Name("", domain) for domain in domains))


GRID = pg("int4", 2)
MATRIX = pg("int4", 2, "matrix")
PRICE = pg("int8", 0, "price", "cents")
MOOD = TypeFacts(Name("other", "mood"))
MOODS = TypeFacts(Name("other", "mood"), 1)
ODD = TypeFacts(Name("", 'Odd "x" one'))


@pytest.fixture(scope="session")
def url(sqlc_server: Server) -> str:
    return create_database(sqlc_server, f"facts_{os.getpid()}", SCHEMA)


def _ask(url: str, sql: str, *, parameters: int = 0) -> QueryFacts | None:
    asked = query(text=sql, parameters=[column()] * parameters)
    return collect_facts(url, [asked]).queries.get((asked.filename, asked.name))


@pytest.mark.parametrize(
    ("sql", "types"),
    [
        pytest.param("SELECT id, name FROM things", [pg("int4"), pg("varchar")], id="plain"),
        pytest.param("SELECT price FROM things", [PRICE], id="a domain over a domain"),
        pytest.param("SELECT 1::price", [pg("int8")], id="an expression of a domain"),
        pytest.param("SELECT grid, grid_2 FROM things", [GRID, MATRIX], id="dimensions"),
        pytest.param("SELECT g FROM (SELECT grid AS g FROM things) AS s", [GRID], id="inside"),
        pytest.param("SELECT '{}'::text[][]", [pg("text", 1)], id="an array"),
        pytest.param(
            "SELECT '{}'::price[]", [pg("int8", 1, "price", "cents")], id="an array of a domain"
        ),
        pytest.param("SELECT '{}'::matrix[]", [pg("matrix[]")], id="arrays in a domain in one"),
        pytest.param("SELECT moods, moods[1] FROM things", [MOODS, MOOD], id="enums"),
        pytest.param("SELECT odd FROM things", [ODD], id="a composite"),
        pytest.param("SELECT things FROM things", [TypeFacts(Name("", "things"))], id="a row"),
        pytest.param("SELECT span FROM things", [pg("span")], id="a range"),
        pytest.param("SELECT '{}'::int4multirange", [pg("int4multirange")], id="a multirange"),
        pytest.param("SELECT sum(id), avg(id) FROM things", [pg("int8"), pg("numeric")], id="sums"),
        pytest.param("SELECT ROW(1, 'a')", [pg("record")], id="a record"),
        pytest.param("SELECT cheap.more FROM cheap", [pg("int8")], id="a view"),
    ],
)
def test_types_of_columns(url: str, sql: str, types: Sequence[TypeFacts]) -> None:
    facts = _ask(url, sql)
    assert facts
    assert [column.type for column in facts.columns] == types


@pytest.mark.parametrize(
    ("sql", "types"),
    [
        pytest.param("SELECT id FROM things LIMIT $1", [pg("int8")], id="a limit"),
        pytest.param(
            "SELECT 1 FROM things WHERE name = $1 AND id = $2", [pg("text"), pg("int4")], id="two"
        ),
        pytest.param("SELECT $1::price", [PRICE], id="a domain"),
        pytest.param("SELECT id FROM things WHERE id = ANY ($1)", [pg("int4", 1)], id="an array"),
        pytest.param("UPDATE things SET moods = $1, odd = $2", [MOODS, ODD], id="types of users"),
        pytest.param(
            "INSERT INTO things (name, grid) VALUES ($2, $1)",
            [pg("int4", 1), pg("varchar")],
            id="numbers",
        ),
    ],
)
def test_types_of_parameters(url: str, sql: str, types: Sequence[TypeFacts]) -> None:
    facts = _ask(url, sql, parameters=len(types))
    assert facts
    assert list(facts.parameters) == types


def test_composites(url: str) -> None:
    fields = (("a", PRICE), ("b", MOODS), ("C d", pg("text")))
    assert collect_facts(url, []).composites == (
        CompositeFacts(Name("", 'Odd "x" one'), fields),
        CompositeFacts(Name("", "nested"), (("odd", ODD),)),
    )


def test_tables(url: str) -> None:
    tables = collect_facts(url, []).tables
    assert tables.keys() == {Name("", "things"), Name("", "cheap")}
    things = {column.name: column.is_nullable for column in tables[Name("", "things")]}
    assert [name for name, is_nullable in things.items() if is_nullable] == [
        "price",  # of a NOT NULL domain, which says nothing of what is stored
        "grid_2",
        "span",
        "odd",
    ]
    assert tables[Name("", "cheap")] == (
        ColumnFacts("id", pg("int4"), is_nullable=False),
        ColumnFacts("name", pg("varchar"), is_nullable=False),
        ColumnFacts("more", pg("int8"), is_nullable=False),
        ColumnFacts("odd", ODD, is_nullable=True),
    )


def test_foreign_tables_are_not_held_to_not_null(database_url: str) -> None:
    database = conninfo_to_dict(database_url)["dbname"]
    superuser_url = make_conninfo(os.environ["TEST_DATABASE_URL"], dbname=database)
    with psycopg.connect(superuser_url) as connection:
        connection.execute(
            """
            CREATE FOREIGN DATA WRAPPER nothing;
            CREATE SERVER nowhere FOREIGN DATA WRAPPER nothing;
            CREATE FOREIGN TABLE away (x integer NOT NULL) SERVER nowhere;
            CREATE TABLE parent (x integer NOT NULL, y integer) PARTITION BY LIST (x);
            CREATE FOREIGN TABLE away_1 PARTITION OF parent FOR VALUES IN (1) SERVER nowhere;
            CREATE TABLE near (x integer NOT NULL)
            """
        )
    inserted = query(text="INSERT INTO parent VALUES (1, 1) RETURNING y")
    facts = collect_facts(superuser_url, [inserted])
    nullable = {
        name.local: columns[0].is_nullable for name, columns in sorted(facts.tables.items())
    }
    assert nullable == {"away": True, "away_1": True, "near": False, "parent": True}
    assert [column.is_nullable for one in facts.queries.values() for column in one.columns] == [
        True
    ]


@pytest.mark.parametrize(
    ("sql", "outer"),
    [
        pytest.param("SELECT a.id, b.id, b.odd FROM {}", [False, True, True], id="a left join"),
        pytest.param(
            "SELECT b.id, b.odd FROM {} WHERE b.id > 0", [False, False], id="no outer join"
        ),
        pytest.param(
            "SELECT s.* FROM (SELECT a.id, b.odd FROM {}) AS s", [False, True], id="inside"
        ),
        pytest.param(
            "SELECT coalesce(b.id, 0), b.id + 1 FROM {}", [False, False], id="expressions"
        ),
        pytest.param("SELECT a.odd, b.odd FROM {} GROUP BY 1, 2", [False, True], id="groups"),
    ],
)
def test_outer(url: str, sql: str, outer: Sequence[bool]) -> None:
    facts = _ask(url, sql.format("things AS a LEFT JOIN things AS b ON a.id = b.id + 1"))
    assert facts
    assert [column.is_outer for column in facts.columns] == outer


@pytest.mark.parametrize(
    "sql", ["SELECT nothing", "SELEC 1", "SELECT 1; SELECT 2", "SELECT $1 + $2", ""]
)
def test_query_that_the_server_refuses(url: str, sql: str) -> None:
    wrong = query("Wrong", text=sql)
    facts = collect_facts(url, [query("First"), wrong, query("Last")])
    found = {name for _, name in facts.queries}
    assert {"First", "Last"} <= found
    if sql:
        assert "Wrong" not in found


@pytest.mark.parametrize(
    ("sql", "count"),
    [
        pytest.param("SHOW timezone", 0, id="no query"),
        pytest.param("SELECT " + "(" * 400 + "1" + " + 1)" * 400, 0, id="too deep"),
    ],
)
def test_query_without_a_tree_is_nullable(url: str, sql: str, count: int) -> None:
    facts = _ask(url, sql, parameters=count)
    assert facts
    assert all(column.is_nullable for column in facts.columns)


@pytest.mark.parametrize(
    ("revoked", "message"),
    [
        pytest.param(
            "TEMPORARY ON DATABASE {database}",
            'permission denied to create temporary tables in database "{database}"; '
            "run GRANT TEMPORARY ON DATABASE {database} TO {role}",
            id="temporary objects",
        ),
        pytest.param(
            "USAGE ON LANGUAGE sql",
            "permission denied for language sql; run GRANT USAGE ON LANGUAGE sql TO {role}",
            id="functions in SQL",
        ),
    ],
)
def test_a_role_that_lacks_a_right(sqlc_server: Server, revoked: str, message: str) -> None:
    """Without it every column would be nullable, the primary key too: better nothing at all."""
    name = f"facts_{uuid.uuid4().hex}"
    names = {"database": name, "role": f"role_{uuid.uuid4().hex}"}
    create_database(sqlc_server, name, SCHEMA)
    superuser = Server(sqlc_server.address, urlsplit(sqlc_server.address).username or "")
    with psycopg.connect(superuser.url(name)) as connection:
        connection.execute(f"CREATE ROLE {names['role']} LOGIN".encode())
        connection.execute(f"REVOKE {revoked.format(**names)} FROM PUBLIC".encode())
    url = Server(sqlc_server.address, names["role"]).url(name)
    try:
        with pytest.raises(GeneratorError) as raised:
            _ask(url, "SELECT id, id + 1 FROM things")
        assert str(raised.value).endswith(message.format(**names))
        grant = str(raised.value).partition("; run ")[2]
        with psycopg.connect(superuser.url(name)) as connection:
            connection.execute(grant.encode())
        facts = _ask(url, "SELECT id, id + 1 FROM things")
        assert facts
        assert not any(column.is_nullable for column in facts.columns)
    finally:
        with psycopg.connect(superuser.url(name)) as connection:
            connection.execute(f"DROP OWNED BY {names['role']}".encode())
            connection.execute(f"DROP ROLE {names['role']}".encode())


def test_a_server_that_is_only_read(url: str) -> None:
    read_only = make_conninfo(url, options="-c default_transaction_read_only=on")
    with pytest.raises(GeneratorError, match="cannot execute CREATE FUNCTION in a read-only"):
        _ask(read_only, "SELECT id FROM things")


def test_more_parameters_than_a_function_can_have(url: str) -> None:
    sql = rf"""
        SELECT
            id, $101::text AS given, $102::int AS missing, "$4".name AS "$5", -- '$6
            $103::text || '$1' || E'\'$2' || $tag$ '$3 $tag$ || $$"$7$$ AS texts /* "$8 */
        FROM things AS "$4"
        WHERE id IN ({", ".join(f"${number}" for number in range(1, 101))})
        LIMIT $104
    """
    parameters = [column()] * 104
    parameters[101] = column(not_null=False)
    asked = query(text=sql, parameters=parameters)
    [facts] = collect_facts(url, [asked]).queries.values()
    assert {column.name: column.is_nullable for column in facts.columns} == {
        "id": False,
        "given": False,
        "missing": True,
        "$5": False,
        "texts": False,
    }


def test_comment_at_the_end(url: str) -> None:
    assert _ask(url, "SELECT 1; -- $2") == QueryFacts(
        (ColumnFacts("?column?", pg("int4"), is_nullable=False),), (), reads_only=True
    )


def test_nothing_is_left_behind(url: str) -> None:
    sql = "DELETE FROM things RETURNING id"
    assert _ask(url, sql)
    with psycopg.connect(url) as connection:
        functions = connection.execute(
            "SELECT count(*) FROM pg_proc WHERE proname LIKE 'sqlc_gen%'"
        ).fetchone()
    assert functions == (0,)


def test_many_queries_at_once(url: str) -> None:
    sql = """
        SELECT a.id, b.name, count(*) OVER () AS total, coalesce(b.odd, a.odd) AS odd
        FROM things AS a
        LEFT JOIN things AS b ON a.id = b.id
        WHERE a.price > $1 AND b.name LIKE $2
    """
    queries: list[Query] = [query(f"Q{n}", text=sql, parameters=[column()] * 2) for n in range(200)]
    assert len(collect_facts(url, queries).queries) == 200
