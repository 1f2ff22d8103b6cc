"""Loads the bank over HTTP: so many clients, each sending a transfer when the last is answered.

A process of its own, started as `python -m bench.ledger.load`, with its orders on standard input.
"""

import asyncio
import json
import random
import sys
import time
import uuid
from dataclasses import asdict, dataclass
from statistics import quantiles
from urllib.parse import urlsplit

from bench.ledger.figures import Figures


@dataclass(frozen=True)
class Orders:
    """Whom to load and how: `tokens[n]` is of the owner of account `first_id + n`.

    With `is_hot` everybody pays the last account.
    """

    url: str
    first_id: int
    tokens: list[str]
    client_count: int
    duration_s: float
    is_hot: bool


class Client(asyncio.Protocol):
    """One connection; written to be cheap, as it shares the machine with the server."""

    def __init__(self, orders: Orders, until: float, times_ms: list[float]) -> None:
        self._orders = orders
        self._until = until
        self._times_ms = times_ms
        self._dice = random.Random()
        self._received = b""
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, separator, body = self._received.partition(b"\r\n\r\n")
        if not separator:
            return
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        if len(body) < length:
            return
        if not head.startswith(b"HTTP/1.1 201"):
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
        count = len(self._orders.tokens)
        payer = self._dice.randrange(count - 1)
        payee = count - 1
        if not self._orders.is_hot:
            payee = (payer + self._dice.randrange(1, count)) % count
        first = self._orders.first_id
        body = (
            f'{{"from_account_id":{first + payer},"to_account_id":{first + payee},'
            f'"amount":1,"currency":"USD"}}'
        )
        head = (
            "POST /v1/transfers HTTP/1.1\r\nHost: bank\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {self._orders.tokens[payer]}\r\n"
            f"Idempotency-Key: {uuid.uuid4().hex}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self._sent = time.perf_counter()
        self._transport.write(f"{head}{body}".encode())


async def load(orders: Orders) -> Figures:
    """Run to the end of the time; raises RuntimeError for any answer but 201."""
    place = urlsplit(orders.url)
    host, port = place.hostname, place.port
    assert host is not None
    assert port is not None
    times_ms: list[float] = []
    started = time.perf_counter()
    clients = [
        Client(orders, started + orders.duration_s, times_ms) for _ in range(orders.client_count)
    ]
    loop = asyncio.get_running_loop()
    waiting = iter(clients)
    for _ in clients:
        await loop.create_connection(lambda: next(waiting), host, port)
    await asyncio.gather(*(client.done for client in clients))
    cuts = quantiles(times_ms, n=100)
    return Figures(len(times_ms) / (time.perf_counter() - started), cuts[49], cuts[98])


if __name__ == "__main__":
    print(json.dumps(asdict(asyncio.run(load(Orders(**json.load(sys.stdin)))))))
