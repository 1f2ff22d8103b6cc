"""From the Python program to text that runs."""

import ast
import uuid
from collections.abc import Generator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg.errors import NoDataFound

from generator_tests.requests import build, build_method, column, made_things, query, request, table
from sqlc_gen_psycopg.build import build_program
from sqlc_gen_psycopg.emit import emit_program
from sqlc_gen_psycopg.options import Options
from sqlc_gen_psycopg.request import Query

TEXTS = {
    "quotes": """SELECT 'a', "b", ''''""",
    "triple quotes": 'SELECT """", \'"""\', """',
    "a final quote": 'SELECT 1 AS "a"',
    "backslashes": r"""SELECT '\', E'\\n', '\x41', '\N{DASH}', '\u00e9', '\"'""",
    "percent signs": "SELECT 1 % 2, '%s %(a)s %%', 'x' LIKE 'y%'",
    "dollar signs in text and comments": "SELECT '$2', $1 -- $2 %s\n/* $3 */",
    "braces": "SELECT '{a} {{b}}'",
    "carriage returns": "SELECT 1,\r\n'\r'",
    "tabs and other blanks": "SELECT\t1,\v\f 2  \n   \n  , '\x85\u2028\u00a0'  ",
    "other alphabets": "SELECT 'é ß 漢字 🏦 \u0301 \ufeff'",
    "line continuations": "SELECT '\\\n'",
}


@pytest.fixture(scope="module")
def constants(tmp_path_factory: pytest.TempPathFactory) -> Generator[Any]:
    """The module whose constants are TEXTS, formatted and imported."""
    queries = [query(f"Text{n}", ":exec", text=text) for n, text in enumerate(TEXTS.values())]
    with made_things(build(*queries), tmp_path_factory.mktemp("texts")) as things:
        yield things


@pytest.mark.parametrize("number", [pytest.param(n, id=name) for n, name in enumerate(TEXTS)])
def test_sql_survives_to_the_byte(constants: Any, number: int) -> None:
    text = list(TEXTS.values())[number]
    constant = getattr(constants, f"TEXT{number}")
    assert constant.replace(f" /* Text{number} */", "", 1) == f"{text}\n"


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
@settings(database=None, derandomize=True)
def test_any_sql_survives(text: str) -> None:
    module = ast.parse(emit_program(build(query("Get", ":exec", text=text)))["things.py"])
    constant, _ = [node.value for node in module.body if isinstance(node, ast.AnnAssign)]
    assert constant is not None
    assert ast.literal_eval(constant).replace(" /* Get */", "", 1) == f"{text}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("SELECT 1", "SELECT /* Get */ 1\n", id="behind the first word"),
        pytest.param("WITH\n  a AS ()", "WITH /* Get */\n  a AS ()\n", id="on its line"),
        pytest.param("(SELECT 1)", "( /* Get */SELECT 1)\n", id="behind a parenthesis"),
    ],
)
def test_name_is_in_the_sql(text: str, expected: str) -> None:
    assert build_method(query("Get", text=text)).sql == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('says "hi"', id="a final quote"),
        pytest.param('"""three""" inside', id="triple quotes"),
        pytest.param("C:\\new", id="a backslash"),
        pytest.param("ends with \\", id="a final backslash"),
        pytest.param("", id="nothing"),
    ],
)
def test_comment_becomes_the_docstring(text: str) -> None:
    files = emit_program(build(query(comments=[text]), tables=[table("things", (), text)]))
    module = ast.parse(files["things.py"])
    methods = [node for node in ast.walk(module) if isinstance(node, ast.FunctionDef)]
    [method] = [node for node in methods if node.name == "get_thing"]
    assert (ast.get_docstring(method) or "") == text


def test_long_comment_is_folded_and_paragraphs_stay() -> None:
    files = emit_program(build(query(comments=["word " * 40, "", "More."])))
    lines = files["things.py"].splitlines()
    assert max(len(line) for line in lines if "word" in line) <= 100
    docstring = "\n".join(line.strip() for line in lines)
    assert 'word\n\nMore.\n"""' in docstring


ECHOES = {
    "smallint": [0, -1, 2**15 - 1],
    "integer": [1, 40_000, 2**31 - 1, -40_000],
    "bigint": [1, 40_000, 2**40, -(2**63)],
    "oid": [1, 40_000, 2**32 - 1],
}
ARRAYS: dict[str, list[list[Any]]] = {
    "smallint": [[1], [], [None], [None, 2**15 - 1]],
    "integer": [[1], [], [None], [40_000, None], [-1, 2**31 - 1]],
    "bigint": [[1], [], [None], [40_000, None], [2**40], [None, 1, -(2**63)]],
    "oid": [[1], [], [None], [40_000, None], [2**32 - 1]],
    "boolean": [[True], [], [None], [False, None]],
    "bytea": [[b"a"], [], [None], [b"\0\xff", None, b""]],
    "text": [["a"], [], [None], ["NULL", None, ""]],
    "uuid": [[uuid.UUID(int=1)], [], [None], [uuid.UUID(int=2), None]],
}


def echo(type_name: str, *, is_array: bool, not_null: bool) -> Query:
    """A query that returns its parameter, which only the cast gives a type."""
    value = column("value", type_name, not_null=not_null, dims=int(is_array))
    kind = f"{'some' if not_null else 'any'}_{'list' if is_array else 'one'}"
    brackets = "[]" if is_array else ""
    return query(
        f"{kind}_{type_name}",
        text=f"SELECT $1::{type_name}{brackets} AS value",
        columns=[value],
        parameters=[value],
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Generator[Any]:
    """The module of queries that return what they are given."""
    flags = (False, True)
    documents = column("value", "jsonb", dims=1)
    queries = [
        *(echo(name, is_array=False, not_null=n) for name in ECHOES for n in flags),
        *(echo(name, is_array=True, not_null=n) for name in ARRAYS for n in flags),
        query("Double", text="SELECT $1 * 2", parameters=[column("value", "integer")]),
        query("Documents", text="SELECT $1 AS value", columns=[documents], parameters=[documents]),
        query("GetNone", text="SELECT 1 WHERE false"),
        query("GetRequired", text="SELECT 1 WHERE false", comments=["@required"]),
    ]
    with made_things(build(*queries), tmp_path_factory.mktemp("echoes")) as things:
        yield things


def prepared(connection: psycopg.Connection[Any], constant: str) -> list[tuple[str]]:
    """The parameter types of every prepared statement of a query."""
    return connection.execute(
        "SELECT parameter_types::text FROM pg_prepared_statements WHERE statement = %s",
        [constant],
    ).fetchall()


@pytest.mark.parametrize("prefix", ["some", "any"])
@pytest.mark.parametrize("type_name", list(ECHOES))
def test_integers_keep_one_prepared_statement(
    library: psycopg.Connection[Any], made: Any, type_name: str, prefix: str
) -> None:
    run = getattr(made.Querier(library), f"{prefix}_one_{type_name}")
    for value in ECHOES[type_name] * 7:
        assert run(value=value) == value
    constant = getattr(made, f"{prefix}_one_{type_name}".upper())
    assert prepared(library, constant) == [(f"{{{type_name}}}",)]


@pytest.mark.parametrize("prefix", ["some", "any"])
@pytest.mark.parametrize("type_name", list(ARRAYS))
def test_arrays_keep_one_prepared_statement(
    library: psycopg.Connection[Any], made: Any, type_name: str, prefix: str
) -> None:
    run = getattr(made.Querier(library), f"{prefix}_list_{type_name}")
    for value in ARRAYS[type_name] * 7:
        assert run(value=value) == value
    constant = getattr(made, f"{prefix}_list_{type_name}".upper())
    assert prepared(library, constant) == [(f"{{{type_name}[]}}",)]


def test_null_is_passed_through(library: psycopg.Connection[Any], made: Any) -> None:
    querier = made.Querier(library)
    assert querier.any_one_bigint(value=None) is None
    assert querier.any_list_bigint(value=None) is None


def test_integer_has_the_type_of_the_query_not_of_its_value(
    library: psycopg.Connection[Any], made: Any
) -> None:
    """psycopg alone sends 20000 as a smallint, and its double overflows."""
    assert made.Querier(library).double(value=20_000) == 40_000


def test_list_of_documents(library: psycopg.Connection[Any], made: Any) -> None:
    documents = [{"a": [1]}, None, "text"]
    assert made.Querier(library).documents(value=documents) == documents


def test_no_row_is_none_or_an_error_that_names_the_query(
    library: psycopg.Connection[Any], made: Any
) -> None:
    querier = made.Querier(library)
    assert querier.get_none() is None
    with pytest.raises(NoDataFound, match="GetRequired returned no row"):
        querier.get_required()


@pytest.mark.parametrize(
    ("options", "classes"),
    [
        pytest.param(Options("made", emit_sync_querier=True), {"Querier"}, id="sync only"),
        pytest.param(Options("made", emit_async_querier=True), {"AsyncQuerier"}, id="async only"),
        pytest.param(Options("made"), set[str](), id="SQL only"),
    ],
)
def test_only_the_wanted_flavours_are_written(
    tmp_path: Path, options: Options, classes: set[str]
) -> None:
    program = build_program(request(query()), options)
    with made_things(program, tmp_path) as module:
        assert {name for name in dir(module) if name.endswith("Querier")} == classes
        assert module.GET_THING
