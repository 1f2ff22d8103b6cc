"""A server of a test that receives webhooks over real sockets, verifies and counts them."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from aiohttp import web
from standardwebhooks import Webhook

# A status with headers; None hangs until the other side gives up.
Reply: TypeAlias = tuple[int, Mapping[str, str]] | None
OK: Final[Reply] = (204, {})


@dataclass(frozen=True)
class Received:
    """A request: its id, its headers, and its body, not parsed."""

    id: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Receiver:
    """What the server says to each request, and what it got; each is noted before the answer."""

    url: str = ""
    reply: Callable[[Received], Reply] = lambda _: OK
    requests: list[Received] = field(default_factory=list[Received])
    accepted: list[str] = field(default_factory=list[str])
    now_count: int = 0
    now_count_max: int = 0

    async def handle(self, request: web.Request) -> web.Response:
        """Answer a request."""
        received = Received(
            request.headers["webhook-id"], dict(request.headers), await request.read()
        )
        self.requests.append(received)
        self.now_count += 1
        self.now_count_max = max(self.now_count, self.now_count_max)
        try:
            reply = self.reply(received)
            if reply is None:
                await asyncio.sleep(3600)
                raise AssertionError
            status, headers = reply
            if 200 <= status < 300:
                self.accepted.append(received.id)
            await asyncio.sleep(0)
            return web.Response(status=status, headers=headers)
        finally:
            self.now_count -= 1

    @property
    def ids(self) -> list[str]:
        """The ids of the requests, in their order."""
        return [one.id for one in self.requests]

    async def until(self, is_reached: Callable[[], bool], timeout_s: float = 30) -> None:
        """Wait until something is true."""
        async with asyncio.timeout(timeout_s):
            while not is_reached():  # noqa: ASYNC110 - what it waits for is of another process
                await asyncio.sleep(0.01)


def verify(received: Received, secret: str) -> Any:
    """What a signed request says, as the library of Standard Webhooks reads it."""
    headers = {name.lower(): value for name, value in received.headers.items()}
    return Webhook(secret).verify(received.body, headers)


@asynccontextmanager
async def receiving() -> AsyncGenerator[Receiver]:
    """A receiver on a free port of the loopback interface."""
    receiver = Receiver()
    app = web.Application()
    handler: Callable[[web.Request], Awaitable[web.Response]] = receiver.handle
    app.router.add_post("/hook", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    receiver.url = f"http://{host}:{port}/hook"
    try:
        yield receiver
    finally:
        await runner.cleanup()
