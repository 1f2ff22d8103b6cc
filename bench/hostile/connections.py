"""Raw connections to a server, and the assessment of its responses."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

ANSWER_TIMEOUT_S: Final = 20.0
_STATUS: Final = re.compile(rb"HTTP/\d\.\d (\d\d\d) ")
_LEAKS: Final = re.compile(
    rb"Traceback|File \"|\.py\b|site-packages|aiohttp|psycopg|pydantic|asyncio|uvloop|postgres"
    rb"|Python/|/bankapp|SELECT |CONSTRAINT",
    re.IGNORECASE,
)


@dataclass
class Verdict:
    """The responses of a server, counted by status or as closed, and those it must not give."""

    outcomes: Counter[str] = field(default_factory=Counter[str])
    offences: Counter[str] = field(default_factory=Counter[str])

    def judge(self, name: str, received: bytes) -> None:
        """Count the responses that were received over one connection."""
        statuses = [status.decode() for status in _STATUS.findall(received)]
        self.outcomes.update(statuses or ["closed"])
        if any(status >= "500" for status in statuses):
            self.offences[f"{name}: {', '.join(statuses)}"] += 1
        self._judge_text(name, received)
        if any("400" <= status < "500" for status in statuses) and not is_problem(received):
            self.offences[f"{name}: no problem"] += 1

    def judge_frames(self, name: str, received: bytes) -> None:
        """Count an answer of the gRPC door, whose status other tests look at."""
        self.outcomes["answered" if received else "closed"] += 1
        self._judge_text(name, received)

    def _judge_text(self, name: str, received: bytes) -> None:
        if leak := _LEAKS.search(received):
            self.offences[f"{name}: leaks {leak[0].decode()}"] += 1


def is_problem(received: bytes) -> bool:
    """Whether the response is a problem, or an error of GraphQL, with a request id."""
    is_graphql = b"application/graphql-response+json" in received
    has_id = b'"requestId":"' if is_graphql else b'"request_id":"'
    return (is_graphql or b"application/problem+json" in received) and has_id in received


@dataclass(frozen=True)
class Target:
    """A server to attack, and the access token of an attacking customer."""

    url: str
    token: str
    grpc_url: str = ""

    @asynccontextmanager
    async def connected(
        self, url: str | None = None
    ) -> AsyncGenerator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """A connection, which is closed when the block ends; to HTTP unless a URL is given."""
        place = urlsplit(url or self.url)
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        try:
            yield reader, writer
        finally:
            writer.transport.abort()

    async def exchange(self, sent: bytes) -> bytes:
        """The response to these bytes, after which nothing more is sent."""
        received = b""
        with suppress(ConnectionError, TimeoutError):
            async with self.connected() as (reader, writer):
                writer.write(sent)
                received = await read_answer(reader)
        return received


async def read_answer(reader: asyncio.StreamReader) -> bytes:
    """Read one response, and any that were received together with it."""
    received = b""
    async with asyncio.timeout(ANSWER_TIMEOUT_S):
        while not _is_whole(received) and (some := await reader.read(65_536)):
            received += some
    return received


def _is_whole(received: bytes) -> bool:
    head, end, body = received.rpartition(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
    return bool(end) and length is not None and len(body) >= int(length[1])
