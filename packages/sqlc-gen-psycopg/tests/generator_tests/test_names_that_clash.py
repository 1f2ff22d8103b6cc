"""Names that would hide each other, or something of Python's, are told apart or refused."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from generator_tests.requests import (
    OPTIONS,
    build,
    build_method,
    column,
    enum,
    made_things,
    query,
    request,
    table,
)
from sqlc_gen_psycopg.build import build_program
from sqlc_gen_psycopg.errors import GeneratorError
from sqlc_gen_psycopg.program import Embedded, RowClass
from sqlc_gen_psycopg.request import Composite, Enum, Name, Query, Table

ID = column("id", table="things")
THINGS = table("things", [ID])


@pytest.mark.parametrize("name", ["cursor", "row", "value", "list", "str", "arg"])
def test_a_parameter_may_be_called_as_a_local_is(
    name: str, connection: psycopg.Connection[Any], tmp_path: Path
) -> None:
    numbers = column(name, "integer", dims=1)
    asked = query(
        "Total",
        text="SELECT sum(n)::integer FROM unnest($1::integer[]) AS n",
        parameters=[numbers],
        comments=["@required"],
    )
    with made_things(build(asked), tmp_path) as things:
        assert things.Querier(connection).total(**{name: [1, 2, None]}) == 3


def test_a_parameter_does_not_hide_the_models(
    connection: psycopg.Connection[Any], tmp_path: Path
) -> None:
    asked = query("Echo", text="SELECT $1::text[]", parameters=[column("models", "text", dims=1)])
    with made_things(build(asked), tmp_path) as things:
        assert things.Querier(connection).echo(models_=["a", None]) == ["a", None]


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
    ("queries", "tables", "enums", "message"),
    [
        pytest.param(
            [query("GetUrl"), query("GetURL")],
            [],
            [],
            "things.sql: GetURL would be called 'get_url', as GetUrl of things.sql; rename one",
            id="two methods",
        ),
        pytest.param(
            [],
            [],
            [enum("my_own.mood"), enum("my.own_mood")],
            "type my_own.mood and type my.own_mood would both be enums.MyOwnMood; "
            "add to rename: {my_own_mood: another_name}",
            id="schemas that end where another begins",
        ),
        pytest.param(
            [],
            [],
            [enum("ab"), enum("a_b")],
            "type ab and type a_b would both be enums.AB; add to rename: {a_b: another_name}",
            id="but for capitals: AB_BY_LABEL",
        ),
        pytest.param(
            [],
            [table("thing", [ID]), THINGS],
            [],
            "table thing and table things would both be models.Thing; "
            "add to rename: {things: another_name}",
            id="singular and plural",
        ),
    ],
)
def test_two_things_of_one_name_are_refused(
    queries: list[Query], tables: list[Table], enums: list[Enum], message: str
) -> None:
    with pytest.raises(GeneratorError) as raised:
        build(*queries, tables=tables, enums=enums)
    assert str(raised.value) == message


def test_an_enum_and_a_table_may_have_one_name(
    connection: psycopg.Connection[Any], tmp_path: Path
) -> None:
    """They are classes of two modules."""
    mood = column("mood", "mood", table="moods")
    asked = query(text="SELECT 'sad'", columns=[mood])
    moods = table("moods", [mood])
    with made_things(build(asked, tables=[moods], enums=[enum("mood", "sad")]), tmp_path) as things:
        assert things.Querier(connection).get_thing() == things.models.Mood(things.enums.Mood.SAD)


def test_a_composite_and_a_table_of_one_name_are_refused() -> None:
    place = Composite(Name("", "thing"), (column(),))
    asked = query(columns=[column("place", "thing")])
    with pytest.raises(GeneratorError, match=r"type thing and table things would both be models\."):
        build_program(replace(request(asked, tables=[THINGS]), composites=(place,)), OPTIONS)


def test_a_column_may_be_called_enums(connection: psycopg.Connection[Any], tmp_path: Path) -> None:
    """A field of that name would hide the module from the annotations after it."""
    columns = [column("enums", "mood"), column("other", "mood")]
    asked = query(text="SELECT 'sad', 'sad'", columns=columns)
    with made_things(build(asked, enums=[enum("mood", "sad")]), tmp_path) as things:
        sad = things.enums.Mood.SAD
        assert things.Querier(connection).get_thing() == things.GetThingRow(sad, other=sad)


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


def test_a_name_in_two_schemas_makes_two_classes(
    connection: psycopg.Connection[Any], tmp_path: Path
) -> None:
    """Called after the schema where it is not the default one."""
    tables = [
        table(name, [column(table=name), column("mood", mood, table=name)])
        for name, mood in (("things", "mood"), ("other.things", "other.mood"))
    ]
    enums = [enum("mood", "sad"), enum("other.mood", "sad")]
    embedded = [replace(column(embed=one), is_known=True) for one in ("things", "other.things")]
    asked = [
        query("GetMine", text="SELECT 1, 'sad'", columns=tables[0].columns),
        query("GetOthers", text="SELECT 1, 'sad'", columns=tables[1].columns),
        query("GetBoth", text="SELECT 1, 'sad', 2, 'sad'", columns=embedded),
    ]
    with made_things(build(*asked, tables=tables, enums=enums), tmp_path) as things:
        models, querier = things.models, things.Querier(connection)
        mine, others = querier.get_mine(), querier.get_others()
        assert mine == models.Thing(1, things.enums.Mood.SAD)
        assert others == models.OtherThing(1, things.enums.OtherMood.SAD)
        both = querier.get_both()
        assert (type(both.thing), type(both.thing_2)) == (models.Thing, models.OtherThing)


def test_an_embed_of_one_of_two_tables_needs_the_database() -> None:
    """sqlc does not send the schema of what is embedded."""
    tables = [table("one.things", [ID]), table("other.things", [ID])]
    with pytest.raises(GeneratorError, match=r"sqlc.embed\(things\) is of several tables; let"):
        build(query(columns=[column(embed="things")]), tables=tables)


def test_an_enum_without_its_schema_is_the_only_one_so_called() -> None:
    value = column("mood", "mood")
    method = build_method(query(parameters=[value]), enums=[enum("other.mood", "sad")])
    assert method.parameters[0].type.enum == "OtherMood"
    with pytest.raises(GeneratorError, match="column 'mood' is of type mood\nunknown here"):
        build(query(parameters=[value]), enums=[enum("other.mood"), enum("third.mood")])


def test_an_annotation_makes_a_row_of_its_own() -> None:
    method = build_method(query(columns=[ID], comments=["@nullable id"]), tables=[THINGS])
    assert not isinstance(method.result, RowClass)
    assert method.result is not None
    assert method.result.is_nullable


def test_an_embed_of_no_table_is_refused() -> None:
    with pytest.raises(
        GeneratorError,
        match=r"things.sql: GetThing: sqlc.embed\(cte\) is of no table, or list its columns",
    ):
        build(query(columns=[column("cte", "", embed="cte"), ID]), tables=[THINGS])
