"""Serves an application on an address, and answers requests that its parser refuses."""

import asyncio
import logging
import resource
import socket
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from functools import partial
from typing import Final

import structlog
from aiohttp import web
from aiohttp.abc import AbstractAccessLogger

from bankapp import tuning
from bankapp.api.http.problems import SERVER, problem_response
from bankapp.api.http.security_headers import secure
from bankapp.api.http.serving.connections import Acceptor, Connections
from bankapp.api.shares import Shares
from bankapp.domain import errors
from bankapp.telemetry import metrics
from bankapp.telemetry.context import create_request_id

BACKLOG: Final = 1024
OTHER_FILES_COUNT_MAX: Final = 128
UNSENT_BYTES_MAX: Final = 64 * 1024
_log: structlog.typing.FilteringBoundLogger = structlog.get_logger("bankapp.http")


@contextmanager
def open_sockets(
    host: str, port: int, *, reuse_port: bool = False
) -> Generator[list[socket.socket]]:
    """Listen on an address while the block runs; connections wait until they are accepted.

    The kernel buffers little of the answers that clients do not read. With `reuse_port` several
    processes can share the address. Raises OSError when it is not available.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    with ExitStack() as sockets:
        opened = [
            sockets.enter_context(
                socket.create_server(address, family=family, backlog=BACKLOG, reuse_port=reuse_port)
            )
            for family, _, _, _, address in found
        ]
        for each in opened:
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES_MAX)
        yield opened


def url_of(listener: socket.socket) -> str:
    """The URL of a listening socket."""
    address, port = listener.getsockname()[:2]
    shown = f"[{address}]" if ":" in address else address
    return f"http://{shown}:{port}"


@asynccontextmanager
async def listen(
    app: web.Application,
    sockets: Sequence[socket.socket],
    *,
    hurry: asyncio.Event,
    shares: Shares | None = None,
) -> AsyncGenerator[None]:
    """Serve `app` while the block runs, then close the sockets and finish the accepted requests.

    `shares` counts the connections of the other processes that accept on the same sockets. Idle
    connections are closed late, unless `hurry` is set.
    """
    connections = Connections(_allow_many_connections())
    runner = web.AppRunner(app, shutdown_timeout=tuning.SHUTDOWN_TIMEOUT_S)
    await runner.setup()
    try:
        assert runner.server is not None
        factory = partial(_Connection, runner.server, connections)
        with ExitStack() as acceptors:
            for each in sockets:
                acceptors.callback(await _accept(each, factory, connections, shares))
            yield
        await connections.part(hurry)
    finally:
        await runner.cleanup()


async def _accept(
    listener: socket.socket,
    factory: Callable[[], web.RequestHandler],
    connections: Connections,
    shares: Shares | None,
) -> Callable[[], None]:
    """Accept connections until the returned function is called."""
    if shares is not None:
        return Acceptor(listener, factory, connections, shares).close
    server = await asyncio.get_running_loop().create_server(factory, sock=listener, backlog=BACKLOG)
    return server.close


class _Connection(web.RequestHandler):
    """One client's connection."""

    __slots__ = (
        "_connections",
        "_discarded_bytes",
        "_entered",
        "_is_unreadable",
        "_lingering",
        "_unread_timer",
    )

    def __init__(self, server: web.Server, connections: Connections) -> None:
        super().__init__(
            server,
            loop=asyncio.get_running_loop(),
            access_log=logging.getLogger("bankapp.access"),
            access_log_class=_NoAccessLog,
            # A small compressed body can unpack to gigabytes.
            auto_decompress=False,
            keepalive_timeout=tuning.IDLE_TIMEOUT_S,
            lingering_time=0,  # see `_linger`
        )
        self._connections = connections
        self._lingering: asyncio.Event | None = None
        self._is_unreadable = False
        self._discarded_bytes = 0
        self._unread_timer: asyncio.TimerHandle | None = None
        self._entered: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        assert self.transport is not None
        self.transport.set_write_buffer_limits(0)  # the next request waits until all is written
        self._entered = self.transport
        self._connections.enter(self.transport)

    def connection_lost(self, exc: BaseException | None) -> None:
        assert self._entered is not None  # `transport` is None where aiohttp closed it
        self._connections.leave(self._entered)
        self._stop_timer()
        if self._lingering is not None:
            self._lingering.set()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read a request; while the connection lingers, discard what arrives, up to a limit."""
        if self._lingering is None:
            super().data_received(data)
            return
        self._discarded_bytes += len(data)
        if self._discarded_bytes > tuning.LINGERING_BYTES_MAX and self.transport is not None:
            self.transport.abort()

    def pause_writing(self) -> None:
        """Close the connection unless the client reads the answer in time."""
        super().pause_writing()
        assert self.transport is not None
        self._unread_timer = self._loop.call_later(tuning.UNREAD_TIMEOUT_S, self.transport.abort)

    def resume_writing(self) -> None:
        self._stop_timer()
        super().resume_writing()

    def resume_reading(self, resume_parser: bool = True) -> None:  # noqa: FBT001, FBT002
        """Resume reading, but do not read the rest of a refused body."""
        if not self._close:
            super().resume_reading(resume_parser)

    def _stop_timer(self) -> None:
        if self._unread_timer is not None:
            self._unread_timer.cancel()
            self._unread_timer = None

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Send the answer, and close the connection at a stop or if not all has been read."""
        is_unread = not request.content.is_eof() or self._is_unreadable
        if is_unread or self._connections.is_closing:
            resp.force_close()
        finished = await super().finish_response(request, resp, start_time)
        if self.transport is not None:
            self._connections.renew(self.transport)
            if is_unread:
                with suppress(Exception):  # whatever ended the body: its bytes are not kept
                    request.content.read_nowait()
                await self._linger(self.transport)
        return finished

    async def _linger(self, transport: asyncio.Transport) -> None:
        """Discard what still arrives, so that the client can read the answer.

        A connection that is closed while bytes arrive is reset, and the answer is lost with it. So
        only the way to the client is closed, until the client closes the other one, or has sent or
        waited for too long.
        """
        self.close()
        self._lingering = asyncio.Event()
        if transport.can_write_eof():
            transport.write_eof()
        transport.resume_reading()
        with suppress(TimeoutError):
            async with asyncio.timeout(tuning.LINGERING_TIMEOUT_S):
                await self._lingering.wait()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer with a problem, and log nothing of the request, which may contain a secret."""
        self._is_unreadable = status != 500
        refusal = errors.InternalError() if status == 500 else errors.MalformedRequest()
        request_id = create_request_id()
        _log.warning("unreadable", request_id=request_id, status=status, error=type(exc).__name__)
        if request.writer.output_size > 0:
            raise ConnectionError("a part of another answer is already sent")
        metrics.REFUSALS.labels(refusal.code).inc()
        response = problem_response(refusal, request_id)
        response.headers["Server"] = SERVER
        secure(response.headers)
        response.force_close()
        return response


class _NoAccessLog(AbstractAccessLogger):
    """Logs nothing, because the middleware logs every request."""

    def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
        pass

    @property
    def enabled(self) -> bool:
        return False


def _allow_many_connections() -> int:
    """Raise the limit of open files; return the number of connections that it allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return min(tuning.OPEN_CONNECTION_COUNT_MAX, hard - OTHER_FILES_COUNT_MAX)
