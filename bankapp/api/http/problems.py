"""From a refusal to application/problem+json (RFC 9457)."""

import json
from http import HTTPStatus
from typing import Any, Final

from aiohttp import web

from bankapp.domain import errors
from bankapp.domain.errors import Sort


class PayloadTooLarge(errors.Refusal, sort=Sort.MALFORMED):
    """The body is larger than the bank reads."""

    remedy = "Send less; split a large batch."


class UnsupportedMediaType(errors.Refusal, sort=Sort.MALFORMED):
    """The body must be application/json."""

    remedy = "Send `Content-Type: application/json`, and no `Content-Encoding`."


class MethodNotAllowed(errors.Refusal, sort=Sort.MALFORMED):
    """The resource has no such method."""

    remedy = "Use one of the methods that `Allow` names."


class RouteNotFound(errors.NotFound, sort=Sort.MISSING):
    """There is nothing at this path."""

    code = errors.NotFound.code


_STATUS_OF_SORT: Final = {
    Sort.MALFORMED: HTTPStatus.BAD_REQUEST,
    Sort.INVALID: HTTPStatus.UNPROCESSABLE_ENTITY,
    Sort.UNAUTHENTICATED: HTTPStatus.UNAUTHORIZED,
    Sort.FORBIDDEN: HTTPStatus.FORBIDDEN,
    Sort.MISSING: HTTPStatus.NOT_FOUND,
    Sort.CONFLICT: HTTPStatus.CONFLICT,
    Sort.LIMITED: HTTPStatus.TOO_MANY_REQUESTS,
    Sort.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    Sort.INTERNAL: HTTPStatus.INTERNAL_SERVER_ERROR,
}
# These refusals of HTTP have a more precise status than their sort.
_STATUS: Final[dict[type[errors.Refusal], HTTPStatus]] = {
    PayloadTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    UnsupportedMediaType: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    MethodNotAllowed: HTTPStatus.METHOD_NOT_ALLOWED,
}
REFUSALS: Final[tuple[type[errors.Refusal], ...]] = (
    *errors.REFUSALS.values(),
    *_STATUS,
    RouteNotFound,
)

RETRY_AFTER_S: Final = 1
REPLAYED: Final[tuple[str, str]] = ("Idempotent-Replayed", "true")
SERVER: Final = "bankapp"  # without the library and its version


def status_of(refusal: errors.Refusal | type[errors.Refusal]) -> HTTPStatus:
    """The HTTP status of a refusal."""
    kind = refusal if isinstance(refusal, type) else type(refusal)
    return _STATUS.get(kind) or _STATUS_OF_SORT[kind.sort]


def problem_of(refusal: errors.Refusal, request_id: str) -> dict[str, Any]:
    """A refusal as a problem of RFC 9457."""
    problem: dict[str, Any] = {
        "type": f"/problems/{refusal.code}",
        "title": refusal.message(),
        "status": status_of(refusal),
        "code": refusal.code,
        "detail": refusal.detail,
        "request_id": refusal.replayed_request_id or request_id,
        "retryable": refusal.retryable,
    }
    if refusal.violations:
        problem["errors"] = [
            {"field": violation.field, "message": violation.message}
            for violation in refusal.violations
        ]
    return problem


def problem_response(refusal: errors.Refusal, request_id: str) -> web.Response:
    """The answer to a refused request."""
    status = status_of(refusal)
    problem = problem_of(refusal, request_id)
    body = json.dumps(problem, ensure_ascii=False, separators=(",", ":")).encode()
    response = web.Response(status=status, body=body, content_type="application/problem+json")
    response.headers["X-Request-Id"] = request_id
    if refusal.replayed_request_id is not None:
        response.headers.update([REPLAYED])
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(refusal, errors.RateLimited):
        response.headers["Retry-After"] = str(refusal.retry_after_s)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response
