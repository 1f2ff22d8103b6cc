"""Runs the intake of a monitor, and makes events for it."""

import asyncio
import json
from collections.abc import AsyncGenerator, Coroutine, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from bankapp.store.store import Store
from bankapp_client import models
from monitor.bank import Bank, Credentials
from monitor.database import Pool, transaction
from monitor.gen.models import FeedPlace
from monitor.intake.batch import Batch
from monitor.intake.feed import Intake
from monitor.intake.storing import Storing
from monitor.rules import Rule
from tests.factories import PASSWORD
from tests.feed import settle

CREDENTIALS: Final = Credentials("watcher", PASSWORD, Path("none"))
NOON: Final = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TRY_COUNT_MAX: Final = 3_000


class Watch:
    """A monitor of a bank, which reads the feed when it is told to."""

    def __init__(self, pool: Pool, bank: Bank, store: Store, rules: Sequence[Rule] = ()) -> None:
        self.pool = pool
        self.bank = bank
        self.store = store
        self.storing = Storing(pool, rules)

    def with_rules(self, *rules: Rule) -> "Watch":
        """The same monitor with rules."""
        return Watch(self.pool, self.bank, self.store, rules)

    def intake(self) -> Coroutine[Any, Any, None]:
        """What reads the feed."""
        return Intake(self.bank, self.storing, asyncio.Event()).run()

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[None]:
        """Read the feed while the block runs."""
        task = asyncio.create_task(self.intake())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def read(self) -> FeedPlace:
        """Read all that has happened by now; the place then."""
        async with self.reading():
            return await self.until_read()

    async def until_read(self) -> FeedPlace:
        """The place once all that has happened by now is read."""
        wanted = await settle(self.store)
        epoch = (await self.store.feed.last_place()).epoch
        place = await self.storing.place()
        for _ in range(TRY_COUNT_MAX):
            place = await self.storing.place()
            reached = (place.next_cursor or "0-0").split("-")
            if int(reached[0]) == epoch and int(reached[1]) >= wanted and not place.behind_since:
                return place
            await asyncio.sleep(0.01)
        raise AssertionError(f"not read: {place}")

    async def positions(self) -> list[int]:
        """The positions of what is stored in the present generation."""
        return [int(row[0]) for row in await self.rows(
            "SELECT position FROM monitored_events WHERE generation = "
            "(SELECT generation FROM feed_place) ORDER BY position"
        )]  # fmt: skip

    async def counted(self) -> dict[str, int]:
        """How many events are counted, by the size of the buckets."""
        query = "SELECT bucket, sum(event_count) FROM event_counts GROUP BY bucket"
        return {str(bucket): int(count) for bucket, count in await self.rows(query)}

    async def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return await rows(self.pool, query)


async def rows(pool: Pool, query: str) -> list[tuple[Any, ...]]:
    """The rows of a query on the database of the monitor."""
    async with pool.connection() as connection:
        return await (await connection.execute(query.encode())).fetchall()


async def decisions(pool: Pool) -> list[Any]:
    """What the rules have found, oldest first."""
    async with transaction(pool) as q:
        return (await q.decisions.list_decisions(before_id=2**62, row_count_max=100))[::-1]


def batch(
    *events: dict[str, Any],
    epoch: int = 1,
    has_more: bool = False,
    next_cursor: str | None = None,
    record_offset: int | None = None,
) -> Batch:
    """Events as they were read."""
    last = events[-1]["id"] if events else f"{epoch}-0"
    page = {"items": events, "next_cursor": next_cursor or last, "has_more": has_more}
    found = Batch.of_page(models.EventPage.model_validate_json(json.dumps(page)))
    return Batch(
        happenings=found.happenings,
        next_cursor=found.next_cursor,
        has_more=found.has_more,
        record_offset=record_offset,
    )


def event(
    position: int,
    name: str = "account.frozen",
    *,
    at: timedelta | datetime = timedelta(0),
    epoch: int = 1,
    **data: Any,
) -> dict[str, Any]:
    """An event at a position; its time is counted from a noon."""
    time = at if isinstance(at, datetime) else NOON + at
    return {
        "id": f"{epoch}-{position}",
        "type": name,
        "timestamp": time.isoformat(),
        "subject": f"{name.partition('.')[0]}:{position}",
        "account_ids": [12],
        "request_id": None,
        "data": data or {"account_id": 12, "owner": "alice"},
    }


def movement(
    position: int,
    kind: str = "withdrawal",
    *,
    source: int = 12,
    target: int = 1,
    amount: int = 100,
    **more: Any,
) -> dict[str, Any]:
    """A transfer at a position."""
    return event(
        position,
        "transfer.posted",
        **more,
        transfer_id=position,
        kind=kind,
        from_account_id=source,
        to_account_id=target,
        amount=amount,
        currency="USD",
        description=None,
        reverses_transfer_id=None,
        captures_hold_id=None,
        from_balance_after=1000,
        to_balance_after=2000,
    )


def login(position: int, username: str = "alice", **more: Any) -> dict[str, Any]:
    """A sign-in at a position."""
    session = f"00000000-0000-0000-0000-{position:012d}"
    return event(position, "session.opened", **more, username=username, session_id=session)
