"""The database of the bank: the one of DATABASE_URL, or an embedded one."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

from bankapp import tuning
from bankapp.command_errors import DatabaseAwayError, SettingError, StartError
from bankapp.settings import Settings
from own_postgres import (
    EmbeddedError,
    EmbeddedServer,
    InvalidUrlError,
    ensure_database,
    find_binaries,
    require_valid_url,
)

DATABASE = OWNER = "bank"
MAINTENANCE_DATABASE = "postgres"
CONNECTION_COUNT_DEFAULT = 100  # PostgreSQL's own
SPARE_COUNT = 40  # for `bankapp work`, an operator's psql, and reserved connections

# A limit of -1 is none.
_CONNECTIONS_ALLOWED = """
SELECT least(
    current_setting('max_connections')::int
    - current_setting('superuser_reserved_connections')::int
    - current_setting('reserved_connections')::int,
    nullif((SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user), -1),
    nullif((SELECT datconnlimit FROM pg_database WHERE datname = current_database()), -1)
)
"""


@dataclass(frozen=True)
class Database:
    """The database of the bank, and its server if that is an embedded one of this process.

    `maintenance_url` leads to the database `postgres` of an embedded server, as its superuser.
    """

    url: str
    server: EmbeddedServer | None = None
    maintenance_url: str | None = None

    def has_ended(self) -> bool:
        """Whether the embedded server of this process has ended."""
        return self.server is not None and self.server.has_ended()

    def bound_log(self) -> None:
        """Keep the size of the log of an embedded server within its bound."""
        if self.server is not None:
            self.server.bound_log()


@contextmanager
def open_database(settings: Settings, *, beside_server: bool = False) -> Generator[Database]:
    """The database; an embedded server runs as long as the block.

    With `beside_server` an embedded server that already runs is used instead of refused. Raises
    StartError, and SettingError for a wrong DATABASE_URL.
    """
    if settings.database_url is not None:
        yield Database(_valid(settings.database_url.get_secret_value()))
        return
    try:
        with _embedded_database(settings, beside_server=beside_server) as database:
            yield database
    except EmbeddedError as error:
        raise StartError(str(error)) from None


def _valid(url: str) -> str:
    try:
        require_valid_url(url)
    except InvalidUrlError as error:
        raise SettingError(str(error)) from None
    return url


@contextmanager
def _embedded_database(settings: Settings, *, beside_server: bool) -> Generator[Database]:
    connections = max(CONNECTION_COUNT_DEFAULT, connections_needed(settings.workers) + SPARE_COUNT)
    server = EmbeddedServer(
        settings.data_dir,
        find_binaries(settings.pgbin),
        {"max_connections": str(connections)},
        name="BANK_DATA_DIR",
    )
    if beside_server and server.is_running():
        yield Database(
            server.url(DATABASE, OWNER), maintenance_url=server.url(MAINTENANCE_DATABASE)
        )
        return
    server.start()
    try:
        url = ensure_database(server, DATABASE, OWNER)
        yield Database(url, server, server.url(MAINTENANCE_DATABASE))
    finally:
        server.stop()


def connections_needed(worker_count: int) -> int:
    """The highest number of connections of the server processes and of those that they replace."""
    return 2 * (worker_count * tuning.CONNECTION_COUNT_MAX + tuning.JOB_CONCURRENCY)


def ensure_connections_suffice(settings: Settings, url: str) -> None:
    """Raise StartError when the database allows fewer connections than the processes open."""
    needed = connections_needed(settings.workers)
    timeout_s = int(tuning.CONNECTION_TIMEOUT_S)
    try:
        with psycopg.connect(url, connect_timeout=timeout_s) as connection:
            row = connection.execute(_CONNECTIONS_ALLOWED).fetchone()
    except psycopg.Error as error:
        raise DatabaseAwayError(f"the database does not answer: {error}") from error
    assert row is not None
    if needed > row[0]:
        raise StartError(
            f"BANK_WORKERS={settings.workers} needs {needed} connections, and the database allows "
            f"{row[0]}; set it lower, or max_connections of PostgreSQL higher"
        )
