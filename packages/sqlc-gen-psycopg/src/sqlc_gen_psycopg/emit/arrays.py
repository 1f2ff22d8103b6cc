"""Functions of models.py that write an array as PostgreSQL reads it.

psycopg asks of every element how it is to be written: that takes six times as long.
"""

from typing import Final

from sqlc_gen_psycopg.program import Program, Value

WRITERS: Final = {
    "integer_array": '''

def integer_array(values: Sequence[int | None]) -> str:
    """The integers or booleans as PostgreSQL reads an array."""
    # The index of True or of a member of an IntEnum is its number.
    items = ["NULL" if value is None else f"{operator.index(value)}" for value in values]
    return "{" + ",".join(items) + "}"
''',
    "text_array": r'''

def text_array(values: Sequence[str | None]) -> str:
    """The texts or labels as PostgreSQL reads an array."""
    texts = [value for value in values if value is not None]
    together = "".join(texts)
    if texts and len(texts) == len(values) and '"' not in together and "\\" not in together:
        return '{"' + '","'.join(texts) + '"}'  # as of most: nothing to escape
    items = [
        "NULL" if value is None else '"' + value.replace("\\", r"\\").replace('"', r"\"") + '"'
        for value in values
    ]
    return "{" + ",".join(items) + "}"
''',
    "bytes_array": r'''

def bytes_array(values: Sequence[bytes | None]) -> str:
    """The bytes as PostgreSQL reads an array."""
    items = ["NULL" if value is None else rf'"\\x{value.hex()}"' for value in values]
    return "{" + ",".join(items) + "}"
''',
    "uuid_array": '''

def uuid_array(values: Sequence[uuid.UUID | None]) -> str:
    """The UUIDs as PostgreSQL reads an array."""
    items = ["NULL" if value is None else f"{value.int:032x}" for value in values]
    return "{" + ",".join(items) + "}"
''',
}


def writer(value: Value) -> str | None:
    """The function that writes the value; None for what is no array, or is left to psycopg."""
    return value.type.array_writer if value.array_dims == 1 else None


def used_writers(program: Program) -> list[str]:
    """The text of the functions that parameters and composites need."""
    methods = [method for module in program.modules for method in module.methods]
    values = [value for method in methods for value in method.parameters]
    values += [
        field for row in program.composites for field in row.fields if isinstance(field, Value)
    ]
    used = {writer(value) for value in values}
    return [text for name, text in WRITERS.items() if name in used]
