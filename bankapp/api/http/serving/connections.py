"""The connections of a server process: its share of them, and how it parts with them."""

import asyncio
import socket
from collections.abc import Callable
from typing import Final

import structlog

from bankapp.api.shares import Shares
from bankapp.domain import limits

# A process that never comes to accept must not keep the others from it.
DEFERRAL_COUNT_MAX: Final = 5
DEFERRAL_S: Final = 0.001
EXHAUSTED_DELAY_S: Final = 1.0
_log: structlog.typing.FilteringBoundLogger = structlog.get_logger("bankapp.http")


class Connections:
    """The open connections of this process; of one more than `count_max` the stalest ends."""

    def __init__(self, count_max: int) -> None:
        self.is_closing = False
        self._count_max = count_max
        self._open: dict[asyncio.Transport, None] = {}  # whose last answer is oldest comes first
        self._none_left = asyncio.Event()
        self._none_left.set()

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._open)

    def enter(self, connection: asyncio.Transport) -> None:
        """Count one more."""
        if self.count >= self._count_max:
            stalest = next(iter(self._open))
            del self._open[stalest]
            stalest.abort()
        self._open[connection] = None
        self._none_left.clear()

    def renew(self, connection: asyncio.Transport) -> None:
        """Note that it got an answer."""
        if connection in self._open:
            del self._open[connection]
            self._open[connection] = None

    def leave(self, connection: asyncio.Transport) -> None:
        """Count one less."""
        self._open.pop(connection, None)
        if self.count == 0:
            self._none_left.set()

    async def part(self, hurry: asyncio.Event) -> None:
        """Let each connection end with its next answer, which says `Connection: close`.

        One closed while idle may cross a request on its way, so none is until the idle timeout
        would have done it; or, once `hurry` is set, a moment that suffices for a busy client.
        """
        self.is_closing = True
        waits = [asyncio.create_task(event.wait()) for event in (self._none_left, hurry)]
        await asyncio.wait(
            waits, timeout=limits.IDLE_TIMEOUT_S, return_when=asyncio.FIRST_COMPLETED
        )
        await asyncio.wait(waits[:1], timeout=limits.PARTING_TIMEOUT_S)
        for wait in waits:
            wait.cancel()


class Acceptor:
    """Accepts connections from a socket on which other processes accept, too.

    All of them wake up for a new connection, and a process that is already running would accept
    most of a burst. So each takes one at a time, and one that has more than another leaves it to
    that one for a moment.
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
        """Accept no more."""
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
            return  # another process was quicker, or the client gave up
        except OSError as error:
            _log.warning("cannot accept", error=error.strerror)
            self._pause(EXHAUSTED_DELAY_S)
            return
        connection.settimeout(0)
        task = self._loop.create_task(self._loop.connect_accepted_socket(self._factory, connection))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
