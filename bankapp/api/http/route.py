"""Routes: the lines of the URL table."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from pydantic import BaseModel

from bankapp.api.http.formats import JSON_TYPE, Format
from bankapp.api.problems import PayloadTooLarge, UnsupportedMediaType
from bankapp.domain import errors
from bankapp.domain.limits import BODY_BYTES_MAX
from bankapp.operations.fields import Accepted, NoContent
from bankapp.operations.operation import Operation

_METHODS_WITH_BODY: Final = ("POST", "PUT", "PATCH")
_REFUSES_ALWAYS: Final = (
    errors.MalformedRequest,
    errors.ValidationFailed,
    errors.InternalError,
    errors.Unavailable,
)
_REFUSES_BODIES: Final = (PayloadTooLarge, UnsupportedMediaType)
_STATUS_OF_RESPONSE: Final[dict[type[BaseModel], HTTPStatus]] = {
    NoContent: HTTPStatus.NO_CONTENT,
    Accepted: HTTPStatus.ACCEPTED,
}


@dataclass(frozen=True, slots=True)
class Route:
    """The method and path at which an operation is served, and the form of its answer.

    With `location`, the path of the created resource, filled from the response, the status is 201.
    `formats` are the formats of the answer beside JSON, or instead of JSON without `has_json`.
    `body_bytes_max` bounds the body; one of at most BODY_BYTES_MAX is read before the caller is
    authenticated.
    """

    method: str
    path: str
    operation: Operation
    location: str | None = None
    formats: tuple[Format, ...] = ()
    has_json: bool = True
    body_bytes_max: int = BODY_BYTES_MAX

    @property
    def methods(self) -> tuple[str, ...]:
        """The method of the route, and HEAD with GET."""
        return ("GET", "HEAD") if self.method == "GET" else (self.method,)

    @property
    def status(self) -> HTTPStatus:
        """The status of success."""
        if self.location is not None:
            return HTTPStatus.CREATED
        return _STATUS_OF_RESPONSE.get(self.operation.response, HTTPStatus.OK)

    @property
    def has_body(self) -> bool:
        """Whether a body is read."""
        return self.method in _METHODS_WITH_BODY

    @property
    def answers_json(self) -> bool:
        """Whether a successful answer can be JSON."""
        return self.has_json and self.status is not HTTPStatus.NO_CONTENT

    @property
    def media_types(self) -> tuple[str, ...]:
        """The media types of a successful answer, the preferred one first."""
        json_type = (JSON_TYPE,) if self.answers_json else ()
        return (*json_type, *(format_.media_type for format_ in self.formats))

    @property
    def refuses(self) -> tuple[type[errors.Refusal], ...]:
        """Every possible refusal: those of the operation, and those of HTTP."""
        of_body = _REFUSES_BODIES if self.has_body else ()
        return (*self.operation.refuses, *_REFUSES_ALWAYS, *of_body)
