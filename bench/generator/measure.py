"""Timing of several ways of the same work. They take turns, so that a slow moment slows all."""

import ctypes
import gc
import tracemalloc
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from inspect import isawaitable
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import TypeAlias

Action: TypeAlias = Callable[[], Awaitable[object] | object]


@dataclass(frozen=True)
class Way:
    """One way of doing the work; `undo` restores the state afterwards, untimed."""

    name: str
    run: Action
    undo: Action = lambda: None


@dataclass(frozen=True)
class Case:
    """Work, and the ways of doing it. The first way is the baseline of the others."""

    title: str
    unit_count: int
    rounds: int
    ways: Sequence[Way]
    weighs_memory: bool = False


@dataclass(frozen=True)
class Memory:
    """Bytes at the peak of a run: of Python's objects, and of the whole process."""

    python: int
    process: int


@dataclass(frozen=True)
class _Time:
    """Seconds of wall time, and of CPU time of this process, without server and waiting."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class Result:
    """Medians over all rounds: seconds of one unit, and the ratios to the first way in a round."""

    name: str
    seconds: float
    ratio: float
    cpu_ratio: float
    memory: Memory | None


async def measure(case: Case) -> list[Result]:
    """The results of a case, one per way."""
    for way in case.ways:
        await _time(way)
    gc.collect()
    gc.freeze()
    rounds: list[dict[str, _Time]] = []
    for turn in range(case.rounds):
        order = _rotated(case.ways, turn)
        rounds.append({way.name: await _time(way) for way in order})
    first = case.ways[0].name
    return [
        Result(
            name=way.name,
            seconds=median(taken[way.name].wall for taken in rounds) / case.unit_count,
            ratio=median(taken[way.name].wall / taken[first].wall for taken in rounds),
            cpu_ratio=median(taken[way.name].cpu / taken[first].cpu for taken in rounds),
            memory=await _weigh(way) if case.weighs_memory else None,
        )
        for way in case.ways
    ]


def _rotated(ways: Sequence[Way], turn: int) -> Iterable[Way]:
    # Forwards and backwards, so that no way always follows the same other way.
    at = turn // 2 % len(ways)
    rotated = [*ways[at:], *ways[:at]]
    return reversed(rotated) if turn % 2 else rotated


async def _time(way: Way) -> _Time:
    gc.collect()
    gc.disable()
    start, cpu_start = perf_counter(), process_time()
    await _settle(way.run)
    taken = _Time(perf_counter() - start, process_time() - cpu_start)
    gc.enable()
    await _settle(way.undo)
    return taken


async def _settle(action: Action) -> None:
    done = action()
    if isawaitable(done):
        await done


async def _weigh(way: Way) -> Memory:
    process = await _weigh_process(way)
    gc.collect()
    tracemalloc.start()
    await _settle(way.run)
    _, python = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    await _settle(way.undo)
    return Memory(python, process)


async def _weigh_process(way: Way) -> int:
    """The growth of the process, because tracemalloc does not see the allocations of libpq."""
    before = _forget_peak()
    await _settle(way.run)
    peak = _process_bytes("VmHWM")
    await _settle(way.undo)
    return max(0, peak - before)


def _forget_peak() -> int:
    """Reset the peak that Linux counts; returns the present size of the process."""
    gc.collect()
    with suppress(AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")
    return _process_bytes("VmRSS")


def _process_bytes(field: str) -> int:
    status = Path("/proc/self/status").read_text().splitlines()
    [line] = [line for line in status if line.startswith(f"{field}:")]
    return int(line.split()[1]) * 1024
