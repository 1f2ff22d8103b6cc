"""The database of the monitor: the one of MONITOR_DATABASE_URL, or an embedded one."""

from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final, TypeAlias

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from monitor.errors import Failure
from monitor.gen.queries import AsyncQueries
from monitor.settings import Settings
from own_postgres import (
    EmbeddedServer,
    Migrations,
    PostgresError,
    ensure_database,
    find_binaries,
    require_valid_url,
)

Pool: TypeAlias = AsyncConnectionPool[AsyncConnection[Any]]

DATABASE = OWNER = "monitor"
CONNECTION_COUNT_MAX: Final = 8
CONNECTION_TIMEOUT_S: Final = 10.0
MIGRATIONS: Final = Migrations(
    directory=Path(__file__).parent / "db" / "migrations",
    lock=0x6D6F6E69,  # any number, the same for every monitor
    url_name="MONITOR_DATABASE_URL",
)
_SESSION: Final = (
    "-c timezone=UTC -c search_path=public -c lock_timeout=5s -c statement_timeout=10s "
    "-c idle_in_transaction_session_timeout=10s"
)


@contextmanager
def open_database(settings: Settings) -> Generator[tuple[str, EmbeddedServer | None]]:
    """The URL of the migrated database, and its server if that is an embedded one.

    The server runs as long as the block. Raises Failure.
    """
    try:
        if settings.database_url is not None:
            url = settings.database_url.get_secret_value()
            require_valid_url(url, "MONITOR_DATABASE_URL")
            MIGRATIONS.apply(url)
            yield url, None
            return
        with _embedded_server(settings) as server:
            url = ensure_database(server, DATABASE, OWNER)
            MIGRATIONS.apply(url)
            yield url, server
    except PostgresError as error:
        raise Failure(str(error)) from None


@contextmanager
def _embedded_server(settings: Settings) -> Generator[EmbeddedServer]:
    binaries = find_binaries(settings.pgbin)
    server = EmbeddedServer(settings.data_dir, binaries, name="MONITOR_DATA_DIR")
    server.start()
    try:
        yield server
    finally:
        server.stop()


@asynccontextmanager
async def open_pool(url: str) -> AsyncGenerator[Pool]:
    """Connections to the database. Raises Failure when it does not answer."""
    pool: Pool = AsyncConnectionPool(
        url,
        min_size=1,
        max_size=CONNECTION_COUNT_MAX,
        timeout=CONNECTION_TIMEOUT_S,
        kwargs={"options": _SESSION, "application_name": "bankapp-monitor"},
        check=AsyncConnectionPool.check_connection,
        open=False,
    )
    try:
        await pool.open(wait=True, timeout=CONNECTION_TIMEOUT_S)
    except PoolTimeout:
        await pool.close()
        raise Failure("the database does not answer") from None
    try:
        yield pool
    finally:
        await pool.close()


@asynccontextmanager
async def transaction(pool: Pool) -> AsyncGenerator[AsyncQueries]:
    """The queries of one transaction, which is committed at the end of the block."""
    async with pool.connection() as connection:
        yield AsyncQueries(connection)
