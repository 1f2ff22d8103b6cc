"""Every type the generator knows is what psycopg really returns for it."""

import datetime
import decimal
import ipaddress
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args, get_origin

import psycopg
import pytest
from psycopg.types import json, numeric
from psycopg.types.multirange import Multirange
from psycopg.types.range import Range

from generator_tests.requests import (
    OPTIONS,
    build,
    build_method,
    column,
    enum,
    made_things,
    query,
    request,
)
from sqlc_gen_psycopg.build import build_program
from sqlc_gen_psycopg.builtin_types import BUILT_IN
from sqlc_gen_psycopg.errors import GeneratorError

MODULES = {
    "datetime": datetime,
    "decimal": decimal,
    "ipaddress": ipaddress,
    "uuid": uuid,
    "Any": Any,
    "Range": Range,
    "Multirange": Multirange,
}
ADDRESSES = ("10.0.0.1", "::1")
LITERALS = {
    "bool": ("true",),
    "int": ("7",),
    "float": ("1.5",),
    "decimal.Decimal": ("1.50",),
    "str": ("x",),
    "bytes": ("\\xff00",),
    "uuid.UUID": ("6f3a8c52-7d5e-4a3b-9f0d-2b1c4d5e6f70",),
    "datetime.date": ("2026-01-31",),
    "datetime.time": ("12:30:00",),
    "datetime.datetime": ("2026-01-31 12:30:00",),
    "datetime.timedelta": ("90 minutes",),
    BUILT_IN["inet"].annotation: (*ADDRESSES, "10.0.0.1/8", "::1/64"),
    BUILT_IN["cidr"].annotation: ("10.0.0.0/8", "2001:db8::/32"),
}
# What is read as text, each with a text of its own.
TEXTS = {
    "aclitem": ("=r/pg_monitor",),
    "bit": ("1",),
    "int2vector": ("1 2",),
    "oidvector": ("1 2",),
    "refcursor": ("c",),
    "varbit": ("10",),
    "box": ("(1,1),(0,0)",),
    "cid": ("1",),
    "circle": ("<(0,0),1>",),
    "jsonpath": ("$.a",),
    "line": ("{1,2,3}",),
    "lseg": ("[(0,0),(1,1)]",),
    "macaddr": ("08:00:2b:01:02:03",),
    "macaddr8": ("08:00:2b:01:02:03:04:05",),
    "money": ("1.50",),
    "path": ("((0,0),(1,1))",),
    "pg_lsn": ("16/B374D848",),
    "pg_snapshot": ("10:20:10,14,15",),
    "txid_snapshot": ("10:20:10,14,15",),
    "point": ("(1,2)",),
    "polygon": ("((0,0),(1,1))",),
    "tid": ("(0,1)",),
    "tsquery": ("a & b",),
    "tsvector": ("a fat cat",),
    "xid": ("1",),
    "xid8": ("1",),
    "regclass": ("pg_class",),
    "regcollation": ('"C"',),
    "regconfig": ("simple",),
    "regdictionary": ("simple",),
    "regnamespace": ("public",),
    "regoper": ("pg_catalog.||/",),
    "regoperator": ("+(integer,integer)",),
    "regproc": ("now",),
    "regprocedure": ("abs(integer)",),
    "regrole": ("pg_monitor",),
    "regtype": ("integer",),
}
RANGES = {
    "int4range": ("[1,5)", "empty", "(,)"),
    "int8range": ("[1,5)", "(,3)"),
    "numrange": ("[1.5,2.5)",),
    "daterange": ("[2026-01-01,2026-02-01)",),
    "tsrange": ("[2026-01-01 10:00,2026-02-01 10:00)",),
    "tstzrange": ("[2026-01-01 10:00,)",),
    "int4multirange": ("{[1,5),[7,9)}", "{}"),
    "int8multirange": ("{[1,5)}",),
    "nummultirange": ("{[1.5,2.5)}",),
    "datemultirange": ("{[2026-01-01,2026-02-01)}",),
    "tsmultirange": ("{[2026-01-01 10:00,2026-02-01 10:00)}",),
    "tstzmultirange": ("{[2026-01-01 10:00,)}",),
}
TYPED = {
    name: BUILT_IN[name].annotation
    for name in BUILT_IN
    if name not in ("json", "jsonb", "void", "xml", *RANGES)  # this server has no XML
}


def read_back(
    connection: psycopg.Connection[Any], type_name: str, literals: Sequence[str]
) -> list[Any]:
    """The literals after a trip through a column of the type."""
    connection.execute(f"CREATE TEMPORARY TABLE tried (value {type_name})".encode())
    for literal in literals:
        connection.execute("INSERT INTO tried VALUES (%s)", [literal])
    return [row[0] for row in connection.execute("SELECT value FROM tried")]


@pytest.mark.parametrize(
    ("type_name", "annotation"),
    [
        *(pytest.param(*item, id=f"{item[0]} is {item[1]}") for item in TYPED.items()),
        pytest.param('"char"', BUILT_IN["char"].annotation, id="char in quotes is str, too"),
    ],
)
def test_annotation_is_exactly_what_psycopg_returns(
    library: psycopg.Connection[Any], type_name: str, annotation: str
) -> None:
    expected: Any = eval(annotation, dict(MODULES))
    literals = TEXTS.get(type_name) or LITERALS[annotation]
    values = read_back(library, type_name, literals)
    assert {type(value) for value in values} == set(get_args(expected) or [expected])


@pytest.mark.parametrize("type_name", RANGES)
def test_range_is_of_what_it_is_said_to_be_of(
    library: psycopg.Connection[Any], type_name: str
) -> None:
    """Its class, and the class of every bound; and it goes back as it came."""
    expected: Any = eval(BUILT_IN[type_name].annotation, dict(MODULES))
    [element] = get_args(expected)
    values = read_back(library, type_name, RANGES[type_name])
    assert {type(value) for value in values} == {get_origin(expected)}
    ranges = [item for value in values for item in ([value] if "multi" not in type_name else value)]
    bounds = [bound for item in ranges for bound in (item.lower, item.upper) if bound is not None]
    assert {type(bound) for bound in bounds} == {element}
    for value in values:
        back = library.execute(f"SELECT %s::{type_name}".encode(), [value]).fetchone()
        assert back == (value,)


def test_every_type_of_postgresql_is_known(library: psycopg.Connection[Any]) -> None:
    """But for those of which no value can be written."""
    found = library.execute(
        "SELECT typname FROM pg_type AS t WHERE typnamespace = 'pg_catalog'::regnamespace "
        "AND typtype IN ('b', 'r', 'm') "
        "AND NOT EXISTS (SELECT FROM pg_type AS e WHERE e.typarray = t.oid)"
    )
    internal = {"gtsvector", "pg_brin_bloom_summary", "pg_brin_minmax_multi_summary"}
    internal |= {"pg_dependencies", "pg_mcv_list", "pg_ndistinct", "pg_node_tree"}
    assert {name for (name,) in found} - internal == BUILT_IN.keys() - {"citext", "void"}
    assert {*TEXTS, *RANGES} < BUILT_IN.keys()


@pytest.mark.parametrize("type_name", ["json", "jsonb"])
def test_json_is_anything(library: psycopg.Connection[Any], type_name: str) -> None:
    assert BUILT_IN[type_name].annotation == "Any"
    assert read_back(library, type_name, ['{"a": [1, null]}', '"b"']) == [{"a": [1, None]}, "b"]


def test_void_is_an_empty_text(library: psycopg.Connection[Any]) -> None:
    assert BUILT_IN["void"].annotation == "str"
    assert library.execute("SELECT pg_notify('nobody', 'listens')").fetchone() == ("",)


@pytest.mark.parametrize("type_name", [name for name, known in BUILT_IN.items() if known.wrapper])
def test_wrapper_gives_the_server_the_very_type(
    library: psycopg.Connection[Any], type_name: str
) -> None:
    known = BUILT_IN[type_name]
    module = json if known.wrapper in ("Json", "Jsonb") else numeric
    wrapper: Any = getattr(module, known.wrapper or "")
    library.execute(f"CREATE TEMPORARY TABLE tried (value {type_name})".encode())
    row = library.execute(
        "SELECT pg_typeof(%s) = atttypid::regtype FROM pg_attribute "
        "WHERE attrelid = 'tried'::regclass AND attname = 'value'",
        [wrapper(1)],
    ).fetchone()
    assert row == (True,)


@pytest.mark.parametrize(
    ("type_name", "literal"),
    [
        ("date", "infinity"),
        ("date", "0001-12-31 BC"),
        ("date", "10000-01-01"),
        ("timestamp", "-infinity"),
        ("timestamptz", "infinity"),
        ("timestamptz", "10000-01-02"),
        ("time", "24:00"),
        ("timetz", "24:00+01"),
        ("daterange", "[0001-12-31 BC,)"),
        ("tstzrange", "[2026-01-01,infinity]"),
        ("datemultirange", "{[2026-01-01,10000-01-01)}"),
    ],
)
def test_what_python_cannot_hold_is_an_error(
    library: psycopg.Connection[Any], type_name: str, literal: str
) -> None:
    with pytest.raises(psycopg.DataError):
        read_back(library, type_name, [literal])


@pytest.mark.parametrize(
    ("type_name", "literal", "value"),
    [
        ("interval", "1 year 1 month", datetime.timedelta(days=395)),
        ("interval", "infinity", datetime.timedelta(0)),
        ("json", "1e400", float("inf")),
        ("json", '{"a": 1, "a": 2}', {"a": 2}),
        ("real", "16777217", 16777216.0),
    ],
)
def test_what_psycopg_reads_as_something_else(
    library: psycopg.Connection[Any], type_name: str, literal: str, value: object
) -> None:
    """The README says so."""
    assert read_back(library, type_name, [literal]) == [value]


@pytest.mark.parametrize("type_name", ["numeric", "float8"])
def test_numbers_that_are_none(library: psycopg.Connection[Any], type_name: str) -> None:
    infinite, nan = read_back(library, type_name, ["-Infinity", "NaN"])
    assert (infinite < -1e300, nan != nan) == (True, True)


GENRE = enum("genre", "novel", "science-fiction", "2nd hand", 'say "hi" \\', "A", "a")


def test_enum_labels_become_members(library: psycopg.Connection[Any], tmp_path: Path) -> None:
    labels = [column("label", "genre", not_null=False)]
    read = query("GetGenre", text="SELECT $1 AS label", columns=labels, parameters=labels)
    with made_things(build(read, enums=[GENRE]), tmp_path) as things:
        genre = things.enums.Genre
        querier = things.Querier(library)
        assert {member.name: member.value for member in genre} == {
            "NOVEL": "novel",
            "SCIENCE_FICTION": "science-fiction",
            "N2ND_HAND": "2nd hand",
            "SAY__HI___": 'say "hi" \\',
            "A": "A",
            "A_2": "a",
        }
        for member in genre:
            assert querier.get_genre(label=member) is member
        assert querier.get_genre(label=None) is None


def test_unknown_type_says_where(tmp_path: Path) -> None:
    """sqlc sends no line numbers: the generator looks them up in the query file."""
    (tmp_path / "things.sql").write_text(
        "-- name: GetThingTwice :one\nSELECT 1;\n\n-- name: GetThing :one\nSELECT area FROM t;\n"
    )
    asked = query("GetThing", columns=[column("area", "geometry")])
    with pytest.raises(GeneratorError) as raised:
        build_program(request(asked, query_paths=[str(tmp_path)]), OPTIONS)
    assert str(raised.value) == (
        f"{tmp_path}/things.sql:4: GetThing: column 'area' is of type geometry\n"
        "unknown here; let the plugin ask the database what they are, or add to the options:\n"
        "overrides:\n"
        "  - {db_type: geometry, py_type: str}"
    )


def test_unknown_type_of_a_parameter_is_refused() -> None:
    with pytest.raises(GeneratorError, match=r"sql: GetThing: .*'corner' is of type geometry"):
        build_method(query(parameters=[column("corner", "geometry")]))
