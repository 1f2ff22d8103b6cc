"""Headers that many requests and answers have."""

from collections.abc import Iterable
from typing import Final

from bankapp.api.http.openapi.schemas import Schema
from bankapp.domain import limits

HEADERS: Final[Schema] = {
    "X-Request-Id": {
        "description": "The request's own id where it sent a sane one, or a new one",
        "required": True,
        "schema": {
            "type": "string",
            "pattern": f"^[A-Za-z0-9._-]{{1,{limits.REQUEST_ID_LENGTH_MAX}}}$",
        },
    },
    "Location": {
        "description": "The path of what was created",
        "required": True,
        "schema": {"type": "string", "format": "uri-reference"},
    },
    "Idempotent-Replayed": {
        "description": "The request was done earlier under the same key, and this is what was "
        "answered then; refusals bear it too",
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
        "description": "Names the request in answers and logs; one that is not sane is replaced",
        "schema": {"type": "string"},
    },
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "The same key and request again get the first answer again, for a day at "
        "least; another request under the same key is refused",
        "schema": {
            "type": "string",
            "pattern": f"^[ -~]{{1,{limits.IDEMPOTENCY_KEY_LENGTH_MAX}}}$",
        },
    },
}


def header_references(names: Iterable[str]) -> Schema:
    """References to headers of an answer."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
