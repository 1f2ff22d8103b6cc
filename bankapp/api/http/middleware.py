"""The middleware of every request: its id, its line in the log, its refusal as a problem."""

from typing import Final

from aiohttp import web

from bankapp.api.http.endpoint import EXCHANGE, OUTCOME, Handler
from bankapp.api.http.not_found import CATCH_ALL
from bankapp.api.http.problems import SERVER, problem_response
from bankapp.api.http.security_headers import address_browsers, answer_preflight
from bankapp.api.problems import MethodNotAllowed, PayloadTooLarge, RouteNotFound, status_of
from bankapp.domain import errors
from bankapp.operations.exchange import Exchange, RequestSpans

SPANS: Final = web.AppKey("spans", RequestSpans)


@web.middleware
async def observe(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Open an exchange, and answer any exception in it with a problem."""
    with Exchange(request.method, request.headers, request.app.get(SPANS)) as exchange:
        request[EXCHANGE] = exchange
        try:
            response = await handler(request)
        except web.HTTPException as error:
            response = _answer_for_aiohttp(request, exchange, error)
        except Exception as error:  # noqa: BLE001 - the log has the error, the client an answer
            response = problem_response(exchange.refuse(error), exchange.request_id)
        response.headers["X-Request-Id"] = exchange.request_id
        response.headers["Server"] = SERVER
        address_browsers(request, response.headers)
        exchange.operation = exchange.operation or _path_of(request)
        exchange.status = request.get(OUTCOME, response.status)
        return response


def _answer_for_aiohttp(
    request: web.Request, exchange: Exchange, error: web.HTTPException
) -> web.StreamResponse:
    allowed = error.headers.get("Allow")
    response: web.StreamResponse | None = None
    if allowed is not None:
        response = answer_preflight(request, allowed)
    if response is None:
        refusal = exchange.refuse(_refusal_of(error))
        response = problem_response(refusal, exchange.request_id)
    if allowed is not None:
        response.headers["Allow"] = allowed
    return response


def _path_of(request: web.Request) -> str | None:
    """The path pattern of the route; None for the catch-all route."""
    resource = request.match_info.route.resource
    return None if resource is None or resource.canonical == CATCH_ALL else resource.canonical


def _refusal_of(error: web.HTTPException) -> errors.Refusal:
    known = (MethodNotAllowed, PayloadTooLarge, RouteNotFound)
    by_status: dict[int, type[errors.Refusal]] = {status_of(refusal): refusal for refusal in known}
    return by_status.get(error.status, errors.MalformedRequest)()
