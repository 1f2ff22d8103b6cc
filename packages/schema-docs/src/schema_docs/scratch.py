"""Databases that live only as long as something is found out from them."""

import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from schema_docs.errors import DocsError

Connection = psycopg.Connection[tuple[object, ...]]


@contextmanager
def scratch_database(server_url: str, template: str = "template0") -> Generator[str]:
    """The URL of a copy of a database, by default an empty one, dropped when the block ends."""
    name = f"schema_docs_{uuid.uuid4().hex}"
    identifier = sql.Identifier(name)
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(identifier, sql.Identifier(template))
        )
        try:
            yield _with_database(server_url, name)
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(identifier))


def _with_database(url: str, name: str) -> str:
    place, question, options = url.partition("?")
    return f"{place.rpartition('/')[0]}/{name}{question}{options}"


def migrate_by_steps(url: str, migrations: Path) -> Iterator[Path]:
    """Apply the migrations one by one with dbmate; each is yielded once it is applied.

    Raises DocsError when one fails.
    """
    with tempfile.TemporaryDirectory(prefix="schema-docs-") as directory:
        for migration in sorted(migrations.glob("*.sql")):
            shutil.copy(migration, directory)
            _apply(url, Path(directory))
            yield migration


def _apply(url: str, migrations: Path) -> None:
    dbmate = Path(sys.executable).parent / "dbmate"
    done = subprocess.run(
        [dbmate, f"--migrations-dir={migrations}", "--no-dump-schema", "migrate"],
        env={**os.environ, "DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise DocsError(f"dbmate failed: {done.stdout}{done.stderr}".strip())


def load_drawing(url: str, statements: str) -> None:
    """Create the schema as drawn.

    The exporter makes every foreign key deferrable, which DBML has no word for: that is undone.
    Raises DocsError when PostgreSQL refuses the statements.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        try:
            connection.execute(statements.encode())
        except psycopg.Error as error:
            raise DocsError(f"PostgreSQL refuses the drawing: {error}") from None
        deferrable = connection.execute("""
            SELECT conrelid::regclass::text, conname
            FROM pg_constraint
            WHERE contype = 'f' AND condeferrable AND conparentid = 0
        """).fetchall()
        for table, name in deferrable:
            connection.execute(
                sql.SQL("ALTER TABLE {} ALTER CONSTRAINT {} NOT DEFERRABLE").format(
                    sql.SQL(table), sql.Identifier(name)
                )
            )
