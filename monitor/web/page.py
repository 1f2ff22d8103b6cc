"""The page: how far the feed is read, the chart, what rules have found, and two questions."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from importlib.resources import files
from typing import Annotated, Final

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined
from pydantic import BeforeValidator

from monitor.answers import (
    ID_MAX,
    Answers,
    Id,
    Login,
    LoginsQuestion,
    Movement,
    MovementsQuestion,
    OperationsQuestion,
    Page,
    PageQuestion,
    Question,
    Status,
    Username,
)
from monitor.currencies import Currencies
from monitor.gen.enums import Bucket
from monitor.web.api import answered, read_question
from monitor.web.chart import draw, legend
from monitor.web.guard import COOKIE, Guard, Refused

DECISION_COUNT_MAX: Final = 10
ROW_COUNT_MAX: Final = 25
_CONTENT_TYPES: Final = {"style.css": "text/css", "icon.svg": "image/svg+xml"}
_TOKEN_BYTES_MAX: Final = 1000
_TEMPLATES: Final = Environment(
    loader=PackageLoader("monitor.web"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def _blank_to_none(value: object) -> object:
    return value.strip() or None if isinstance(value, str) else value


def _username(value: object) -> object:
    return value.strip().lower() or None if isinstance(value, str) else value


class PageParameters(Question):
    """What the page is asked to show. Fields of a form that are left empty ask for nothing."""

    per: Bucket = Bucket.HOUR
    username: Annotated[Username | None, BeforeValidator(_username)] = None
    account_id: Annotated[Id | None, BeforeValidator(_blank_to_none)] = None
    before: Id = ID_MAX


@dataclass(frozen=True, slots=True)
class _Asked:
    """The questions of the page and their answers."""

    logins: Page[Login] | None
    movements: Page[Movement] | None


class Pages:
    """Serves the page and what belongs to it."""

    def __init__(self, answers: Answers, currencies: Currencies, guard: Guard) -> None:
        self._answers = answers
        self._currencies = currencies
        self._guard = guard

    async def show(self, request: web.Request) -> web.Response:
        """The page, also with a word about a parameter that is wrong."""
        wrong = None
        try:
            asked = read_question(PageParameters, request)
            found = await answered(self._ask(asked))
        except Refused as refused:
            if refused.status != HTTPStatus.BAD_REQUEST:
                raise
            wrong, asked, found = refused.detail, PageParameters(), _Asked(None, None)
        status = await answered(self._answers.status())
        operations = await answered(self._answers.operations(OperationsQuestion(per=asked.per)))
        decisions = await answered(self._answers.decisions(PageQuestion(limit=DECISION_COUNT_MAX)))
        chart = draw(operations)
        return _html(
            "page.html",
            HTTPStatus.BAD_REQUEST if wrong else HTTPStatus.OK,
            asked=asked,
            wrong=wrong,
            status=status,
            headline=headline(status),
            chart=chart,
            legend=list(legend(chart)),
            buckets=list(Bucket),
            decisions=decisions.items,
            rewinds=await answered(self._answers.rewinds()),
            logins=found.logins,
            movements=found.movements,
            amount=self._currencies.formatter(),
            time=_time,
        )

    async def _ask(self, asked: PageParameters) -> _Asked:
        logins = movements = None
        if asked.username is not None:
            logins = await self._answers.logins(
                LoginsQuestion(username=asked.username, before=asked.before, limit=ROW_COUNT_MAX)
            )
        if asked.account_id is not None:
            movements = await self._answers.movements(
                MovementsQuestion(
                    account_id=asked.account_id, before=asked.before, limit=ROW_COUNT_MAX
                )
            )
        return _Asked(logins, movements)

    async def show_sign_in(self, request: web.Request) -> web.Response:
        """The form that asks for the token."""
        if await self._guard.is_known(request):
            raise web.HTTPSeeOther("/")
        return _html("sign_in.html", HTTPStatus.OK, is_wrong=False)

    async def sign_in(self, request: web.Request) -> web.Response:
        """A pass for the browser that sends the token."""
        if (request.content_length or 0) > _TOKEN_BYTES_MAX:
            raise web.HTTPRequestEntityTooLarge(_TOKEN_BYTES_MAX, request.content_length or 0)
        form = await request.post()
        if not self._guard.access.knows(str(form.get("token", "")).strip()):
            return _html("sign_in.html", HTTPStatus.FORBIDDEN, is_wrong=True)
        response = web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": "/"})
        response.set_cookie(
            COOKIE,
            self._guard.access.make_pass(),
            httponly=True,
            samesite="Strict",
            secure=self._guard.is_secure,
        )
        return response

    async def sign_out(self, _: web.Request) -> web.Response:
        """Take the pass back."""
        response = web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": "/sign-in"})
        response.del_cookie(COOKIE)
        return response


def add_pages(app: web.Application, pages: Pages) -> None:
    """Add the routes."""
    app.router.add_get("/", pages.show)
    app.router.add_get("/sign-in", pages.show_sign_in)
    app.router.add_post("/sign-in", pages.sign_in)
    app.router.add_post("/sign-out", pages.sign_out)
    for name, content_type in _CONTENT_TYPES.items():
        content = (files("monitor.web") / "static" / name).read_bytes()
        app.router.add_get(f"/static/{name}", _file(content, content_type))


def headline(status: Status) -> str:
    """What a reader has to know before they trust the rest."""
    match status.state:
        case "current":
            return f"Up to date as of {_time(status.answered_at)}"
        case "behind":
            read = "nothing" if status.last_event_at is None else _lag(status)
            return f"Behind since {_time(status.since)}: {read}"
        case "silent":
            return f"No news since {_time(status.since)}: no monitor reads the feed"
        case "trouble":
            return f"No news since {_time(status.since)}: {status.trouble}"
        case "starting":
            return "Nothing is read yet"


def _lag(status: Status) -> str:
    assert status.last_event_at is not None
    lag = max(status.now - status.last_event_at, timedelta(0))
    return f"what happened in the last {_duration(lag)} is not read yet"


def _duration(length: timedelta) -> str:
    seconds = int(length.total_seconds())
    for size, unit in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} seconds"


def _time(time: datetime | None) -> str:
    return "never" if time is None else f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _html(template: str, code: HTTPStatus, /, **values: object) -> web.Response:
    text = _TEMPLATES.get_template(template).render(values)
    return web.Response(text=text, status=code, content_type="text/html")


def _file(content: bytes, content_type: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def serve(_: web.Request) -> web.Response:
        return web.Response(body=content, content_type=content_type)

    return serve
