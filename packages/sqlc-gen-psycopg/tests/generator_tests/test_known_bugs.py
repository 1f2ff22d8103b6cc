"""Bugs reported of sqlc's generators for Python, which this one shall not have.

Numbers without a name are issues of sqlc-gen-python, those with "better" of sqlc-gen-better-python.
Most of what is reported there is proved by the other tests; this is the rest.
"""

from importlib import import_module
from pathlib import Path
from typing import Any

import psycopg
import pytest

from generator_tests.requests import build, build_method, column, enum, made_things, query, table
from sqlc_gen_psycopg import names
from sqlc_gen_psycopg.program import RowClass


def test_labels_of_an_enum_may_be_operators(
    connection: psycopg.Connection[Any], tmp_path: Path
) -> None:
    """59: labels without a letter."""
    labels = ("+", "-", "<=", ">=", "", "1", "a-b", "a_b", "class", "mro", "_", "__x")
    operator = enum("operator", *labels)
    value = column("value", "operator")
    asked = query(text="SELECT $1::text", columns=[value], parameters=[value])
    with made_things(build(asked, enums=[operator]), tmp_path) as things:
        members = list(things.enums.Operator)
        assert [member.value for member in members] == [*labels]
        assert [member.name for member in members[:3]] == [
            "PLUS_SIGN",
            "HYPHEN_MINUS",
            "LESS_THAN_SIGN_EQUALS_SIGN",
        ]
        for member in members:
            assert things.Querier(connection).get_thing(value=member) is member


def test_a_quoted_name_of_an_enum_keeps_its_case(
    connection: psycopg.Connection[Any], database_url: str, tmp_path: Path
) -> None:
    """47: ProjectState, not Projectstate; and the arrays of it, in a schema of any name."""
    state = enum("My Schema.ProjectState", "new", "old")
    states = column("states", "ProjectState", dims=1)
    asked = query(
        text='SELECT $1::"My Schema"."ProjectState"[]', columns=[states], parameters=[states]
    )
    connection.execute('CREATE SCHEMA "My Schema"')
    connection.execute("""CREATE TYPE "My Schema"."ProjectState" AS ENUM ('new', 'old')""")
    connection.commit()
    with made_things(build(asked, enums=[state]), tmp_path) as things:
        import_module(f"{things.__package__}.registration").register_types(connection)
        both = [*things.enums.MySchemaProjectState]
        assert things.Querier(connection).get_thing(states=both) == both
    # better: what is told to psycopg is of one connection only.
    with psycopg.connect(database_url) as other:
        [[read]] = other.execute("""SELECT '{new}'::"My Schema"."ProjectState"[]""").fetchall()
        assert read == "{new}"


async def test_rows_of_a_statement_that_writes_can_be_streamed(
    database_url: str, tmp_path: Path
) -> None:
    """101: the rows of INSERT ... RETURNING, on an async connection."""
    text = "INSERT INTO numbers SELECT n FROM generate_series(1, 5) AS n RETURNING n"
    n = [column("n", "integer")]
    asked = [
        query("Make", ":many", text=text, columns=n),
        query("Stream", ":many", text=text, columns=n, comments=["@stream 2"]),
    ]
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        await connection.execute("CREATE TEMP TABLE numbers (n integer)")
        with made_things(build(*asked), tmp_path) as things:
            querier = things.AsyncQuerier(connection)
            assert await querier.make() == [1, 2, 3, 4, 5]
            assert [number async for number in querier.stream()] == [1, 2, 3, 4, 5]


def test_columns_keep_their_plural() -> None:
    """better 164: `outputs` is not an `output`, and a second one is told apart."""
    outputs = column("outputs", "jsonb")
    method = build_method(query(columns=[outputs, outputs]))
    assert isinstance(method.result, RowClass)
    assert [field.name for field in method.result.fields] == ["outputs", "outputs_2"]


def test_columns_may_have_any_name(connection: psycopg.Connection[Any], tmp_path: Path) -> None:
    """better 160: names that need quotes, in models, parameters and COPY."""
    columns = [
        column(name, "text", table="odd things") for name in ("3p%", "new notes", 'a "b" \\', "é")
    ]
    odd_things = table("odd things", columns)
    asked = [
        query("Fill", ":copyfrom", parameters=columns, table="odd things"),
        query("Read", ":many", text='SELECT * FROM "odd things"', columns=columns),
    ]
    connection.execute(
        'CREATE TEMP TABLE "odd things" ("3p%" text, "new notes" text, "a ""b"" \\" text, "é" text)'
    )
    with made_things(build(*asked, tables=[odd_things]), tmp_path) as things:
        querier = things.Querier(connection)
        assert querier.fill([things.FillParams("1", "2", "3", "4")]) == 1
        assert querier.read() == [things.models.OddThing("1", "2", "3", "4")]


@pytest.mark.parametrize("texts", [["a", None], ("a", None)], ids=["list", "tuple"])
def test_arrays_may_be_given_as_any_sequence(
    texts: Any, connection: psycopg.Connection[Any], tmp_path: Path
) -> None:
    """better: a tuple went as a record."""
    given = column("texts", "text", dims=1)
    asked = query(text="SELECT $1::text[]", columns=[given], parameters=[given])
    with made_things(build(asked), tmp_path) as things:
        assert things.Querier(connection).get_thing(texts=texts) == ["a", None]


@pytest.mark.parametrize(
    ("table", "model"),
    [
        ("calories", "calorie"),
        ("user_cookies", "user_cookie"),
        ("drives", "drive"),
        ("movies", "movie"),
        ("order_statuses", "order_status"),
        ("series", "series"),
        ("ta", "ta"),
    ],
)
def test_singulars_that_went_wrong(table: str, model: str) -> None:
    """sqlc 1526, 2017, 4021: calory, drife, tum."""
    assert names.singular(table) == model
