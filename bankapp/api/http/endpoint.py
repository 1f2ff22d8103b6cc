"""From an operation to an aiohttp handler: all of HTTP is derived from the declaration."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from operator import attrgetter
from string import Formatter
from typing import Any, Final, cast

import pydantic_core
from aiohttp import web
from pydantic import BaseModel, ValidationError

from bankapp.api.http.authentication import bearer_token, identify_visitor
from bankapp.api.http.problems import (
    REPLAYED,
    InternalError,
    PayloadTooLarge,
    UnsupportedMediaType,
)
from bankapp.domain import errors, limits
from bankapp.operations.fields import Accepted, NoContent
from bankapp.operations.operation import Bank, Operation, authenticate, perform, require_session

Page = Callable[[Any], web.Response]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

BANK = web.AppKey("bank", Bank)
OPERATION = web.RequestKey("operation", str)
_METHODS_WITH_BODY = ("POST", "PUT", "PATCH")
_REFUSES_ALWAYS: Final = (
    errors.MalformedRequest,
    errors.ValidationFailed,
    InternalError,
    errors.Unavailable,
)
_REFUSES_BODIES: Final = (PayloadTooLarge, UnsupportedMediaType)
_STATUS_OF_RESPONSE: Final[dict[type[BaseModel], HTTPStatus]] = {
    NoContent: HTTPStatus.NO_CONTENT,
    Accepted: HTTPStatus.ACCEPTED,
}


@dataclass(frozen=True, slots=True)
class Route:
    """One line of the URL table.

    `location` is the path of what was created, filled from the response: then the status is 201.
    `csv` writes the response as text/csv for who asks for that, `page` makes HTML of it for people
    who come with a browser.
    """

    method: str
    path: str
    operation: Operation
    location: str | None = None
    csv: Callable[[Any], str] | None = None
    page: Page | None = None

    @property
    def methods(self) -> tuple[str, ...]:
        """Its own, and HEAD where GET is."""
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
        """Whether success is told in JSON."""
        return self.page is None and self.status is not HTTPStatus.NO_CONTENT

    @property
    def refuses(self) -> tuple[type[errors.Refusal], ...]:
        """Every refusal that may come: the operation's, and those of its way through HTTP."""
        of_body = _REFUSES_BODIES if self.has_body else ()
        return (*self.operation.refuses, *_REFUSES_ALWAYS, *of_body)


async def meet_expectation(request: web.Request) -> None:
    """Answer `Expect: 100-continue`; what else is expected does not matter (RFC 9110, 10.1.1)."""
    if request.headers["Expect"].lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0


def create_handler(route: Route) -> Handler:
    """A handler that authenticates, validates, runs the operation and answers."""
    operation = route.operation
    answer = _answerer(route)

    async def handle(request: web.Request) -> web.Response:
        request[OPERATION] = operation.name
        bank = request.app[BANK]
        # Before it is known who asks: a role could be lost while the body is on its way.
        body = b""
        if route.has_body:
            body = await _receive(request, operation.body_bytes_max)
        asker = identify_visitor(request)
        if operation.role is not None:
            asker = await authenticate(
                bank,
                asker,
                bearer_token(request),
                operation.role,
                needs_verified_email=operation.needs_verified_email,
                checks_session=operation.checks_session,
            )
        try:
            model = _validate(operation.request, _read_fields(request, route, body))
        except errors.Refusal:
            await require_session(bank, asker)  # else nobody would look at it
            raise
        response = await perform(bank, operation, asker, model)
        if route.csv is not None and "text/csv" in request.headers.get("Accept", ""):
            return web.Response(text=route.csv(response), content_type="text/csv", charset="utf-8")
        return answer(response, asker.call.is_replay)

    return handle


def _answerer(route: Route) -> Callable[[BaseModel, bool], web.Response]:
    """What makes an answer of a response, and of whether that is a replay."""
    if route.status is HTTPStatus.NO_CONTENT:
        return lambda _response, _is_replay: web.Response(status=HTTPStatus.NO_CONTENT)
    if route.page is not None:
        page = route.page
        return lambda response, _is_replay: page(response)
    status = route.status
    locate = None if route.location is None else _locator(route.location)

    def answer(response: BaseModel, is_replay: bool) -> web.Response:  # noqa: FBT001
        headers = dict([REPLAYED] if is_replay else [])
        if locate is not None:
            headers["Location"] = locate(response)
        return web.Response(
            status=status,
            body=response.model_dump_json().encode(),
            content_type="application/json",
            headers=headers,
        )

    return answer


def _locator(location: str) -> Callable[[BaseModel], str]:
    """From a response to its place: a path that ends with one of its fields, as `{transfer.id}`."""
    [(path, field, *_)] = Formatter().parse(location)
    assert field is not None
    get_field = attrgetter(field)
    return lambda response: f"{path}{get_field(response)}"


def _read_fields(request: web.Request, route: Route, body: bytes) -> dict[str, Any]:
    """Path, query and body as the fields of one request, each name from one place."""
    fields: dict[str, Any] = dict(request.match_info)
    given: Mapping[str, Any]
    if route.has_body:
        if request.query:
            raise _unknown(request.query)
        # Where the path says all there is to say, no body is needed.
        is_needed = body or route.operation.request.model_fields.keys() - fields.keys()
        given = _parse(request, body) if is_needed else {}
    else:
        given = request.query
        if len(given) != len(set(given)):
            raise _violated(_twice(request), "is given twice")
    if clash := fields.keys() & given.keys():
        raise _unknown(clash)
    return {**fields, **given}


async def _receive(request: web.Request, size_max: int) -> bytes:
    content = request.content
    body = b""
    try:
        if content.is_eof():  # as of most: it came with its head
            body = content.read_nowait()
        else:
            async with asyncio.timeout(limits.BODY_TIMEOUT_S):
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
    if request.content_type != "application/json" or "Content-Encoding" in request.headers:
        raise UnsupportedMediaType
    if len(body) > limits.BODY_BYTES_MAX and _count_values(body) > limits.BODY_VALUE_COUNT_MAX:
        raise PayloadTooLarge("The body holds more values than the bank reads.")
    try:
        data = pydantic_core.from_json(body, allow_inf_nan=False)
        members = cast("dict[str, Any]", data) if isinstance(data, dict) else None
        # To from_json repeated names are no error. With no more colons than names there are none.
        if members is not None and body.count(b":") > len(members):
            _STRICT_JSON.decode(body.decode())
    except ValueError as error:
        raise errors.MalformedRequest(f"The body is not JSON: {error}.") from None
    if members is None:
        raise errors.MalformedRequest("The body must be a JSON object.")
    return members


def _count_values(body: bytes) -> int:
    """About how many values there are in JSON: it takes ever longer to read and to refuse more."""
    pieces = body.replace(rb"\\", b"").replace(rb"\"", b"").split(b'"')
    between_texts = b"".join(pieces[::2])
    return sum(map(between_texts.count, (b",", b"[", b"{")))


def _refuse_repeated_names(members: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in members}) < len(members):
        raise ValueError("an object has two members of one name")


_STRICT_JSON: Final = json.JSONDecoder(object_pairs_hook=_refuse_repeated_names)


def _validate(model: type[BaseModel], fields: dict[str, Any]) -> BaseModel:
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        violations = [
            errors.Violation(".".join(map(str, item["loc"])), _message(item["msg"]))
            for item in error.errors(include_url=False, include_context=False, include_input=False)
        ][: limits.VIOLATION_COUNT_MAX]
        raise errors.ValidationFailed(violations=violations) from None


def _message(message: str) -> str:
    return message.removeprefix("Value error, ")


def _unknown(names: Iterable[str]) -> errors.ValidationFailed:
    return _violated(names, "Extra inputs are not permitted")


def _violated(names: Iterable[str], message: str) -> errors.ValidationFailed:
    shown = sorted(set(names))[: limits.VIOLATION_COUNT_MAX]
    return errors.ValidationFailed(violations=[errors.Violation(name, message) for name in shown])


def _twice(request: web.Request) -> Iterable[str]:
    counts = Counter(name for name, _ in request.query.items())
    return (name for name, count in counts.items() if count > 1)
