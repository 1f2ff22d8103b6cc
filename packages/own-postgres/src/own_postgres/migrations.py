"""Migrations of a schema, applied by dbmate."""

import os
import subprocess
import sysconfig
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import psycopg

from own_postgres.errors import MigrationError, NewerSchemaError, ReadOnlyError
from own_postgres.urls import HINT, url_for_dbmate

SERVER_VERSION_MIN: Final = 160000  # PostgreSQL 16
_LOCK_INTERVAL_S: Final = 0.05
_Connection: TypeAlias = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrations:
    """The migrations of a program: the files of dbmate in a directory.

    Processes of the program that migrate one database agree on `lock`, any number. `url_name` is
    the setting with the URL, which messages name.
    """

    directory: Path
    lock: int
    url_name: str = "DATABASE_URL"

    def apply(self, url: str, *, on_newer: Callable[[str], None] | None = None) -> list[str]:
        """Apply the missing ones; of several processes one applies them and the others wait.

        Returns the names of those that it applied. A schema with unknown migrations is described to
        `on_newer`, and refused without it. Raises NewerSchemaError then; MigrationError when the
        server is too old or cannot be reached, or a migration fails; ReadOnlyError when the
        database can only be read.
        """
        with self._connected(url) as connection:
            if connection.info.server_version < SERVER_VERSION_MIN:
                version = connection.info.parameter_status("server_version")
                raise MigrationError(f"PostgreSQL 16 or later is needed; this is {version}")
            _require_writable(connection)
            self._lock(connection)
            applied, known = _applied_versions(connection), self._known_versions()
            if unknown := applied - known:
                if on_newer is None:
                    raise NewerSchemaError(_describe(unknown, known))
                on_newer(_describe(unknown, known))
            missing = sorted(path.stem for path in self._files() if _version(path) not in applied)
            if missing:  # dbmate would need the owner's rights even if there is none
                self._run_dbmate(connection)
            return missing

    def find_newer(self, url: str) -> str | None:
        """How the schema is newer than this program, if it is.

        Raises MigrationError when the database cannot be reached.
        """
        with self._connected(url) as connection:
            known = self._known_versions()
            unknown = _applied_versions(connection) - known
        return _describe(unknown, known) if unknown else None

    @contextmanager
    def _connected(self, url: str) -> Generator[_Connection]:
        try:
            with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
                yield connection
        except psycopg.ProgrammingError:  # its message quotes the URL, and a password in it
            raise MigrationError(
                f"the database cannot be reached: {self.url_name} is not a valid URL; {HINT}"
            ) from None
        except psycopg.Error as error:
            reason = " ".join(str(error).split())
            raise MigrationError(f"the database cannot be reached: {reason}") from None

    def _lock(self, connection: _Connection) -> None:
        """Take the lock of the migrations.

        The lock is of the session: it is released with the connection, also if this process dies.
        It is tried for, because CREATE INDEX CONCURRENTLY waits for every open statement, and so
        for one that would wait for this lock.
        """
        taken = "SELECT pg_try_advisory_lock(%s)"
        while connection.execute(taken, [self.lock]).fetchone() != (True,):
            time.sleep(_LOCK_INTERVAL_S)

    def _files(self) -> list[Path]:
        return list(self.directory.glob("*.sql"))

    def _known_versions(self) -> set[str]:
        return set(map(_version, self._files()))

    def _run_dbmate(self, connection: _Connection) -> None:
        command = [
            str(Path(sysconfig.get_path("scripts")) / "dbmate"),
            f"--migrations-dir={self.directory}",
            "--no-dump-schema",
            "migrate",
        ]
        # Variables of libpq and dbmate, and a `.env` where the program was started, would add to
        # the URL.
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PG", "DBMATE_"))
        }
        environment["DATABASE_URL"] = url_for_dbmate(connection)
        done = subprocess.run(
            command,
            env=environment,
            cwd=self.directory,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise MigrationError(f"dbmate failed: {done.stdout}{done.stderr}".strip())


def _require_writable(connection: _Connection) -> None:
    if connection.execute("SHOW transaction_read_only").fetchone() == ("on",):
        raise ReadOnlyError(
            "the database can only be read: it is a standby, or default_transaction_read_only is "
            "set; start on the primary, or after the promotion"
        )


def _applied_versions(connection: _Connection) -> set[str]:
    try:
        rows = connection.execute("SELECT version FROM schema_migrations").fetchall()
    except psycopg.errors.UndefinedTable:
        return set()
    return {str(version) for (version,) in rows}


def _version(path: Path) -> str:
    return path.name.partition("_")[0]


def _describe(unknown: set[str], known: set[str]) -> str:
    return (
        f"the schema has migrations up to {max(unknown)} that this program does not know; it knows "
        f"those up to {max(known)}"
    )
