"""Connections of the other libraries; `Any`, as only `make bench` installs these libraries."""
# pyright: basic, reportMissingImports=false

from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import asyncpg
import sqlalchemy
import sqlalchemy.ext.asyncio
from psycopg.conninfo import conninfo_to_dict


@contextmanager
def sqlalchemy_sync(url: str) -> Generator[Any]:
    """A connection of SQLAlchemy with psycopg under it."""
    engine = sqlalchemy.create_engine(_sqlalchemy_url(url))
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@asynccontextmanager
async def sqlalchemy_async(
    url: str,
) -> AsyncGenerator[Any]:
    """An async connection of SQLAlchemy with psycopg under it."""
    engine = sqlalchemy.ext.asyncio.create_async_engine(_sqlalchemy_url(url))
    async with engine.connect() as connection:
        yield connection
    await engine.dispose()


@asynccontextmanager
async def asyncpg_in_transaction(url: str) -> AsyncGenerator[Any]:
    """A connection of asyncpg in a transaction, which psycopg would begin by itself."""
    where = conninfo_to_dict(url)
    connection: Any = await asyncpg.connect(
        host=where["host"],
        port=int(where["port"] or 0),
        user=where["user"],
        database=where["dbname"],
        ssl=False,
    )
    await connection.execute("BEGIN")
    try:
        yield connection
    finally:
        await connection.close()


def _sqlalchemy_url(url: str) -> sqlalchemy.URL:
    where = conninfo_to_dict(url)
    return sqlalchemy.URL.create(
        "postgresql+psycopg",
        username=str(where["user"]),
        database=str(where["dbname"]),
        query={"host": str(where["host"]), "port": str(where["port"])},
    )
