"""The application, and how it is served."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web

from monitor.answers import Answers
from monitor.currencies import Currencies
from monitor.errors import Failure
from monitor.values import host_and_port
from monitor.web.api import add_api
from monitor.web.guard import Guard
from monitor.web.page import Pages, add_pages

STOP_TIMEOUT_S: Final = 1.0
REQUEST_BYTES_MAX: Final = 2000


def create_app(answers: Answers, currencies: Currencies, guard: Guard) -> web.Application:
    """The application that serves every route."""
    app = web.Application(middlewares=[guard.middleware], client_max_size=REQUEST_BYTES_MAX)
    app.router.add_get("/healthz", _is_alive)
    add_api(app, answers)
    add_pages(app, Pages(answers, currencies, guard))
    return app


@asynccontextmanager
async def serving(app: web.Application, address: str) -> AsyncGenerator[str]:
    """Serve at an address while the block runs; the URL. Raises Failure."""
    host, port = host_and_port(address)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=STOP_TIMEOUT_S)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise Failure(
                f"MONITOR_HTTP_ADDRESS={address} cannot be listened at ({error.strerror}); is "
                "another program there?"
            ) from None
        known = runner.addresses[0]
        shown = f"[{host}]" if ":" in host else host
        yield f"http://{shown}:{known[1]}"
    finally:
        await asyncio.shield(runner.cleanup())


async def _is_alive(_: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})
