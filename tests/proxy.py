"""A proxy before PostgreSQL, on a port of loopback: with TLS, or dropping what poolers drop."""

import asyncio
import ssl
import struct
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

# Startup parameters, as the client sends them, become those that the server gets.
Edit: TypeAlias = Callable[[dict[str, str]], dict[str, str]]

_SSL_REQUEST = 80877103
_GSS_REQUEST = 80877104


@dataclass(frozen=True)
class _Proxy:
    socket: Path
    edit: Edit
    tls: ssl.SSLContext | None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            code, body = await self._negotiate(reader, writer)
            message = struct.pack("!i", code) + self._edited(body)
            upstream = await asyncio.open_unix_connection(str(self.socket))
            upstream[1].write(struct.pack("!i", len(message) + 4) + message)
            await asyncio.gather(_pump(reader, upstream[1]), _pump(upstream[0], writer))

    async def _negotiate(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> tuple[int, bytes]:
        """The code and the rest of the first message that is no question about encryption."""
        while True:
            length, code = struct.unpack("!ii", await reader.readexactly(8))
            body = await reader.readexactly(length - 8)
            if code not in (_SSL_REQUEST, _GSS_REQUEST):
                return code, body
            if code == _SSL_REQUEST and self.tls is not None:
                writer.write(b"S")
                await writer.start_tls(self.tls)
            else:
                writer.write(b"N")

    def _edited(self, body: bytes) -> bytes:
        words = [word.decode() for word in body.split(b"\0") if word]
        edited = self.edit(dict(zip(words[::2], words[1::2], strict=True)))
        pairs = (f"{name}\0{value}\0".encode() for name, value in edited.items())
        return b"".join(pairs) + b"\0"


@contextmanager
def postgres_proxy(
    directory: str,
    port: int,
    *,
    host: str = "127.0.0.1",
    edit: Edit = lambda parameters: parameters,
    tls: ssl.SSLContext | None = None,
) -> Generator[int]:
    """The port of a proxy to the server that has a socket in `directory`, while the block runs."""
    proxy = _Proxy(Path(directory) / f".s.PGSQL.{port}", edit, tls)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        opening = asyncio.run_coroutine_threadsafe(_listen(proxy, host), loop)
        server = opening.result()
        yield server.sockets[0].getsockname()[1]
        asyncio.run_coroutine_threadsafe(_close(server), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def without_options(parameters: dict[str, str]) -> dict[str, str]:
    """What is left when a pooler ignores `options`."""
    return {name: value for name, value in parameters.items() if name != "options"}


async def _listen(proxy: _Proxy, host: str) -> asyncio.Server:
    return await asyncio.start_server(proxy.serve, host, 0)


async def _close(server: asyncio.Server) -> None:
    server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Copy until the end; the other side then closes too."""
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()
