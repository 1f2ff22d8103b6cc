"""Attacks on a server, each for a number of seconds."""

import asyncio
import itertools
import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Final

from bench.hostile import grpc
from bench.hostile.connections import Target, Verdict
from bench.hostile.documents import DOCUMENTS
from bench.hostile.shapes import (
    BATCHES,
    HARMLESS,
    REFUSED,
    TRANSFERS,
    get,
    post,
    post_json,
)

Attack = Callable[[Target, Verdict, float], Awaitable[None]]
TRICKLE_S: Final = 1.0


async def _in_turn(
    target: Target, verdict: Verdict, until: float, requests: Mapping[str, bytes], client_count: int
) -> None:
    turns = itertools.cycle(requests.items())

    async def attack() -> None:
        while time.monotonic() < until:
            name, request = next(turns)
            verdict.judge(name, await target.exchange(request))

    await asyncio.gather(*(attack() for _ in range(client_count)))


async def send_shapes(target: Target, verdict: Verdict, until: float) -> None:
    """Heads and bodies that are not HTTP, or not quite."""
    await _in_turn(target, verdict, until, {**REFUSED, **HARMLESS}, 16)


async def send_transfers(target: Target, verdict: Verdict, until: float) -> None:
    """Bodies that are not JSON, or not a transfer."""
    await _in_turn(target, verdict, until, _signed(target, b"/v1/transfers", TRANSFERS), 16)


async def send_batches(target: Target, verdict: Verdict, until: float) -> None:
    """Bodies of 1 MB from a client that may send them."""
    await _in_turn(target, verdict, until, _signed(target, b"/v1/transfers/batch", BATCHES), 2)


async def send_documents(target: Target, verdict: Verdict, until: float) -> None:
    """GraphQL documents that would cost much, each time as one that was not seen before."""
    numbers = itertools.count()

    async def attack() -> None:
        while time.monotonic() < until:
            for name, text in DOCUMENTS.items():
                body = json.dumps({"query": f"{text}#{next(numbers)}"}).encode()
                request = post_json(b"/graphql", body, target.token)
                verdict.judge(name, await target.exchange(request))

    await asyncio.gather(*(attack() for _ in range(16)))


def _signed(target: Target, path: bytes, bodies: Mapping[str, bytes]) -> dict[str, bytes]:
    return {name: post_json(path, body, target.token) for name, body in bodies.items()}


async def send_without_end(target: Target, verdict: Verdict, until: float) -> None:
    """Chunked bodies without an end."""
    head = post(b"Transfer-Encoding: chunked", body=b"")
    chunk = b"10000\r\n" + bytes(65_536) + b"\r\n"

    async def attack() -> None:
        while time.monotonic() < until:
            with suppress(ConnectionError):
                async with target.connected() as (reader, writer):
                    writer.write(head)
                    while time.monotonic() < until:
                        writer.write(chunk)
                        await writer.drain()
                    verdict.judge("chunks without end", await reader.read(65_536))

    await asyncio.gather(*(attack() for _ in range(16)))


async def trickle_heads(target: Target, verdict: Verdict, until: float) -> None:
    """A byte of a head every second, on 1,000 connections."""
    await _trickle(target, verdict, until, get(b"X: " + b"x" * 1_000))


async def trickle_bodies(target: Target, verdict: Verdict, until: float) -> None:
    """A byte of a body every second, on 1,000 connections."""
    request = post(b"Content-Length: 1000", body=b" " * 1000)
    await _trickle(target, verdict, until, request, at_once=len(request) - 1000)


async def _trickle(
    target: Target, verdict: Verdict, until: float, request: bytes, at_once: int = 1
) -> None:
    async def attack() -> None:
        received = b""
        with suppress(ConnectionError):
            async with target.connected() as (reader, writer):
                writer.write(request[:at_once])
                for byte in request[at_once:]:
                    if writer.is_closing() or reader.at_eof() or time.monotonic() > until:
                        break
                    writer.write(bytes([byte]))
                    await asyncio.sleep(TRICKLE_S)
                if time.monotonic() > until:
                    verdict.outcomes["still open"] += 1
                    return
                received = await reader.read()
        verdict.judge("a trickle", received)

    await asyncio.gather(*(attack() for _ in range(1_000)))


async def read_nothing(target: Target, verdict: Verdict, until: float) -> None:
    """Thousands of requests on each of 200 connections, and no answer is ever read."""
    request = get(b"Authorization: Bearer " + target.token.encode(), target=b"/v1/accounts")

    async def attack() -> None:
        with suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout_at(_loop_time(until)), target.connected() as (_, writer):
                writer.transport.pause_reading()  # type: ignore[attr-defined]
                while True:
                    writer.write(request * 100)
                    await writer.drain()

    await asyncio.gather(*(attack() for _ in range(200)))


async def pipeline(target: Target, verdict: Verdict, until: float) -> None:
    """A thousand requests at a time on each of 20 connections, and all answers are read."""

    async def attack() -> None:
        with suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout_at(_loop_time(until)), target.connected() as ends:
                reader, writer = ends
                while True:
                    writer.write(get() * 1_000)
                    for _ in range(1_000):
                        await reader.readuntil(b"}")
                    verdict.outcomes["1,000 x 200"] += 1

    await asyncio.gather(*(attack() for _ in range(20)))


async def idle(target: Target, verdict: Verdict, until: float) -> None:
    """10,000 connections on which nothing is sent."""
    limit = asyncio.Semaphore(200)

    async def attack() -> None:
        try:
            async with limit:
                connection = target.connected()
                reader, _ = await connection.__aenter__()
        except OSError as error:
            verdict.outcomes[type(error).__name__] += 1
            return
        with suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout_at(_loop_time(until)):
                await reader.read()
        verdict.outcomes["closed" if reader.at_eof() else "still open"] += 1
        with suppress(OSError):
            await connection.__aexit__(None, None, None)

    await asyncio.gather(*(attack() for _ in range(10_000)))


async def churn(target: Target, verdict: Verdict, until: float) -> None:
    """Connections that are opened and closed as fast as possible, with half a request."""

    async def attack() -> None:
        while time.monotonic() < until:
            with suppress(ConnectionError):
                async with target.connected() as (_, writer):
                    writer.write(b"GET / HT")
                verdict.outcomes["opened"] += 1

    await asyncio.gather(*(attack() for _ in range(16)))


async def half_close(target: Target, verdict: Verdict, until: float) -> None:
    """Requests of which only a part is sent before the client closes its side."""
    request = post(b"Content-Length: 42")

    async def attack() -> None:
        for length in itertools.cycle(range(0, len(request) + 1, 7)):
            if time.monotonic() > until:
                return
            received = b""
            with suppress(ConnectionError):
                async with target.connected() as (reader, writer):
                    writer.write(request[:length])
                    writer.write_eof()
                    received = await reader.read()
            verdict.judge("half a request", received)

    await asyncio.gather(*(attack() for _ in range(16)))


def _loop_time(until: float) -> float:
    return asyncio.get_running_loop().time() + until - time.monotonic()


# The seconds of each attack. The slow ones last until the timeouts of the bank end them.
ATTACKS: Final[Sequence[tuple[Attack, float]]] = [
    (send_shapes, 6),
    (send_transfers, 6),
    (send_batches, 6),
    (send_documents, 6),
    (send_without_end, 6),
    (trickle_heads, 18),
    (trickle_bodies, 18),
    (read_nothing, 18),
    (pipeline, 6),
    (idle, 18),
    (churn, 6),
    (half_close, 6),
    (grpc.send_messages, 6),
    (grpc.send_heads, 6),
    (grpc.reset_streams, 6),
    (grpc.leave_streams_open, 18),
    (grpc.flood_pings, 6),
    (grpc.idle_over_grpc, 12),
]
