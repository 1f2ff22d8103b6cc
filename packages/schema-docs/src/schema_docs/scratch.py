"""Scratch databases: created for a build or a comparison, and dropped after it."""

import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from schema_docs.errors import DocsError

Connection = psycopg.Connection[tuple[object, ...]]


@contextmanager
def scratch_database(server_url: str, template: str = "template0") -> Generator[str]:
    """A copy of a database, by default of an empty one: its URL. The end of the block drops it.

    Raises DocsError where the server cannot be reached.
    """
    name = f"schema_docs_{uuid.uuid4().hex}"
    identifier = sql.Identifier(name)
    with _connect(server_url) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(identifier, sql.Identifier(template))
        )
        try:
            yield _with_database(server_url, name)
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(identifier))


def _connect(server_url: str) -> Connection:
    if not server_url:
        raise DocsError("set DATABASE_URL to the URL of a PostgreSQL server and a superuser on it")
    try:
        return psycopg.connect(server_url, autocommit=True)
    except psycopg.OperationalError as error:
        raise DocsError(f"cannot connect to DATABASE_URL: {error}") from None


def _with_database(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def migrate(url: str, migrations: Path) -> None:
    """Apply the migrations with dbmate.

    Raises DocsError when one fails.
    """
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


def migrate_by_steps(url: str, migrations: Path) -> Iterator[Path]:
    """Apply the migrations one by one with dbmate; each is yielded once it is applied.

    Raises DocsError when one fails.
    """
    with tempfile.TemporaryDirectory(prefix="schema-docs-") as directory:
        for migration in sorted(migrations.glob("*.sql")):
            shutil.copy(migration, directory)
            migrate(url, Path(directory))
            yield migration


def load_diagram(url: str, statements: str) -> None:
    """Run the SQL that @dbml/core exports.

    It makes every foreign key deferrable, which DBML cannot express, so this is undone.
    Raises DocsError when PostgreSQL refuses the statements.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        try:
            connection.execute(statements.encode())
        except psycopg.Error as error:
            raise DocsError(f"PostgreSQL refuses the DBML: {error}") from None
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
