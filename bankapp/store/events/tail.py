"""Wakes those who wait for facts: one reader of the newest facts for all of a process."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager, suppress
from contextvars import Context
from typing import Final, TypeAlias

from bankapp import tuning
from bankapp.domain import errors
from bankapp.telemetry import metrics
from gen.feed_horizon import AdvanceFeedRow

Settle: TypeAlias = Callable[[], Awaitable[AdvanceFeedRow]]
# The users whom the facts between two positions concern.
Concerned: TypeAlias = Callable[[int, int], Awaitable[Collection[str]]]
_ANYBODY: Final = None


class Watch:
    """One who waits for facts that concern a user, or any."""

    def __init__(self) -> None:
        self._woken = asyncio.Event()
        self._is_over = False

    def wake(self, *, for_good: bool = False) -> None:
        """Let the one who waits look, or give up `for_good`."""
        self._is_over |= for_good
        self._woken.set()

    async def until_woken(self, ends_at_s: float) -> bool:
        """Wait until there may be something to read; False when the time, of the loop, is over."""
        with suppress(TimeoutError):
            async with asyncio.timeout_at(ends_at_s):
                await self._woken.wait()
        was_woken = self._woken.is_set() and not self._is_over
        self._woken.clear()
        return was_woken


class Tail:
    """Follows the feed while somebody waits, and wakes those whom a new fact concerns."""

    def __init__(self, settle: Settle, concerned: Concerned) -> None:
        self._settle = settle
        self._concerned = concerned
        self._watches: defaultdict[str | None, set[Watch]] = defaultdict(set)
        self._readers = Counter[str | None]()
        self._following: asyncio.Task[None] | None = None
        self._begun = asyncio.Event()
        self.horizon: AdvanceFeedRow | None = None  # lately; None while nobody follows the feed
        self._is_released = False

    @asynccontextmanager
    async def watching(
        self, username: str | None, reader: str | None = None
    ) -> AsyncGenerator[Watch]:
        """A watch for facts that concern a user, or any; what is settled later wakes it.

        Where too many watch, or too many of one reader, it waits no longer than a moment. Raises
        Unavailable.
        """
        watch = Watch()
        if self._is_full(reader) and not self._is_released:
            await asyncio.sleep(tuning.FEED_CROWDED_PAUSE_S)
            watch.wake(for_good=True)
            yield watch
            return
        self._watches[username].add(watch)
        self._readers[reader] += 1
        metrics.FEED_WAITING.inc()
        try:
            await self._begin()
            if self._is_released:
                watch.wake(for_good=True)
            yield watch
        finally:
            metrics.FEED_WAITING.dec()
            self._readers -= Counter([reader])
            self._watches[username].discard(watch)
            if not self._watches[username]:
                del self._watches[username]

    @property
    def watch_count(self) -> int:
        """How many watch."""
        return sum(map(len, self._watches.values()))

    def _is_full(self, reader: str | None) -> bool:
        is_crowded = self.watch_count >= tuning.FEED_WATCH_COUNT_MAX
        of_reader = 0 if reader is None else self._readers[reader]
        return is_crowded or of_reader >= tuning.FEED_WATCH_COUNT_EACH

    def release(self) -> None:
        """Let nobody wait any longer, now and from now on."""
        self._is_released = True
        self._wake(list(self._watches), for_good=True)

    async def _begin(self) -> None:
        """Have the feed followed, from a place that it has now."""
        if self._following is None or self._following.done():
            self._begun.clear()
            # In a context of its own: it is no part of the request that happens to come first.
            self._following = asyncio.create_task(self._follow(), context=Context())
        begun = asyncio.create_task(self._begun.wait())
        try:
            await asyncio.wait({begun, self._following}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            begun.cancel()
        if not self._begun.is_set():
            await self._following  # raises Unavailable

    async def _follow(self) -> None:
        try:
            self.horizon = last = await self._settle()
            self._begun.set()
            interval_s = tuning.FEED_POLL_INTERVAL_S
            while self._watches:
                await asyncio.sleep(interval_s)
                try:
                    self.horizon = await self._settle()
                    await self._wake_between(last, self.horizon)
                    interval_s = _interval_after(last, self.horizon)
                    last = self.horizon
                except errors.Unavailable:
                    self.horizon = None
                    self._wake(list(self._watches))  # who looks is told
        finally:
            self.horizon = None

    async def _wake_between(self, last: AdvanceFeedRow, horizon: AdvanceFeedRow) -> None:
        if horizon.epoch != last.epoch:
            self._wake(list(self._watches))
        elif horizon.settled_position > last.settled_position:
            self._wake([_ANYBODY])
            await self._wake_concerned(last.settled_position, horizon.settled_position)

    async def _wake_concerned(self, position: int, settled: int) -> None:
        while position < settled and self._watches.keys() - {_ANYBODY}:
            until = min(settled, position + tuning.FEED_STRETCH_LENGTH)
            self._wake(await self._concerned(position, until))
            position = until

    def _wake(self, whom: Collection[str | None], *, for_good: bool = False) -> None:
        for username in whom:
            for watch in self._watches.get(username, ()):
                watch.wake(for_good=for_good)


def _interval_after(last: AdvanceFeedRow, horizon: AdvanceFeedRow) -> float:
    """The seconds until the next look. Where much happens, all who read get more at a time."""
    is_busy = horizon.settled_position - last.settled_position >= tuning.FEED_BUSY_COUNT
    return tuning.FEED_BUSY_POLL_INTERVAL_S if is_busy else tuning.FEED_POLL_INTERVAL_S
