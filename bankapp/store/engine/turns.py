"""Turns: bounded concurrency for each key, so that the work of one key delays its own only."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bankapp.domain import errors


@dataclass(slots=True)
class _Line:
    turns: asyncio.Semaphore
    rests_until: float = 0.0
    member_count: int = 0


class Turns:
    """Turns at some work: a few at a time, `count_each` of them of one key, in order of arrival.

    `count_all` bounds the turns of all keys together, and `waiting_count_max` those of one key who
    wait. Those who wait while one of their key has its turn wait on for `rest_of` its length, both
    in seconds.
    """

    def __init__(
        self,
        *,
        count_each: int,
        count_all: int,
        waiting_count_max: int,
        rest_of: Callable[[float], float] = lambda _: 0.0,
    ) -> None:
        self._count_each = count_each
        self._all = asyncio.Semaphore(count_all)
        self._rest_of = rest_of
        self._member_count_max = count_each + waiting_count_max
        self._lines: dict[Hashable, _Line] = {}

    def __contains__(self, key: Hashable) -> bool:
        """Whether the key has a turn, or waits for one."""
        return key in self._lines

    @asynccontextmanager
    async def take(self, key: Hashable) -> AsyncGenerator[None]:
        """Wait for a turn of the key, and have it until the block ends.

        Raises Unavailable when too many of the key wait.
        """
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = _Line(asyncio.Semaphore(self._count_each))
        if line.member_count >= self._member_count_max:
            raise errors.Unavailable.undone()
        line.member_count += 1
        try:
            async with line.turns:
                if (rest_s := line.rests_until - time.monotonic()) > 0:
                    await asyncio.sleep(rest_s)
                async with self._all:
                    started = time.monotonic()
                    try:
                        yield
                    finally:
                        ended = time.monotonic()
                        line.rests_until = ended + self._rest_of(ended - started)
        finally:
            line.member_count -= 1
            if not line.member_count:
                del self._lines[key]
