"""The code of sqlc-gen-python 1.3.0: `sqlalchemy.text`, and a dataclass built by keyword."""
# pyright: basic, reportMissingImports=false

import dataclasses
import datetime
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

import sqlalchemy

from bench.generator.ways.rows import DRAFTS, Draft

_COLUMNS = "id, account_id, amount, currency, description, created_at"
_GET = f"SELECT {_COLUMNS} FROM payments WHERE id = :p1"
_LIST = f"SELECT {_COLUMNS} FROM payments ORDER BY id LIMIT :p1"
_ALL = f"SELECT {_COLUMNS} FROM payments ORDER BY id"
_INSERT = """
INSERT INTO drafts (account_id, amount, currency, description, created_at)
VALUES (:p1, :p2, :p3, :p4, :p5)
"""


@dataclasses.dataclass()
class Payment:
    """A row as the official generator writes it."""

    id: int
    account_id: int
    amount: int
    currency: str
    description: str | None
    created_at: datetime.datetime


class Official:
    """Sync."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.rollback: Any = connection.rollback

    def _get_payment(self, *, id: int) -> Payment | None:
        row = self._connection.execute(sqlalchemy.text(_GET), {"p1": id}).first()
        if row is None:
            return None
        return Payment(
            id=row[0],
            account_id=row[1],
            amount=row[2],
            currency=row[3],
            description=row[4],
            created_at=row[5],
        )

    def _list_payments(self, *, count: int) -> Iterator[Payment]:
        result = self._connection.execute(sqlalchemy.text(_LIST), {"p1": count})
        for row in result:
            yield Payment(
                id=row[0],
                account_id=row[1],
                amount=row[2],
                currency=row[3],
                description=row[4],
                created_at=row[5],
            )

    def _all_payments(self) -> Iterator[Payment]:
        result = self._connection.execute(sqlalchemy.text(_ALL))
        for row in result:
            yield Payment(
                id=row[0],
                account_id=row[1],
                amount=row[2],
                currency=row[3],
                description=row[4],
                created_at=row[5],
            )

    def _insert_draft(self, arg: Draft) -> None:
        self._connection.execute(
            sqlalchemy.text(_INSERT),
            {
                "p1": arg.account_id,
                "p2": arg.amount,
                "p3": arg.currency,
                "p4": arg.description,
                "p5": arg.created_at,
            },
        )

    def one_row(self, ids: Sequence[int]) -> None:
        for id in ids:
            self._get_payment(id=id)

    def rows(self, count: int) -> None:
        list(self._list_payments(count=count))

    def insert_loop(self) -> None:
        for draft in DRAFTS:
            self._insert_draft(draft)

    def stream(self) -> None:
        for _ in self._all_payments():
            pass


class AsyncOfficial:
    """Async."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def _get_payment(self, *, id: int) -> Payment | None:
        row = (await self._connection.execute(sqlalchemy.text(_GET), {"p1": id})).first()
        if row is None:
            return None
        return Payment(
            id=row[0],
            account_id=row[1],
            amount=row[2],
            currency=row[3],
            description=row[4],
            created_at=row[5],
        )

    async def _list_payments(self, *, count: int) -> AsyncIterator[Payment]:
        result = await self._connection.stream(sqlalchemy.text(_LIST), {"p1": count})
        async for row in result:
            yield Payment(
                id=row[0],
                account_id=row[1],
                amount=row[2],
                currency=row[3],
                description=row[4],
                created_at=row[5],
            )

    async def one_row(self, ids: Sequence[int]) -> None:
        for id in ids:
            await self._get_payment(id=id)

    async def rows(self, count: int) -> None:
        [payment async for payment in self._list_payments(count=count)]
