"""The answer to a refused request: application/problem+json (RFC 9457)."""

import json
from http import HTTPStatus
from typing import Final

from aiohttp import web

from bankapp.api.problems import problem_of, retry_after_s, status_of
from bankapp.domain import errors

REPLAYED: Final[tuple[str, str]] = ("Idempotent-Replayed", "true")
SERVER: Final = "bankapp"  # without the library and its version


def problem_response(refusal: errors.Refusal, request_id: str) -> web.Response:
    """The answer to a refused request."""
    status = status_of(refusal)
    problem = problem_of(refusal, request_id)
    body = json.dumps(problem, ensure_ascii=False, separators=(",", ":")).encode()
    response = web.Response(status=status, body=body, content_type="application/problem+json")
    response.headers["X-Request-Id"] = request_id
    response.headers.update(refusal_headers(refusal))
    return response


def refusal_headers(refusal: errors.Refusal) -> dict[str, str]:
    """The headers that tell a client of a refusal, beside the status."""
    headers: dict[str, str] = {}
    if refusal.replayed_request_id is not None:
        headers.update([REPLAYED])
    if status_of(refusal) == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if (wait_s := retry_after_s(refusal)) is not None:
        headers["Retry-After"] = str(wait_s)
    return headers
