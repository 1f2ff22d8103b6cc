"""How single values are written: their types, from the row and into the parameters."""

from collections.abc import Callable

from sqlc_gen_psycopg import names
from sqlc_gen_psycopg.program import Embedded, Value


def annotation(
    field: Value | Embedded, *, array: str = "list", enum_module: str = "models."
) -> str:
    """The type of a field where rows are read."""
    if isinstance(field, Embedded):
        return f"models.{field.row.name}{' | None' if field.is_nullable else ''}"
    enum = field.type.enum
    text = field.type.annotation if enum is None else f"{enum_module}{enum}"
    if field.is_array:
        # Any element of a PostgreSQL array may be NULL; no type of it can forbid that.
        text = f"{array}[{text} | None]"
    return f"{text} | None" if field.is_nullable else text


def argument_annotation(field: Value | Embedded) -> str:
    """The type of a field that a caller gives."""
    return annotation(field, array="Sequence")


def model_annotation(field: Value | Embedded) -> str:
    """The type of a field in models.py, where the enums are."""
    return annotation(field, enum_module="")


def enum_lookup(enum_name: str) -> str:
    """The name of the mapping from labels to members."""
    return f"{names.constant_name(enum_name)}_BY_LABEL"


def decode(value: Value, position: int) -> str:
    """The expression for a field of a row."""
    column = f"row[{position}]"
    if value.type.decoder is not None:
        decoded = _each(value, column, lambda item: f"{value.type.decoder}({item})")
    elif value.type.enum is not None:
        lookup = f"models.{enum_lookup(value.type.enum)}"
        decoded = _each(value, column, lambda item: f"{lookup}[{item}]")
    else:
        return column
    return f"None if {column} is None else {decoded}" if value.is_nullable else decoded


def _each(value: Value, whole: str, convert: Callable[[str], str]) -> str:
    """The value converted; of an array each element, if it is not NULL."""
    if not value.is_array:
        return convert(whole)
    return f"[None if value is None else {convert('value')} for value in {whole}]"


def encode(value: Value, name: str) -> str:
    """The expression for a parameter, as psycopg shall see it."""
    wrapper = value.type.encoder or value.type.wrapper
    if value.is_array and value.type.annotation == "int":
        # As text the server decides the type; psycopg would choose one by the largest value.
        encoded = f'[None if value is None else f"{{value}}" for value in {name}]'
    elif value.is_array and wrapper is not None:
        encoded = f"[None if value is None else {wrapper}(value) for value in {name}]"
    elif value.is_array:
        encoded = f"[*{name}]"
    elif wrapper is not None:
        encoded = f"{wrapper}({name})"
    else:
        return name
    return f"None if {name} is None else {encoded}" if value.is_nullable else encoded
