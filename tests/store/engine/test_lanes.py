"""Items of one key delay those of no other, and a lane does not remain."""

import asyncio
from collections.abc import Sequence

import pytest

from bankapp.store.engine.batching import Batcher
from bankapp.store.engine.lanes import Lanes


class Gate:
    """A run of batches that waits until it is opened, and notes what it has run."""

    def __init__(self) -> None:
        self.is_open = asyncio.Event()
        self.batches: list[list[str]] = []

    async def run(self, batch: Sequence[str]) -> list[str]:
        self.batches.append([*batch])
        await self.is_open.wait()
        return [item.upper() for item in batch]


def lanes_of(*gates: Gate) -> Lanes[str, str]:
    """Lanes of which the first made runs by the first gate, and so on."""
    remaining = iter(gates)
    return Lanes(lambda: Batcher(next(remaining).run, count_max=10))


async def test_a_lane_waits_for_its_own_key_only() -> None:
    shut, opened = Gate(), Gate()
    opened.is_open.set()
    lanes = lanes_of(shut, opened)
    waiting = asyncio.create_task(lanes.submit("kept", "a"))
    await asyncio.sleep(0)
    assert await lanes.submit("free", "b") == "B"
    assert not waiting.done()
    shut.is_open.set()
    assert await waiting == "A"


async def test_items_of_a_key_go_together() -> None:
    gate = Gate()
    lanes = lanes_of(gate)
    async with asyncio.TaskGroup() as tasks:
        for item in "abc":
            tasks.create_task(lanes.submit("key", item))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        gate.is_open.set()
    assert gate.batches == [["a"], ["b", "c"]]


async def test_a_lane_goes_with_the_last_of_its_callers() -> None:
    lanes = lanes_of(Gate(), first := Gate())
    cancelled = asyncio.create_task(lanes.submit("key", "a"))
    await asyncio.sleep(0)
    cancelled.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cancelled
    first.is_open.set()
    assert await lanes.submit("key", "b") == "B"  # in a lane of its own
