"""Lanes: the commands of a partition, done one after another in their order."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeAlias

import structlog

from bankapp import tuning
from bankapp.api.kafka.record import Record

# Whether a record is done; False to try it again.
Try: TypeAlias = Callable[[Record], Awaitable[bool]]
_log: structlog.typing.FilteringBoundLogger = structlog.get_logger("bankapp.commands")


class Lane:
    """The commands of one partition. While one cannot be done, those behind it wait."""

    def __init__(self, attempt: Try, note_done: Callable[[Record], None]) -> None:
        self.next_offset: int | None = None
        self.is_paused = False
        self._attempt = attempt
        self._note_done = note_done
        self._records: deque[Record] = deque()
        self._bytes = 0
        self._arrived = asyncio.Event()
        self._ending = asyncio.Event()
        self._task = asyncio.create_task(self._run())

    def put(self, record: Record) -> None:
        """Add the next record."""
        if self.next_offset is None:
            self.next_offset = record.offset
        self._records.append(record)
        self._bytes += len(record.value)
        self._arrived.set()

    @property
    def is_full(self) -> bool:
        """Whether no more should be fetched."""
        count = len(self._records)
        return count >= tuning.COMMAND_BUFFER_COUNT or self._bytes >= tuning.COMMAND_BUFFER_BYTES

    @property
    def is_low(self) -> bool:
        """Whether more should be fetched."""
        is_short = 2 * len(self._records) <= tuning.COMMAND_BUFFER_COUNT
        return is_short and 2 * self._bytes <= tuning.COMMAND_BUFFER_BYTES

    async def end(self) -> None:
        """Finish the command under way, if it can be done soon, and begin no other."""
        self._ending.set()
        self._arrived.set()
        with suppress(asyncio.CancelledError):
            try:
                async with asyncio.timeout(tuning.COMMAND_FINISH_TIMEOUT_S):
                    await asyncio.shield(self._task)
            except TimeoutError:
                self._task.cancel()
                await self._task

    async def _run(self) -> None:
        while not self._ending.is_set():
            if not self._records:
                self._arrived.clear()
                await self._arrived.wait()
                continue
            record = self._records[0]
            if not await self._finish(record):
                return
            self._records.popleft()
            self._bytes -= len(record.value)
            self.next_offset = record.offset + 1
            self._note_done(record)

    async def _finish(self, record: Record) -> bool:
        """Try a record until it is done. False if the lane ends before."""
        delay_s = tuning.COMMAND_RETRY_DELAY_MIN_S
        while not await self._try(record):
            with suppress(TimeoutError):
                async with asyncio.timeout(delay_s):
                    await self._ending.wait()
            if self._ending.is_set():
                return False
            delay_s = min(2 * delay_s, tuning.COMMAND_RETRY_DELAY_MAX_S)
        return True

    async def _try(self, record: Record) -> bool:
        try:
            return await self._attempt(record)
        except Exception:  # noqa: BLE001 - whatever it is, to pass the record over would lose it
            _log.exception("command failed", partition=record.partition, offset=record.offset)
            return False
