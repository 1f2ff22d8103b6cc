"""Clients that pay in without a pause, on connections they keep, and count what befalls them."""

import http.client
import json
import uuid
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event
from types import TracebackType
from typing import Final, Self

from tests.processes.processes import Served

CLIENT_COUNT: Final = 8


@dataclass
class Tally:
    """The outcomes of the requests of one client or more."""

    done_count: int = 0
    retry_count: int = 0  # the connection was closed before the first byte of an answer
    refused_count: int = 0
    cut_count: int = 0  # it was closed amid an answer
    wrong_count: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.done_count + other.done_count,
            self.retry_count + other.retry_count,
            self.refused_count + other.refused_count,
            self.cut_count + other.cut_count,
            self.wrong_count + other.wrong_count,
        )


class Load:
    """Deposits of 1 while the block runs; each has a key and is asked for until it is done."""

    def __init__(self, served: Served, account_id: int, token: str) -> None:
        self._address = served.address
        self._path = f"/v1/accounts/{account_id}/deposits"
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._stop = Event()
        self._tallies = [Tally() for _ in range(CLIENT_COUNT)]
        self._threads = ThreadPoolExecutor(CLIENT_COUNT)
        self._clients: list[Future[None]] = []

    @property
    def done_count(self) -> int:
        """How many are done so far."""
        return sum(tally.done_count for tally in self._tallies)

    def result(self) -> Tally:
        """All in all. The clients have to have stopped."""
        for client in self._clients:
            client.result()
        return sum(self._tallies, Tally())

    def __enter__(self) -> Self:
        self._clients = [self._threads.submit(self._pay, tally) for tally in self._tallies]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._threads.shutdown()

    def _pay(self, tally: Tally) -> None:
        connection = http.client.HTTPConnection(*self._address, timeout=30)
        key = str(uuid.uuid4())
        while not self._stop.is_set() or key:
            key = key or str(uuid.uuid4())
            try:
                if self._ask(connection, key) == 201:
                    tally.done_count += 1
                else:
                    tally.wrong_count += 1
                key = ""
            except ConnectionRefusedError:
                tally.refused_count += 1
                if self._stop.is_set():
                    key = ""
            except (http.client.RemoteDisconnected, ConnectionError):
                tally.retry_count += 1
                connection.close()
            except http.client.HTTPException:
                tally.cut_count += 1
                connection.close()
        connection.close()

    def _ask(self, connection: http.client.HTTPConnection, key: str) -> int:
        body = json.dumps({"amount": 1, "currency": "USD"})
        headers = {**self._headers, "Idempotency-Key": key}
        connection.request("POST", self._path, body, headers)
        response = connection.getresponse()
        response.read()
        return response.status
