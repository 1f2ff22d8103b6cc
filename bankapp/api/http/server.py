"""The aiohttp application."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network
from typing import Final

from aiohttp import web

from bankapp.api.http.authentication import TRUSTED_PROXIES, Proxies
from bankapp.api.http.endpoint import BANK, create_handler, meet_expectation
from bankapp.api.http.metrics import add_metrics
from bankapp.api.http.middleware import SPANS, observe
from bankapp.api.http.not_found import add_catch_all
from bankapp.api.http.routes import ROUTES
from bankapp.api.http.security_headers import BROWSERS, Browsers
from bankapp.api.http.site.database_docs import add_database_docs
from bankapp.api.http.site.home import add_site
from bankapp.api.http.site.problems import add_problem_pages
from bankapp.domain.roles import Role
from bankapp.operations.bank import Bank
from bankapp.operations.exchange import RequestSpans

_NO_BROWSERS: Final = Browsers()


def create_app(
    bank: Bank,
    trusted_proxies: Sequence[IPv4Network | IPv6Network] = (),
    *,
    public_url: str | None = None,
    docs_role: Role | None = None,
    browsers: Browsers = _NO_BROWSERS,
    shows_metrics: bool = True,
    spans: RequestSpans | None = None,
) -> web.Application:
    """The application that serves every route; it does not own the bank.

    The client address is taken from X-Forwarded-For if a trusted proxy set it. The pages name
    `public_url` as the address of the bank, or else the host that the client sent. `docs_role` is
    the lowest role that may read the docs of the API and of the database; with None anyone may.
    With `shows_metrics` anyone may read the metrics. `spans` makes a span of each request.
    """
    app = web.Application(middlewares=[observe])
    app[BANK] = bank
    if spans is not None:
        app[SPANS] = spans
    app[TRUSTED_PROXIES] = Proxies(trusted_proxies)
    for route in ROUTES:
        for method in route.methods:
            app.router.add_route(
                method, route.path, create_handler(route), expect_handler=meet_expectation
            )
    app[BROWSERS] = browsers
    add_site(app, docs_role, public_url)
    add_problem_pages(app)
    add_database_docs(app, docs_role)
    if shows_metrics:
        add_metrics(app)
    add_catch_all(app)
    return app
