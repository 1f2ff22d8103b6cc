"""A web server of a test, which answers byte for byte as it is told to, and counts connections."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Generator, Mapping
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field

from aiohttp.abc import AbstractResolver, ResolveResult


@dataclass
class WebServer:
    """What the server says to each request, with `drip_s` byte by byte.

    Then it hangs up, or if it `hangs` waits for the other side to do so.
    """

    port: int = 0
    answer: bytes = b""
    drip_s: float | None = None
    hangs: bool = False
    connection_count: int = 0
    requests: list[bytes] = field(default_factory=list[bytes])
    writers: dict[asyncio.Task[None], asyncio.StreamWriter] = field(
        default_factory=dict[asyncio.Task[None], asyncio.StreamWriter], repr=False
    )

    @property
    def url(self) -> str:
        """The server, by the address at which it listens."""
        return f"http://127.0.0.1:{self.port}/"

    def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Called with each connection."""
        self.connection_count += 1
        self.writers[asyncio.create_task(self._answer(reader, writer))] = writer

    async def close(self) -> None:
        """Hang up on everybody."""
        for writer in self.writers.values():
            writer.transport.abort()
        await asyncio.gather(*self.writers)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            self.requests.append(await reader.readuntil(b"\r\n\r\n"))
            if self.drip_s is None:
                writer.write(self.answer)
                await writer.drain()
            else:
                await self._drip(writer, self.drip_s)
            if self.hangs:
                await reader.read()  # until the other side has had enough
        with suppress(ConnectionError):
            writer.close()
            await writer.wait_closed()

    async def _drip(self, writer: asyncio.StreamWriter, interval_s: float) -> None:
        for byte in self.answer:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(interval_s)


@asynccontextmanager
async def web_server() -> AsyncGenerator[WebServer]:
    """A server on a free port of the loopback interface."""
    served = WebServer()
    async with await asyncio.start_server(served.meet, "127.0.0.1", 0) as server:
        served.port = server.sockets[0].getsockname()[1]
        try:
            yield served
        finally:
            await served.close()


@contextmanager
def web_server_in_thread() -> Generator[WebServer]:
    """The same for tests that do not run in a loop."""

    async def serve() -> None:
        async with web_server() as served:
            started.set_result((served, asyncio.get_running_loop()))
            await stop.wait()

    stop = asyncio.Event()
    started: Future[tuple[WebServer, asyncio.AbstractEventLoop]] = Future()
    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    served, loop = started.result(timeout=10)
    try:
        yield served
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


def http(
    body: bytes | str,
    *,
    status: str = "200 OK",
    content_type: str | None = "text/xml",
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """An answer of HTTP with the length of its body; `headers` are added, or put in the place."""
    content = body.encode() if isinstance(body, str) else body
    lines = {"Content-Length": str(len(content)), "Connection": "close"}
    if content_type is not None:
        lines["Content-Type"] = content_type
    lines |= headers or {}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + content


class LyingResolver(AbstractResolver):
    """Says the same addresses of every name, whatever is asked."""

    def __init__(self, *lies: str) -> None:
        self._lies = lies
        self.question_count = 0

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:
        """The lies, as if they were the addresses of the name."""
        self.question_count += 1
        return [
            ResolveResult(
                hostname=host, host=lie, port=port, family=10 if ":" in lie else 2, proto=6, flags=0
            )
            for lie in self._lies
        ]

    async def close(self) -> None:
        """There is nothing to close."""
