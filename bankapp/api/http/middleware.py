"""Around every request: its id, its line in the log, and refusals turned into problems."""

import re
import time
from typing import Final

import structlog
from aiohttp import web

from bankapp.api.http.authentication import CALL
from bankapp.api.http.endpoint import OPERATION, Handler
from bankapp.api.http.not_found import CATCH_ALL
from bankapp.api.http.problems import (
    SERVER,
    STATUS,
    InternalError,
    MethodNotAllowed,
    PayloadTooLarge,
    RouteNotFound,
    problem_response,
)
from bankapp.api.http.security_headers import address_browsers, answer_preflight
from bankapp.domain import errors, limits
from bankapp.operations.operation import Call
from bankapp.telemetry import metrics
from bankapp.telemetry.context import REQUEST_IDS, create_request_id

_SANE_ID: Final = re.compile(rf"[A-Za-z0-9._-]{{1,{limits.REQUEST_ID_LENGTH_MAX}}}")
_log: structlog.stdlib.BoundLogger = structlog.get_logger("bankapp.http")


@web.middleware
async def observe(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give the request an id, answer refusals as problems, count, and log one line."""
    started = time.perf_counter()
    given = request.headers.get("X-Request-Id", "")
    request_id = given if _SANE_ID.fullmatch(given) else create_request_id()
    REQUEST_IDS.set((request_id,))
    request[CALL] = Call(request_id)
    try:
        response = await handler(request)
    except errors.Refusal as refusal:
        if isinstance(refusal, errors.Unavailable):
            cause = type(refusal.__cause__).__name__
            _log.warning("unavailable", request_id=request_id, cause=cause)
        response = _refuse(refusal, request_id)
    except web.HTTPException as error:
        allowed = error.headers.get("Allow")
        preflight = answer_preflight(request, allowed) if allowed is not None else None
        response = preflight or _refuse(_refusal_of_aiohttp(error), request_id)
        if allowed is not None:
            response.headers["Allow"] = allowed
    except Exception:  # noqa: BLE001 - whatever it is, the client gets an answer and we a log
        _log.exception("request failed", request_id=request_id)
        response = _refuse(InternalError(), request_id)
    response.headers["X-Request-Id"] = request_id
    response.headers["Server"] = SERVER
    address_browsers(request, response.headers)
    _note(request, response.status, time.perf_counter() - started)
    return response


def _refuse(refusal: errors.Refusal, request_id: str) -> web.Response:
    metrics.REFUSALS.labels(refusal.code).inc()
    return problem_response(refusal, request_id)


def operation_of(request: web.Request) -> str | None:
    """What is asked for: an operation, else a path that we serve; None where there is neither."""
    if OPERATION in request:
        return request[OPERATION]
    resource = request.match_info.route.resource
    return None if resource is None or resource.canonical == CATCH_ALL else resource.canonical


def _note(request: web.Request, status: int, duration_s: float) -> None:
    """Nothing of what was sent is noted, but for the id: it may be, or lead to, a secret."""
    operation = operation_of(request)
    metrics.request_durations(operation or "none", status // 100).observe(duration_s)
    call = request[CALL]
    _log.info(
        "request",
        request_id=call.request_id,
        method=request.method,
        operation=operation,
        actor=call.actor,
        status=status,
        duration_ms=round(duration_s * 1000, 2),
    )


def _refusal_of_aiohttp(error: web.HTTPException) -> errors.Refusal:
    known = (MethodNotAllowed, PayloadTooLarge, RouteNotFound)
    by_status: dict[int, type[errors.Refusal]] = {STATUS[refusal]: refusal for refusal in known}
    refusal = by_status.get(error.status)
    return errors.MalformedRequest() if refusal is None else refusal()
