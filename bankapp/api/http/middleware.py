"""Around every request: its id, its line in the log, and refusals turned into problems."""

import re
import time
import uuid
from typing import Final

import structlog
from aiohttp import web

from bankapp.api.http.authentication import REQUEST_ID
from bankapp.api.http.endpoint import Handler
from bankapp.api.http.problems import (
    SERVER,
    STATUS,
    InternalError,
    MethodNotAllowed,
    PayloadTooLarge,
    RouteNotFound,
    problem_response,
)
from bankapp.domain import errors, limits

_SANE_ID: Final = re.compile(rf"[A-Za-z0-9._-]{{1,{limits.REQUEST_ID_LENGTH_MAX}}}")
_log: structlog.stdlib.BoundLogger = structlog.get_logger("bankapp.http")


@web.middleware
async def observe(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give the request an id, answer refusals as problems, and log one line."""
    started = time.perf_counter()
    given = request.headers.get("X-Request-Id", "")
    request_id = given if _SANE_ID.fullmatch(given) else str(uuid.uuid4())
    request[REQUEST_ID] = request_id
    try:
        response = await handler(request)
    except errors.Refusal as refusal:
        if isinstance(refusal, errors.Unavailable):
            _log.warning("unavailable", request_id=request_id, cause=repr(refusal.__cause__))
        response = problem_response(refusal, request_id)
    except web.HTTPException as error:
        response = problem_response(_refusal_of_aiohttp(error), request_id)
        if "Allow" in error.headers:
            response.headers["Allow"] = error.headers["Allow"]
    except Exception:  # noqa: BLE001 - whatever it is, the client gets an answer and we a log
        _log.exception("request failed", request_id=request_id, path=request.path)
        response = problem_response(InternalError(), request_id)
    response.headers["X-Request-Id"] = request_id
    response.headers["Server"] = SERVER
    resource = request.match_info.route.resource
    _log.info(
        "request",
        request_id=request_id,
        method=request.method,
        route=resource.canonical if resource is not None else None,
        status=response.status,
        duration_ms=round((time.perf_counter() - started) * 1000, 2),
    )
    return response


def _refusal_of_aiohttp(error: web.HTTPException) -> errors.Refusal:
    known = (MethodNotAllowed, PayloadTooLarge, RouteNotFound)
    by_status: dict[int, type[errors.Refusal]] = {STATUS[refusal]: refusal for refusal in known}
    refusal = by_status.get(error.status)
    return errors.MalformedRequest() if refusal is None else refusal()
