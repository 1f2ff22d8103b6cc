"""Arrays that generated code writes itself, each as one text, reach PostgreSQL as they are."""

import enum
import inspect
import os
import uuid
from collections.abc import AsyncGenerator, Generator
from decimal import Decimal
from typing import Any, TypeAlias

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import errors

from generator_tests.project import Server, create_database
from generator_tests.requests import build, column, made_things, query
from sqlc_gen_psycopg.emit import emit_program
from sqlc_gen_psycopg.request import Query

Strategy: TypeAlias = st.SearchStrategy[Any]

TEXTS = [
    *("", "NULL", "null", " a ", "\t", "\n\r\v\f", "\u00a0", "\u2003", "é 漢字 🏦"),
    *('"', '""', "\\", '\\"', "a\\", "\\x41", "\\000", "'", "$1", "%s"),
    *(",", "a,b", ";", "{}", "{", "}", "{{1},{2}}"),
]
UUIDS = [uuid.UUID(int=0), uuid.UUID(int=2**128 - 1), uuid.UUID(int=7)]
# What each type finds hardest, and whatever else there is.
HARDEST: dict[str, list[Any]] = {
    "smallint": [-(2**15), 2**15 - 1, 0],
    "integer": [-(2**31), 2**31 - 1, 0],
    "bigint": [-(2**63), 2**63 - 1, 0],
    "oid": [0, 2**32 - 1],
    "boolean": [True, False],
    "text": TEXTS,
    "varchar": TEXTS,
    "name": TEXTS,
    "bytea": [b"", b"\0", b"\\", b'"', b"\\x41", b"NULL", bytes(range(256))],
    "uuid": UUIDS,
}
OTHERS: dict[str, Strategy] = {
    "smallint": st.integers(-(2**15), 2**15 - 1),
    "integer": st.integers(-(2**31), 2**31 - 1),
    "bigint": st.integers(-(2**63), 2**63 - 1),
    "oid": st.integers(0, 2**32 - 1),
    "boolean": st.booleans(),
    "text": st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    "varchar": st.text('"\\{}, \tNULnul\n\u00a0é🏦'),
    "name": st.text('"\\{}, \tNULnul\n', max_size=63),
    "bytea": st.binary(),
    "uuid": st.uuids(),
}
# Where nothing but the place tells the server what the parameter is: each gives back the array.
PLACES = {
    "cast": "SELECT $1::{type}[] AS value",
    "column": "INSERT INTO tried_{type} (many) VALUES ($1) RETURNING many",
    "operator": "SELECT many FROM kept_{type} WHERE many = $1",
    "any": "SELECT array_agg(one ORDER BY place) FROM kept_{type} WHERE one = ANY ($1)",
    "function": "SELECT same_{type}($1)",
    "unnest": "SELECT array_agg(one ORDER BY place) "
    "FROM unnest($1::{type}[]) WITH ORDINALITY AS u (one, place)",
}


def _asked(place: str, type_name: str) -> Query:
    many = column("many", type_name, dims=1)
    text = PLACES[place].format(type=type_name)
    return query(f"{place}_{type_name}", text=text, columns=[many], parameters=[many])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Generator[Any]:
    queries = [_asked(place, name) for place in PLACES for name in HARDEST]
    with made_things(build(*queries), tmp_path_factory.mktemp("arrays")) as things:
        yield things


def _schema(type_name: str) -> str:
    """A table for new arrays, one that keeps the hardest, and two functions of one name."""
    return (
        f"CREATE TABLE tried_{type_name} (many {type_name}[]);"
        f"CREATE TABLE kept_{type_name} (place integer, one {type_name}, many {type_name}[]);"
        f"CREATE FUNCTION same_{type_name}(many {type_name}[]) RETURNS {type_name}[] "
        "LANGUAGE sql AS 'SELECT many';"
        f"CREATE FUNCTION same_{type_name}(many text, other text) RETURNS text "
        "LANGUAGE sql AS 'SELECT other';"
    )


@pytest.fixture(scope="session")
def url(sqlc_server: Server) -> str:
    """A database that keeps the hardest, which psycopg wrote there element by element."""
    url = create_database(sqlc_server, f"arrays_{os.getpid()}", *map(_schema, HARDEST))
    with psycopg.connect(url) as connection:
        for name, many in HARDEST.items():
            keep = f"INSERT INTO kept_{name} VALUES (%s, %s, %s)".encode()
            for place, one in enumerate(many):
                connection.execute(keep, [place, one, many])
    return url


@pytest.fixture(scope="module", params=[0, None], ids=["prepared", "not prepared"])
def connection(request: pytest.FixtureRequest, url: str) -> Generator[psycopg.Connection[Any]]:
    with psycopg.connect(url, autocommit=True, prepare_threshold=request.param) as connection:
        yield connection


@pytest.mark.parametrize("type_name", HARDEST)
@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_array_comes_back_as_it_went(
    data: st.DataObject, type_name: str, made: Any, connection: psycopg.Connection[Any]
) -> None:
    values = st.none() | st.sampled_from(HARDEST[type_name]) | OTHERS[type_name]
    many = data.draw(st.lists(values, max_size=8))
    assert getattr(made.Querier(connection), f"cast_{type_name}")(many=many) == many


@pytest.fixture(params=["sync", "async"])
async def q(
    request: pytest.FixtureRequest, made: Any, connection: psycopg.Connection[Any], url: str
) -> AsyncGenerator[Any]:
    if request.param == "sync":
        yield made.Querier(connection)
    else:
        threshold = connection.prepare_threshold
        async with await psycopg.AsyncConnection.connect(
            url, autocommit=True, prepare_threshold=threshold
        ) as other:
            yield made.AsyncQuerier(other)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("type_name", HARDEST)
async def test_the_place_tells_the_server_the_type(place: str, type_name: str, q: Any) -> None:
    many = HARDEST[type_name]
    result = getattr(q, f"{place}_{type_name}")(many=many)
    assert (await result if inspect.isawaitable(result) else result) == many


class Label(enum.StrEnum):
    A = 'a "b"'


class OldLabel(str, enum.Enum):  # noqa: UP042 - what emit_str_enum: false makes
    A = 'a "b"'


class Number(enum.IntEnum):
    ONE = 1


class OldNumber(int, enum.Enum):
    ONE = 1


class Shy:
    """Shows nothing of itself."""

    def __str__(self) -> str:
        return "shy"

    def __format__(self, format_spec: str) -> str:
        return "shy"

    __repr__ = __str__


class ShyText(Shy, str):
    __slots__ = ()


class ShyNumber(Shy, int):
    __slots__ = ()


@pytest.mark.parametrize(
    ("type_name", "given", "expected"),
    [
        pytest.param("text", [Label.A, OldLabel.A], ['a "b"'] * 2, id="labels"),
        pytest.param("text", [ShyText("a\\")], ["a\\"], id="a text that shows another"),
        pytest.param("text", [ShyText("a")], ["a"], id="a plain text that shows another"),
        pytest.param(
            "bigint", [True, False, Number.ONE, OldNumber.ONE], [1, 0, 1, 1], id="numbers"
        ),
        pytest.param("bigint", [ShyNumber(7)], [7], id="a number that shows another"),
        pytest.param("boolean", [1, 0], [True, False], id="numbers that are booleans"),
        pytest.param("bytea", [bytearray(b"a"), memoryview(b"b")], [b"a", b"b"], id="buffers"),
    ],
)
def test_what_is_of_a_type_counts_as_its_value(
    type_name: str,
    given: list[Any],
    expected: list[Any],
    made: Any,
    connection: psycopg.Connection[Any],
) -> None:
    echo = getattr(made.Querier(connection), f"cast_{type_name}")
    for many in (given, tuple(given)):
        assert echo(many=many) == expected


@pytest.mark.parametrize(
    ("type_name", "value", "error", "message"),
    [
        pytest.param("text", "a\0", psycopg.DataError, "cannot contain NUL", id="NUL"),
        pytest.param("text", "\ud800", UnicodeEncodeError, "surrogates", id="half a character"),
        pytest.param("text", 1, TypeError, "str", id="a number for a text"),
        *(
            pytest.param(name, value, errors.NumericValueOutOfRange, "out of range", id=name)
            for name, value in (("smallint", 2**15), ("integer", -(2**31) - 1), ("bigint", 2**63))
        ),
        pytest.param(
            "bigint", 10**400, errors.NumericValueOutOfRange, "out of range", id="very large"
        ),
        pytest.param("bigint", 1.0, TypeError, "float", id="a float"),
        pytest.param("bigint", Decimal(1), TypeError, "Decimal", id="a decimal"),
        pytest.param("bigint", "1,2", TypeError, "str", id="a text for a number"),
        pytest.param("boolean", "false", TypeError, "str", id="a text for a boolean"),
        pytest.param(
            "boolean", 2, errors.InvalidTextRepresentation, "boolean", id="two for a boolean"
        ),
        pytest.param("uuid", f"{UUIDS[0]},{UUIDS[1]}", AttributeError, "int", id="a text of UUIDs"),
        pytest.param("bytea", "a", AttributeError, "hex", id="a text for bytes"),
    ],
)
def test_what_is_of_no_such_type_is_refused(
    type_name: str,
    value: Any,
    error: type[Exception],
    message: str,
    made: Any,
    connection: psycopg.Connection[Any],
) -> None:
    with pytest.raises(error, match=message):
        getattr(made.Querier(connection), f"cast_{type_name}")(many=[None, value])


def _written(type_name: str, dims: int) -> dict[str, str]:
    many = column("many", type_name, dims=dims)
    return emit_program(build(query("Take", ":exec", parameters=[many])))


@pytest.mark.parametrize(
    ("type_name", "dims"),
    [
        *((name, 1) for name in ("interval", "timestamptz", "numeric", "float8", "jsonb", "inet")),
        *((name, 2) for name in ("text", "bigint", "uuid")),
    ],
)
def test_what_psycopg_knows_better_is_left_to_it(type_name: str, dims: int) -> None:
    assert "_array(" not in "".join(_written(type_name, dims).values())


def test_only_what_is_needed_is_written() -> None:
    files = _written("uuid", 1)
    assert "models.uuid_array(many)" in files["things.py"]
    assert files["models.py"].count("def ") == files["models.py"].count("def uuid_array(") == 1
