"""Hand-written asyncpg, another driver, which is async only."""
# pyright: basic, reportMissingImports=false

from collections.abc import Sequence
from typing import Any

from bench.generator.ways.rows import DRAFTS, Draft, Payment

_COLUMNS = "id, account_id, amount, currency, description, created_at"
_GET = f"SELECT {_COLUMNS} FROM payments WHERE id = $1"
_LIST = f"SELECT {_COLUMNS} FROM payments ORDER BY id LIMIT $1"
_ALL = f"SELECT {_COLUMNS} FROM payments ORDER BY id"
_TARGETS = ("account_id", "amount", "currency", "description", "created_at")
_INSERT = f"INSERT INTO drafts ({', '.join(_TARGETS)}) VALUES ($1, $2, $3, $4, $5)"


def _values(draft: Draft) -> tuple[object, ...]:
    return (
        draft.account_id,
        draft.amount,
        draft.currency,
        draft.description,
        draft.created_at,
    )


class AsyncAsyncpg:
    """Async; the connection is in a transaction."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def _get_payment(self, id: int) -> Payment | None:
        row = await self._connection.fetchrow(_GET, id)
        return None if row is None else Payment(*row)

    async def _list_payments(self, count: int) -> list[Payment]:
        return [Payment(*row) for row in await self._connection.fetch(_LIST, count)]

    async def rollback(self) -> None:
        await self._connection.execute("ROLLBACK")
        await self._connection.execute("BEGIN")

    async def one_row(self, ids: Sequence[int]) -> None:
        for id in ids:
            await self._get_payment(id)

    async def rows(self, count: int) -> None:
        await self._list_payments(count)

    async def insert_loop(self) -> None:
        for draft in DRAFTS:
            await self._connection.execute(_INSERT, *_values(draft))

    async def insert_batch(self) -> None:
        await self._connection.executemany(_INSERT, [_values(draft) for draft in DRAFTS])

    async def insert_copy(self) -> None:
        await self._connection.copy_records_to_table(
            "drafts", columns=_TARGETS, records=[_values(draft) for draft in DRAFTS]
        )

    async def stream(self) -> None:
        async for row in self._connection.cursor(_ALL, prefetch=500):
            Payment(*row)
