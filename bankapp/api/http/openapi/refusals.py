"""Refusals in the document."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Final, TypeAlias

from bankapp.api.http.openapi.schemas import Schema
from bankapp.api.http.openapi.shared import header_references
from bankapp.api.http.route import Route
from bankapp.api.problems import problem_of, status_of
from bankapp.domain import errors

Refusals: TypeAlias = dict[str, type[errors.Refusal]]

_REQUEST_ID: Final = "2b9d6a2e8f0c4a579d3e1c6f5b7a9e10"
_FIELDS: Final[Schema] = {
    "type": {"type": "string", "format": "uri-reference", "pattern": "^/problems/[a-z_]+$"},
    "title": {"type": "string", "description": "The same for all problems of this code"},
    "status": {"type": "integer", "minimum": 400, "maximum": 599},
    "code": {"type": "string", "pattern": "^[a-z_]+$", "description": "Stable: branch on it"},
    "detail": {"type": "string", "description": "Details of this one case"},
    "request_id": {
        "type": "string",
        "description": "Id of the request; where a first answer is given again, of that request",
    },
    "retryable": {
        "type": "boolean",
        "description": "Whether the same request may succeed later",
    },
}
_VIOLATION: Final[Schema] = {
    "type": "object",
    "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
    "required": ["field", "message"],
    "additionalProperties": False,
}
PROBLEM: Final[Schema] = {
    "type": "object",
    "description": "The reason for a refusal (RFC 9457)",
    "properties": {
        **_FIELDS,
        "errors": {
            "type": "array",
            "items": _VIOLATION,
            "minItems": 1,
            "description": "The fields that are wrong; only of `validation_failed`",
        },
    },
    "required": [*_FIELDS],
    "additionalProperties": False,
}


def refusals_by_status(route: Route) -> dict[HTTPStatus, Refusals]:
    """Every refusal of a route, by its code."""
    by_status: dict[HTTPStatus, Refusals] = {}
    for refusal in sorted(route.refuses, key=lambda refusal: (status_of(refusal), refusal.code)):
        by_status.setdefault(status_of(refusal), {})[refusal.code] = refusal
    return by_status


def response_name(refusals: Refusals) -> str:
    """The name of the response that is one of these refusals."""
    return ".".join(refusals)


def describe_refusals(status: HTTPStatus, refusals: Refusals) -> Schema:
    """The response that is one of these refusals."""
    headers = ["X-Request-Id"]
    if status is HTTPStatus.UNAUTHORIZED:
        headers.append("WWW-Authenticate")
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        headers.append("Retry-After")
    narrowed = {"status": {"const": status.value}, "code": {"enum": [*refusals]}}
    content = {
        "schema": {"allOf": [{"$ref": "#/components/schemas/Problem"}], "properties": narrowed},
        "examples": {code: {"$ref": f"#/components/examples/{code}"} for code in refusals},
    }
    return {
        "description": "\n".join(
            f"- [`{code}`](/problems/{code}): {refusal.message()}"
            for code, refusal in refusals.items()
        ),
        "headers": header_references(headers),
        "content": {"application/problem+json": content},
    }


def problem_examples(routes: Iterable[Route]) -> Schema:
    """An example of each refusal, by its code."""
    refusals = {refusal for route in routes for refusal in route.refuses}
    return {
        refusal.code: {"value": example_of(refusal)}
        for refusal in sorted(refusals, key=lambda refusal: refusal.code)
    }


def example_of(refusal: type[errors.Refusal]) -> Schema:
    """The problem that answers a request with this refusal."""
    if refusal is not errors.ValidationFailed:
        return problem_of(refusal(), _REQUEST_ID)
    wrong = errors.Violation("amount", "Input should be greater than or equal to 1")
    return problem_of(refusal(violations=[wrong]), _REQUEST_ID)
