"""A catch-all route, so that 404 and 405 pass through the middleware too."""

from typing import Final, NoReturn

from aiohttp import web

from bankapp.api.http.endpoint import meet_expectation

CATCH_ALL: Final = "/{rest}"


def add_catch_all(app: web.Application) -> None:
    """Refuse every request that no other route matches, because of its path or its method."""
    app.router.add_route("*", f"{CATCH_ALL[:-1]}:.*}}", _refuse, expect_handler=meet_expectation)


async def _refuse(request: web.Request) -> NoReturn:
    catch_all = request.match_info.route.resource
    allowed: set[str] = set()
    for resource in request.app.router.resources():
        if resource is not catch_all:
            allowed |= (await resource.resolve(request))[1]
    if allowed:
        raise web.HTTPMethodNotAllowed(request.method, allowed)
    raise web.HTTPNotFound
