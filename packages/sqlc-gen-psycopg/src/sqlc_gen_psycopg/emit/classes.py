"""Classes of values: models, rows and parameters, and how a row becomes one."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import TypeAlias

from sqlc_gen_psycopg.emit.arrays import used_writers
from sqlc_gen_psycopg.emit.text import HEADER, TYPE_IMPORTS, docstring, tuple_of
from sqlc_gen_psycopg.emit.values import (
    MODELS,
    READ,
    annotation,
    attribute,
    decode,
    dump_function,
    encode,
    load_function,
    model_annotation,
)
from sqlc_gen_psycopg.program import Embedded, ModelType, Program, RowClass, Value

Annotate: TypeAlias = Callable[[Value | Embedded], str]

PSYCOPG_TYPES = """\
from psycopg.types.json import Json, Jsonb
from psycopg.types.numeric import Float4, Float8, Int2, Int4, Int8, Oid
"""
CLASS_IMPORTS = """\
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import attrs
import msgspec
import pydantic
"""
# What stands before `class Name` and what the class is made from.
_HEADS: dict[ModelType, tuple[str, str]] = {
    "dataclass": ("@dataclass(slots=True)\n", ""),
    "attrs": ("@attrs.define\n", ""),
    "msgspec": ("", "(msgspec.Struct)"),
    "namedtuple": ("", "(NamedTuple)"),
    "pydantic": ("", "(pydantic.BaseModel)"),
}
_FROZEN_HEADS: dict[ModelType, tuple[str, str]] = {
    **_HEADS,
    "dataclass": ("@dataclass(frozen=True, slots=True)\n", ""),
    "attrs": ("@attrs.frozen\n", ""),
    "msgspec": ("", "(msgspec.Struct, frozen=True, gc=False)"),
    "pydantic": ("", "(pydantic.BaseModel, frozen=True)"),
}


def models_file(program: Program) -> str:
    """The text of models.py."""
    parts = [
        f'{HEADER}"""The rows and the composite types of the schema."""\n',
        TYPE_IMPORTS,
        CLASS_IMPORTS,
        *(f"import {module}" for module in program.imports),
        "from collections.abc import Mapping, Sequence",
        PSYCOPG_TYPES,
        f"from {program.package} import enums",
        *([_read(program)] if program.registered else []),
        *used_writers(program),
        *(_composite(composite, program) for composite in program.composites),
        *(row_class(model, model_annotation, program) for model in program.models),
    ]
    return "\n".join(parts)


def _read(program: Program) -> str:
    return f'''

def {READ}(value: Any) -> Any:
    """The value, of a type that the connection must know: else it comes as text."""
    if isinstance(value, str):
        raise TypeError("call register_types of {program.package}.registration for the connection")
    return value
'''


def _composite(composite: RowClass, program: Program) -> str:
    """The class, and how it comes from psycopg and goes there: as a tuple of its fields."""
    load, dump = load_function(composite.name), dump_function(composite.name)
    values = [
        encode(field, attribute("value", field.name), models="")
        for field in composite.fields
        if isinstance(field, Value)
    ]
    return (
        f"{row_class(composite, model_annotation, program)}"
        f"{row_maker(load, composite, program, models='')}"
        f"\n\ndef {dump}(value: {composite.name}) -> tuple[Any, ...]:\n"
        f"    return {tuple_of(values)}\n"
    )


def row_class(row: RowClass, annotate: Annotate, program: Program) -> str:
    """The class, of the kind that the options ask for."""
    heads = _FROZEN_HEADS if program.emit_frozen_models else _HEADS
    decorator, base = heads[program.model_type]
    fields = "".join(
        f"    {field.name}: {annotate(field)}\n{docstring(_comment(field))}" for field in row.fields
    )
    body = f"{docstring(row.comment)}\n{fields or '    pass'}"
    return f"\n\n{decorator}class {row.name}{base}:\n{body}\n"


def _comment(field: Value | Embedded) -> str:
    return field.comment if isinstance(field, Value) else ""


def row_maker(
    name: str, result: RowClass | Value, program: Program, *, models: str = MODELS
) -> str:
    """The function from a row to a result; by position, so that column names cannot clash."""
    returned = result_type(result, models=models)
    if isinstance(result, RowClass) and _is_taken_as_it_is(result, program):
        body = f"    return {returned}(*row)\n"
    elif isinstance(result, RowClass):
        body = f"    return {_construct(result, iter(range(_width(result))), program, models)}\n"
    else:
        body = f"    value: {returned} = {decode(result, 'row[0]')}\n    return value\n"
    return f"\n\ndef {name}(row: Sequence[Any]) -> {returned}:\n{body}"


def _is_taken_as_it_is(row: RowClass, program: Program) -> bool:
    """Whether the row's values are the arguments, none to be converted or named."""
    return program.model_type != "pydantic" and all(
        isinstance(field, Value) and decode(field, "row") == "row" for field in row.fields
    )


def result_type(result: RowClass | Value, *, models: str = MODELS, rows: str = "") -> str:
    """The type of one row of a query; `rows` stands before a class that is no model."""
    if isinstance(result, Value):
        return annotation(result)
    return f"{models if result.is_model else rows}{result.name}"


def _width(row: RowClass) -> int:
    return sum(_width(field.row) if isinstance(field, Embedded) else 1 for field in row.fields)


def _construct(
    row: RowClass, positions: Iterator[int], program: Program, models: str = MODELS
) -> str:
    # Only pydantic insists on names; for the others positions cost less.
    is_named = program.model_type == "pydantic"
    arguments: list[str] = []
    for field in row.fields:
        if isinstance(field, Embedded):
            value = _construct_embedded(field, positions, program)
        else:
            value = decode(field, f"row[{next(positions)}]", models=models)
        arguments.append(f"{field.name}={value}" if is_named else value)
    return f"{result_type(row, models=models)}({', '.join(arguments)})"


def _construct_embedded(field: Embedded, positions: Iterator[int], program: Program) -> str:
    taken = list(islice(positions, _width(field.row)))
    value = _construct(field.row, iter(taken), program)
    if not field.is_nullable:
        return value
    # Where the outer join found nothing all is NULL; one column that is never NULL else tells.
    columns = list(zip(taken, field.row.fields, strict=True))
    telling = [at for at, inner in columns if isinstance(inner, Value) and not inner.is_nullable]
    is_missing = " and ".join(f"row[{at}] is None" for at in telling[:1] or taken)
    return f"None if {is_missing} else {value}"
