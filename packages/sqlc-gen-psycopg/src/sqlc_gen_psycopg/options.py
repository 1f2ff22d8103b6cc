"""The options of the plugin, as written in sqlc.yaml under `codegen: options:`."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, Final, TypeVar, cast, get_args

from sqlc_gen_psycopg.errors import GeneratorError
from sqlc_gen_psycopg.hints import did_you_mean
from sqlc_gen_psycopg.program import ModelType

Option = TypeVar("Option")


def _option(default: Option, meaning: str) -> Option:
    return field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True)
class Override:
    """Another Python type for a database type or one column, and how values are converted."""

    db_type: str = _option("", "the type in PostgreSQL this is for, like jsonb; or")
    column: str = _option("", "the one column this is for, as table.column")
    nullable: bool = _option(
        default=True, meaning="false: only for columns that cannot be NULL (db_type only)"
    )
    py_type: str = _option("", "the annotation, like app.money.Money")
    py_import: str = _option("", "the module to import for it, like app.money")
    decode: str = _option("", "a callable from psycopg's value to it, like app.money.parse")
    encode: str = _option("", "a callable from it to what psycopg takes")


@dataclass(frozen=True)
class Options:
    """Names, meanings and defaults are those of sqlc-gen-python and of sqlc's Go generator."""

    package: str = _option("", "the import path of the `out` folder; required")
    emit_sync_querier: bool = _option(default=False, meaning="emit Querier, for psycopg.Connection")
    emit_async_querier: bool = _option(
        default=False, meaning="emit AsyncQuerier, for psycopg.AsyncConnection"
    )
    emit_querier_protocol: bool = _option(
        default=False, meaning="emit a Protocol beside every querier"
    )
    emit_sync_reads: bool = _option(
        default=False, meaning="emit Reads: the queries that only read, each in a call of its own"
    )
    emit_async_reads: bool = _option(default=False, meaning="emit AsyncReads: the same, awaited")
    model_type: ModelType = field(
        default="dataclass",
        metadata={"meaning": "the kind of rows: dataclass, attrs, msgspec, namedtuple, pydantic"},
    )
    emit_pydantic_models: bool = _option(default=False, meaning="the same as model_type: pydantic")
    emit_frozen_models: bool = _option(default=False, meaning="make rows immutable")
    emit_str_enum: bool = _option(
        default=True, meaning="enums are StrEnum; false: (str, Enum), as sqlc-gen-python's default"
    )
    emit_exact_table_names: bool = _option(
        default=False, meaning="name models as their tables, not in the singular"
    )
    inflection_exclude_table_names: tuple[str, ...] = _option(
        (), "tables whose model keeps the table's name"
    )
    emit_sql_as_comment: bool = _option(default=False, meaning="put the SQL into the docstrings")
    omit_unused_structs: bool = _option(
        default=False, meaning="emit only the models and enums that queries use"
    )
    query_parameter_limit: int = _option(
        4, "how many parameters a method takes by keyword; with more it takes one Params object"
    )
    database_url_env: str = _option(
        "DATABASE_URL", "the variable that names the server to ask; list it in the plugin's `env`"
    )
    role: str = _option("", "the role that runs the queries: fail where it lacks a privilege")
    rename: Mapping[str, str] = field(
        default_factory=dict[str, str],
        metadata={"meaning": "other names for columns, tables and enums: {iban_no: iban}"},
    )
    overrides: tuple[Override, ...] = _option((), "other Python types; see below")

    @property
    def row_type(self) -> ModelType:
        """The kind of rows, by either of the two options for it."""
        return "pydantic" if self.emit_pydantic_models else self.model_type


def parse_options(data: Mapping[str, object]) -> Options:
    """Check the options.

    Raises GeneratorError that names the option which is unknown, missing or of the wrong type.
    """
    options = Options(**_checked(Options, data, "option"))
    if not options.package:
        raise GeneratorError("option 'package' is required: the import path of the `out` folder")
    for flavour in ("sync", "async"):
        reads, querier = f"emit_{flavour}_reads", f"emit_{flavour}_querier"
        if getattr(options, reads) and not getattr(options, querier):
            raise GeneratorError(f"option {reads!r} needs {querier!r}")
    for override in options.overrides:
        if bool(override.db_type) == bool(override.column) or not override.py_type:
            raise GeneratorError("an override needs py_type and either db_type or column")
    return options


def describe_options() -> str:
    """All options with their meanings and defaults, for `--help`."""
    lines = ["options, in sqlc.yaml under codegen:", *_described(Options)]
    return "\n".join([*lines, "", "each of overrides:", *_described(Override)])


def _described(kind: type[Options | Override]) -> list[str]:
    lines: list[str] = []
    for known in fields(kind):
        default = known.default
        # As one writes it in YAML.
        spelled = str(default).lower() if isinstance(default, bool) else str(default)
        shown = "" if default in ("", (), MISSING) else f" [{spelled}]"
        lines.append(f"  {known.name:<31} {known.metadata['meaning']}{shown}")
    return lines


def _checked(
    kind: type[Options | Override], data: Mapping[str, object], what: str
) -> dict[str, Any]:
    known = {known.name: known.type for known in fields(kind)}
    if unknown := sorted(data.keys() - known.keys()):
        hint = did_you_mean(unknown[0], known) or f"; known are {', '.join(known)}"
        raise GeneratorError(f"unknown {what} {unknown[0]!r} in sqlc's configuration{hint}")
    try:
        return {name: _READERS[known[name]](value) for name, value in data.items()}
    except GeneratorError:
        raise
    except (TypeError, ValueError):
        wrong = next(name for name, value in data.items() if not _is_readable(known[name], value))
        raise GeneratorError(f"{what} {wrong!r} cannot be {data[wrong]!r}") from None


def _is_readable(expected: object, value: object) -> bool:
    try:
        _READERS[expected](value)
    except (TypeError, ValueError):
        return False
    return True


def _exactly(kind: type) -> Callable[[Any], Any]:
    def read(value: object) -> object:
        if type(value) is not kind:
            raise TypeError
        return value

    return read


def _names(value: object) -> tuple[str, ...]:
    return tuple(map(_exactly(str), _exactly(list)(value)))


def _mapping(value: object) -> Mapping[str, str]:
    return {_exactly(str)(name): _exactly(str)(new) for name, new in _exactly(dict)(value).items()}


def _model_type(value: object) -> ModelType:
    if value not in get_args(ModelType):
        raise ValueError
    return cast("ModelType", value)


def _overrides(value: object) -> tuple[Override, ...]:
    return tuple(
        Override(**_checked(Override, _exactly(dict)(item), "key of an override"))
        for item in _exactly(list)(value)
    )


_READERS: Final[Mapping[object, Callable[[Any], Any]]] = {
    str: _exactly(str),
    bool: _exactly(bool),
    int: _exactly(int),
    tuple[str, ...]: _names,
    Mapping[str, str]: _mapping,
    ModelType: _model_type,
    tuple[Override, ...]: _overrides,
}
