"""The Python program to be written, before any text."""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from sqlc_gen_psycopg.builtin_types import PythonType

ModelType: TypeAlias = Literal["dataclass", "attrs", "msgspec", "namedtuple", "pydantic"]


@dataclass(frozen=True)
class Value:
    """A field of a class, a parameter or a result column; `array_dims` is 0 for no array.

    `is_registered` is true where psycopg must know the type to read the value.
    """

    name: str
    type: PythonType
    is_nullable: bool
    array_dims: int
    comment: str = ""
    is_registered: bool = False


@dataclass(frozen=True)
class EnumClass:
    """A class in enums.py. `members` are pairs of a name and a label."""

    name: str
    members: tuple[tuple[str, str], ...]
    comment: str


@dataclass(frozen=True)
class RowClass:
    """A class of rows: of a table or a composite type in models.py, or of one query."""

    name: str
    fields: tuple["Value | Embedded", ...]
    comment: str = ""
    is_model: bool = False


@dataclass(frozen=True)
class Embedded:
    """A field that holds a whole model: sqlc.embed.

    With `is_nullable` it is None where an outer join found no row.
    """

    name: str
    row: RowClass
    is_nullable: bool = False


@dataclass(frozen=True)
class Method:
    """One query as a method.

    `result` is None where the command returns no rows; with `stream_size` they are yielded.
    `maker` is the function from a row to the result, shared by the methods of one class.
    `reads_only` says that a hot standby can run it.
    """

    name: str
    query_name: str
    command: str
    constant: str
    sql: str
    description: str
    parameters: tuple[Value, ...]
    parameters_class: str | None
    result: RowClass | Value | None
    maker: str = ""
    is_required: bool = False
    stream_size: int | None = None
    reads_only: bool = False


@dataclass(frozen=True)
class Module:
    """The queries of one SQL file."""

    name: str
    source: str
    methods: tuple[Method, ...]


@dataclass(frozen=True)
class Program:
    """Everything to be written.

    `composites` are in the order in which one needs the other. `registered` are types that
    psycopg must know, named as in SQL.
    """

    package: str
    sqlc_version: str
    imports: tuple[str, ...]
    emit_sync: bool
    emit_async: bool
    emit_str_enum: bool = True
    emit_frozen_models: bool = False
    emit_querier_protocol: bool = False
    emit_sync_reads: bool = False
    emit_async_reads: bool = False
    model_type: ModelType = "dataclass"
    enums: tuple[EnumClass, ...] = field(default=())
    composites: tuple[RowClass, ...] = field(default=())
    models: tuple[RowClass, ...] = field(default=())
    modules: tuple[Module, ...] = field(default=())
    registered: tuple[str, ...] = field(default=())
