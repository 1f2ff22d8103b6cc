"""The feed: everything that has happened, in one order, without a gap."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bankapp import tuning
from bankapp.domain import errors
from bankapp.domain.feed import Place
from bankapp.store.engine.transaction import Transactions
from bankapp.store.events.facts import Fact
from bankapp.store.events.reading import FactPage, Stretch, Wanted, read_facts
from bankapp.store.events.tail import Tail
from bankapp.telemetry import metrics
from gen.feed_horizon import AdvanceFeedRow
from gen.queries import AsyncQueries


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Facts in the order of the feed, and the place to read on from.

    `has_more` says that more can be read at once, even if `facts` is empty. `account_ids` are the
    accounts that were looked at, None for all.
    """

    facts: list[Fact]
    place: Place
    has_more: bool
    account_ids: Sequence[int] | None


class Lag:
    """Measures for how long the feed has stood still although more was drawn."""

    def __init__(self) -> None:
        self._settled = 0
        self._since_s = 0.0

    def note(self, settled: int, drawn: int) -> None:
        """Note how far the feed is."""
        now_s = time.monotonic()
        if settled != self._settled or settled >= drawn:
            self._settled, self._since_s = settled, now_s
        metrics.FEED_LAG_S.set(now_s - self._since_s)
        metrics.FEED_POSITION.set(settled)


class Feed:
    """The transactions that read the feed.

    It shows what is settled: no fact appears behind one that was shown already (`advance_feed`).
    """

    def __init__(self, transactions: Transactions) -> None:
        # Facts that are settled are for all snapshots the same, so no transaction is needed.
        self._read = transactions.run_statement
        self._run_statement = transactions.run_statement
        self._lag = Lag()
        self.tail = Tail(self.settle, self.list_concerned)

    async def settle(self) -> AdvanceFeedRow:
        """Settle what can be settled now; returns how far that is."""
        horizon = await self._run_statement(_advance)
        if horizon.settled_position < horizon.drawn_position:
            # The first call noted what was drawn, and where nobody is at work the next settles it.
            horizon = await self._run_statement(_advance)
        self._lag.note(horizon.settled_position, horizon.drawn_position)
        return horizon

    async def last_place(self) -> Place:
        """The place behind all that is settled now."""
        horizon = await self.settle()
        return Place(horizon.epoch, horizon.settled_position)

    async def get_page(self, wanted: Wanted, place: Place | None, count_max: int) -> FeedPage:
        """Up to so many facts behind a place; None is the beginning. Raises FeedRewound."""
        horizon = await self.settle()
        place = place or Place(horizon.epoch, 0)
        # A standby may be a moment behind what a reader has seen of its primary.
        is_lost = place.position > horizon.settled_position and not horizon.is_standby
        if place.epoch != horizon.epoch or is_lost:
            raise errors.FeedRewound
        return await self._read_page(wanted, horizon, place.position, count_max)

    async def get_page_behind(self, wanted: Wanted, position: int, count_max: int) -> FeedPage:
        """As `get_page`, behind a position that is of the database's own epoch."""
        horizon = await self.settle()
        position = min(position, horizon.settled_position)
        return await self._read_page(wanted, horizon, position, count_max)

    async def get_facts(self, wanted: Wanted, positions: Sequence[int]) -> FeedPage:
        """The facts at ascending positions, of those that are wanted; all were settled before."""
        horizon = await self.settle()
        read = FactPage([], 0, None)
        for position in positions:
            stretch: Stretch = {
                "after_position": position - 1,
                "until_position": position,
                "row_count_max": 1,
            }
            found = await self._read(read_facts, wanted, stretch, horizon.first_position)
            read = FactPage([*read.facts, *found.facts], position, found.account_ids)
        return _page(read, horizon)

    async def wait_for_page(
        self,
        wanted: Wanted,
        place: Place | None,
        count_max: int,
        wait_s: float,
        *,
        reader: str | None = None,
    ) -> FeedPage:
        """As `get_page`, but while there is nothing to show, wait for it, at most so long.

        Few requests of one `reader` wait at the same time; None is the bank itself.
        """
        if wait_s <= 0:
            return await self.get_page(wanted, place, count_max)
        page = await self._known_page(wanted, place, count_max)
        if page.facts or page.has_more:
            return page
        ends_at_s = asyncio.get_running_loop().time() + wait_s
        async with self.tail.watching(wanted.username, reader) as watch:
            while True:
                page = await self._known_page(wanted, page.place, count_max)
                if page.facts or page.has_more or not await watch.until_woken(ends_at_s):
                    return page

    async def known_horizon(self) -> AdvanceFeedRow:
        """How far the feed was settled a moment ago, where somebody follows it, or now."""
        return self.tail.horizon or await self.settle()

    def release(self) -> None:
        """Let all who wait go on with what there is, for the process stops."""
        self.tail.release()

    async def list_concerned(self, after: int, until: int) -> set[str]:
        """The users whom the facts behind a position, and up to another, concern."""
        usernames = await self._run_statement(
            lambda q: q.feed_horizon.list_users_concerned(
                after_position=after, until_position=until, row_count_max=until - after
            )
        )
        return set(usernames)

    async def _known_page(self, wanted: Wanted, place: Place | None, count_max: int) -> FeedPage:
        """As `get_page`, of what is known to be settled: who waits need not settle it again."""
        known = self.tail.horizon
        if (
            known is None
            or place is None
            or place.epoch != known.epoch
            or place.position > known.settled_position
        ):
            return await self.get_page(wanted, place, count_max)
        return await self._read_page(wanted, known, place.position, count_max)

    async def _read_page(
        self, wanted: Wanted, horizon: AdvanceFeedRow, after: int, count_max: int
    ) -> FeedPage:
        read = FactPage([], after, None)
        # Of a kind that is rare much is read for little, so not without end.
        for _ in range(tuning.FEED_READ_COUNT_MAX):
            if read.facts or read.position >= horizon.settled_position:
                break
            stretch: Stretch = {
                "after_position": read.position,
                "until_position": horizon.settled_position,
                # For few facts of a rare kind many rows are read, but not one by one.
                "row_count_max": max(count_max, tuning.FEED_STRETCH_MIN),
            }
            read = await self._read(read_facts, wanted, stretch, horizon.first_position)
        return _page(read.cut(count_max), horizon)


def _page(read: FactPage, horizon: AdvanceFeedRow) -> FeedPage:
    return FeedPage(
        facts=read.facts,
        place=Place(horizon.epoch, read.position),
        has_more=read.position < horizon.settled_position,
        account_ids=read.account_ids,
    )


async def _advance(q: AsyncQueries) -> AdvanceFeedRow:
    horizon = await q.feed_horizon.advance_feed()
    assert horizon is not None
    return horizon
