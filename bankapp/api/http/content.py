"""The content of a request: its path, query and body as fields of an operation."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from aiohttp import web

from bankapp import tuning
from bankapp.api.http.formats import JSON_TYPE
from bankapp.api.http.route import Route
from bankapp.api.json_object import read_object
from bankapp.api.problems import PayloadTooLarge, UnsupportedMediaType
from bankapp.domain import errors, limits
from bankapp.operations.fields import Text


class HttpContent:
    """Path, query and body as the fields of one request; each name comes from one of them."""

    __slots__ = ("_body", "_request", "_route")

    def __init__(self, request: web.Request, route: Route) -> None:
        self._request = request
        self._route = route
        self._body = b""

    @property
    def is_large(self) -> bool:
        """Whether the route takes large bodies, and the body is one or does not tell its length."""
        if self._route.body_bytes_max <= limits.BODY_BYTES_MAX:
            return False
        length = self._request.content_length
        return length is None or length > limits.BODY_BYTES_MAX

    async def receive(self) -> None:
        """Read the body, if the route has one.

        Raises MalformedRequest when it is incomplete or late, PayloadTooLarge.
        """
        if self._route.has_body:
            self._body = await receive_body(self._request, self._route.body_bytes_max)

    def read(self) -> Mapping[str, Any]:
        """The fields; those of path and query are Text.

        Raises MalformedRequest, UnsupportedMediaType, PayloadTooLarge, ValidationFailed.
        """
        request, route = self._request, self._route
        fields: dict[str, Any] = {name: Text(value) for name, value in request.match_info.items()}
        given: Mapping[str, Any]
        if route.has_body:
            if request.query:
                raise _unknown(request.query)
            # No body is needed if the path has all required fields.
            is_needed = self._body or route.operation.request.model_fields.keys() - fields.keys()
            given = _parse(request, self._body) if is_needed else {}
        else:
            given = {name: Text(value) for name, value in request.query.items()}
            if len(given) != len(request.query):
                raise _violated(_twice(request), "is given twice")
        if clash := fields.keys() & given.keys():
            raise _unknown(clash)
        return {**fields, **given}


async def receive_body(request: web.Request, size_max: int) -> bytes:
    """The body. Raises MalformedRequest when it is incomplete or late, PayloadTooLarge."""
    content: Any = request.content
    body = b""
    try:
        if content.is_eof():  # most bodies arrive with their head
            body = content.read_nowait()
        else:
            async with asyncio.timeout(tuning.BODY_TIMEOUT_S):
                while len(body) <= size_max and (chunk := await content.readany()):
                    body += chunk
    except TimeoutError:
        raise errors.MalformedRequest("The body did not arrive in time.") from None
    except (web.RequestPayloadError, ConnectionError):
        raise errors.MalformedRequest("The body cannot be read as its headers say.") from None
    if len(body) > size_max:
        raise PayloadTooLarge
    return body


def _parse(request: web.Request, body: bytes) -> dict[str, Any]:
    require_json(request)
    return read_object(body)


def require_json(request: web.Request) -> None:
    """Raise UnsupportedMediaType for a body that is not JSON, or compressed."""
    if request.content_type != JSON_TYPE or "Content-Encoding" in request.headers:
        raise UnsupportedMediaType


def _unknown(names: Iterable[str]) -> errors.ValidationFailed:
    return _violated(names, "Extra inputs are not permitted")


def _violated(names: Iterable[str], message: str) -> errors.ValidationFailed:
    shown = sorted(set(names))[: limits.VIOLATION_COUNT_MAX]
    return errors.ValidationFailed(violations=[errors.Violation(name, message) for name in shown])


def _twice(request: web.Request) -> Iterable[str]:
    counts = Counter(name for name, _ in request.query.items())
    return (name for name, count in counts.items() if count > 1)
