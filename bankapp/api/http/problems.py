"""From a refusal to application/problem+json (RFC 9457)."""

import json
from http import HTTPStatus
from typing import Any, Final

from aiohttp import web

from bankapp.domain import errors


class PayloadTooLarge(errors.Refusal):
    """The body is larger than the bank reads."""

    remedy = "Send less; split a large batch."


class UnsupportedMediaType(errors.Refusal):
    """The body must be application/json."""

    remedy = "Send `Content-Type: application/json`, and no `Content-Encoding`."


class MethodNotAllowed(errors.Refusal):
    """The resource has no such method."""

    remedy = "Use one of the methods that `Allow` names."


class RouteNotFound(errors.NotFound):
    """There is nothing at this path."""

    code = errors.NotFound.code


class InternalError(errors.Refusal):
    """The bank made a mistake; it is logged under the request's id."""

    remedy = (
        "Tell the bank the `request_id`; under its `Idempotency-Key` the same request can be "
        "sent again without harm."
    )


STATUS: Final[dict[type[errors.Refusal], HTTPStatus]] = {
    errors.MalformedRequest: HTTPStatus.BAD_REQUEST,
    errors.ValidationFailed: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.Unauthenticated: HTTPStatus.UNAUTHORIZED,
    errors.TokenExpired: HTTPStatus.UNAUTHORIZED,
    errors.InvalidCredentials: HTTPStatus.UNAUTHORIZED,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.UsernameTaken: HTTPStatus.CONFLICT,
    errors.EmailTaken: HTTPStatus.CONFLICT,
    errors.WeakPassword: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.EmailNotVerified: HTTPStatus.FORBIDDEN,
    errors.RateLimited: HTTPStatus.TOO_MANY_REQUESTS,
    errors.AccountExists: HTTPStatus.CONFLICT,
    errors.SameAccount: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.CurrencyMismatch: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.AccountFrozen: HTTPStatus.CONFLICT,
    errors.AccountClosed: HTTPStatus.CONFLICT,
    errors.InsufficientFunds: HTTPStatus.CONFLICT,
    errors.BalanceLimitExceeded: HTTPStatus.CONFLICT,
    errors.AccountNotEmpty: HTTPStatus.CONFLICT,
    errors.HoldNotOpen: HTTPStatus.CONFLICT,
    errors.CaptureExceedsHold: HTTPStatus.CONFLICT,
    errors.NotReversible: HTTPStatus.CONFLICT,
    errors.AlreadyReversed: HTTPStatus.CONFLICT,
    errors.ReversalExceedsTransfer: HTTPStatus.CONFLICT,
    errors.StatementTooLarge: HTTPStatus.CONFLICT,
    errors.BatchRefused: HTTPStatus.CONFLICT,
    errors.IdempotencyKeyReused: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    PayloadTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    UnsupportedMediaType: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    MethodNotAllowed: HTTPStatus.METHOD_NOT_ALLOWED,
    RouteNotFound: HTTPStatus.NOT_FOUND,
    InternalError: HTTPStatus.INTERNAL_SERVER_ERROR,
}

RETRY_AFTER_S: Final = 1
REPLAYED: Final[tuple[str, str]] = ("Idempotent-Replayed", "true")
SERVER: Final = "bankapp"  # and not which library in which version


def problem_of(refusal: errors.Refusal, request_id: str) -> dict[str, Any]:
    """A refusal as RFC 9457 writes it."""
    problem: dict[str, Any] = {
        "type": f"/problems/{refusal.code}",
        "title": refusal.message(),
        "status": STATUS[type(refusal)],
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
    """The answer that carries a refusal."""
    status = STATUS[type(refusal)]
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
