"""A server that answers as a test tells it to."""

import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP response."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


def problem(status: int, code: str, *, retry_after_s: int | None = None) -> Answer:
    """A refusal as RFC 9457 writes it."""
    document = {
        "status": status,
        "code": code,
        "title": "No.",
        "detail": "No, because.",
        "request_id": "id",
        "retryable": False,
    }
    headers = {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}
    return Answer(status, json.dumps(document).encode(), headers)


HEALTHY = Answer(200, b'{"status": "ok"}')
NOT_FOUND = problem(404, "not_found")
RATE_LIMITED = problem(429, "rate_limited", retry_after_s=0)
UNAVAILABLE = problem(503, "unavailable")


class FakeBank:
    """Gives its `answers` in turn, then its `last` one to every request.

    None closes the connection without an answer.
    """

    def __init__(self) -> None:
        self.answers: list[Answer | None] = []
        self.last = NOT_FOUND
        self.paths: list[str] = []
        self.keys: list[str | None] = []
        self.url = ""

    async def handle(self, request: web.Request) -> web.Response:
        """The next answer."""
        await request.read()
        self.paths.append(request.path_qs)
        self.keys.append(request.headers.get("Idempotency-Key"))
        answer = self.answers.pop(0) if self.answers else self.last
        if answer is None:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        headers = {"Content-Type": "text/html", **answer.headers}
        return web.Response(status=answer.status, body=answer.body, headers=headers)


@pytest.fixture
async def fake_bank() -> AsyncGenerator[FakeBank]:
    """A fake bank at a URL."""
    fake_bank = FakeBank()
    app = web.Application()
    app.router.add_route("*", "/{anything:.*}", fake_bank.handle)
    async with TestServer(app) as server:
        fake_bank.url = str(server.make_url(""))
        yield fake_bank
