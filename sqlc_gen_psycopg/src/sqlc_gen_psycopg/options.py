"""The options of the plugin, as written in sqlc.yaml under `codegen: options:`."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, cast

from sqlc_gen_psycopg.errors import GeneratorError


@dataclass(frozen=True)
class Options:
    """Names, meanings and defaults are those of the official sqlc-gen-python where it has them."""

    package: str
    emit_sync_querier: bool = False
    emit_async_querier: bool = False
    query_parameter_limit: int = 4
    inflection_exclude_table_names: tuple[str, ...] = ()


def parse_options(data: Mapping[str, object]) -> Options:
    """Check the options.

    Raises GeneratorError that names the option which is unknown, missing or of the wrong type.
    """
    known = {field.name: field.type for field in fields(Options)}
    if unknown := sorted(data.keys() - known.keys()):
        raise GeneratorError(f"unknown option {unknown[0]!r}; known are {', '.join(known)}")
    if not data.get("package"):
        raise GeneratorError("option 'package' is required: the import path of the `out` folder")
    return Options(**{name: _checked(name, value, known[name]) for name, value in data.items()})


def _checked(name: str, value: object, expected: object) -> Any:  # noqa: ANN401 - just checked
    if expected == tuple[str, ...] and isinstance(value, list):
        return tuple(map(str, cast("list[object]", value)))
    if type(value).__name__ != getattr(expected, "__name__", None):
        raise GeneratorError(f"option {name!r} cannot be {value!r}")
    return value
