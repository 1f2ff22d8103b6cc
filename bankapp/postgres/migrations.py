"""Migrations of the schema, applied by dbmate."""

import os
import subprocess
import sysconfig
from pathlib import Path
from typing import Final
from urllib.parse import quote

import psycopg

from bankapp.command_errors import DatabaseAwayError, Failure

SERVER_VERSION_MIN: Final = 160000  # PostgreSQL 16; docs/ and .env.example say so, too
MIGRATIONS: Final = Path(__file__).parents[2] / "db" / "migrations"
_LOCK: Final = 0x62616E6B  # any number, the same for every bankapp


class MigrationError(Failure):
    """The schema could not be brought up to date; the message says why."""


def migrate(database_url: str) -> list[str]:
    """Apply the missing migrations; of several processes one applies them and the others wait.

    Returns the names of those that it applied. Raises MigrationError when the server is too old or
    cannot be reached, or a migration fails, and DatabaseAwayError when the database can only be
    read.
    """
    try:
        with psycopg.connect(database_url, autocommit=True, connect_timeout=10) as connection:
            if connection.info.server_version < SERVER_VERSION_MIN:
                version = connection.info.parameter_status("server_version")
                raise MigrationError(f"PostgreSQL 16 or later is needed; this is {version}")
            _require_writable(connection)
            # A lock of the session: it is released with the connection, also if this process dies.
            connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
            missing = _missing(connection)
            if missing:
                _run_dbmate(_strict_url(database_url))
            return missing
    except psycopg.ProgrammingError:  # its message quotes the URL, and a password in it
        raise MigrationError(
            "the database cannot be reached: DATABASE_URL is not a valid URL; "
            "write special characters of a password as %23"
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


def _missing(connection: psycopg.Connection[tuple[object, ...]]) -> list[str]:
    """The missing migrations. dbmate would need the owner's rights even if there is none."""
    names = sorted(path.stem for path in MIGRATIONS.glob("*.sql"))
    try:
        rows = connection.execute("SELECT version FROM schema_migrations").fetchall()
    except psycopg.errors.UndefinedTable:
        return names
    applied = {version for (version,) in rows}
    return [name for name in names if name.partition("_")[0] not in applied]


def _strict_url(url: str) -> str:
    """The URL for dbmate, with the special characters quoted that libpq accepts unquoted."""
    scheme, _, rest = url.partition("://")
    user, at, place = rest.partition("@")
    if not at:
        return url
    name, colon, password = user.partition(":")
    return f"{scheme}://{name}{colon}{quote(password, safe='%')}{at}{place}"


def _run_dbmate(database_url: str) -> None:
    command = [
        str(Path(sysconfig.get_path("scripts")) / "dbmate"),
        f"--migrations-dir={MIGRATIONS}",
        "--no-dump-schema",
        "migrate",
    ]
    environment = {**os.environ, "DATABASE_URL": database_url}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise MigrationError(f"dbmate failed: {done.stdout}{done.stderr}".strip())
