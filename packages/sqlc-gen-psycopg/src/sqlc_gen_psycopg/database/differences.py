"""Compares the tables of a database with what sqlc has read in the files of the schema."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from psycopg.rows import tuple_row

from sqlc_gen_psycopg.builtin_types import BUILT_IN
from sqlc_gen_psycopg.database.catalog import Connection
from sqlc_gen_psycopg.request import Column, Name, Table

# sqlc does not see every NOT NULL that has no words of its own: of keys, identities and parents.
_COLUMNS = """
SELECT
    n.nspname, c.relname, a.attname, tn.nspname, coalesce(e.typname, t.typname),
    e.oid IS NOT NULL, a.attnotnull,
    a.attidentity <> '' OR a.attinhcount > 0 OR EXISTS (
        SELECT FROM pg_catalog.pg_index AS i
        WHERE i.indrelid = c.oid AND i.indisprimary AND a.attnum = ANY (i.indkey)
    )
FROM pg_catalog.pg_attribute AS a
INNER JOIN pg_catalog.pg_class AS c ON a.attrelid = c.oid
INNER JOIN pg_catalog.pg_namespace AS n ON c.relnamespace = n.oid
INNER JOIN pg_catalog.pg_type AS t ON a.atttypid = t.oid
INNER JOIN pg_catalog.pg_namespace AS tn ON t.typnamespace = tn.oid
LEFT JOIN pg_catalog.pg_type AS e ON t.typelem = e.oid AND t.oid = e.typarray
WHERE
    c.relkind IN ('r', 'p')
    AND a.attnum > 0
    AND NOT a.attisdropped
    AND NOT n.nspname ~ '^(pg_|information_schema$)'
"""


@dataclass(frozen=True)
class Difference:
    """A column that is otherwise in the database than in the files.

    With `misleads` its values would get a type that does not hold for them.
    """

    text: str
    misleads: bool


@dataclass(frozen=True)
class _Known:
    """A column of the database; `is_implied` says that its NOT NULL need not be in the files."""

    type: Name
    is_array: bool
    is_not_null: bool
    is_implied: bool


def differences(connection: Connection, tables: Sequence[Table]) -> list[Difference]:
    """Where the database has a table of sqlc's, but not as sqlc knows it."""
    known: dict[Name, dict[str, _Known]] = {}
    rows = connection.cursor(row_factory=tuple_row).execute(_COLUMNS)
    for schema, table, column, type_schema, type_, *flags in rows:
        columns = known.setdefault(Name.of(schema, table), {})
        columns[column] = _Known(Name.of_type(type_schema, type_), *flags)
    return [
        found
        for table in tables
        if table.name in known
        for found in _differences(table, known[table.name])
    ]


def _differences(table: Table, known: Mapping[str, _Known]) -> Iterator[Difference]:
    for column in table.columns:
        name = f"{table.name}.{column.name}"
        found = known.get(column.name)
        if found is None:
            yield Difference(f"{name} is missing", misleads=False)
        elif _is_other_type(column, found):
            text = f"{name} is of type {_spelled(found.type, is_array=found.is_array)} there"
            files = _spelled(column.type, is_array=column.array_dims > 0)
            yield Difference(f"{text}, and {files} in the files", misleads=True)
        elif found.is_not_null and not column.not_null and not found.is_implied:
            yield Difference(f"{name} is NOT NULL there, and not in the files", misleads=True)
        elif column.not_null and not found.is_not_null:
            yield Difference(f"{name} is NOT NULL in the files, and not there", misleads=False)
    for name in known.keys() - {column.name for column in table.columns}:
        yield Difference(f"{table.name}.{name} is not in the files", misleads=False)


def _is_other_type(column: Column, known: _Known) -> bool:
    """Whether both are types of PostgreSQL itself, and two; of others sqlc knows too little."""
    if not {column.type.local, known.type.local} <= BUILT_IN.keys():
        return False
    return (column.type, column.array_dims > 0) != (known.type, known.is_array)


def _spelled(name: Name, *, is_array: bool) -> str:
    return f"{name}[]" if is_array else str(name)
