"""registration.py: what psycopg must be told of the schema's own types."""

from sqlc_gen_psycopg.emit.text import HEADER, sql_literal, string
from sqlc_gen_psycopg.program import Program

_QUERY = """\
SELECT typname, oid, typarray
FROM pg_catalog.pg_type
WHERE oid = ANY ($1::regtype[])
"""


def registration_file(program: Program) -> str:
    """The text of registration.py."""
    names = ", ".join(string(name) for name in program.registered)
    parts = [
        f'{HEADER}"""What psycopg must be told of the types of the schema."""\n',
        "from typing import Any, Final",
        "from psycopg import AsyncConnection, AsyncRawCursor, Connection, RawCursor",
        "from psycopg.types import TypeInfo",
        f"\n_NAMES: Final = [{names}]",
        f"_QUERY: Final = {sql_literal(_QUERY)}",
    ]
    if program.emit_sync:
        parts.append(_function(is_async=False))
    if program.emit_async:
        parts.append(_function(is_async=True))
    return "\n".join(parts)


def _function(*, is_async: bool) -> str:
    prefix, keyword, wait, repeat = (
        ("Async", "async def register_types_async", "await ", "async for")
        if is_async
        else ("", "def register_types", "", "for")
    )
    return f'''

{keyword}(connection: {prefix}Connection[Any]) -> None:
    """Let arrays of our enums be read as lists, in one round trip.

    Call it for every new connection, as with `configure=` of a pool.
    """
    cursor = {prefix}RawCursor(connection)
    {wait}cursor.execute(_QUERY, [_NAMES])
    {repeat} name, oid, array_oid in cursor:
        TypeInfo(name, oid, array_oid).register(connection)
'''
