"""Names that would hide each other, or something of Python's, are told apart or refused."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlc_gen_psycopg.build import build_program
from sqlc_gen_psycopg.errors import GeneratorError
from sqlc_gen_psycopg.program import Embedded, RowClass
from sqlc_gen_psycopg.request import Enum, Query, Table

from tests.generator.requests import (
    OPTIONS,
    build,
    build_method,
    column,
    made_things,
    query,
    request,
)

ID = column("id", table="things")
THINGS = Table("things", (ID,), "")


@pytest.mark.parametrize("name", ["cursor", "row", "value", "list", "str", "arg"])
def test_a_parameter_may_be_called_as_a_local_is(
    name: str, connection: psycopg.Connection[Any], tmp_path: Path
) -> None:
    numbers = column(name, "integer", is_array=True)
    asked = query(
        "Total",
        text="SELECT sum(n)::integer FROM unnest($1::integer[]) AS n",
        parameters=[numbers],
        comments=["@required"],
    )
    with made_things(build(asked), tmp_path) as things:
        assert things.Querier(connection).total(**{name: [1, 2, None]}) == 3


def test_a_query_may_be_called_list(connection: psycopg.Connection[Any], tmp_path: Path) -> None:
    queries = [query("List", ":many"), query("Other", ":many")]
    with made_things(build(*queries), tmp_path) as things:
        assert things.Querier(connection).list_() == [1]
        assert things.Querier(connection).other() == [1]


def test_a_table_embedded_twice_has_two_fields() -> None:
    embedded = [column("things", "", embed="things"), column("things", "", embed="things")]
    method = build_method(query(columns=[*embedded, ID]), tables=[THINGS])
    assert isinstance(method.result, RowClass)
    assert [field.name for field in method.result.fields] == ["thing", "thing_2", "id"]
    assert [isinstance(field, Embedded) for field in method.result.fields] == [True, True, False]


@pytest.mark.parametrize(
    ("queries", "tables", "enums", "named"),
    [
        pytest.param([query("GetUrl"), query("GetURL")], [], [], "get_url", id="two methods"),
        pytest.param([], [THINGS, THINGS], [], "things", id="a table in two schemas"),
        pytest.param(
            [],
            [],
            [Enum("mood", ("sad",), ""), Enum("mood", ("ok",), "")],
            "mood",
            id="an enum too",
        ),
        pytest.param(
            [], [Table("moods", (ID,), "")], [Enum("mood", ("sad",), "")], "Mood", id="across kinds"
        ),
        pytest.param(
            [], [Table("thing", (ID,), ""), THINGS], [], "Thing", id="singular and plural"
        ),
    ],
)
def test_two_things_of_one_name_are_refused(
    queries: list[Query], tables: list[Table], enums: list[Enum], named: str
) -> None:
    with pytest.raises(GeneratorError, match=f"would be called '{named}'"):
        build(*queries, tables=tables, enums=enums)


def test_a_required_value_may_be_null(connection: psycopg.Connection[Any], tmp_path: Path) -> None:
    asked = query("Nothing", text="SELECT NULL::integer", comments=["@required"])
    with made_things(build(asked), tmp_path) as things:
        assert things.Querier(connection).nothing() is None


def test_a_named_tuple_keeps_its_methods() -> None:
    options = replace(OPTIONS, model_type="namedtuple")
    asked = query(columns=[column("count"), column("index"), column("name")])
    [module] = build_program(request(asked), options).modules
    assert isinstance(module.methods[0].result, RowClass)
    assert [field.name for field in module.methods[0].result.fields] == ["count_", "index_", "name"]


def test_arrays_of_arrays_are_lists_of_anything() -> None:
    method = build_method(query(columns=[column("grid", is_array=True, array_dims=2)]))
    assert not isinstance(method.result, RowClass | None)
    assert (method.result.type.annotation, method.result.is_array) == ("Any", True)


def test_an_annotation_makes_a_row_of_its_own() -> None:
    method = build_method(query(columns=[ID], comments=["@nullable id"]), tables=[THINGS])
    assert not isinstance(method.result, RowClass)
    assert method.result is not None
    assert method.result.is_nullable


def test_an_embed_of_no_table_is_refused() -> None:
    with pytest.raises(
        GeneratorError, match=r"things.sql: GetThing: sqlc.embed\(cte\) is of no table"
    ):
        build(query(columns=[column("cte", "", embed="cte"), ID]), tables=[THINGS])
