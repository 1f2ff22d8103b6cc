"""Lanes: concurrent items divided by a key, so that the items of one key delay their own only."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
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
