"""From an operation to an aiohttp handler, which follows from the operation's declaration."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from operator import attrgetter
from string import Formatter
from typing import Final

from aiohttp import web

from bankapp.api.http.authentication import bearer_token, identify_visitor
from bankapp.api.http.content import HttpContent
from bankapp.api.http.formats import JSON_TYPE, choose
from bankapp.api.http.problems import REPLAYED
from bankapp.api.http.route import Route
from bankapp.operations.bank import Bank
from bankapp.operations.exchange import Exchange
from bankapp.operations.serving import Served, serve

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

BANK: Final = web.AppKey("bank", Bank)
EXCHANGE: Final = web.RequestKey("exchange", Exchange)
# The status to be logged and counted, where it is another one than the answer has.
OUTCOME: Final = web.RequestKey("outcome", int)


async def meet_expectation(request: web.Request) -> None:
    """Answer `Expect: 100-continue` and ignore other expectations (RFC 9110, 10.1.1)."""
    if request.headers["Expect"].lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0


def create_handler(route: Route) -> Handler:
    """A handler that serves the route's operation and writes the answer."""
    respond = _responder(route)

    async def handle(request: web.Request) -> web.Response:
        exchange = request[EXCHANGE]
        served = await serve(
            request.app[BANK],
            route.operation,
            exchange,
            identify_visitor(request, exchange.request_id),
            HttpContent(request, route),
            token=bearer_token(request),
            keys=request.headers.getall("Idempotency-Key", ()),
        )
        return respond(request, served)

    return handle


def _responder(route: Route) -> Callable[[web.Request, Served], web.Response]:
    """The function that writes a response in the format that the client accepts."""
    if route.status is HTTPStatus.NO_CONTENT:
        return lambda _request, _served: web.Response(status=HTTPStatus.NO_CONTENT)
    by_type = {format_.media_type: format_ for format_ in route.formats}
    respond_json = _json_responder(route)
    if not by_type:
        return lambda _request, served: respond_json(served)

    def respond(request: web.Request, served: Served) -> web.Response:
        chosen = choose(request.headers.get("Accept", ""), route.media_types)
        if chosen == JSON_TYPE:
            return respond_json(served)
        return by_type[chosen].respond(served.response)

    return respond


def _json_responder(route: Route) -> Callable[[Served], web.Response]:
    status = route.status
    locate = None if route.location is None else _locator(route.location)

    def respond(served: Served) -> web.Response:
        headers = dict([REPLAYED] if served.is_replay else [])
        if locate is not None:
            headers["Location"] = locate(served.response)
        return web.Response(
            status=status,
            body=served.response.model_dump_json().encode(),
            content_type=JSON_TYPE,
            headers=headers,
        )

    return respond


def _locator(location: str) -> Callable[[object], str]:
    """The function from a response to its path, which ends with a field like `{transfer.id}`."""
    [(path, field, *_)] = Formatter().parse(location)
    assert field is not None
    get_field = attrgetter(field)
    return lambda response: f"{path}{get_field(response)}"
