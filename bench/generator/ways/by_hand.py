"""Hand-written psycopg: `connection.execute`, and a dataclass built by position."""

from collections.abc import Iterator, Sequence
from uuid import uuid4

from psycopg import AsyncConnection, Connection

from bench.generator.ways.rows import DRAFTS, Draft, Payment

_COLUMNS = "id, account_id, amount, currency, description, created_at"
_GET = f"SELECT {_COLUMNS} FROM payments WHERE id = %s"
_LIST = f"SELECT {_COLUMNS} FROM payments ORDER BY id LIMIT %s"
_ALL = f"SELECT {_COLUMNS} FROM payments ORDER BY id"
_TARGET = "drafts (account_id, amount, currency, description, created_at)"
_INSERT = f"INSERT INTO {_TARGET} VALUES (%s, %s, %s, %s, %s)"
_COPY = f"COPY {_TARGET} FROM STDIN"


def _values(draft: Draft) -> tuple[object, ...]:
    return (
        draft.account_id,
        draft.amount,
        draft.currency,
        draft.description,
        draft.created_at,
    )


class ByHand:
    """Sync."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.rollback = connection.rollback

    def _get_payment(self, id: int) -> Payment | None:
        row = self._connection.execute(_GET, (id,)).fetchone()
        return None if row is None else Payment(*row)

    def _list_payments(self, count: int) -> list[Payment]:
        return [Payment(*row) for row in self._connection.execute(_LIST, (count,)).fetchall()]

    def one_row(self, ids: Sequence[int]) -> None:
        for id in ids:
            self._get_payment(id)

    def rows(self, count: int) -> None:
        self._list_payments(count)

    def insert_loop(self) -> None:
        for draft in DRAFTS:
            self._connection.execute(_INSERT, _values(draft))

    def insert_batch(self) -> None:
        self._connection.cursor().executemany(_INSERT, [_values(draft) for draft in DRAFTS])

    def insert_copy(self) -> None:
        with self._connection.cursor().copy(_COPY) as copy:
            for draft in DRAFTS:
                copy.write_row(_values(draft))

    def _stream_payments(self, size: int) -> Iterator[Payment]:
        for row in self._connection.cursor().stream(_ALL, size=size):
            yield Payment(*row)

    def stream(self) -> None:
        for _ in self._stream_payments(500):
            pass

    def _list_all(self) -> list[Payment]:
        return [Payment(*row) for row in self._connection.execute(_ALL).fetchall()]

    def stream_at_once(self) -> None:
        for _ in self._list_all():
            pass

    def stream_from_server(self) -> None:
        with self._connection.cursor(name=uuid4().hex) as cursor:
            cursor.itersize = 500
            cursor.execute(_ALL)
            for row in cursor:
                Payment(*row)


class AsyncByHand:
    """Async."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def _get_payment(self, id: int) -> Payment | None:
        row = await (await self._connection.execute(_GET, (id,))).fetchone()
        return None if row is None else Payment(*row)

    async def _list_payments(self, count: int) -> list[Payment]:
        cursor = await self._connection.execute(_LIST, (count,))
        return [Payment(*row) for row in await cursor.fetchall()]

    async def one_row(self, ids: Sequence[int]) -> None:
        for id in ids:
            await self._get_payment(id)

    async def rows(self, count: int) -> None:
        await self._list_payments(count)
