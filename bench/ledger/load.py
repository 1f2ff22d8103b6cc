"""Loads a server over HTTP: each client sends its next request when the last one is answered.

It is a process of its own: `python -m bench.ledger.load`, with its workload on standard input.
"""

import asyncio
import json
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from itertools import chain
from typing import Final, cast
from urllib.parse import urlsplit

import uvloop

from bench.ledger.figures import Figures, of_times
from bench.ledger.workload import REQUESTS, Workload

# More requests than any server here answers; further ones are made when they are sent.
PREPARED_PER_S: Final = 10_000


def requests(workload: Workload) -> Iterator[bytes]:
    """Endless requests, of which enough are made before the first is sent."""
    create, dice = REQUESTS[workload.work], random.Random()
    prepared = [create(workload, dice) for _ in range(int(PREPARED_PER_S * workload.duration_s))]
    return chain(prepared, iter(lambda: create(workload, dice), None))


class Client(asyncio.Protocol):
    """One connection. It uses little CPU time, because it shares the machine with the server."""

    def __init__(self, requests: Iterator[bytes], until: float, times_ms: list[float]) -> None:
        self._requests = requests
        self._until = until
        self._times_ms = times_ms
        self._received = b""
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass
        self._send()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, separator, body = self._received.partition(b"\r\n\r\n")
        if not separator:
            return
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        if len(body) < length:
            return
        if not head.startswith(b"HTTP/1.1 20"):
            self.done.set_exception(RuntimeError(self._received.decode()))
            self._transport.close()
            return
        self._received = b""
        now = time.perf_counter()
        self._times_ms.append((now - self._sent) * 1000)
        if now < self._until:
            self._send()
        else:
            self._transport.close()
            self.done.set_result(None)

    def _send(self) -> None:
        request = next(self._requests)
        self._sent = time.perf_counter()
        self._transport.write(request)


async def load(workload: Workload) -> Figures:
    """Run to the end of the time; raises RuntimeError for any refusal."""
    place = urlsplit(workload.url)
    host, port = place.hostname, place.port
    assert host is not None
    assert port is not None
    times_ms: list[float] = []
    prepared = requests(workload)
    started = time.perf_counter()
    clients = [
        Client(prepared, started + workload.duration_s, times_ms)
        for _ in range(workload.client_count)
    ]
    loop = asyncio.get_running_loop()
    waiting = iter(clients)
    for _ in clients:
        await loop.create_connection(lambda: next(waiting), host, port)
    await asyncio.gather(*(client.done for client in clients))
    return of_times(times_ms, len(times_ms) / (time.perf_counter() - started))


if __name__ == "__main__":
    print(json.dumps(asdict(uvloop.run(load(Workload(**json.load(sys.stdin)))))))
