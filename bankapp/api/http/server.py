"""The aiohttp application."""

from aiohttp import web

from bankapp.api.http.endpoint import BANK, create_handler
from bankapp.api.http.middleware import observe
from bankapp.api.http.routes import ROUTES
from bankapp.domain import limits
from bankapp.operations.operation import Bank


def create_app(bank: Bank) -> web.Application:
    """The bank's HTTP door; it serves every route and owns nothing."""
    app = web.Application(middlewares=[observe], client_max_size=limits.BODY_BYTES_MAX)
    app[BANK] = bank
    for route in ROUTES:
        app.router.add_route(route.method, route.path, create_handler(route))
    return app
