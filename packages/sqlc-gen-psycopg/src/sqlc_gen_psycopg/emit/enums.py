"""enums.py: the enums of the schema, for code that needs neither psycopg nor the rows."""

from sqlc_gen_psycopg.emit.text import HEADER, docstring, string
from sqlc_gen_psycopg.emit.values import lookup_name
from sqlc_gen_psycopg.program import EnumClass, Program


def enums_file(program: Program) -> str:
    """The text of enums.py, which imports only the standard library."""
    base = "StrEnum" if program.emit_str_enum else "str, Enum"
    parts = [
        f'{HEADER}"""The enums of the schema."""\n',
        "from collections.abc import Mapping",
        "from enum import Enum, StrEnum",
        "from typing import Final",
        *(_enum_class(enum, base) for enum in program.enums),
    ]
    return "\n".join(parts)


def _enum_class(enum: EnumClass, base: str) -> str:
    members = "\n".join(f"    {name} = {string(label)}" for name, label in enum.members)
    return (
        f"\n\nclass {enum.name}({base}):\n{docstring(enum.comment)}{members or '    pass'}\n\n\n"
        f"{lookup_name(enum.name)}: Final[Mapping[str, {enum.name}]] = "
        f"{{member.value: member for member in {enum.name}}}\n"
    )
