"""That the built-in functions and operators said never to return NULL never do, by calling them."""

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
import pytest

from generator_tests.project import Server
from sqlc_gen_psycopg.database.catalog import FUNCTIONS, OPERATORS
from sqlc_gen_psycopg.database.functions import Function, Operator

# Values at the edges of each type: empty, infinite, unbounded, of the wrong form, …
VALUES = {
    "any": ["1", "NULL::text"],
    "anyarray": ["'{}'::int[]", "'{1,NULL}'::int[]", "'{{1,2},{3,4}}'::int[]"],
    "anycompatible": ["1", "NULL::int"],
    "anycompatiblearray": ["'{}'::int[]", "'{1,NULL}'::int[]"],
    "anyelement": ["1", "NULL::int"],
    "anyenum": ["'a'::pg_temp.letter", "NULL::pg_temp.letter"],
    "anymultirange": ["'{}'::int4multirange", "'{(,)}'::int4multirange"],
    "anynonarray": ["1", "'a'::text"],
    "anyrange": ["'empty'::int4range", "'(,)'::int4range", "'[1,3)'::int4range"],
    "bit": ["b'1'", "b'0110'"],
    "bool": ["true", "false"],
    "bpchar": ["''::bpchar", "'a '::bpchar"],
    "bytea": [r"'\x'::bytea", r"'\x00ff'::bytea"],
    "char": ["'a'::\"char\"", "''::\"char\""],
    "cidr": ["'10.0.0.0/8'::cidr"],
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
    "macaddr": ["'08:00:2b:01:02:03'::macaddr"],
    "macaddr8": ["'08:00:2b:01:02:03:04:05'::macaddr8"],
    "money": ["0::money", "-1::money"],
    "name": ["''::name", "'a'::name"],
    "numeric": ["0::numeric", "'nan'::numeric", "'infinity'::numeric", "-2.5", "0.5"],
    "oid": ["0::oid", "1::oid"],
    "pg_lsn": ["'0/0'::pg_lsn"],
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
    "_int4": ["'{}'::int[]", "'{1}'::int[]"],
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
        calls = [*_function_calls(connection), *_operator_calls(connection)]
        answers = connection.execute(
            "SELECT c, pg_temp.is_null(c) FROM unnest(%s::text[]) AS c", [calls]
        ).fetchall()
        connection.rollback()
    nulls = [call for call, is_null in answers if is_null]
    assert not nulls, "\n".join(nulls)
    assert sum(is_null is False for _, is_null in answers) > 3000


def _function_calls(connection: psycopg.Connection[Any]) -> Iterator[str]:
    every = "SELECT oid FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace"
    oids = [oid for (oid,) in connection.execute(every)]
    for _, name, *flags, arguments, _, _ in connection.execute(FUNCTIONS, [oids]):
        known: list[Any] = [name, *flags, tuple(arguments)]
        function = Function(*known)
        # The arguments of the others are NULL where that is allowed.
        if function.rule in ("any", "never"):
            for values in _combinations(arguments, with_null=function.rule == "never"):
                yield f'pg_catalog."{name}"({", ".join(values)})'


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
            yield from (f"OPERATOR(pg_catalog.{name}) {v}" for (v,) in _combinations(operands))
            continue
        for first, second in _combinations((operands * 2)[:2]):
            yield f"{first} OPERATOR(pg_catalog.{name}) {second}"
            yield f"{second} OPERATOR(pg_catalog.{name}) {first}"


def _combinations(types: Sequence[str], *, with_null: bool = False) -> Iterator[tuple[str, ...]]:
    values = [
        [value for value in VALUES.get(type_, []) if with_null or not value.startswith("NULL")]
        for type_ in types
    ]
    return itertools.islice(itertools.product(*values), CALLS_MAX)


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
