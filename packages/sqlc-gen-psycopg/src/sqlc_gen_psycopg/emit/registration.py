"""registration.py: registers the schema's own types with psycopg."""

from sqlc_gen_psycopg.emit.text import HEADER, sql_literal, string
from sqlc_gen_psycopg.program import Program

_QUERY = """\
WITH RECURSIVE bases AS (
    SELECT oid, typbasetype AS base
    FROM pg_catalog.pg_type
    WHERE oid = ANY ($1::regtype[]) AND typbasetype <> 0
    UNION ALL
    SELECT b.oid, t.typbasetype
    FROM bases AS b
    INNER JOIN pg_catalog.pg_type AS t ON b.base = t.oid
    WHERE t.typbasetype <> 0
)
SELECT
    t.typname,
    t.oid,
    t.typarray,
    (
        SELECT b.base
        FROM bases AS b
        INNER JOIN pg_catalog.pg_type AS d ON b.base = d.oid AND d.typbasetype = 0
        WHERE b.oid = t.oid
    ),
    array(
        SELECT a.atttypid
        FROM pg_catalog.pg_attribute AS a
        WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
        ORDER BY a.attnum
    )
FROM pg_catalog.pg_type AS t
WHERE t.oid = ANY ($1::regtype[])
"""


def registration_file(program: Program) -> str:
    """The text of registration.py."""
    names = ", ".join(string(name) for name in program.registered)
    parts = [
        f'{HEADER}"""Registers the types of the schema with psycopg."""\n',
        "from collections.abc import Iterable, Sequence",
        "from typing import Any, Final",
        "from psycopg import AsyncConnection, AsyncRawCursor, Connection, RawCursor",
        "from psycopg.pq import Format",
        "from psycopg.rows import tuple_row",
        "from psycopg.types import TypeInfo",
        "from psycopg.types.composite import CompositeInfo, register_composite",
        f"\n_NAMES: Final = [{names}]",
        f"_QUERY: Final = {sql_literal(_QUERY)}",
    ]
    if program.emit_sync:
        parts.append(_function(is_async=False))
    if program.emit_async:
        parts.append(_function(is_async=True))
    return "\n".join([*parts, _REGISTER])


def _function(*, is_async: bool) -> str:
    prefix, keyword, wait = (
        ("Async", "async def register_types_async", "await ")
        if is_async
        else ("", "def register_types", "")
    )
    return f'''

{keyword}(connection: {prefix}Connection[Any]) -> None:
    """Let arrays and composites of the schema's own types be read, in one round trip.

    Call it for every new connection, as with `configure=` of a pool.
    """
    cursor = {prefix}RawCursor(connection, row_factory=tuple_row)
    {wait}cursor.execute(_QUERY, [_NAMES])
    _register({wait}cursor.fetchall(), connection)
'''


_REGISTER = """

def _register(
    types: Iterable[tuple[Any, ...]], connection: Connection[Any] | AsyncConnection[Any]
) -> None:
    bases: list[tuple[int, int]] = []
    for name, oid, array_oid, base, fields in types:
        if fields:
            unnamed = [str(number) for number, _ in enumerate(fields)]
            info = CompositeInfo(
                name, oid, array_oid, field_names=unnamed, field_types=fields
            )
            register_composite(info, connection, make_object=_fields)
        else:
            TypeInfo(name, oid, array_oid).register(connection)
        if base is not None:
            bases.append((oid, base))
    # A domain inside another type is read as what it is of, which may be one of those above.
    for oid, base in bases:
        loader = connection.adapters.get_loader(base, Format.TEXT)
        if loader is not None:
            connection.adapters.register_loader(oid, loader)


def _fields(values: Sequence[Any], info: CompositeInfo) -> tuple[Any, ...]:
    return (*values,)
"""
