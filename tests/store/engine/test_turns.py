"""Turns are taken by key, in order, and bounded; nothing of them remains."""

import asyncio
from collections.abc import Sequence

import pytest

from bankapp.domain import errors
from bankapp.store.engine.turns import Turns


class Worker:
    """Takes turns at work that goes on until it is told to end, and notes how."""

    def __init__(
        self,
        *,
        count_each: int = 1,
        count_all: int = 9,
        waiting_count_max: int = 9,
        rest_s: float = 0,
    ) -> None:
        self.turns = Turns(
            count_each=count_each,
            count_all=count_all,
            waiting_count_max=waiting_count_max,
            rest_of=lambda _: rest_s,
        )
        self.may_end = asyncio.Event()
        self.notes: list[str] = []

    async def work(self, name: str) -> None:
        """Work under the key that is the first letter of the name."""
        async with self.turns.take(name[0]):
            self.notes.append(f"{name} begins")
            await self.may_end.wait()
            self.notes.append(f"{name} ends")

    async def start(self, names: Sequence[str]) -> list[asyncio.Task[None]]:
        tasks = [asyncio.create_task(self.work(name)) for name in names]
        await asyncio.sleep(0)
        return tasks


async def test_turns_of_a_key_are_taken_in_order() -> None:
    worker = Worker()
    tasks = await worker.start(["a1", "a2", "a3", "b1"])
    assert worker.notes == ["a1 begins", "b1 begins"]
    assert ("a" in worker.turns, "b" in worker.turns, "c" in worker.turns) == (True, True, False)
    worker.may_end.set()
    await asyncio.gather(*tasks)
    begun = [note for note in worker.notes if note.startswith("a")]
    assert begun == [f"a{n} {what}" for n in (1, 2, 3) for what in ("begins", "ends")]
    assert "a" not in worker.turns


async def test_turns_are_bounded_by_key_and_together() -> None:
    worker = Worker(count_each=2, count_all=3)
    tasks = await worker.start(["a1", "a2", "a3", "b1", "b2"])
    assert worker.notes == ["a1 begins", "a2 begins", "b1 begins"]
    worker.may_end.set()
    await asyncio.gather(*tasks)
    assert len(worker.notes) == 10


async def test_too_many_who_wait_are_refused() -> None:
    worker = Worker(count_each=1, waiting_count_max=1)
    tasks = await worker.start(["a1", "a2"])
    with pytest.raises(errors.Unavailable) as refused:
        await worker.work("a3")
    assert refused.value.is_undone
    worker.may_end.set()
    await asyncio.gather(*tasks)
    await worker.work("a4")


async def test_a_key_rests_and_others_do_not() -> None:
    worker = Worker(count_all=1, rest_s=3600)
    first, second, other = await worker.start(["a1", "a2", "b1"])
    worker.may_end.set()
    await asyncio.gather(first, other)
    assert worker.notes == ["a1 begins", "a1 ends", "b1 begins", "b1 ends"]
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    await worker.work("a3")  # nobody waited: there was no reason to rest


async def test_a_turn_ends_with_what_fails_or_is_cancelled() -> None:
    worker = Worker()
    with pytest.raises(ValueError, match="broken"):
        async with worker.turns.take("a"):
            raise ValueError("broken")
    first, waiting = await worker.start(["a1", "a2"])
    for task in (waiting, first):
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert "a" not in worker.turns
