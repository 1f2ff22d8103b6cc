"""Fills every table of any schema with three rows; the second is NULL wherever that is allowed."""

from dataclasses import dataclass, field
from typing import Any, Final

import psycopg
from psycopg.sql import SQL, Composed, Identifier, Literal

ROW_COUNT: Final = 3
NULL_ROW: Final = 1
_DAYS: Final = ("2026-01-01", "2026-01-02", "2026-01-03")
# By type, and by category of types; a row past the last text gets the last.
_TEXTS: Final = {
    "bytea": ("\\x00", "\\x01", "\\x02"),
    "char": ("a", "b", "c"),
    "cidr": ("10.0.0.0/8", "127.0.0.1", "::1"),
    "hstore": ("a=>1",),
    "inet": ("127.0.0.1", "10.0.0.0/8", "::1"),
    "interval": ("1 day", "2 days", "3 days"),
    "json": ('{"a": 1}', "[1]", "null"),
    "jsonb": ('{"a": 1}', "[1]", "null"),
    "jsonpath": ("$.a",),
    "ltree": ("a.b",),
    "macaddr": ("08:00:2b:01:02:03",),
    "macaddr8": ("08:00:2b:01:02:03:04:05",),
    "numeric": ("1.5", "2", "3"),
    "pg_lsn": ("0/1",),
    "time": ("01:00", "02:00", "03:00"),
    "timetz": ("01:00Z", "02:00Z", "03:00Z"),
    "tsquery": ("a",),
    "tsvector": ("a b",),
    "uuid": tuple(f"00000000-0000-0000-0000-00000000000{number}" for number in (1, 2, 3)),
    "xml": ("<a/>",),
    "point": ("(1,2)",),
    "line": ("{1,2,3}",),
    "lseg": ("[(1,2),(3,4)]",),
    "box": ("(1,2),(3,4)",),
    "path": ("((1,2),(3,4))",),
    "polygon": ("((1,2),(3,4))",),
    "circle": ("<(1,2),3>",),
}
_TEXTS_BY_CATEGORY: Final = {
    "B": ("true", "false", "true"),
    "D": tuple(f"{day}Z" for day in _DAYS),
    "N": ("1", "2", "3"),
    "S": ("a", "b", "1"),
    "U": ("a", "b", "1"),
    "V": ("1",),
}
_TABLES: Final = """
SELECT c.oid, n.nspname, c.relname
FROM pg_class AS c
INNER JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND n.nspname !~ '^(pg_|information_schema$)'
ORDER BY c.oid
"""
_COLUMNS: Final = """
SELECT a.attname, a.atttypid, a.attndims, a.attnotnull OR t.typnotnull
FROM pg_attribute AS a
INNER JOIN pg_type AS t ON t.oid = a.atttypid
WHERE a.attrelid = %s AND a.attnum > 0 AND NOT a.attisdropped
    AND a.attgenerated = '' AND a.attidentity <> 'a'
ORDER BY a.attnum
"""
_TYPE: Final = """
SELECT
    t.typname, t.typtype::text, t.typcategory::text, t.typelem, t.typbasetype,
    ARRAY(SELECT e.enumlabel FROM pg_enum AS e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder),
    (SELECT count(*) FROM pg_attribute AS a
        WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped)
FROM pg_type AS t
WHERE t.oid = %s
"""


def seed(connection: psycopg.Connection[Any]) -> None:
    """Insert the rows that the constraints allow. From now on triggers and foreign keys are off."""
    connection.execute("SET session_replication_role = replica")
    texts = _Texts(connection)
    for table, schema, name in connection.execute(_TABLES).fetchall():
        columns = connection.execute(_COLUMNS, [table]).fetchall()
        for row in range(ROW_COUNT):
            values = {
                column: None
                if row == NULL_ROW and not not_null
                else _nested(texts.of(type_oid, row), dims)
                for column, type_oid, dims, not_null in columns
            }
            _run(connection, _insert(Identifier(schema, name), values))
    views = connection.execute("SELECT schemaname, matviewname FROM pg_matviews").fetchall()
    for view in views:
        _run(connection, SQL("REFRESH MATERIALIZED VIEW {}").format(Identifier(*view)))


def _insert(table: Identifier, values: dict[str, str | None]) -> Composed:
    if not values:
        return SQL("INSERT INTO {} DEFAULT VALUES").format(table)
    return SQL("INSERT INTO {} ({}) VALUES ({})").format(
        table,
        SQL(", ").join(map(Identifier, values)),
        SQL(", ").join(map(Literal, values.values())),
    )


def _nested(text: str, dims: int) -> str:
    """An array with as many dimensions as its column; PostgreSQL would take any number."""
    return "{" * (dims - 1) + text + "}" * (dims - 1)


def _run(connection: psycopg.Connection[Any], statement: Composed) -> None:
    try:
        with connection.transaction():
            connection.execute(statement)
    except psycopg.Error:
        pass  # a constraint, or a type that is not known here


@dataclass
class _Texts:
    """Writes a value of any type as text, which PostgreSQL reads as that type."""

    connection: psycopg.Connection[Any]
    _types: dict[int, Any] = field(default_factory=dict[int, Any])

    def of(self, oid: int, row: int) -> str:
        if oid not in self._types:
            self._types[oid] = self.connection.execute(_TYPE, [oid]).fetchone()
        name, kind, category, element, base, labels, field_count = self._types[oid]
        if kind == "d":
            return self.of(base, row)
        if kind == "e":
            return labels[row % len(labels)] if labels else ""
        if category == "A":
            inner = self.of(element, row).replace("\\", "\\\\").replace('"', '\\"')
            return f'{{"{inner}",NULL}}' if row == ROW_COUNT - 1 else f'{{"{inner}"}}'
        if kind == "c":
            return f"({',' * (field_count - 1)})"
        if kind in "rm":
            return "(,)" if kind == "r" and row == NULL_ROW else {"r": "empty", "m": "{}"}[kind]
        choices = _TEXTS.get(name) or _TEXTS_BY_CATEGORY.get(category, ("a",))
        return choices[min(row, len(choices) - 1)]
