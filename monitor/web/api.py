"""The answers in JSON, below /api/."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import TypeVar

import psycopg
from aiohttp import web
from psycopg_pool import PoolTimeout
from pydantic import BaseModel, TypeAdapter, ValidationError

from monitor.answers import (
    Answers,
    LoginsQuestion,
    MovementsQuestion,
    OperationsQuestion,
    PageQuestion,
    Question,
    Rewind,
)
from monitor.web.guard import Refused

Asked = TypeVar("Asked", bound=Question)
_REWINDS = TypeAdapter(list[Rewind])


class _Nothing(Question):
    """No parameter."""


def add_api(app: web.Application, answers: Answers) -> None:
    """Add the routes."""

    async def rewinds(_: _Nothing) -> bytes:
        return _REWINDS.dump_json(await answers.rewinds())

    async def status(_: _Nothing) -> BaseModel:
        return await answers.status()

    app.router.add_get("/api/status", _handler(_Nothing, status))
    app.router.add_get("/api/logins", _handler(LoginsQuestion, answers.logins))
    app.router.add_get("/api/movements", _handler(MovementsQuestion, answers.movements))
    app.router.add_get("/api/operations", _handler(OperationsQuestion, answers.operations))
    app.router.add_get("/api/decisions", _handler(PageQuestion, answers.decisions))
    app.router.add_get("/api/lost-events", _handler(PageQuestion, answers.lost_events))
    app.router.add_get("/api/rewinds", _handler(_Nothing, rewinds))


def _handler(
    kind: type[Asked], answer: Callable[[Asked], Awaitable[BaseModel | bytes]]
) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        question = read_question(kind, request)
        with_database = await answered(answer(question))
        body = (
            with_database
            if isinstance(with_database, bytes)
            else with_database.model_dump_json().encode()
        )
        return web.Response(body=body, content_type="application/json")

    return handle


Result = TypeVar("Result")


async def answered(answer: Awaitable[Result]) -> Result:
    """The answer. Raises Refused where the database is away."""
    try:
        return await answer
    except (psycopg.OperationalError, PoolTimeout):
        raise Refused(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "unavailable",
            "The database does not answer; try again.",
        ) from None


def read_question(kind: type[Asked], request: web.Request) -> Asked:
    """The question in the query string. Raises Refused."""
    if len(set(request.query)) != len(request.query):
        raise Refused(HTTPStatus.BAD_REQUEST, "validation_failed", "A parameter is given twice.")
    try:
        return kind.model_validate(dict(request.query))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        name = str(first["loc"][0]) if first["loc"] else "query"
        raise Refused(
            HTTPStatus.BAD_REQUEST, "validation_failed", f"{name}: {first['msg']}."
        ) from None
