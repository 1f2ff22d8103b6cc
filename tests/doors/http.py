"""The HTTP door under test."""

import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import quote

from aiohttp.test_utils import TestClient, TestServer
from multidict import CIMultiDict

from bankapp.api.http.route import Route
from bankapp.api.http.routes import ROUTES
from bankapp.api.http.server import create_app
from bankapp.api.http.site.password_reset import show_password_reset
from bankapp.api.http.site.verification import show_verification
from bankapp.api.problems import MethodNotAllowed, PayloadTooLarge, UnsupportedMediaType
from bankapp.domain import errors
from bankapp.domain.errors import Sort
from bankapp.operations.bank import Bank
from bankapp.operations.operation import Operation
from tests.api.client import Answer, Api
from tests.doors.case import Case, Fields, anyone
from tests.doors.door import DoorUnderTest, Outcome, Refused
from tests.doors.problems import STATUSES, read_problem
from tests.factories import Make

_OWN_REFUSALS: Final = (MethodNotAllowed, PayloadTooLarge, UnsupportedMediaType)
_KINDS: Final = {**errors.REFUSALS, **{kind.code: kind for kind in _OWN_REFUSALS}}
_OF_ONE_ANSWER: Final = {"X-Request-Id", "Date", "Idempotent-Replayed"}


@dataclass(frozen=True, kw_only=True)
class HttpRequest:
    """The fields of a request, divided into path, query and body; None if there is no body."""

    route: Route
    in_path: Fields
    query: Fields
    body: Fields | None

    @property
    def path(self) -> str:
        """The path with its values."""
        quoted = {name: quote(str(value), safe="") for name, value in self.in_path.items()}
        return self.route.path.format_map(quoted)

    @property
    def params(self) -> dict[str, str]:
        """The query with its values as text."""
        return {name: _as_text(value) for name, value in self.query.items()}


def _as_text(value: Any) -> str:
    values = cast("list[object]", value) if isinstance(value, list) else [value]
    return ",".join(map(str, values))


def name_of(route: Route) -> str:
    """Method and path of a route."""
    return f"{route.method} {route.path}"


def route_of(operation: Operation) -> Route:
    """The line of the URL table that serves an operation."""
    return next(route for route in ROUTES if route.operation is operation)


def http_request(route: Route, fields: Fields) -> HttpRequest:
    """A request for the operation of a route."""
    names = re.findall(r"{(\w+)}", route.path)
    others = {name: value for name, value in fields.items() if name not in names}
    return HttpRequest(
        route=route,
        in_path={name: fields[name] for name in names},
        query={} if route.has_body else others,
        body=others if route.has_body else None,
    )


class HttpDoor:
    """The HTTP door of one bank, over a real socket."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def ask(
        self,
        operation: Operation,
        fields: Fields,
        *,
        token: str | None = None,
        keys: Sequence[str] = (),
    ) -> Outcome:
        """Ask for an operation and check status, headers and the problem document."""
        route = route_of(operation)
        request = http_request(route, fields)
        answer = await self._api.request(
            route.method,
            request.path,
            token=token,
            headers=CIMultiDict(("Idempotency-Key", key) for key in keys),
            params=request.params,
            json=request.body,
        )
        is_refused = answer.status >= 400
        if not is_refused:
            assert answer.status == route.status
        return Outcome(
            request_id=answer.headers["X-Request-Id"],
            body=None if is_refused else answer.body or {},
            refused=_refused(answer) if is_refused else None,
            is_replay=answer.headers.get("Idempotent-Replayed") == "true",
            envelope=_envelope(answer),
        )


def _refused(answer: Answer) -> Refused:
    kind, problem = _KINDS[answer.code], answer.body
    assert answer.status in STATUSES[kind.sort]
    assert ("WWW-Authenticate" in answer.headers) == (kind.sort is Sort.UNAUTHENTICATED)
    retry_after = answer.headers.get("Retry-After")
    assert (retry_after is not None) == (kind.sort in (Sort.LIMITED, Sort.UNAVAILABLE))
    return read_problem(kind, problem, retry_after)


def _envelope(answer: Answer) -> object:
    headers = sorted((name.title(), value) for name, value in answer.headers.items())
    return answer.status, [header for header in headers if header[0] not in _OF_ONE_ANSWER]


@asynccontextmanager
async def open_http(bank: Bank) -> AsyncGenerator[HttpDoor]:
    """The door of a bank, while the block runs."""
    async with TestClient(TestServer(create_app(bank))) as client:
        yield HttpDoor(Api(client, bank, Make(bank.store)))


HTTP: Final = DoorUnderTest(
    name="http",
    open=open_http,
    serves=[route.operation for route in ROUTES],
    table="bankapp/api/http/routes.py",
    refuses=_OWN_REFUSALS,
    own_cases=(
        Case(
            operation=show_verification,  # the page that a link in a mail leads to
            request=lambda world: {"email_id": world.email_id, "secret_code": world.email_code},
            who_may=anyone(),
            answer=None,
            needs_database=False,
        ),
        Case(
            operation=show_password_reset,
            request=lambda world: {"token": world.email_code},
            who_may=anyone(),
            answer=None,
            needs_database=False,
        ),
    ),
)
