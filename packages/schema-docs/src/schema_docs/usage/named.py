"""The named queries: as written, and as sqlc-gen-psycopg compiled them."""

import importlib
import inspect
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import Final, Protocol, get_args

from schema_docs.errors import DocsError
from schema_docs.project import Project

_MARK: Final = "-- name: "


@dataclass(frozen=True)
class Parameter:
    name: str
    type: str


@dataclass(frozen=True)
class NamedQuery:
    """A query. `written` is its text in the file, `text` the one that the server gets.

    `fields` are those of the class of its rows, if any.
    """

    name: str
    command: str
    file: str
    method: str
    text: str
    written: str
    description: str
    parameters: tuple[Parameter, ...]
    result: str
    fields: tuple[Parameter, ...]


class CompiledQuery(Protocol):
    """An entry of the generated package's QUERIES."""

    name: str
    module: str
    method: str
    sql: str


def read_queries(project: Project) -> tuple[NamedQuery, ...]:
    """Every query of the generated package, in the order of files and of queries in them.

    Raises DocsError where the package is missing or was not compiled from these files.
    """
    if str(project.root) not in sys.path:
        sys.path.insert(0, str(project.root))
    try:
        queries = importlib.import_module(f"{project.package}.queries").QUERIES
    except ModuleNotFoundError:
        raise DocsError(f"there is no package {project.package}; run `sqlc generate`") from None
    written = dict(_written(project.queries))
    if queries.keys() != written.keys():
        raise DocsError(f"{project.package} is not compiled from the queries; run `sqlc generate`")
    return tuple(_query(query, project.package, *written[query.name]) for query in queries.values())


def _written(directory: Path) -> Iterator[tuple[str, tuple[str, str]]]:
    """The file and text of each query by its name. A query begins with the mark of sqlc."""
    for path in sorted(directory.glob("*.sql")):
        for part in ("\n" + path.read_text()).split(f"\n{_MARK}")[1:]:
            yield part.split()[0], (path.name, f"{_MARK}{part.strip()}")


def _query(query: CompiledQuery, package: str, file: str, source: str) -> NamedQuery:
    module = importlib.import_module(f"{package}.{query.module}")
    querier = getattr(module, "AsyncQuerier", None) or module.Querier
    function = getattr(querier, query.method)
    signature = inspect.signature(function)
    return NamedQuery(
        name=query.name,
        command=source.split()[3],
        file=file,
        method=f"{module.__name__}.{querier.__name__}.{query.method}",
        text=query.sql,
        written=source,
        description=" ".join((inspect.getdoc(function) or "").split()),
        parameters=tuple(
            Parameter(parameter.name, _annotation(parameter.annotation, module))
            for parameter in list(signature.parameters.values())[1:]
        ),
        result=_annotation(signature.return_annotation, module),
        fields=tuple(_fields(signature.return_annotation, module)),
    )


def _annotation(annotation: object, module: ModuleType) -> str:
    """A type as the generated module writes it."""
    text = inspect.formatannotation(annotation)
    package = module.__name__.rpartition(".")[0]
    for prefix in ("collections.abc.", f"{module.__name__}.", f"{package}."):
        text = text.replace(prefix, "")
    return text


def _fields(annotation: object, module: ModuleType) -> Iterator[Parameter]:
    """The fields of the generated class in a type."""
    package = module.__name__.rpartition(".")[0]
    if inspect.isclass(annotation) and annotation.__module__.startswith(f"{package}."):
        fields = {} if issubclass(annotation, Enum) else inspect.get_annotations(annotation)
        for name, type_ in fields.items():
            yield Parameter(name, _annotation(type_, module))
    for argument in get_args(annotation):
        yield from _fields(argument, module)
