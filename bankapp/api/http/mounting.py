"""Lends the listener to the GraphQL door, which has none of its own."""

from http import HTTPStatus
from typing import Final

from aiohttp import web

from bankapp.api.http.authentication import bearer_token, identify_visitor
from bankapp.api.http.content import receive_body, require_json
from bankapp.api.http.endpoint import EXCHANGE, OUTCOME, meet_expectation
from bankapp.api.http.problems import REPLAYED, refusal_headers
from bankapp.api.http.site.graphiql import add_graphiql
from bankapp.api.mount import Mount, Post, Reply
from bankapp.api.problems import status_of
from bankapp.domain import limits
from bankapp.domain.roles import Role
from bankapp.operations.exchange import Exchange

PATH: Final = "/graphql"


def add_graphql(app: web.Application, mount: Mount, role: Role | None = None) -> None:
    """Have `mount` answer what is posted to /graphql, and serve GraphiQL.

    It is for users with at least `role`; with None for every user.
    """

    async def handle(request: web.Request) -> web.StreamResponse:
        exchange = request[EXCHANGE]
        try:
            reply = await mount.answer(await _receive(request, exchange))
        except Exception as error:  # noqa: BLE001 - the log has the error, the client an answer
            accept = request.headers.get("Accept", "")
            reply = mount.refuse(exchange.refuse(error), exchange.request_id, accept)
        request[OUTCOME] = reply.outcome.value
        return _respond(reply)

    app.router.add_post(PATH, handle, expect_handler=meet_expectation)
    add_graphiql(app, role)


async def _receive(request: web.Request, exchange: Exchange) -> Post:
    body = await receive_body(request, limits.BODY_BYTES_MAX)
    require_json(request)
    return Post(
        exchange=exchange,
        visitor=identify_visitor(request, exchange.request_id),
        token=bearer_token(request),
        keys=request.headers.getall("Idempotency-Key", ()),
        accept=request.headers.get("Accept", ""),
        body=body,
    )


def _respond(reply: Reply) -> web.Response:
    refusal = reply.refusal
    headers = {} if refusal is None else refusal_headers(refusal)
    if reply.is_replay:
        headers.update([REPLAYED])
    return web.Response(
        status=HTTPStatus.OK if refusal is None else status_of(refusal),
        body=reply.body,
        content_type=reply.media_type,
        charset="utf-8",
        headers=headers,
    )
