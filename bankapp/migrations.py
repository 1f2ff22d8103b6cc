"""Brings the schema up to date with dbmate."""

import os
import subprocess
import sysconfig
from pathlib import Path
from typing import Final

import psycopg

SERVER_VERSION_MIN: Final = 160000  # PostgreSQL 16; keep README and .env.example in step
_LOCK: Final = 0x62616E6B  # any number, the same for every bankapp


class MigrationError(Exception):
    """The schema could not be brought up to date; the message says why."""


def migrate(database_url: str) -> None:
    """Apply the migrations that are still missing; of several processes one does, the others wait.

    Raises MigrationError when the server is too old or cannot be reached, or a migration fails.
    """
    try:
        with psycopg.connect(database_url, autocommit=True, connect_timeout=10) as connection:
            if connection.info.server_version < SERVER_VERSION_MIN:
                version = connection.info.parameter_status("server_version")
                raise MigrationError(f"PostgreSQL 16 or later is needed; this is {version}")
            # Held by the session: it ends with the connection, also when this process is killed.
            connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
            _run_dbmate(database_url)
    except psycopg.OperationalError as error:
        raise MigrationError(f"the database cannot be reached: {error}") from None


def migrations_directory() -> Path:
    """Where the migrations are: in the repository, or inside an installed package."""
    packaged = Path(__file__).parent / "migrations"
    return packaged if packaged.is_dir() else Path(__file__).parents[1] / "db" / "migrations"


def _run_dbmate(database_url: str) -> None:
    command = [
        str(Path(sysconfig.get_path("scripts")) / "dbmate"),
        f"--migrations-dir={migrations_directory()}",
        "--no-dump-schema",
        "migrate",
    ]
    environment = {**os.environ, "DATABASE_URL": database_url}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise MigrationError(f"dbmate failed: {done.stdout}{done.stderr}".strip())
