"""Around every request, where somebody collects traces: its span."""

from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Middleware

from bankapp.api.http.authentication import CALL
from bankapp.api.http.endpoint import Handler
from bankapp.api.http.middleware import operation_of
from bankapp.api.http.problems import STATUS
from bankapp.domain.errors import Refusal
from bankapp.telemetry.tracing import Tracing


def trace_with(tracing: Tracing) -> Middleware:
    """The middleware that makes the spans; it comes within the one that knows the request's id."""

    @web.middleware
    async def trace(request: web.Request, handler: Handler) -> web.StreamResponse:
        request_id, method = request[CALL].request_id, request.method
        with tracing.request(request_id, method, request.headers) as end:
            try:
                response = await handler(request)
            except Exception as error:
                end(operation_of(request), _status_of(error))
                raise
            end(operation_of(request), response.status)
            return response

    return trace


def _status_of(error: Exception) -> int:
    if isinstance(error, Refusal):
        return STATUS[type(error)]
    return (
        error.status if isinstance(error, web.HTTPException) else HTTPStatus.INTERNAL_SERVER_ERROR
    )
