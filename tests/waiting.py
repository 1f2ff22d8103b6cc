"""Waits for connections that wait for a lock, or that have ended."""

from psycopg import Connection

from bankapp.store.engine.transaction import Pool

WAITING = """
SELECT count(DISTINCT pid)
FROM pg_locks
INNER JOIN pg_stat_activity USING (pid)
WHERE NOT granted AND datname = current_database()
"""
TRY_COUNT_MAX = 100_000


async def until_waiting(pool: Pool, count: int) -> None:
    """Return as soon as this number of connections to the database waits for a lock."""
    async with pool.connection() as connection:
        for _ in range(TRY_COUNT_MAX):
            if await (await connection.execute(WAITING)).fetchone() == (count,):
                return
    raise AssertionError("nobody waits")


def until_ended(connection: Connection[tuple[object, ...]], pid: int) -> None:
    """Return as soon as the server has ended this closed connection."""
    query = "SELECT FROM pg_stat_activity WHERE pid = %s"
    for _ in range(TRY_COUNT_MAX):
        connection.rollback()
        if connection.execute(query, [pid]).rowcount == 0:
            return
    raise AssertionError("it does not end")
