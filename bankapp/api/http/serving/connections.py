"""The connections of a server process: accepted in even shares, and closed at a stop."""

import asyncio
import socket
from collections.abc import Callable
from typing import Final

import structlog

from bankapp import tuning
from bankapp.api.shares import Shares

# A process that has stopped accepting must not keep the others from doing so.
DEFERRAL_COUNT_MAX: Final = 5
DEFERRAL_S: Final = 0.001
EXHAUSTED_DELAY_S: Final = 1.0
_log: structlog.typing.FilteringBoundLogger = structlog.get_logger("bankapp.http")


class Connections:
    """The open connections of this process; beyond `count_max` the stalest one is closed."""

    def __init__(self, count_max: int) -> None:
        self.is_closing = False
        self._count_max = count_max
        self._open: dict[asyncio.Transport, None] = {}  # the one with the oldest answer comes first
        self._none_left = asyncio.Event()
        self._none_left.set()

    @property
    def count(self) -> int:
        """The number of open connections."""
        return len(self._open)

    def enter(self, connection: asyncio.Transport) -> None:
        """Add a connection."""
        if self.count >= self._count_max:
            stalest = next(iter(self._open))
            del self._open[stalest]
            stalest.abort()
        self._open[connection] = None
        self._none_left.clear()

    def renew(self, connection: asyncio.Transport) -> None:
        """Note that a connection got an answer."""
        if connection in self._open:
            del self._open[connection]
            self._open[connection] = None

    def leave(self, connection: asyncio.Transport) -> None:
        """Remove a connection."""
        self._open.pop(connection, None)
        if self.count == 0:
            self._none_left.set()

    async def part(self, hurry: asyncio.Event) -> None:
        """Close each connection after its next answer, which says `Connection: close`.

        The closing of an idle connection may cross a request on its way. So an idle connection is
        closed only after the idle timeout or, once `hurry` is set, after a moment that suffices
        for a busy client.
        """
        self.is_closing = True
        waits = [asyncio.create_task(event.wait()) for event in (self._none_left, hurry)]
        await asyncio.wait(
            waits, timeout=tuning.IDLE_TIMEOUT_S, return_when=asyncio.FIRST_COMPLETED
        )
        await asyncio.wait(waits[:1], timeout=tuning.PARTING_TIMEOUT_S)
        for wait in waits:
            wait.cancel()


class Acceptor:
    """Accepts connections from a socket on which other processes accept, too.

    A new connection wakes all processes, and a process that is already running would accept most
    of a burst. So each process accepts one connection at a time, and a process that has more
    connections than another one waits for a moment before it accepts.
    """

    def __init__(
        self,
        listening: socket.socket,
        factory: Callable[[], asyncio.Protocol],
        connections: Connections,
        shares: Shares,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._listening = listening
        self._factory = factory
        self._connections = connections
        self._shares = shares
        self._deferral_count = 0
        self._resumption: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[object]] = set()
        listening.settimeout(0)
        self._resume()

    def close(self) -> None:
        """Stop accepting."""
        self._loop.remove_reader(self._listening)
        if self._resumption is not None:
            self._resumption.cancel()
        self._listening.close()

    def _resume(self) -> None:
        self._loop.add_reader(self._listening, self._on_readable)

    def _pause(self, duration_s: float) -> None:
        self._loop.remove_reader(self._listening)
        self._resumption = self._loop.call_later(duration_s, self._resume)

    def _on_readable(self) -> None:
        exceeds = self._shares.exceeds(self._connections.count)
        if exceeds and self._deferral_count < DEFERRAL_COUNT_MAX:
            self._deferral_count += 1
            self._pause(DEFERRAL_S)
            return
        self._deferral_count = 0
        try:
            connection, _ = self._listening.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return  # another process accepted it, or the client gave up
        except OSError as error:
            _log.warning("cannot accept", error=error.strerror)
            self._pause(EXHAUSTED_DELAY_S)
            return
        connection.settimeout(0)
        task = self._loop.create_task(self._loop.connect_accepted_socket(self._factory, connection))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
