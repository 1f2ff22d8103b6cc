"""Proves that functions are what their files say: in the migrations, and in the database."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import sql

from schema_docs.catalog.fetch import fetch_catalog
from schema_docs.catalog.history import qualified
from schema_docs.catalog.model import Catalog, Function
from schema_docs.functions.snapshots import Snapshot, newest_snapshots
from schema_docs.functions.source import FunctionSource, file_of, functions_with_file, read_files
from schema_docs.scratch import migrate, scratch_database

Connection = psycopg.Connection[Any]

MIGRATION_COMMAND: Final = "schema-docs migration NAME {name}"


def verify_functions(
    directory: Path,
    migrations: Path,
    server_url: str,
    *,
    foreign_schemas: Collection[str] = (),
    migration_command: str = MIGRATION_COMMAND,
) -> list[str]:
    """What is wrong, a line each: first of the migrations, and if they are right of the database.

    Functions of foreign schemas need no file. A line ends with the command that makes a migration
    of the function `{name}`. Raises DocsError where a file is not the function of its name.
    """
    files = _Files(directory, migration_command)
    sources = read_files(directory, functions_with_file(directory))
    wrong = list(_unmigrated(files, sources, newest_snapshots(migrations)))
    if wrong:
        return wrong
    with scratch_database(server_url) as url:
        migrate(url, migrations)
        with psycopg.connect(url) as connection:
            functions = _functions(fetch_catalog(connection), foreign_schemas)
            return [
                *_without_the_other(files, sources, functions),
                *_differing(connection, files, sources, functions),
            ]


@dataclass(frozen=True)
class _Files:
    """How the file of a function is called, and the command that migrates it."""

    directory: Path
    migration_command: str

    def of(self, name: str) -> Path:
        return file_of(self.directory, name)

    def remedy(self, name: str) -> str:
        return f"run `{self.migration_command.format(name=name)}`"


def _unmigrated(
    files: _Files, sources: Mapping[str, FunctionSource], known: Mapping[str, Snapshot]
) -> Iterator[str]:
    for name, source in sources.items():
        snapshot = known.get(name)
        if snapshot is None:
            yield f"{files.of(name)} is in no migration: {files.remedy(name)}"
        elif snapshot.text != source.text:
            yield f"{files.of(name)} is not what {snapshot.migration} has: {files.remedy(name)}"
    for name, snapshot in known.items():
        if snapshot.text is not None and name not in sources:
            yield f"{files.of(name)} is gone, its function is not: {files.remedy(name)}"


def _without_the_other(
    files: _Files,
    sources: Mapping[str, FunctionSource],
    functions: Mapping[str, Collection[Function]],
) -> Iterator[str]:
    for name in sorted(functions.keys() - sources.keys()):
        yield f"{name} has no file: write {files.of(name)}, then {files.remedy(name)}"
    for name in sorted(sources.keys() - functions.keys()):
        yield f"{files.of(name)}: a migration drops {name}: remove the file"


def _differing(
    connection: Connection,
    files: _Files,
    sources: Mapping[str, FunctionSource],
    functions: Mapping[str, Collection[Function]],
) -> Iterator[str]:
    for name in sorted(sources.keys() & functions.keys()):
        file = files.of(name)
        if len(functions[name]) > 1:
            yield f"{name} has {len(functions[name])} signatures: drop what is not in {file}"
        elif not _is_as_in_file(connection, sources[name]):
            yield (
                f"{file}: a migration changes {name} in another way: "
                f"write here what it does, then {files.remedy(name)}"
            )


def _is_as_in_file(connection: Connection, source: FunctionSource) -> bool:
    """Whether the function is the one that its file alone makes, with its grants and comment."""
    migrated = _state(connection, source.name)
    with connection.transaction(force_rollback=True):
        name = sql.Identifier(*source.name.split("."))
        connection.execute(sql.SQL("DROP FUNCTION {} CASCADE").format(name))
        connection.execute(source.text.encode())
        return _state(connection, source.name) == migrated


def _state(connection: Connection, name: str) -> set[tuple[str, str, frozenset[tuple[str, str]]]]:
    catalog = fetch_catalog(connection)
    return {
        (
            one.definition,
            one.comment,
            frozenset(
                (grant.grantee, grant.privileges)
                for grant in catalog.grants
                if grant.catalog == "pg_proc" and grant.oid == one.oid
            ),
        )
        for one in catalog.functions
        if qualified(one.schema, one.name) == name
    }


def _functions(catalog: Catalog, foreign_schemas: Collection[str]) -> dict[str, list[Function]]:
    """The functions by name, neither procedures nor aggregates."""
    found: dict[str, list[Function]] = defaultdict(list)
    for one in catalog.functions:
        is_function = one.definition.startswith("CREATE OR REPLACE FUNCTION")
        if is_function and one.schema not in foreign_schemas:
            found[qualified(one.schema, one.name)].append(one)
    return found
