"""Loads a server over gRPC: each stream's request follows the answer of the one before.

It is a process of its own: `python -m bench.doors.load`, with its workload on standard input.
"""

import asyncio
import json
import random
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import asdict
from itertools import chain
from typing import Final, cast
from urllib.parse import urlsplit

import uvloop
from google.protobuf.message_factory import GetMessageClass

from bankapp.api.grpc.descriptors import messages_of
from bankapp.api.grpc.methods import PACKAGE, SERVED
from bankapp.operations.ledger.transfers import create_transfer
from bench.doors import http2
from bench.ledger.figures import Figures, of_times
from bench.ledger.load import PREPARED_PER_S
from bench.ledger.workload import Workload

STREAM_COUNT: Final = 8  # of a connection
_OPERATION: Final = next(one for one in SERVED if one.operation is create_transfer)
_PATH: Final = f"/{PACKAGE}.{_OPERATION.service}/{_OPERATION.name}"
_REQUEST: Final = GetMessageClass(messages_of(_OPERATION)[0])


class Request:
    """A request but for the number of its stream."""

    __slots__ = ("_content", "_headers")

    def __init__(self, headers: bytes, content: bytes) -> None:
        self._headers, self._content = headers, content

    def on(self, stream: int) -> bytes:
        """Its bytes on a stream."""
        return http2.frame(http2.HEADERS, http2.END_HEADERS, stream, self._headers) + http2.frame(
            http2.DATA, http2.END_STREAM, stream, self._content
        )


def requests(workload: Workload) -> Iterator[Request]:
    """Endless transfers, of which enough are made before the first is sent."""
    dice = random.Random()
    prepared = [_transfer(workload, dice) for _ in range(int(PREPARED_PER_S * workload.duration_s))]
    return chain(prepared, iter(lambda: _transfer(workload, dice), None))


def _transfer(workload: Workload, dice: random.Random) -> Request:
    ids, count = workload.account_ids, len(workload.account_ids)
    payer = dice.randrange(count)
    payee = (payer + dice.randrange(1, count)) % count
    headers = [
        ("te", "trailers"),
        ("content-type", "application/grpc"),
        ("authorization", f"Bearer {workload.tokens[payer]}"),
        ("idempotency-key", uuid.uuid4().hex),
    ]
    content = _REQUEST(
        from_account_id=ids[payer], to_account_id=ids[payee], amount=1, currency="USD"
    ).SerializeToString()
    return Request(http2.header_block(_PATH, headers), http2.message(content))


class Client(asyncio.Protocol):
    """One connection. It uses little CPU time, because it shares the machine with the server."""

    def __init__(self, requests: Iterator[Request], until: float, times_ms: list[float]) -> None:
        self._requests = requests
        self._until = until
        self._times_ms = times_ms
        self._received = bytearray()
        self._sent: dict[int, float] = {}
        self._answered: set[int] = set()
        self._next_stream = 1
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass
        self._transport.write(http2.opening())
        self._transport.write(b"".join(self._request() for _ in range(STREAM_COUNT)))

    def data_received(self, data: bytes) -> None:
        self._received += data
        out = [reply for one in http2.frames(self._received) if (reply := self._take(one))]
        if out:
            self._transport.write(b"".join(out))
        if not self._sent and not self.done.done():
            self._transport.close()
            self.done.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(RuntimeError("the server has closed the connection"))

    def _take(self, received: http2.Frame) -> bytes:
        kind, flags, stream, _ = received
        if kind == http2.DATA:
            self._answered.add(stream)
        elif kind == http2.HEADERS and flags & http2.END_STREAM:
            return self._finish(stream)
        elif kind in (http2.SETTINGS, http2.PING) and not flags & http2.ACK:
            content = received.payload if kind == http2.PING else b""
            return http2.frame(kind, http2.ACK, 0, content)
        elif kind in (http2.GOAWAY, http2.RST_STREAM):
            self.done.set_exception(RuntimeError(repr(received)))
        return b""

    def _finish(self, stream: int) -> bytes:
        """Note an answer, and send the next request."""
        now = time.perf_counter()
        if stream not in self._answered:  # a refusal has no message
            self.done.set_exception(RuntimeError("a request was refused"))
            return b""
        self._answered.remove(stream)
        self._times_ms.append((now - self._sent.pop(stream)) * 1000)
        return self._request() if now < self._until else b""

    def _request(self) -> bytes:
        stream, self._next_stream = self._next_stream, self._next_stream + 2
        self._sent[stream] = time.perf_counter()
        return next(self._requests).on(stream)


async def load(workload: Workload) -> Figures:
    """Run to the end of the time; raises RuntimeError for any refusal."""
    place = urlsplit(workload.url)
    times_ms: list[float] = []
    prepared = requests(workload)
    started = time.perf_counter()
    host, port = place.hostname, place.port
    assert host is not None
    assert port is not None
    count = workload.client_count // STREAM_COUNT
    clients = [Client(prepared, started + workload.duration_s, times_ms) for _ in range(count)]
    loop = asyncio.get_running_loop()
    waiting = iter(clients)
    for _ in clients:
        await loop.create_connection(lambda: next(waiting), host, port)
    await asyncio.gather(*(client.done for client in clients))
    return of_times(times_ms, len(times_ms) / (time.perf_counter() - started))


if __name__ == "__main__":
    print(json.dumps(asdict(uvloop.run(load(Workload(**json.load(sys.stdin)))))))
