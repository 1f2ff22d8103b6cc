"""Types of extensions, and those of the schema that need an override."""

from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import get_type_hints

import psycopg

from generator_tests.project import Server, create_database, write_project
from generator_tests.requests import importable
from sqlc_gen_psycopg.database.facts import TypeFacts
from sqlc_gen_psycopg.database.pg_types import Type, Types
from sqlc_gen_psycopg.request import Name

SCHEMA = """
CREATE EXTENSION hstore;
CREATE EXTENSION ltree;
CREATE DOMAIN labels AS hstore;
CREATE TYPE place AS (h hstore, path ltree);
CREATE TABLE things (
    id integer PRIMARY KEY, h hstore NOT NULL, path ltree, hs hstore [], labels labels, place place
);
"""
QUERIES = """
-- name: AddThing :one
INSERT INTO things (id, h, path, hs, labels, place) VALUES ($1, $2, $3, $4, $5, $6) RETURNING *;
-- name: ListPaths :many
SELECT path FROM things WHERE path <@ sqlc.arg(above)::ltree;
"""


def test_types_of_extensions_are_texts(tmp_path: Path, sqlc_server: Server) -> None:
    """psycopg gives what the server writes, and the server reads what it is given."""
    queries = {"things.sql": QUERIES}
    project = write_project(tmp_path / "ext", sqlc_server, SCHEMA, queries)
    done = project.run("sqlc", "generate")
    assert done.returncode == 0, done.stderr
    url = create_database(sqlc_server, "extension_types", SCHEMA)
    with importable("ext", project.directory), psycopg.connect(url) as connection:
        things, models = import_module("ext.things"), import_module("ext.models")
        import_module("ext.registration").register_types(connection)
        assert get_type_hints(models.Thing) == {
            "id": int,
            "h": str,
            "path": str | None,
            "hs": list[str | None] | None,
            "labels": str | None,
            "place": models.Place | None,
        }
        place = models.Place('"a"=>"b"', "x.y")
        given = (1, '"a"=>"1, 2"', "a.b", ['"a"=>NULL', None], "", place)
        q = things.Querier(connection)
        assert q.add_thing(things.AddThingParams(*given)) == models.Thing(*given)
        assert q.list_paths(above="a") == ["a.b"]


def test_every_unknown_type_is_in_one_message(tmp_path: Path, sqlc_server: Server) -> None:
    """With the overrides that it asks for, all is known."""
    schema = """
    CREATE TYPE floats AS RANGE (subtype = float8);
    CREATE TYPE texts AS RANGE (subtype = text);
    CREATE TABLE a (x floats, y texts);
    CREATE TABLE b (x floats []);
    """
    queries = {"a.sql": "-- name: ListA :many\nSELECT x, '[a,b]'::texts AS y FROM a;\n"}
    project = write_project(tmp_path / "first", sqlc_server, schema, queries)
    done = project.run("sqlc", "generate")
    assert (
        "table a: column 'x' is of type floats\n"
        "table a: column 'y' is of type texts\n"
        "unknown here; add to the options:\n"
        "overrides:\n"
        "  - {db_type: floats, py_type: str}\n"
        "  - {db_type: texts, py_type: str}\n"
    ) in done.stderr
    overrides = [{"db_type": name, "py_type": "str"} for name in ("floats", "texts")]
    again = write_project(tmp_path / "again", sqlc_server, schema, queries, overrides=overrides)
    assert again.run("sqlc", "generate").returncode == 0


def test_an_array_that_is_not_written_with_commas_is_unknown() -> None:
    """As one of PostGIS: psycopg would read all of it as one element."""
    geometry = Type(
        oid=1,
        schema="public",
        name="geometry",
        element=0,
        base=0,
        base_dims=0,
        is_not_null=False,
        is_base=True,
        is_row=False,
        delimiter=":",
        comment="",
        fields=(),
    )
    array = replace(geometry, oid=2, name="_geometry", element=1)
    types = Types([geometry, array])
    assert types.resolve(1) == TypeFacts(Name("", "geometry"), is_text=True)
    assert types.resolve(2) == TypeFacts(Name("", "geometry[]"))
