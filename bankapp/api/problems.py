"""Refusals of doors, and a refusal as a problem of RFC 9457 with a status of HTTP."""

from http import HTTPStatus
from typing import Any, Final

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


class InvalidDocument(errors.Refusal, sort=Sort.MALFORMED):
    """The GraphQL document is not one that the bank can execute."""

    remedy = "Mend what `detail` says; `gen/schema.graphql` is the schema."


class DocumentTooLarge(errors.Refusal, sort=Sort.INVALID):
    """The GraphQL document asks for more than one request may."""

    remedy = "Ask for smaller pages or fewer fields, or for the rest in another request."


class OperationNotServed(errors.Refusal, sort=Sort.MISSING):
    """The bank has no such operation, or does not serve it by commands."""

    remedy = "Check the header `operation`; what is not served by commands is served over HTTP."


class DeadlinePassed(errors.Refusal, sort=Sort.CONFLICT):
    """The deadline had passed before the command was begun."""

    retryable = True
    remedy = (
        "Send it under the same key with a later deadline, and check your clock if this happens "
        "to new commands."
    )


class AnswerTooLarge(errors.Refusal, sort=Sort.INVALID):
    """The command was served, but its answer is larger than the brokers take."""

    remedy = "Ask for it over HTTP, or for smaller pages."


_RETRY_AFTER_S: Final = 1
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
    InvalidDocument,
    DocumentTooLarge,
    OperationNotServed,
    DeadlinePassed,
    AnswerTooLarge,
)


def status_of(refusal: errors.Refusal | type[errors.Refusal]) -> HTTPStatus:
    """The HTTP status of a refusal."""
    kind = refusal if isinstance(refusal, type) else type(refusal)
    return _STATUS.get(kind) or _STATUS_OF_SORT[kind.sort]


def retry_after_s(refusal: errors.Refusal) -> int | None:
    """How long to wait before the next try, where a refusal says that."""
    if isinstance(refusal, errors.RateLimited):
        return refusal.retry_after_s
    return _RETRY_AFTER_S if refusal.sort is Sort.UNAVAILABLE else None


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
