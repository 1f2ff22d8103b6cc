"""The plugin's code. It is generated when the benchmark runs, so it has no types here."""

from collections.abc import Sequence
from types import ModuleType
from typing import Any

from psycopg import AsyncConnection, Connection

from bench.generator.ways.rows import DRAFTS


class Generated:
    """Sync."""

    def __init__(self, module: ModuleType, connection: Connection) -> None:
        self._queries: Any = module.Querier(connection)
        self.rollback = connection.rollback

    def one_row(self, ids: Sequence[int]) -> None:
        get_payment = self._queries.get_payment
        for id in ids:
            get_payment(id=id)

    def rows(self, count: int) -> None:
        self._queries.list_payments(row_count_max=count)

    def insert_loop(self) -> None:
        insert_draft = self._queries.insert_draft
        for draft in DRAFTS:
            insert_draft(arg=draft)

    def insert_batch(self) -> None:
        self._queries.batch_drafts(rows=DRAFTS)

    def insert_copy(self) -> None:
        self._queries.copy_drafts(rows=DRAFTS)

    def stream(self) -> None:
        for _ in self._queries.stream_payments():
            pass


class AsyncGenerated:
    """Async."""

    def __init__(self, module: ModuleType, connection: AsyncConnection) -> None:
        self._queries: Any = module.AsyncQuerier(connection)

    async def one_row(self, ids: Sequence[int]) -> None:
        get_payment = self._queries.get_payment
        for id in ids:
            await get_payment(id=id)

    async def rows(self, count: int) -> None:
        await self._queries.list_payments(row_count_max=count)
