"""Makes requests of sqlc, without sqlc: give what matters, the rest is filled in."""

import importlib
import itertools
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlc_gen_psycopg.build import build_program
from sqlc_gen_psycopg.emit import emit_program
from sqlc_gen_psycopg.formatting import format_files
from sqlc_gen_psycopg.options import Options
from sqlc_gen_psycopg.program import Method, Program
from sqlc_gen_psycopg.request import Column, Enum, Name, Query, Request, Table

OPTIONS = Options(package="made", emit_sync_querier=True, emit_async_querier=True)
_numbers = itertools.count()


def column(
    name: str = "id",
    type: str = "bigint",
    *,
    not_null: bool = True,
    dims: int = 0,
    table: str | None = None,
    embed: str | None = None,
    is_slice: bool = False,
) -> Column:
    """A column of a table, a result column (an expression unless it has a table) or a parameter."""
    return Column(
        name=name,
        type=_parsed_name(type),
        not_null=not_null,
        array_dims=dims,
        original_name=name,
        table=_parsed_name(table) if table else None,
        embed_table=_parsed_name(embed) if embed else None,
        is_slice=is_slice,
        comment="",
    )


def query(
    name: str = "GetThing",
    command: str = ":one",
    *,
    text: str = "SELECT 1",
    columns: Sequence[Column] = (),
    parameters: Sequence[Column] = (),
    comments: Sequence[str] = (),
    filename: str = "things.sql",
    table: str | None = None,
) -> Query:
    """A query; one that returns rows returns an integer unless it has columns."""
    if not columns and command in (":one", ":many"):
        columns = (column("one", "integer"),)
    return Query(
        name=name,
        command=command,
        text=text,
        columns=tuple(columns),
        parameters=tuple(parameters),
        comments=tuple(comments),
        filename=filename,
        insert_into_table=_parsed_name(table) if table else None,
    )


def table(name: str, columns: Sequence[Column], comment: str = "") -> Table:
    """A table, perhaps of a schema: `other.things`."""
    return Table(_parsed_name(name), tuple(columns), comment)


def enum(name: str, *labels: str) -> Enum:
    """An enum, perhaps of a schema."""
    return Enum(_parsed_name(name), labels, "")


def _parsed_name(name: str) -> Name:
    schema, _, local = name.rpartition(".")
    return Name.of_type(schema, local)


def request(
    *queries: Query,
    tables: Sequence[Table] = (),
    enums: Sequence[Enum] = (),
    query_paths: Sequence[str] = (),
    schema_paths: Sequence[str] = (),
) -> Request:
    """All that sqlc sends."""
    return Request(
        "v1.31.1",
        tuple(query_paths),
        {},
        tuple(tables),
        tuple(enums),
        queries,
        schema_paths=tuple(schema_paths),
    )


def build(*queries: Query, tables: Sequence[Table] = (), enums: Sequence[Enum] = ()) -> Program:
    """The program of the queries."""
    return build_program(request(*queries, tables=tables, enums=enums), OPTIONS)


def build_method(
    asked: Query, *, tables: Sequence[Table] = (), enums: Sequence[Enum] = ()
) -> Method:
    """The method of one query."""
    [module] = build(asked, tables=tables, enums=enums).modules
    [method] = module.methods
    return method


@contextmanager
def made_things(program: Program, directory: Path) -> Generator[Any]:
    """The module of things.sql, written below `directory` in a package of its own name."""
    program = replace(program, package=f"made_{next(_numbers)}")
    package = directory / program.package
    package.mkdir()
    for name, text in format_files(emit_program(program), program.package).items():
        (package / name).write_text(text)
    with importable(program.package, directory):
        yield importlib.import_module(f"{program.package}.things")


@contextmanager
def importable(package: str, directory: Path) -> Generator[None]:
    """`package` can be imported from `directory` while the block runs."""
    sys.path.insert(0, str(directory))
    try:
        importlib.invalidate_caches()
        yield
    finally:
        sys.path.remove(str(directory))
        for name in [name for name in sys.modules if name.partition(".")[0] == package]:
            del sys.modules[name]
