"""That the built-in functions and operators said never to return NULL never do, by calling them."""

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
import pytest

from generator_tests.project import Server
from sqlc_gen_psycopg.database.catalog import FUNCTIONS, OPERATORS
from sqlc_gen_psycopg.database.functions import (
    NON_NULL_COLUMNS,
    NON_NULL_OF_ANY_ROW,
    NON_NULL_OF_ANY_VALUE,
    Function,
    Operator,
    Rule,
)

# Values at the edges of each type but for NULL: empty, infinite, unbounded, of the wrong form, …
VALUES = {
    "any": ["1", "'a'::text"],
    "anyarray": ["'{}'::int[]", "'{1,NULL}'::int[]", "'{{1,2},{3,4}}'::int[]"],
    "anycompatible": ["1"],
    "anycompatiblearray": ["'{}'::int[]", "'{1,NULL}'::int[]"],
    "anyelement": ["1"],
    "anyenum": ["'a'::pg_temp.letter"],
    "anymultirange": ["'{}'::int4multirange", "'{(,)}'::int4multirange"],
    "anynonarray": ["1", "'a'::text"],
    "anyrange": ["'empty'::int4range", "'(,)'::int4range", "'[1,3)'::int4range"],
    "bit": ["b'1'", "b'0110'"],
    "bool": ["true", "false"],
    "box": ["'(0,0),(1,1)'::box", "'(5,5),(5,5)'::box", "'(nan,0),(infinity,1)'::box"],
    "bpchar": ["''::bpchar", "'a '::bpchar"],
    "bytea": [r"'\x'::bytea", r"'\x00ff'::bytea"],
    "char": ["'a'::\"char\"", "''::\"char\""],
    "cidr": ["'10.0.0.0/8'::cidr"],
    "circle": ["'<(0,0),1>'::circle", "'<(9,9),0>'::circle", "'<(nan,0),infinity>'::circle"],
    "date": ["'infinity'::date", "'-infinity'::date", "'2026-02-28'::date"],
    "float4": ["0::float4", "'nan'::float4", "'-infinity'::float4", "2::float4"],
    "float8": ["0::float8", "'nan'::float8", "'infinity'::float8", "-2.5::float8", "0.5::float8"],
    "inet": ["'10.0.0.1/8'::inet", "'::1'::inet"],
    "int2": ["0::int2", "-1::int2", "3::int2"],
    "int4": ["0", "-1", "3"],
    "int8": ["0::int8", "-1::int8", "3::int8"],
    "interval": ["'0'::interval", "'1 mon -1 day'::interval", "'infinity'::interval"],
    "json": ["'null'::json", "'{}'::json", "'[1, null]'::json"],
    "jsonb": ["'null'::jsonb", "'{\"a\": null}'::jsonb", "'[1, null]'::jsonb", "'1'::jsonb"],
    "jsonpath": ["'$.a'::jsonpath"],
    "line": ["'{1,-1,0}'::line", "'{1,-1,5}'::line", "'{0,2,nan}'::line"],
    "lseg": ["'[(0,0),(1,1)]'::lseg", "'[(9,0),(9,0)]'::lseg", "'[(nan,0),(infinity,1)]'::lseg"],
    "macaddr": ["'08:00:2b:01:02:03'::macaddr"],
    "macaddr8": ["'08:00:2b:01:02:03:04:05'::macaddr8"],
    "money": ["0::money", "-1::money"],
    "name": ["''::name", "'a'::name"],
    "numeric": ["0::numeric", "'nan'::numeric", "'infinity'::numeric", "-2.5", "0.5"],
    "oid": ["0::oid", "1::oid"],
    "path": [
        "'[(0,0),(1,1)]'::path",
        "'((2,0),(3,1))'::path",
        "'[(1,1)]'::path",
        "'((nan,0),(infinity,1))'::path",
    ],
    "pg_lsn": ["'0/0'::pg_lsn"],
    "point": ["'(0,0)'::point", "'(2,3)'::point", "'(nan,infinity)'::point"],
    "polygon": [
        "'((0,0),(1,1),(1,0))'::polygon",
        "'((9,9))'::polygon",
        "'((nan,0),(infinity,1))'::polygon",
    ],
    "record": [
        "(SELECT v FROM (VALUES (1, NULL::int)) AS v)",
        "(SELECT v FROM (VALUES (2, 3)) AS v)",
    ],
    "regclass": ["'pg_class'::regclass"],
    "regconfig": ["'simple'::regconfig"],
    "text": [
        "''::text",
        "'a'::text",
        "'UTC'::text",
        "'day'::text",
        r"'(\d)x?'::text",
        "'1,2'::text",
    ],
    "time": ["'00:00'::time", "'24:00'::time"],
    "timestamp": ["'infinity'::timestamp", "'2026-02-28 1:00'::timestamp"],
    "timestamptz": ["'-infinity'::timestamptz", "'2026-02-28 1:00Z'::timestamptz"],
    "timetz": ["'00:00+1'::timetz"],
    "tsquery": ["''::tsquery", "'a & b'::tsquery"],
    "tsvector": ["''::tsvector", "'a:1 b'::tsvector"],
    "uuid": ["'00000000-0000-0000-0000-000000000000'::uuid"],
    "varbit": ["''::varbit", "'01'::varbit"],
    "varchar": ["''::varchar", "'a'::varchar"],
    "xid": ["'0'::xid"],
    "xid8": ["'0'::xid8"],
    "_bool": ["'{}'::bool[]"],
    "_int4": ["'{}'::int[]", "'{1}'::int[]"],
    "_int4range": ["'{}'::int4range[]", "'{\"[1,2)\"}'::int4range[]"],
    "_text": ["'{}'::text[]", "'{a}'::text[]", "'{a,NULL}'::text[]"],
}
CALLS_MAX = 300

# Errors are no NULL.
PROBE = """
CREATE TYPE pg_temp.letter AS ENUM ('a');
CREATE FUNCTION pg_temp.is_null(expression text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE found boolean;
BEGIN
    EXECUTE 'SELECT num_nulls(' || expression || ') = 1' INTO found;
    RETURN found;
EXCEPTION WHEN OTHERS THEN
    RETURN NULL;
END $$
"""


def test_on_the_newest_postgresql(sqlc_server: Server) -> None:
    _check(sqlc_server.url("postgres"))


def test_on_the_oldest_postgresql(oldest_server_url: str) -> None:
    _check(oldest_server_url)


def _check(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(PROBE.encode())
        calls = [call for find in CALLS for call in find(connection)]
        answers = connection.execute(
            "SELECT c, pg_temp.is_null(c) FROM unnest(%s::text[]) AS c", [calls]
        ).fetchall()
        connection.rollback()
    nulls = [call for call, is_null in answers if is_null]
    assert not nulls, "\n".join(nulls)
    assert sum(is_null is False for _, is_null in answers) > 3000


def _functions(connection: psycopg.Connection[Any], kind: str) -> Iterator[Function]:
    every = (
        "SELECT oid FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND prokind = %s"
    )
    oids = [oid for (oid,) in connection.execute(every, [kind])]
    for _, name, *flags, arguments, _, _ in connection.execute(FUNCTIONS, [oids]):
        known: list[Any] = [name, *flags, tuple(arguments)]
        yield Function(*known)


def _function_calls(connection: psycopg.Connection[Any]) -> Iterator[str]:
    for function in _functions(connection, "f"):
        if function.rule is not None:
            for values in _combinations(function.arguments, function.rule):
                yield f'pg_catalog."{function.name}"({", ".join(values)})'


def _variadic_calls(connection: psycopg.Connection[Any]) -> Iterator[str]:
    every = "SELECT DISTINCT proname FROM pg_proc WHERE provariadic <> 0 AND prokind = 'f'"
    variadic = {name for (name,) in connection.execute(every)}
    for function in _functions(connection, "f"):
        rule = function.rule_of_variadic
        if rule is not None and function.name in variadic and function.arguments:
            arguments = [*function.arguments[:-1], "_text"]
            if function.arguments[-1] != "any":
                arguments = list(function.arguments)
            for *values, array in _combinations(arguments, rule):
                yield f'pg_catalog."{function.name}"({", ".join([*values, f"VARIADIC {array}"])})'


def _set_returning_calls(connection: psycopg.Connection[Any]) -> Iterator[str]:
    for function in _functions(connection, "f"):
        columns = NON_NULL_COLUMNS.get(function.name, ())
        names = [f"c{number}" for number in range(1, max(columns, default=0) + 1)]
        are_null = f"bool_or(num_nulls({', '.join(names[number - 1] for number in columns)}) > 0)"
        if not columns or function.name == "generate_series":  # it goes on to infinity
            continue
        for values in _combinations(function.arguments, "any"):
            call = f"{function.name}({', '.join(values)}) AS r ({', '.join(names)})"
            yield f"(SELECT CASE WHEN {are_null} THEN NULL ELSE 1 END FROM {call})"


def _aggregate_calls(connection: psycopg.Connection[Any]) -> Iterator[str]:
    """Of one row that has values; of a row without besides, where that does not matter."""
    for function in _functions(connection, "a"):
        if function.name in NON_NULL_OF_ANY_ROW:
            rows = [[one] for one in _combinations(function.arguments, "never")]
        elif function.name in NON_NULL_OF_ANY_VALUE:
            missing = tuple(map(_null, function.arguments))
            rows = [[missing, one, missing] for one in _combinations(function.arguments, "any")]
        else:
            continue
        names = ", ".join(f"c{number}" for number in range(len(function.arguments)))
        for row in rows:
            values = ", ".join(f"({', '.join(one)})" for one in row)
            yield f"(SELECT {function.name}({names}) FROM (VALUES {values}) AS v ({names}))"


def _operator_calls(connection: psycopg.Connection[Any]) -> Iterator[str]:
    every = """
        SELECT o.oid, format_type(oprleft, NULL), p.proisstrict FROM pg_operator AS o
        INNER JOIN pg_proc AS p ON o.oprcode = p.oid
    """
    found = {oid: (left, strict) for oid, left, strict in connection.execute(every)}
    for oid, name, *flags, operands in connection.execute(OPERATORS, [list(found)]):
        left, is_strict = found[oid]
        known: list[Any] = [name, *flags, tuple(operands)]
        if not Operator(*known).is_total or not is_strict:
            continue
        if left == "-":
            yield from (
                f"OPERATOR(pg_catalog.{name}) {v}" for (v,) in _combinations(operands, "any")
            )
            continue
        for first, second in _combinations((operands * 2)[:2], "any"):
            yield f"{first} OPERATOR(pg_catalog.{name}) {second}"
            yield f"{second} OPERATOR(pg_catalog.{name}) {first}"


def _combinations(types: Sequence[str], rule: Rule) -> Iterator[tuple[str, ...]]:
    """Arguments of such types that make the result of no function of that rule NULL."""
    first = {"never": 0, "any": len(types), "first": 1, "first two": 2, "all": 0}[rule]
    values = [
        [*VALUES.get(type_, []), *([_null(type_)] if number >= first else [])]
        for number, type_ in enumerate(types)
    ]
    nulls = tuple(map(_null, types))
    found = (one for one in itertools.product(*values) if rule != "all" or one != nulls)
    return itertools.islice(found, CALLS_MAX)


def _null(type_: str) -> str:
    """NULL, of the type that the values have."""
    value = next(iter(VALUES.get(type_, ["''"])))
    return f"(SELECT v FROM (SELECT {value} AS v) AS s WHERE false)"


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        pytest.param("regexp_match", ("text", "text"), id="no match"),
        pytest.param("lower", ("anyrange",), id="no bound"),
        pytest.param("int4", ("jsonb",), id="JSON's null"),
        pytest.param("substring", ("text", "text"), id="a pattern"),
    ],
)
def test_strict_is_not_enough(name: str, arguments: tuple[str, ...]) -> None:
    function = Function(
        name, is_built_in=True, is_strict=True, is_volatile=False, arguments=arguments
    )
    assert function.rule is None


def test_functions_of_users_are_not_known() -> None:
    function = Function("upper", is_built_in=False, is_strict=True, is_volatile=False)
    assert function.rule is None


CALLS = (
    _function_calls,
    _variadic_calls,
    _set_returning_calls,
    _aggregate_calls,
    _operator_calls,
)
