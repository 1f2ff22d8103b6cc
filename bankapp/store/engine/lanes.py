"""Concurrent work divided by a key, so that the work of one key delays its own only."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from bankapp.store.engine.batching import Batcher

Item = TypeVar("Item")
Answer = TypeVar("Answer")


@dataclass(slots=True)
class _Lane(Generic[Item, Answer]):
    batcher: Batcher[Item, Answer]
    waiting_count: int = 0


class Lanes(Generic[Item, Answer]):
    """A batcher for each key, as long as somebody waits for its answers."""

    def __init__(self, create_batcher: Callable[[], Batcher[Item, Answer]]) -> None:
        self._create_batcher = create_batcher
        self._lanes: dict[Hashable, _Lane[Item, Answer]] = {}

    async def submit(self, key: Hashable, item: Item) -> Answer:
        """The answer of the key's batcher to the item; raises what that raises."""
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = _Lane(self._create_batcher())
        lane.waiting_count += 1
        try:
            return await lane.batcher.submit(item)
        finally:
            lane.waiting_count -= 1
            if not lane.waiting_count:
                del self._lanes[key]


@dataclass(slots=True)
class _Turn:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    taker_count: int = 0


class Turns:
    """Turns of the work of one key: one at a time, in the order of their coming."""

    def __init__(self) -> None:
        self._turns: dict[Hashable, _Turn] = {}

    def __contains__(self, key: Hashable) -> bool:
        """Whether somebody has the key's turn, or waits for it."""
        return key in self._turns

    @asynccontextmanager
    async def take(self, key: Hashable) -> AsyncGenerator[None]:
        """Wait for the key's turn, and have it until the block ends."""
        turn = self._turns.setdefault(key, _Turn())
        turn.taker_count += 1
        try:
            async with turn.lock:
                yield
        finally:
            turn.taker_count -= 1
            if not turn.taker_count:
                del self._turns[key]
