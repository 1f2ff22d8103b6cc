"""The drawing of the schema says what the schema is: tables, columns, keys, checks, notes."""

import re
from pathlib import Path
from typing import Any

import psycopg
import pytest

Connection = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture(scope="module")
def dbml(root: Path) -> str:
    return (root / "dbml" / "bank.dbml").read_text()


def blocks(dbml: str, kind: str) -> dict[str, str]:
    """The text between the braces of every top-level `kind name { … }`."""
    found = re.findall(rf"^{kind} (\w+)[^{{\n]*\{{\n(.*?)^\}}", dbml, re.MULTILINE | re.DOTALL)
    return dict(found)


def text_of(literal: str) -> str:
    return literal.replace("\\'", "'")


def test_every_column_is_drawn_as_it_is(connection: Connection, dbml: str) -> None:
    drawn = {
        (table, name): (kind, "not null" in settings)
        for table, body in blocks(dbml, "Table").items()
        for name, kind, settings in re.findall(r"^  (\w+) (\w+)(.*)$", body, re.MULTILINE)
    }
    rows = connection.execute("""
        SELECT relname, attname, format_type(atttypid, atttypmod), attnotnull
        FROM pg_attribute
        INNER JOIN pg_class ON pg_class.oid = attrelid
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0
            AND NOT attisdropped AND relname <> 'schema_migrations'
    """).fetchall()
    short = {"timestamp with time zone": "timestamptz"}
    actual = {
        (table, name): (short.get(kind, kind), required) for table, name, kind, required in rows
    }
    assert drawn == actual


def test_every_enum_has_its_labels(connection: Connection, dbml: str) -> None:
    drawn = {
        name: re.findall(r"^  (\w+)", body, re.MULTILINE)
        for name, body in blocks(dbml, "Enum").items()
    }
    rows = connection.execute("""
        SELECT typname, array_agg(enumlabel::text ORDER BY enumsortorder)
        FROM pg_enum
        INNER JOIN pg_type ON pg_type.oid = enumtypid
        WHERE typnamespace = 'public'::regnamespace
        GROUP BY typname
    """).fetchall()
    assert drawn == dict(rows)


def test_every_named_rule_and_index_is_drawn(connection: Connection, dbml: str) -> None:
    drawn = set(re.findall(r"name: '(\w+)'", dbml)) | set(
        re.findall(r"^Ref (\w+)", dbml, re.MULTILINE)
    )
    rows = connection.execute("""
        SELECT conname FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f', 'p', 'u')
            AND conrelid <> 'schema_migrations'::regclass
        UNION
        SELECT indexname FROM pg_indexes
        WHERE schemaname = 'public' AND tablename <> 'schema_migrations'
    """).fetchall()
    assert drawn == {name for (name,) in rows}


def test_every_check_is_the_same_expression(connection: Connection, dbml: str) -> None:
    checks = [
        (table, expression, name)
        for table, body in blocks(dbml, "Table").items()
        for expression, name in re.findall(r"^    `(.*)` \[name: '(\w+)'\]$", body, re.MULTILINE)
    ]
    for table, expression, name in checks:
        added = f"ALTER TABLE {table} ADD CONSTRAINT drawn CHECK ({expression})"
        connection.execute(added.encode())
        rows = connection.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname IN (%s, 'drawn')",
            [name],
        ).fetchall()
        assert len(rows) == 2
        assert len(set(rows)) == 1, rows
        connection.rollback()
    assert len(checks) > 10


def test_notes_are_the_comments_of_the_catalog(connection: Connection, dbml: str) -> None:
    tables = blocks(dbml, "Table")
    drawn = {
        (table, None): text_of(note)
        for table, body in tables.items()
        for note in re.findall(r"^  Note: '(.*)'$", body, re.MULTILINE)
    }
    assert {table for table, _ in drawn} == tables.keys()
    for table, body in tables.items():
        for name, note in re.findall(r"^  (\w+) \w+ \[.*?note: '(.*)'\]$", body, re.MULTILINE):
            drawn[table, name] = text_of(note)
    rows = connection.execute("""
        SELECT relname, attname, description
        FROM pg_description
        INNER JOIN pg_class ON pg_class.oid = objoid AND classoid = 'pg_class'::regclass
        LEFT JOIN pg_attribute ON attrelid = objoid AND attnum = objsubid AND objsubid > 0
        WHERE relnamespace = 'public'::regnamespace
    """).fetchall()
    assert drawn == {(table, column): comment for table, column, comment in rows}
