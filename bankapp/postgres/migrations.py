"""Migrations of the schema, applied by dbmate."""

import os
import subprocess
import sysconfig
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psycopg
import structlog

from bankapp.command_errors import DatabaseAwayError, Failure
from bankapp.postgres.urls import HINT, url_for_dbmate

SERVER_VERSION_MIN: Final = 160000  # PostgreSQL 16; docs/ and .env.example say so, too
MIGRATIONS: Final = Path(__file__).parents[2] / "db" / "migrations"
_LOCK: Final = 0x62616E6B  # any number, the same for every bankapp
_LOCK_INTERVAL_S: Final = 0.05
_log: structlog.typing.FilteringBoundLogger = structlog.get_logger("bankapp")


class MigrationError(Failure):
    """The schema could not be brought up to date; the message says why."""


class NewerSchemaError(MigrationError):
    """The schema has migrations that this program does not know."""


def migrate(database_url: str, *, allows_newer: bool = False) -> list[str]:
    """Apply the missing migrations; of several processes one applies them and the others wait.

    Returns the names of those that it applied. Raises NewerSchemaError for a schema with unknown
    migrations, unless `allows_newer`, which makes it a warning; MigrationError when the server is
    too old or cannot be reached, or a migration fails; DatabaseAwayError when the database can only
    be read.
    """
    with _connected(database_url) as connection:
        if connection.info.server_version < SERVER_VERSION_MIN:
            version = connection.info.parameter_status("server_version")
            raise MigrationError(f"PostgreSQL 16 or later is needed; this is {version}")
        _require_writable(connection)
        _lock(connection)
        applied, known = _applied_versions(connection), _known_versions()
        if unknown := applied - known:
            if not allows_newer:
                raise NewerSchemaError(
                    f"{_describe(unknown, known)}; start a newer bankapp, or set "
                    "BANK_ALLOW_NEWER_SCHEMA=on if this one works with them"
                )
            _log.warning("newer schema", problem=_describe(unknown, known))
        missing = sorted(path.stem for path in _files() if _version(path) not in applied)
        if missing:  # dbmate would need the owner's rights even if there is none
            _run_dbmate(connection)
        return missing


def warn_of_newer_schema(database_url: str) -> None:
    """Log a warning if the schema has migrations that this program does not know.

    Raises MigrationError when the database cannot be reached.
    """
    with _connected(database_url) as connection:
        known = _known_versions()
        if unknown := _applied_versions(connection) - known:
            _log.warning("newer schema", problem=_describe(unknown, known))


@contextmanager
def _connected(database_url: str) -> Generator[psycopg.Connection[tuple[object, ...]]]:
    try:
        with psycopg.connect(database_url, autocommit=True, connect_timeout=10) as connection:
            yield connection
    except psycopg.ProgrammingError:  # its message quotes the URL, and a password in it
        raise MigrationError(
            f"the database cannot be reached: DATABASE_URL is not a valid URL; {HINT}"
        ) from None
    except psycopg.Error as error:
        reason = " ".join(str(error).split())
        raise MigrationError(f"the database cannot be reached: {reason}") from None


def _require_writable(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    if connection.execute("SHOW transaction_read_only").fetchone() == ("on",):
        raise DatabaseAwayError(
            "the database can only be read: it is a standby, or default_transaction_read_only is "
            "set; start on the primary, or after the promotion"
        )


def _lock(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """Take the lock of the migrations.

    The lock is of the session: it is released with the connection, also if this process dies. It is
    tried for, because CREATE INDEX CONCURRENTLY waits for every open statement, and so for one that
    would wait for this lock.
    """
    while connection.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK]).fetchone() != (True,):
        time.sleep(_LOCK_INTERVAL_S)


def _applied_versions(connection: psycopg.Connection[tuple[object, ...]]) -> set[str]:
    try:
        rows = connection.execute("SELECT version FROM schema_migrations").fetchall()
    except psycopg.errors.UndefinedTable:
        return set()
    return {str(version) for (version,) in rows}


def _files() -> list[Path]:
    return list(MIGRATIONS.glob("*.sql"))


def _version(path: Path) -> str:
    return path.name.partition("_")[0]


def _known_versions() -> set[str]:
    return set(map(_version, _files()))


def _describe(unknown: set[str], known: set[str]) -> str:
    return (
        f"the schema has migrations up to {max(unknown)} that this program does not know; it knows "
        f"those up to {max(known)}"
    )


def _run_dbmate(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    command = [
        str(Path(sysconfig.get_path("scripts")) / "dbmate"),
        f"--migrations-dir={MIGRATIONS}",
        "--no-dump-schema",
        "migrate",
    ]
    # Variables of libpq and dbmate, and a `.env` where the bank was started, would add to the URL.
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PG", "DBMATE_"))
    }
    environment["DATABASE_URL"] = url_for_dbmate(connection)
    done = subprocess.run(
        command, env=environment, cwd=MIGRATIONS, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise MigrationError(f"dbmate failed: {done.stdout}{done.stderr}".strip())
