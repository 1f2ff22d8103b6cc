"""Answers: what GraphQL tells of refusals, and the media types of both."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic_core import to_json

from bankapp.api.graphql.names import camel_case
from bankapp.api.mount import Reply
from bankapp.api.problems import retry_after_s, status_of
from bankapp.domain import errors

GRAPHQL_TYPE: Final = "application/graphql-response+json"
JSON_TYPE: Final = "application/json"


def media_type_of(accept: str) -> str:
    """The media type that a client accepts: JSON for one that knows no other."""
    return JSON_TYPE if JSON_TYPE in accept and GRAPHQL_TYPE not in accept else GRAPHQL_TYPE


def refuse(refusal: errors.Refusal, request_id: str, accept: str) -> Reply:
    """The answer to a request that is refused as a whole: it has no data."""
    return Reply(
        body=to_json({"errors": [error_of(refusal, request_id)]}),
        media_type=media_type_of(accept),
        outcome=status_of(refusal),
        refusal=refusal,
    )


def body(data: Mapping[str, Any] | None, refused: Sequence[Mapping[str, Any]]) -> bytes:
    """The body of an answer."""
    return to_json({"data": data, "errors": refused} if refused else {"data": data})


def error_of(
    refusal: errors.Refusal, request_id: str, path: Sequence[str | int] | None = None
) -> dict[str, Any]:
    """A refusal as an error of GraphQL, at the path of the field that is null for it."""
    extensions: dict[str, Any] = {
        "code": refusal.code,
        "requestId": refusal.replayed_request_id or request_id,
        "retryable": refusal.retryable,
    }
    if (wait_s := retry_after_s(refusal)) is not None:
        extensions["retryAfterS"] = wait_s
    if refusal.violations:
        extensions["violations"] = [
            {"field": _field(one.field), "message": one.message} for one in refusal.violations
        ]
    error: dict[str, Any] = {"message": refusal.detail, "extensions": extensions}
    return error if path is None else {**error, "path": path}


def _field(name: str) -> str:
    return ".".join(map(camel_case, name.split(".")))
