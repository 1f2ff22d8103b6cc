"""Attacks on the gRPC door, in frames of HTTP/2."""

import asyncio
import itertools
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Final

from bench.doors import http2
from bench.hostile.connections import ANSWER_TIMEOUT_S, Target, Verdict

_BATCH: Final = "/bank.v1.LedgerService/CreateBatch"
_ACCOUNTS: Final = "/bank.v1.LedgerService/ListAccounts"
_MIB: Final = 1024 * 1024
_ITEM: Final = b"\x08\x01\x10\x02\x18\x01\x22\x03USD"

# The messages of batches, as large and as costly to read as possible.
MESSAGES: Final[Mapping[str, bytes]] = {
    "no message": b"\xff" * 1000,
    "half a million fields that nobody knows": b"\x78\x01" * (_MIB // 2),
    "half a million empty items": b"\x08\x01" + b"\x12\x00" * (_MIB // 2 - 1),
    "1,001 items": b"\x08\x01" + (b"\x12" + bytes([len(_ITEM)]) + _ITEM) * 1001,
    "a thousand broken items": b"\x08\x01" + b"\x12\x02\x18\x01" * 1000,
    "1,000 groups within each other": b"\x7b" * 1000 + b"\x7c" * 1000,
    "a thousand messages within each other": b"\x12\x7f" * 1000,
    "1 MiB of text": b"\x12" + b"\xfa\xff\x3f" + b"\x22" + b"\xf6\xff\x3f" + b"x" * (_MIB - 10),
    "beyond the limit": b"\x08\x01" * (_MIB // 2 + 1),
}


@asynccontextmanager
async def _opened(
    target: Target,
) -> AsyncGenerator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    async with target.connected(target.grpc_url) as (reader, writer):
        writer.write(http2.opening())
        yield reader, writer


def _head(target: Target, path: str, *further: tuple[str, str]) -> bytes:
    headers = [
        ("te", "trailers"),
        ("content-type", "application/grpc"),
        ("authorization", f"Bearer {target.token}"),
        *further,
    ]
    return http2.header_block(path, headers)


def _call(block: bytes, stream: int, content: bytes) -> bytes:
    """A request in frames that are no larger than a server has to take."""
    parts = [content[start : start + 16_384] for start in range(0, len(content), 16_384)]
    data = b"".join(http2.frame(http2.DATA, 0, stream, part) for part in parts)
    end = http2.frame(http2.DATA, http2.END_STREAM, stream)
    return http2.frame(http2.HEADERS, http2.END_HEADERS, stream, block) + data + end


async def _answer(reader: asyncio.StreamReader) -> bytes:
    """All that is received until a stream ends, or the connection."""
    received, whole = bytearray(), b""
    async with asyncio.timeout(ANSWER_TIMEOUT_S):
        while some := await reader.read(65_536):
            received += some
            whole += some
            for one in http2.frames(received):
                is_end = one.kind == http2.HEADERS and one.flags & http2.END_STREAM
                if is_end or one.kind in (http2.RST_STREAM, http2.GOAWAY):
                    return whole
    return whole


async def send_messages(target: Target, verdict: Verdict, until: float) -> None:
    """Messages of 1 MiB from a client that may send them."""
    turns = itertools.cycle(MESSAGES.items())

    async def attack() -> None:
        while time.monotonic() < until:
            name, content = next(turns)
            with suppress(ConnectionError, TimeoutError):
                async with _opened(target) as (reader, writer):
                    writer.write(_call(_head(target, _BATCH), 1, http2.message(content)))
                    verdict.judge_frames(name, await _answer(reader))

    await asyncio.gather(*(attack() for _ in range(2)))


async def send_heads(target: Target, verdict: Verdict, until: float) -> None:
    """Metadata that are large, many, or none that HTTP/2 knows."""
    shapes = {
        "a large value": _head(target, _ACCOUNTS, ("x", "x" * 60_000)),
        "many values": _head(target, _ACCOUNTS, *[("idempotency-key", "k")] * 900),
        "another content type": http2.header_block(_ACCOUNTS, [("content-type", "text/html")]),
        "no path": b"\x83\x86",
        "an index that is not there": b"\xff\xff\xff\x0f",
        "an integer without end": b"\x7f" + b"\xff" * 200,
    }
    turns = itertools.cycle(shapes.items())

    async def attack() -> None:
        while time.monotonic() < until:
            name, block = next(turns)
            with suppress(ConnectionError, TimeoutError):
                async with _opened(target) as (reader, writer):
                    writer.write(_call(block[:16_384], 1, http2.message(b"")))
                    verdict.judge_frames(name, await _answer(reader))

    await asyncio.gather(*(attack() for _ in range(8)))


async def reset_streams(target: Target, verdict: Verdict, until: float) -> None:
    """Requests that are taken back at once, a hundred at a time."""
    block, cancel = _head(target, _ACCOUNTS), (8).to_bytes(4, "big")

    async def attack() -> None:
        while time.monotonic() < until:
            with suppress(ConnectionError, TimeoutError):
                async with _opened(target) as (reader, writer):
                    for start in range(1, 20_000, 200):
                        writer.write(
                            b"".join(
                                _call(block, stream, http2.message(b""))
                                + http2.frame(http2.RST_STREAM, 0, stream, cancel)
                                for stream in range(start, start + 200, 2)
                            )
                        )
                        await writer.drain()
                        await reader.read(65_536)
                        verdict.outcomes["100 taken back"] += 1
                        if time.monotonic() > until:
                            return

    await asyncio.gather(*(attack() for _ in range(4)))


async def leave_streams_open(target: Target, verdict: Verdict, until: float) -> None:
    """Requests without their message, a hundred on each of 100 connections."""
    block = _head(target, _ACCOUNTS)
    heads = b"".join(
        http2.frame(http2.HEADERS, http2.END_HEADERS, stream, block) for stream in range(1, 201, 2)
    )

    async def attack() -> None:
        with suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(until - time.monotonic()), _opened(target) as ends:
                reader, writer = ends
                writer.write(heads)
                while await reader.read(65_536):
                    pass
                verdict.outcomes["closed"] += 1

    await asyncio.gather(*(attack() for _ in range(100)))


async def flood_pings(target: Target, verdict: Verdict, until: float) -> None:
    """Pings and settings, as fast as they are taken."""
    flood = (http2.frame(http2.PING, 0, 0, bytes(8)) + http2.frame(http2.SETTINGS, 0, 0)) * 1_000

    async def attack() -> None:
        while time.monotonic() < until:
            with suppress(ConnectionError, TimeoutError):
                async with asyncio.timeout(1), _opened(target) as (reader, writer):
                    while True:
                        writer.write(flood)
                        await writer.drain()
                        await reader.read(65_536)
                        verdict.outcomes["1,000 pings"] += 1

    await asyncio.gather(*(attack() for _ in range(8)))


async def idle_over_grpc(target: Target, verdict: Verdict, until: float) -> None:
    """1,000 connections on which nothing is sent but their opening."""

    async def attack() -> None:
        with suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(until - time.monotonic()), _opened(target) as (reader, _):
                while await reader.read(65_536):
                    pass
                verdict.outcomes["closed"] += 1
                return
        verdict.outcomes["still open"] += 1

    await asyncio.gather(*(attack() for _ in range(1_000)))
