"""Values of every type go through generated code to PostgreSQL and come back as they went.

One table has a column of each type and one of its arrays; queries give back what they are given.
"""

import datetime
import ipaddress
import math
import os
import string
import struct
from collections.abc import Generator
from importlib import import_module
from typing import Any, TypeAlias

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from psycopg.types.multirange import Multirange
from psycopg.types.range import Range

from generator_tests.project import Server, create_database, write_project
from generator_tests.requests import importable
from generator_tests.test_types import TEXTS

Strategy: TypeAlias = st.SearchStrategy[Any]

SCHEMA = """
CREATE EXTENSION citext;
CREATE SCHEMA other;
CREATE TYPE mood AS ENUM ('sad', 'so so', 'a,b', '{"quoted"}', '');
CREATE DOMAIN score AS integer CHECK (value > -1000000);
CREATE DOMAIN high_score AS score;
CREATE DOMAIN grid AS integer [][];
CREATE DOMAIN my_mood AS mood;
CREATE TYPE other.point AS (x double precision, y float4);
CREATE TYPE place AS (
    name text,
    number smallint,
    mood mood,
    moods mood [],
    tags text [],
    score high_score,
    scores score [],
    price numeric,
    born timestamptz,
    document jsonb,
    photo bytea,
    at other.point,
    path other.point [],
    stays daterange
);
CREATE DOMAIN home AS place;
"""
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]


def ranges_of(bounds: Strategy, *, is_discrete: bool) -> Strategy:
    """Ranges as PostgreSQL writes them: those of whole numbers and days end before a bound."""
    ends = st.sampled_from(["[)"] if is_discrete else ["[)", "(]", "()", "[]"])

    def made(pair: tuple[Any, Any], end: str) -> Range[Any]:
        lower, upper = pair if None in pair else sorted(pair)
        left = "(" if lower is None else end[0]
        right = ")" if upper is None else end[1]
        return Range(lower, upper, f"{left}{right}")

    pairs = st.tuples(st.none() | bounds, st.none() | bounds).filter(
        lambda pair: pair[0] != pair[1]
    )
    others: Strategy = st.sampled_from([Range(empty=True), Range(None, None, "()")])
    return others | st.builds(made, pairs, ends)


def multiranges_of(bounds: Strategy) -> Strategy:
    """Ranges that neither touch nor overlap, in order."""

    def made(values: list[Any]) -> Multirange[Any]:
        values = sorted(values)
        pairs = zip(values[::2], values[1::2], strict=False)
        return Multirange(Range(lower, upper, "[)") for lower, upper in pairs)

    return st.lists(bounds, max_size=6, unique=True).map(made)


def integers(bits: int) -> Strategy:
    return st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def as_real(value: float) -> float:
    """As PostgreSQL writes a real: the shortest decimal that is the same in four bytes."""
    written = (float(f"{value:.{digits}g}") for digits in range(1, 10))
    return next(one for one in written if _is_real(one, value))


def _is_real(written: float, value: float) -> bool:
    """Whether a decimal stands for this real alone: none that is in the middle between two."""
    real = struct.pack("f", value)
    away = math.nextafter(written, math.copysign(math.inf, written - value))
    is_inside = written == value or struct.pack("f", away) == real
    return struct.pack("f", written) == real and is_inside


TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
FLOATS = st.floats(allow_nan=False)
NUMBERS = st.decimals("-1e20", "1e20", allow_nan=False)
DAYS = st.dates()
MOMENTS = st.datetimes()
# Far from the first and the last year: the zone of the session may move them out of Python's time.
AWARE = st.datetimes(
    datetime.datetime(2, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    datetime.datetime(9998, 1, 1),  # noqa: DTZ001
    timezones=st.just(datetime.UTC),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(-1e15, 1e15) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
INT8 = integers(64).filter(lambda value: value < 2**63 - 1)
ADDRESSES = st.ip_addresses(v=4) | st.ip_addresses(v=6)


def interface(address: Any, bits: int) -> Any:
    return ipaddress.ip_interface((address, bits % address.max_prefixlen))


def network(address: Any, bits: int) -> Any:
    return ipaddress.ip_network((address, bits % (address.max_prefixlen + 1)), strict=False)


VALUES: dict[str, Strategy] = {
    "bool": st.booleans(),
    "int2": integers(16),
    "int4": integers(32),
    "int8": integers(64),
    "oid": st.integers(0, 2**32 - 1),
    "float4": st.floats(-(2.0**100), 2.0**100, width=32).map(as_real),
    "float8": FLOATS,
    "numeric": NUMBERS,
    "text": TEXT,
    "varchar": TEXT,
    "bpchar": TEXT,
    "citext": TEXT,
    "name": st.text(string.printable, max_size=63).map(lambda text: text[:63]),
    "char": st.sampled_from(string.printable),
    "bytea": st.binary(),
    "uuid": st.uuids(),
    "date": DAYS,
    "time": st.times(),
    "timetz": st.times(timezones=st.just(datetime.UTC)),
    "timestamp": MOMENTS,
    "timestamptz": AWARE,
    "interval": st.timedeltas(),
    "json": JSON,
    "jsonb": JSON,
    "inet": ADDRESSES | st.builds(interface, ADDRESSES, st.integers(0, 127)),
    "cidr": st.builds(network, ADDRESSES, st.integers(0, 128)),
    "int4range": ranges_of(integers(32).filter(lambda n: n < 2**31 - 1), is_discrete=True),
    "int8range": ranges_of(INT8, is_discrete=True),
    "numrange": ranges_of(NUMBERS, is_discrete=False),
    "daterange": ranges_of(DAYS, is_discrete=True),
    "tsrange": ranges_of(MOMENTS, is_discrete=False),
    "tstzrange": ranges_of(AWARE, is_discrete=False),
    "int4multirange": multiranges_of(integers(32)),
    "int8multirange": multiranges_of(INT8),
    "nummultirange": multiranges_of(NUMBERS),
    "datemultirange": multiranges_of(DAYS),
    "tsmultirange": multiranges_of(MOMENTS),
    "tstzmultirange": multiranges_of(AWARE),
    **{name: st.sampled_from(texts) for name, texts in TEXTS.items()},
    # As the server writes them.
    "jsonpath": st.just('$."a"'),
    "money": st.sampled_from(["$1.50", "-$0.01"]),
    "regoper": st.just("||/"),
    "tsquery": st.just("'a' & 'b'"),
    "tsvector": st.just("'a' 'fat'"),
}
BUILT_INS = {name: '"char"' if name == "char" else name for name in VALUES}
OWN = ("mood", "high_score", "my_mood", "place", "home")
TYPES = BUILT_INS | {name: name for name in OWN} | {"own_point": "other.point"}
# The delimiter in arrays of boxes is a semicolon, which psycopg does not write.
WITHOUT_ARRAYS = {"box"}


def schema() -> str:
    columns = [f"one_{name} {type_}" for name, type_ in TYPES.items()]
    columns += [f"all_{name} {TYPES[name]} []" for name in TYPES if name not in WITHOUT_ARRAYS]
    return (
        f"{SCHEMA}CREATE TABLE every (id integer PRIMARY KEY, matrix text [] [], plan grid, "
        f"{', '.join(columns)});"
    )


def queries() -> dict[str, str]:
    names = [f"one_{name}" for name in TYPES]
    names += [f"all_{name}" for name in TYPES if name not in WITHOUT_ARRAYS]
    written = ["id", "matrix", "plan", *names]
    values = ", ".join(f"${number}" for number, _ in enumerate(written, 1))
    insert = f"INSERT INTO every ({', '.join(written)}) VALUES ({values})"
    returning = ", ".join(written)
    echoes = [
        f"-- name: {name} :one\n-- @required\nSELECT $1::{TYPES[name[4:]]}"
        f"{'[]' if name.startswith('all') else ''} AS value;\n"
        for name in names
    ]
    return {
        "echoes.sql": "".join(echoes),
        "rows.sql": f"-- name: Copy :copyfrom\n{insert};\n"
        f"-- name: Insert :one\n-- @required\n{insert} RETURNING {returning};\n"
        f"-- name: InsertAll :batchone\n{insert} RETURNING *;\n"
        "-- name: Read :many\nSELECT * FROM every ORDER BY id;\n",
    }


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory, sqlc_server: Server) -> Generator[str]:
    directory = tmp_path_factory.mktemp("round_trips") / "every_type"
    project = write_project(directory, sqlc_server, schema(), queries())
    done = project.run("sqlc", "generate")
    assert done.returncode == 0, done.stderr
    with importable(project.package, directory):
        yield project.package


@pytest.fixture(scope="module")
def connection(sqlc_server: Server, package: str) -> Generator[psycopg.Connection[Any]]:
    """A connection that knows the types, to a database that has them."""
    url = create_database(sqlc_server, f"round_trips_{os.getpid()}", schema())
    with psycopg.connect(url, autocommit=True) as connection:
        import_module(f"{package}.registration").register_types(connection)
        yield connection


def own_types(package: str) -> dict[str, Strategy]:
    """The values of the schema's own types."""
    models, enums = import_module(f"{package}.models"), import_module(f"{package}.enums")
    mood = st.sampled_from([*enums.Mood])
    score = st.integers(-999_999, 2**31 - 1)
    point = st.builds(models.OtherPoint, st.none() | VALUES["float8"], st.none() | VALUES["float4"])
    place = st.builds(
        models.Place,
        *(
            st.none() | values
            for values in (
                VALUES["text"],
                VALUES["int2"],
                mood,
                lists(mood),
                lists(VALUES["text"]),
                score,
                lists(score),
                VALUES["numeric"],
                VALUES["timestamptz"],
                VALUES["jsonb"],
                VALUES["bytea"],
                point,
                lists(point),
                VALUES["daterange"],
            )
        ),
    )
    own = {"mood": mood, "high_score": score, "my_mood": mood, "place": place, "home": place}
    return own | {"own_point": point}


def lists(values: Strategy) -> Strategy:
    return st.lists(st.none() | values, max_size=3)


@st.composite
def matrices(draw: st.DrawFn, values: Strategy) -> list[list[Any]]:
    """Lists of equal length; PostgreSQL has no others, and none without elements."""
    width = draw(st.integers(1, 3))
    rows = st.lists(st.none() | values, min_size=width, max_size=width)
    return draw(st.lists(rows, max_size=3))


@pytest.mark.parametrize("name", TYPES)
@settings(max_examples=25, deadline=None, suppress_health_check=SLOW)
@given(data=st.data())
def test_a_value_and_a_list(
    data: st.DataObject, name: str, package: str, connection: psycopg.Connection[Any]
) -> None:
    """As the parameter and the result of a query that says no more than the type."""
    values = (VALUES | own_types(package))[name]
    querier = import_module(f"{package}.echoes").Querier(connection)
    value = data.draw(values)
    assert getattr(querier, f"one_{name}")(dollar_1=value) == value
    if name not in WITHOUT_ARRAYS:
        many = data.draw(lists(values))
        assert getattr(querier, f"all_{name}")(dollar_1=many) == many


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=SLOW,
    phases=[Phase.explicit, Phase.generate],
)
@given(data=st.data())
def test_a_row(data: st.DataObject, package: str, connection: psycopg.Connection[Any]) -> None:
    """By COPY, one at a time and as a batch; and every value may be NULL."""
    rows = import_module(f"{package}.rows")
    models = import_module(f"{package}.models")
    types = VALUES | own_types(package)
    fields: dict[str, Strategy] = {"matrix": matrices(TEXT), "plan": matrices(types["int4"])}
    fields |= {f"one_{name}": types[name] for name in TYPES}
    fields |= {f"all_{name}": lists(types[name]) for name in TYPES if name not in WITHOUT_ARRAYS}
    optional = {name: st.none() | values for name, values in fields.items()}
    given = [{"id": number, **data.draw(st.fixed_dictionaries(optional))} for number in range(4)]
    querier = rows.Querier(connection)
    with connection.transaction(force_rollback=True):
        assert querier.copy(rows.CopyParams(**one) for one in given[:2]) == 2
        inserted = querier.insert(rows.InsertParams(**given[2]))
        [also_inserted] = querier.insert_all([rows.InsertAllParams(**given[3])])
        for row, one in ((inserted, given[2]), (also_inserted, given[3])):
            assert {name: getattr(row, name) for name in one} == one
        assert querier.read() == [models.Every(**one) for one in given]
