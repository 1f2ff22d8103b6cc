"""The stop of a process: by a signal, or with the embedded database."""

import asyncio
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

from bankapp.command_errors import StartError
from bankapp.postgres.database import Database

DATABASE_CHECK_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Stop:
    """The events that stop a process: `requested` in any case, `hurry` without waiting."""

    requested: asyncio.Event = field(default_factory=asyncio.Event)
    hurry: asyncio.Event = field(default_factory=asyncio.Event)

    def now(self) -> None:
        """Stop without waiting for idle connections."""
        self.requested.set()
        self.hurry.set()


def stopping_by_signals() -> Stop:
    """The stop that SIGINT and SIGTERM set, and SIGHUP unless `nohup` made it ignored."""
    stop = Stop()
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signal_number, stop.now)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        loop.add_signal_handler(signal.SIGHUP, stop.now)
    return stop


@asynccontextmanager
async def stopping_with_database(database: Database, stop: Stop) -> AsyncGenerator[None]:
    """Stop when the embedded server ends, because a restart brings both back.

    Until then the size of its log is kept within its bound. Raises StartError after the block if
    the server has ended.
    """
    watch = asyncio.create_task(_stop_with(database, stop))
    try:
        yield
    finally:
        watch.cancel()
    if database.has_ended():
        raise StartError("the embedded PostgreSQL has ended; its log says why: postgres.log")


async def _stop_with(database: Database, stop: Stop) -> None:
    while not database.has_ended():
        with suppress(OSError):  # the disk is full: the next turn tries again
            database.bound_log()
        await asyncio.sleep(DATABASE_CHECK_S)
    stop.now()
