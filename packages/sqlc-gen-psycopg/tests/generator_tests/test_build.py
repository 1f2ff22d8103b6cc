"""From sqlc's request to the Python program."""

from dataclasses import replace
from typing import Any

import pytest

from generator_tests.requests import OPTIONS, build, build_method, column, query, request, table
from sqlc_gen_psycopg.build import build_program
from sqlc_gen_psycopg.errors import GeneratorError
from sqlc_gen_psycopg.options import Options, Override
from sqlc_gen_psycopg.program import Embedded, Method, RowClass, Value
from sqlc_gen_psycopg.request import Column, Name, Query

ID = column("id", table="things")
NAME = column("name", "text", table="things", not_null=False)
THINGS = table("things", (ID, NAME), "What there is")
PRICE = column("price", "numeric", table="things")
OWNERS = table("owners", [column("id", table="owners")])


def result_fields(method: Method) -> dict[str, bool]:
    """The names of the result's fields, and whether each is nullable."""
    result = method.result
    fields = result.fields if isinstance(result, RowClass) else [result]
    return {field.name: field.is_nullable for field in fields if isinstance(field, Value)}


@pytest.mark.parametrize(
    ("result", "annotation", "is_nullable"),
    [
        pytest.param(ID, "", False, id="a not null column is believed"),
        pytest.param(NAME, "", True, id="a nullable column stays so"),
        pytest.param(column("id"), "", True, id="an expression may be null, whatever sqlc says"),
        pytest.param(column("id"), "@notnull id", False, id="unless annotated"),
        pytest.param(NAME, "@notnull name", False, id="a nullable column can be annotated, too"),
        pytest.param(ID, "@nullable id", True, id="so can a not null column"),
        pytest.param(column("id"), "@notnull id other", False, id="one annotation, two columns"),
    ],
)
def test_nullability_of_results(result: Column, annotation: str, *, is_nullable: bool) -> None:
    method = build_method(query(columns=[result, column("other")], comments=[annotation]))
    assert result_fields(method)[result.name] == is_nullable


@pytest.mark.parametrize(
    ("parameter", "is_nullable"),
    [
        pytest.param(column(), False, id="sqlc.arg is not null"),
        pytest.param(column(not_null=False), True, id="sqlc.narg is nullable"),
    ],
)
def test_nullability_of_parameters(parameter: Column, *, is_nullable: bool) -> None:
    [value] = build_method(query(parameters=[parameter])).parameters
    assert value.is_nullable == is_nullable


def test_nullability_of_models_is_the_tables() -> None:
    [model] = build(tables=[THINGS]).models
    assert model.name == "Thing"
    assert model.comment == "What there is"
    assert [field.is_nullable for field in model.fields if isinstance(field, Value)] == [
        False,
        True,
    ]


@pytest.mark.parametrize(
    "annotation",
    [
        pytest.param("@nullable nam", id="nullable"),
        pytest.param("@notnull id nam", id="notnull"),
    ],
)
def test_annotation_of_no_column_is_refused(annotation: str) -> None:
    with pytest.raises(GeneratorError, match=r"things.sql: GetThing: .*'nam', which is no column"):
        build_method(query(columns=[ID, NAME], comments=[annotation]))


@pytest.mark.parametrize("command", [":many", ":exec", ":execrows"])
def test_required_is_refused_where_there_is_not_one_row(command: str) -> None:
    with pytest.raises(GeneratorError, match=r"GetThing: @required is for :one"):
        build_method(query(command=command, comments=["@required"]))


def test_whole_row_of_a_table_is_its_model() -> None:
    result = build_method(query(columns=[ID, NAME]), tables=[OWNERS, THINGS]).result
    assert isinstance(result, RowClass)
    assert (result.name, result.is_model) == ("Thing", True)


@pytest.mark.parametrize(
    "columns",
    [
        pytest.param([NAME, ID], id="in another order"),
        pytest.param([ID, NAME, column("more")], id="with one more"),
        pytest.param([ID, column("name", "text", not_null=False)], id="one an expression"),
        pytest.param(
            [column("id", table="things", not_null=False), NAME], id="nullable by an outer join"
        ),
    ],
)
def test_other_columns_make_a_row_of_their_own(columns: list[Column]) -> None:
    result = build_method(query(columns=columns), tables=[THINGS]).result
    assert isinstance(result, RowClass)
    assert (result.name, result.is_model) == ("GetThingRow", False)


def test_one_column_is_a_value_not_a_row() -> None:
    assert isinstance(build_method(query(columns=[ID]), tables=[THINGS]).result, Value)


def test_only_embed_is_the_model_itself() -> None:
    embed = column("things", "", embed="things")
    result = build_method(query(columns=[embed]), tables=[THINGS]).result
    assert isinstance(result, RowClass)
    assert (result.name, result.is_model) == ("Thing", True)


def test_embeds_are_fields_named_after_their_models() -> None:
    embeds = [column("things", "", embed="things"), column("owners", "", embed="owners")]
    result = build_method(query(columns=embeds), tables=[THINGS, OWNERS]).result
    assert isinstance(result, RowClass)
    assert [
        (field.name, field.row.name) for field in result.fields if isinstance(field, Embedded)
    ] == [("thing", "Thing"), ("owner", "Owner")]


@pytest.mark.parametrize("command", [":exec", ":execrows"])
def test_commands_without_rows_have_no_result(command: str) -> None:
    assert build_method(query(command=command, columns=[ID])).result is None


def test_names_of_parameters_are_made_usable() -> None:
    given = ["id", "id", "", "from", "a b"]
    method = build_method(query(parameters=[column(name) for name in given]))
    assert [value.name for value in method.parameters] == ["id", "id_2", "dollar_3", "from_", "a_b"]


def test_names_of_results_are_made_usable() -> None:
    given = ["id", "id", "", "from", "2nd"]
    method = build_method(query(columns=[column(name) for name in given]))
    assert list(result_fields(method)) == ["id", "id_2", "column_3", "from_", "_2nd"]


@pytest.mark.parametrize(
    ("limit", "parameters_class"),
    [
        pytest.param(2, None, id="as many parameters as allowed are arguments"),
        pytest.param(1, "GetThingParams", id="one more makes a class"),
    ],
)
def test_parameter_limit(limit: int, parameters_class: str | None) -> None:
    options = Options(package="made", query_parameter_limit=limit)
    asked = query(parameters=[column("a"), column("b")])
    [module] = build_program(request(asked), options).modules
    assert module.methods[0].parameters_class == parameters_class


def test_excluded_table_keeps_its_name() -> None:
    options = Options(package="made", inflection_exclude_table_names=("things",))
    [model] = build_program(request(tables=[THINGS]), options).models
    assert model.name == "Things"


def test_order_of_the_request_does_not_matter() -> None:
    queries = query("A", filename="b.sql"), query("B", filename="a.sql")
    one = build(*queries, tables=[THINGS, OWNERS])
    other = build(*reversed(queries), tables=[OWNERS, THINGS])
    assert one == other
    assert [module.name for module in one.modules] == ["a", "b"]


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (":execlastid", ":execlastid is not supported; PostgreSQL has no last id; use :one with"),
        (":nonsense", ":nonsense is not supported; use one of :one, :many, :exec, :execrows,"),
        (":copyfrom", ":copyfrom needs parameters"),
        (":batchone", ":batchone needs parameters"),
    ],
)
def test_unsupported_command_is_refused(command: str, message: str) -> None:
    with pytest.raises(GeneratorError) as raised:
        build_method(query(command=command))
    assert str(raised.value).startswith(f"things.sql: GetThing: {message}")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        pytest.param(
            query(parameters=[column("ids", is_slice=True)]),
            r"things.sql: GetThing: .* no sqlc.slice; write `= ANY \(sqlc.arg\(x\)::type\[\]\)`",
            id="sqlc.slice",
        ),
        pytest.param(
            Query("GetThing", ":one", "VALUES (1)", (), (), (), "things.sql", None),
            "things.sql: GetThing: :one needs a query that returns columns",
            id="no columns to return",
        ),
        pytest.param(
            query(comments=["@streams"]),
            r"things.sql: GetThing: '@streams' is no annotation; write '@stream \[size\]'",
            id="an unknown annotation",
        ),
    ],
)
def test_refusals_name_file_and_query(asked: Query, message: str) -> None:
    with pytest.raises(GeneratorError, match=message):
        build_program(request(asked), OPTIONS)


def test_unknown_type_of_a_table_names_the_table() -> None:
    areas = table("areas", [column("shape", "geometry")])
    with pytest.raises(GeneratorError, match="table areas: column 'shape' is of type geometry"):
        build(tables=[areas])


def test_the_class_of_the_package_is_no_module() -> None:
    [module] = build(query(filename="Query.sql")).modules
    assert module.name == "Query_"


@pytest.mark.parametrize(
    "filenames",
    [
        pytest.param(("a-b.sql", "a_b.sql"), id="both become a_b"),
        pytest.param(("queries.sql", "queries_.sql"), id="one is taken"),
        pytest.param(("a.sql", "A.sql"), id="capitals"),
    ],
)
def test_files_of_one_module_are_refused(filenames: tuple[str, str]) -> None:
    first, second = sorted(filenames)
    with pytest.raises(GeneratorError) as raised:
        build(query("One", filename=first), query("Two", filename=second))
    module = str(raised.value).partition(" would both become ")[2]
    assert str(raised.value).startswith(f"query files {first} and {second} would")
    assert module.endswith(".py; rename one")


@pytest.mark.parametrize(
    ("override", "types"),
    [
        pytest.param({"db_type": "integer"}, "x decimal.Decimal x", id="however a type is spelled"),
        pytest.param({"db_type": "pg_catalog.int4"}, "x decimal.Decimal x", id="with its schema"),
        pytest.param(
            {"db_type": "int4", "nullable": False}, "x decimal.Decimal int", id="not where NULL is"
        ),
        pytest.param({"column": "things.size"}, "x decimal.Decimal int", id="a column"),
        pytest.param({"column": "things.*"}, "x x int", id="every column of a table"),
        pytest.param({"column": "*.price"}, "int x int", id="a column of every table"),
        pytest.param({"column": "public.th?ngs.price"}, "int x int", id="with the default schema"),
        pytest.param({"column": "other.things.size"}, "int decimal.Decimal x", id="another schema"),
    ],
)
def test_what_an_override_is_for(override: dict[str, Any], types: str) -> None:
    tables = [
        table("things", [column("size", "int", table="things"), PRICE]),
        table("other.things", [column("size", "serial", not_null=False, table="other.things")]),
    ]
    options = replace(OPTIONS, overrides=(Override(py_type="x", **override),))
    other, mine = build_program(request(tables=tables), options).models
    fields = [field for model in (mine, other) for field in model.fields]
    assert [field.type.annotation for field in fields if isinstance(field, Value)] == types.split()


@pytest.mark.parametrize(
    "override",
    [
        pytest.param({"db_type": "jsonbb"}, id="a type that does not exist"),
        pytest.param({"column": "thing.price"}, id="a table that does not exist"),
        pytest.param({"column": "price"}, id="a column without its table"),
    ],
)
def test_override_for_nothing_is_refused(override: dict[str, Any]) -> None:
    options = replace(OPTIONS, overrides=(Override(py_type="x", **override),))
    with pytest.raises(
        GeneratorError, match=r"no column has the type or name of the override for '"
    ):
        build_program(request(tables=[table("things", [PRICE])]), options)


@pytest.mark.parametrize(
    ("schema", "spelled", "name"),
    [
        pytest.param("", "bigserial", Name("", "int8"), id="another word for it"),
        pytest.param("pg_catalog", "int8", Name("", "int8"), id="built in"),
        pytest.param("", "pg_catalog.int8", Name("", "int8"), id="the schema inside"),
        pytest.param("public", "mood", Name("", "mood"), id="the default schema"),
        pytest.param("other", "mood", Name("other", "mood"), id="another schema"),
        pytest.param("", "numeric(12,2)", Name("", "numeric"), id="a length"),
        pytest.param(
            "", "timestamp(3) with time zone", Name("", "timestamptz"), id="a length inside"
        ),
        pytest.param("", "text[][]", Name("", "text"), id="an array"),
    ],
)
def test_names_of_types(schema: str, spelled: str, name: Name) -> None:
    """As sqlc spells them."""
    assert Name.of_type(schema, spelled) == name
