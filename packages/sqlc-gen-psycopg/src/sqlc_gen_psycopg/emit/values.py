"""How single values are written: their types, from the row and into the parameters.

`models` is what stands before the names of models.py: nothing in models.py itself.
"""

from collections.abc import Callable

from sqlc_gen_psycopg import names
from sqlc_gen_psycopg.emit.arrays import writer
from sqlc_gen_psycopg.program import Embedded, Value

MODELS = "models."
# The function that refuses a value whose type psycopg does not know.
READ = "registered"


def annotation(field: Value | Embedded, *, array: str = "list", models: str = MODELS) -> str:
    """The type of a field where rows are read."""
    if isinstance(field, Embedded):
        return f"{models}{field.row.name}{' | None' if field.is_nullable else ''}"
    composite = field.type.composite
    text = field.type.annotation if composite is None else f"{models}{composite}"
    if field.array_dims:
        # Any element of a PostgreSQL array may be NULL; no type of it can forbid that.
        text = f"{text} | None"
    for _ in range(field.array_dims):
        text = f"{array}[{text}]"
    return f"{text} | None" if field.is_nullable else text


def argument_annotation(field: Value | Embedded) -> str:
    """The type of a field that a caller gives."""
    return annotation(field, array="Sequence")


def model_annotation(field: Value | Embedded) -> str:
    """The type of a field in models.py."""
    return annotation(field, models="")


def attribute(holder: str, name: str) -> str:
    """The expression for a field; to type checkers one with an underscore is private."""
    return f'getattr({holder}, "{name}")' if name.startswith("_") else f"{holder}.{name}"


def lookup_name(enum_name: str) -> str:
    """The name of the mapping from the labels of an enum to its members."""
    return f"{names.constant_name(enum_name)}_BY_LABEL"


def load_function(composite_name: str) -> str:
    """The name of the function that makes a composite of the tuple that psycopg reads."""
    return f"load_{names.snake_case(composite_name).rstrip('_')}"


def dump_function(composite_name: str) -> str:
    """The name of the function that makes of a composite the tuple that psycopg writes."""
    return f"dump_{names.snake_case(composite_name).rstrip('_')}"


def decode(value: Value, column: str, *, models: str = MODELS) -> str:
    """The expression for a field, which psycopg gives as `column`."""
    convert = _decoder(value, models)
    read = f"{models}{READ}({column})" if value.is_registered else column
    if convert is None:
        return read
    decoded = _each(read, value.array_dims, convert)
    return f"None if {column} is None else {decoded}" if value.is_nullable else decoded


def _decoder(value: Value, models: str) -> Callable[[str], str] | None:
    of = value.type
    if of.decoder is not None:
        return lambda item: f"{of.decoder}({item})"
    if of.enum is not None:
        lookup = f"enums.{lookup_name(of.enum)}"
        return lambda item: f"{lookup}[{item}]"
    if of.composite is not None:
        function = f"{models}{load_function(of.composite)}"
        return lambda item: f"{function}({item})"
    return None


def encode(value: Value, name: str, *, models: str = MODELS) -> str:
    """The expression for a parameter, as it is given to psycopg."""
    convert = _encoder(value, models)
    if (function := writer(value)) is not None:
        encoded = f"{models}{function}({name})"
    elif convert is None and not value.array_dims:
        return name
    else:
        encoded = _each(name, value.array_dims, convert)
    return f"None if {name} is None else {encoded}" if value.is_nullable else encoded


def _encoder(value: Value, models: str) -> Callable[[str], str] | None:
    of = value.type
    if of.composite is not None:
        function = f"{models}{dump_function(of.composite)}"
        return lambda item: f"{function}({item})"
    if value.array_dims and of.annotation == "int":
        # As text the server decides the type; psycopg would choose one by the largest value.
        return lambda item: f'f"{{{item}}}"'
    if (wrapper := of.encoder or of.wrapper) is not None:
        return lambda item: f"{wrapper}({item})"
    return None


def _each(whole: str, dims: int, convert: Callable[[str], str] | None) -> str:
    """The value converted; of an array each element, if it is not NULL."""
    if dims == 0:
        assert convert is not None
        return convert(whole)
    if dims > 1:
        part = f"part_{dims}"
        return f"[{_each(part, dims - 1, convert)} for {part} in {whole}]"
    if convert is None:
        return f"[*{whole}]"
    return f"[None if value is None else {convert('value')} for value in {whole}]"
