"""Migrations of the bank's schema."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import structlog

import own_postgres
from bankapp.command_errors import DatabaseAwayError, Failure

MIGRATIONS: Final = Path(__file__).parents[2] / "db" / "migrations"
_LOCK: Final = 0x62616E6B  # any number, the same for every bankapp
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
    with _errors_of_bank():
        return _migrations().apply(database_url, on_newer=_warn if allows_newer else None)


def warn_of_newer_schema(database_url: str) -> None:
    """Log a warning if the schema has migrations that this program does not know.

    Raises MigrationError when the database cannot be reached.
    """
    with _errors_of_bank():
        if (problem := _migrations().find_newer(database_url)) is not None:
            _warn(problem)


def _migrations() -> own_postgres.Migrations:
    return own_postgres.Migrations(directory=MIGRATIONS, lock=_LOCK)


def _warn(problem: str) -> None:
    _log.warning("newer schema", problem=problem)


@contextmanager
def _errors_of_bank() -> Generator[None]:
    try:
        yield
    except own_postgres.NewerSchemaError as error:
        raise NewerSchemaError(
            f"{error}; start a newer bankapp, or set BANK_ALLOW_NEWER_SCHEMA=on if this one works "
            "with them"
        ) from None
    except own_postgres.ReadOnlyError as error:
        raise DatabaseAwayError(str(error)) from None
    except own_postgres.MigrationError as error:
        raise MigrationError(str(error)) from None
