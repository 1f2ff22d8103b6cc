"""queries.py: all query files behind one object."""

from collections.abc import Sequence

from sqlc_gen_psycopg.emit.text import HEADER
from sqlc_gen_psycopg.program import Program


def facade_file(program: Program) -> str:
    """The text of queries.py."""
    modules = [module.name for module in program.modules]
    parts = [
        f'{HEADER}"""All queries, by file: Queries(connection).<file>.<query>(...)."""\n',
        "from typing import Any",
        "from psycopg import AsyncConnection, Connection",
        *(f"from {program.package} import {name}" for name in modules),
    ]
    if program.emit_sync:
        parts.append(_facade_class("", modules))
    if program.emit_async:
        parts.append(_facade_class("Async", modules))
    return "\n".join(parts)


def _facade_class(prefix: str, modules: Sequence[str]) -> str:
    slots = "".join(f'"{name}", ' for name in modules)
    fields = "".join(
        f"        self.{name} = {name}.{prefix}Querier(connection)\n" for name in modules
    )
    return f'''

class {prefix}Queries:
    """Every query, on one connection."""

    __slots__ = ({slots})

    def __init__(self, connection: {prefix}Connection[Any]) -> None:
{fields or "        pass"}
'''
