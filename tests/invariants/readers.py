"""Readers of the feed in a storm, and what they were told compared with the books."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, TypeAlias

import psycopg

from tests.invariants.storm import BANKER, Reply

# Asks as one of the people for a page of the feed; None: the connection broke.
Read: TypeAlias = Callable[[int, Mapping[str, object]], Awaitable[Reply | None]]

PAUSE_S: Final = 0.05
WAIT_S: Final = 1
POSITIONS: Final = """
SELECT 'transfer.posted', id FROM transfers
UNION ALL
SELECT 'hold.placed', id FROM holds
UNION ALL
SELECT CASE status WHEN 'open' THEN 'hold.expired' ELSE 'hold.' || status END, end_position
FROM holds WHERE end_position IS NOT NULL
UNION ALL
SELECT action, id FROM audit_events WHERE action <> 'user.password_rehashed'
ORDER BY 2
"""
ENTRIES: Final = """
SELECT transfer_id, balance_after FROM entries WHERE account_id = %s ORDER BY transfer_id
"""


class Reader:
    """One who follows the feed from its beginning, and goes on where the bank was killed."""

    def __init__(self, read: Read, asker: int) -> None:
        self.asker = asker
        self.events: list[dict[str, Any]] = []
        self._read = read
        self._cursor: str | None = None
        self._is_last = asyncio.Event()

    def finish(self) -> None:
        """Nothing happens any more: what is left is read, and then no more."""
        self._is_last.set()

    async def follow(self) -> None:
        """Read until there is nothing left after the finish."""
        empty_count = 0
        while empty_count < 2:
            may_end = self._is_last.is_set()
            place = {} if self._cursor is None else {"cursor": self._cursor}
            reply = await self._read(self.asker, {"limit": 500, "wait_s": WAIT_S, **place})
            if reply is None or reply.status == 503:
                await asyncio.sleep(PAUSE_S)
                continue
            assert reply.status == 200, reply
            self.events += reply.body["items"]
            self._cursor = reply.body["next_cursor"]
            is_end = may_end and not reply.body["items"] and not reply.body["has_more"]
            empty_count = empty_count + 1 if is_end else 0


@asynccontextmanager
async def reading(read: Read, askers: Sequence[int]) -> AsyncGenerator[list[Reader]]:
    """Readers who follow the feed while the block runs, and then to its end."""
    readers = [Reader(read, asker) for asker in askers]
    async with asyncio.TaskGroup() as tasks:
        for reader in readers:
            tasks.create_task(reader.follow())
        yield readers
        for reader in readers:
            reader.finish()


def untold(url: str, readers: Sequence[Reader], account_ids: Sequence[int]) -> list[str]:
    """What readers were not told, twice, or in another order; empty when all is as it happened."""
    found: list[str] = []
    with psycopg.connect(url) as connection:
        happened = [
            (f"1-{position}", name)
            for name, position in connection.execute(POSITIONS.encode()).fetchall()
        ]
        for reader in readers:
            if reader.asker == BANKER:
                told = [(event["id"], event["type"]) for event in reader.events]
                found += _differences("the banker", told, happened)
                continue
            account_id = account_ids[reader.asker]
            entries = connection.execute(ENTRIES.encode(), [account_id]).fetchall()
            balances = [
                (event["data"]["transfer_id"], _own_balance(event["data"], account_id))
                for event in reader.events
                if event["type"] == "transfer.posted"
            ]
            found += _differences(f"the owner of account {account_id}", balances, entries)
    return found


def _own_balance(data: Mapping[str, Any], account_id: int) -> int:
    side, other = ("from", "to") if data["from_account_id"] == account_id else ("to", "from")
    assert data[f"{other}_balance_after"] is None, data
    balance: int = data[f"{side}_balance_after"]
    return balance


def _differences(who: str, told: Sequence[Any], happened: Sequence[Any]) -> list[str]:
    if list(told) == list(happened):
        return []
    missed, invented = set(happened) - set(told), set(told) - set(happened)
    order = "in order" if list(told) == sorted(told) else "out of order"
    counts = f"{len(missed)} missed, {len(invented)} invented, {len(told) - len(set(told))} twice"
    examples = sorted(missed | invented)[:3]
    return [f"{who} was told {len(told)} of {len(happened)}, {order}: {counts}: {examples}"]
