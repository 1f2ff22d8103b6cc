"""Names that are good in SQL and odd in Python: what they become is typed, public and runs."""

from collections.abc import Callable, Generator
from importlib import import_module
from pathlib import Path
from typing import Any

import psycopg
import pytest

from generator_tests.project import Project, Server, create_database, write_project
from generator_tests.requests import importable

SCHEMA = """
CREATE TYPE "2fa_kind" AS ENUM ('2nd', '_x', '__x', 'class', '', '1080p');
CREATE TYPE _pair AS (_a integer, "2b" text, __c "2fa_kind", "count" bigint);
CREATE TABLE "2fa_codes" (
    "2fa" integer PRIMARY KEY, _secret text NOT NULL, __v integer, json text, "count" bigint,
    kind "2fa_kind"
);
CREATE TABLE __meta (id integer PRIMARY KEY, pair _pair, kinds "2fa_kind" []);
CREATE TABLE ab_value (x integer);
"""
CODES = """
-- name: GetCode :one
SELECT * FROM "2fa_codes" WHERE "2fa" = $1;
-- name: AddCode :exec
INSERT INTO "2fa_codes" ("2fa", _secret, __v, json, "count", kind)
VALUES ($1, $2, $3, $4, $5, $6);
-- name: SetCode :execrows
UPDATE "2fa_codes" SET __v = $2 WHERE _secret = $1;
-- name: ListKinds :many
SELECT kind, __v FROM "2fa_codes" ORDER BY "2fa";
-- name: GetBoth :one
SELECT sqlc.embed(c), sqlc.embed(m) FROM "2fa_codes" AS c, __meta AS m;
"""
META = """
-- name: AddMeta :one
INSERT INTO __meta (id, pair, kinds) VALUES ($1, $2, $3) RETURNING *;
-- name: _Hidden :one
SELECT count(*) FROM __meta;
-- name: Hidden :one
SELECT 'text';
-- name: __Twice :one
SELECT 2;
-- name: Ab :one
SELECT 'ab';
-- name: ListAbValues :many
SELECT * FROM ab_value;
"""
# Each has a query of its own, and the module of the name that follows.
MODULES = {
    "1.sql": "n1",
    "_.sql": "n",
    "_x.sql": "x",
    "a-b.sql": "a_b",
    "any.thing.sql": "any_thing",
    "class.sql": "class_",
    "datetime.sql": "datetime",
    "enums.sql": "enums_",
    "models.sql": "models_",
    "own.sql": "own",
    "query.sql": "query",
    "reads.sql": "reads_",
    "typing.sql": "typing",
}
ROW_TYPES = ["dataclass", "namedtuple", "pydantic", "attrs", "msgspec"]


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory, sqlc_server: Server) -> Path:
    """A folder with a package for every kind of rows."""
    directory = tmp_path_factory.mktemp("odd")
    # A method called as its module, and rows that need what another module is called.
    own = "-- name: {0} :one\nSELECT now() AS at, {1} AS number;\n-- name: Other{1} :many\n{2};\n"
    rows = "SELECT now() AS at, 1 AS number"
    queries = {
        name: own.format("Own" if name == "own.sql" else f"Get{number}", number, rows)
        for number, name in enumerate(MODULES)
    }
    queries |= {"queries.sql": CODES, "2.sql": META}
    for row_type in ROW_TYPES:
        folder = directory / f"project_{row_type}" / f"odd_{row_type}"
        project = write_project(
            folder,
            sqlc_server,
            SCHEMA,
            queries,
            model_type=row_type,
            emit_async_querier=True,
            emit_sync_reads=True,
            emit_async_reads=True,
            emit_querier_protocol=True,
        )
        done = project.run("sqlc", "generate")
        assert done.returncode == 0, done.stderr
        project.out.rename(directory / project.package)
    return directory


@pytest.fixture(scope="module")
def url(sqlc_server: Server) -> str:
    return create_database(sqlc_server, "odd_names", SCHEMA)


@pytest.fixture
def connection(url: str) -> Generator[psycopg.Connection[Any]]:
    with psycopg.connect(url) as connection:
        yield connection
        connection.rollback()


def test_modules(directory: Path) -> None:
    written = {path.stem for path in (directory / "odd_dataclass").glob("*.py")}
    always = {"__init__", "enums", "models", "queries", "reads", "registration"}
    assert written == always | {*MODULES.values()} | {"queries_", "n2"}


def test_types(directory: Path) -> None:
    (directory / "pyrightconfig.json").write_text('{"typeCheckingMode": "strict"}')
    packages = [f"odd_{row_type}" for row_type in ROW_TYPES]
    for command in (["mypy", "--strict", "--no-incremental"], ["pyright"]):
        typed = Project(directory, "").run(*command, *packages)
        assert typed.returncode == 0, typed.stdout


# What fields are called in the classes of each kind.
AS_THEY_ARE = ["_2fa", "_secret", "_v", "json", "count", "_a", "_2b", "_c"]
PUBLIC = ["n2fa", "secret", "v", "json", "count", "a", "n2b", "c"]


@pytest.mark.parametrize(
    ("row_type", "fields", "renamed"),
    [
        ("dataclass", AS_THEY_ARE, {}),
        ("msgspec", AS_THEY_ARE, {}),
        ("attrs", PUBLIC, {}),
        ("namedtuple", PUBLIC, {"count": "count_"}),
        ("pydantic", PUBLIC, {"json": "json_"}),
    ],
)
def test_rows(
    row_type: str,
    fields: list[str],
    renamed: dict[str, str],
    directory: Path,
    connection: psycopg.Connection[Any],
) -> None:
    package = f"odd_{row_type}"
    fields = [renamed.get(name, name) for name in fields]
    with importable(package, directory):
        queries, enums = import_module(f"{package}.queries"), import_module(f"{package}.enums")
        models, codes = import_module(f"{package}.models"), import_module(f"{package}.queries_")
        import_module(f"{package}.registration").register_types(connection)
        q, kind = queries.Queries(connection), enums.N2faKind
        code = dict(zip([*fields[:5], "kind"], [1, "s", 2, "{}", 3, kind.N1080P], strict=True))
        q.queries_.add_code(codes.AddCodeParams(**code))
        found = q.queries_.get_code(_2fa=1)
        assert {name: getattr(found, name) for name in code} == code
        assert q.queries_.set_code(_secret="s", _v=5) == 1
        assert [row.kind for row in q.queries_.list_kinds()] == [kind.N1080P]
        inner = [*fields[5:], fields[4]]
        pair = models.Pair(**dict(zip(inner, [1, "b", kind.N2ND, 4], strict=True)))
        meta = q.n2.add_meta(id=1, pair=pair, kinds=[*kind, None])
        assert (meta.pair, meta.kinds) == (pair, [*kind, None])
        both = q.queries_.get_both()
        assert getattr(both, "n2fa_code").kind is kind.N1080P  # noqa: B009
        assert both.meta == meta
        connection.rollback()


def test_members(directory: Path) -> None:
    with importable("odd_dataclass", directory):
        members = import_module("odd_dataclass.enums").N2faKind.__members__
        assert {name: member.value for name, member in members.items()} == {
            "N2ND": "2nd",
            "X": "_x",
            "X_2": "__x",
            "CLASS_": "class",
            "EMPTY": "",
            "N1080P": "1080p",
        }


def test_values_of_one_name_but_for_the_underscores(
    directory: Path, connection: psycopg.Connection[Any]
) -> None:
    """Each has a row maker of its own; a model and a query may share the maker's name, too."""
    with importable("odd_dataclass", directory):
        module = import_module("odd_dataclass.n2")
        q = module.Querier(connection)
        assert q._hidden() == 0  # noqa: SLF001 - the query is called so
        assert (q.hidden(), q._twice(), q.ab()) == ("text", 2, "ab")  # noqa: SLF001
        connection.execute("INSERT INTO ab_value VALUES (7)")
        assert q.list_ab_values() == [module.models.AbValue(7)]


def test_reads(directory: Path, connection: psycopg.Connection[Any]) -> None:
    """A module that is called as what reads.py imports, or as its own query."""
    with importable("odd_dataclass", directory):
        queries = import_module("odd_dataclass.queries").Queries(connection)

        def run(query: Callable[[Any], Any]) -> Any:
            return query(queries)

        reads = import_module("odd_dataclass.reads").Reads(run)
        numbers = list(MODULES).index("datetime.sql"), list(MODULES).index("own.sql")
        assert getattr(reads.datetime, f"get{numbers[0]}")().number == numbers[0]
        assert reads.own.own().number == numbers[1]
        assert not hasattr(reads.n2, "_hidden")
