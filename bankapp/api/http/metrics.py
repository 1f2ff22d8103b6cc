"""The metrics at /metrics, for Prometheus."""

import asyncio
from typing import Final

from aiohttp import web

from bankapp.api.http.endpoint import BANK
from bankapp.api.http.middleware import observe
from bankapp.api.http.security_headers import BROWSERS, Browsers
from bankapp.operations.bank import Bank
from bankapp.telemetry import metrics

PATH: Final = "/metrics"


def create_metrics_app(bank: Bank) -> web.Application:
    """An application that serves the metrics only, for an address that customers cannot reach."""
    app = web.Application(middlewares=[observe])
    app[BANK] = bank
    app[BROWSERS] = Browsers()
    add_metrics(app)
    return app


def add_metrics(app: web.Application) -> None:
    """Serve the metrics to anyone."""
    app.router.add_get(PATH, _show_metrics)


async def _show_metrics(request: web.Request) -> web.Response:
    await request.app[BANK].store.measure()
    accept = request.headers.get("Accept", "")
    body, content_type = await asyncio.to_thread(metrics.render, accept)
    return web.Response(body=body, headers={"Content-Type": content_type})
