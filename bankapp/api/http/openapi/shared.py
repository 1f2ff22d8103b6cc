"""Headers that many requests and answers have."""

from collections.abc import Iterable
from typing import Final

from bankapp.api.http.openapi.schemas import Schema
from bankapp.domain import limits

HEADERS: Final[Schema] = {
    "X-Request-Id": {
        "description": "The id that the request was sent with if it is well-formed, else a new one",
        "required": True,
        "schema": {
            "type": "string",
            "pattern": f"^[A-Za-z0-9._-]{{1,{limits.REQUEST_ID_LENGTH_MAX}}}$",
        },
    },
    "Location": {
        "description": "The path of the created resource",
        "required": True,
        "schema": {"type": "string", "format": "uri-reference"},
    },
    "Idempotent-Replayed": {
        "description": "The answer is the first one that was given under this key; refusals have "
        "this header too",
        "schema": {"const": "true"},
    },
    "Retry-After": {
        "description": "Seconds to wait before the next try",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
    },
    "WWW-Authenticate": {"required": True, "schema": {"const": "Bearer"}},
}
PARAMETERS: Final[Schema] = {
    "RequestId": {
        "name": "X-Request-Id",
        "in": "header",
        "description": "Id of the request in answers and logs; one that is not well-formed is "
        "replaced",
        "schema": {"type": "string"},
    },
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "The same request under the same key gets the first answer again, for at "
        "least a day; another request under the same key is refused",
        "schema": {
            "type": "string",
            "pattern": f"^[ -~]{{1,{limits.IDEMPOTENCY_KEY_LENGTH_MAX}}}$",
        },
    },
}


def header_references(names: Iterable[str]) -> Schema:
    """References to headers of an answer."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
