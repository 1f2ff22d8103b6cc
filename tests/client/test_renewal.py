"""Access tokens that expire, and the refresh tokens that work once."""

import asyncio
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bankapp.api.http.endpoint import Handler
from bankapp.api.http.server import create_app
from bankapp.auth.paseto import PasetoCodec
from bankapp.auth.tokens import Purpose, TokenMaker
from bankapp.operations.bank import Bank
from bankapp_client import AsyncClient, Tokens, problems
from client_tests.clients import Connect
from tests.factories import PASSWORD, Make

CALLER_COUNT = 50
RENEWAL = "/v1/tokens/renew_access"


class Counted(NamedTuple):
    """A bank, and the paths it was asked for."""

    url: str
    paths: list[str]
    renewing: asyncio.Event


@pytest.fixture
async def counted(bank: Bank) -> AsyncGenerator[Counted]:
    counted = Counted("", [], asyncio.Event())

    @web.middleware
    async def count(request: web.Request, handler: Handler) -> web.StreamResponse:
        counted.paths.append(request.path)
        if request.path == RENEWAL:
            counted.renewing.set()
        return await handler(request)

    app = create_app(bank)
    app.middlewares.append(count)
    async with TestServer(app) as server:
        yield counted._replace(url=str(server.make_url("")))


@pytest.fixture
async def expired(counted: Counted, make: Make) -> Tokens:
    """The tokens of a session whose access token has expired."""
    await make.user("alice")
    async with AsyncClient(counted.url) as client:
        session = await client.log_in(username="alice", password=PASSWORD)
    return Tokens(expired_access_token(session.session_id), session.refresh_token)


def expired_access_token(session_id: UUID) -> str:
    codec = PasetoCodec([bytes(32)])
    return TokenMaker(codec, Purpose.ACCESS, timedelta(seconds=-1)).create(session_id).text


async def test_a_token_is_renewed_by_itself(
    connect: Connect, counted: Counted, expired: Tokens
) -> None:
    alice = connect(counted.url, tokens=expired)
    user = await alice.ask("get_user", "alice")
    assert user.username == "alice"
    assert alice.client.tokens not in (None, expired)
    await alice.ask("get_user", "alice")
    assert counted.paths.count(RENEWAL) == 1


async def test_many_at_once_renew_once(connect: Connect, counted: Counted, expired: Tokens) -> None:
    """Goal: calls that find the token expired at one time do not use the refresh token twice.

    Method: 50 calls at once; a second use would end the session, and so refuse those behind it.
    """
    # Threads for the sync client; there would be a few only.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(CALLER_COUNT))
    alice = connect(counted.url, tokens=expired)
    calls = [alice.ask("get_user", "alice") for _ in range(CALLER_COUNT)]
    users = await asyncio.gather(*calls)
    assert len(users) == CALLER_COUNT
    assert counted.paths.count(RENEWAL) == 1
    [session] = await alice.read("list_sessions")
    assert session.is_current


async def test_who_goes_away_does_not_break_the_renewal(counted: Counted, expired: Tokens) -> None:
    """Goal: a call that is cancelled while it renews leaves the session to the others.

    Method: the first is cancelled once its renewal is on its way; the second then needs it.
    """
    async with AsyncClient(counted.url, tokens=expired) as alice:
        first = asyncio.create_task(alice.get_user("alice"))
        await counted.renewing.wait()
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        user = await alice.get_user("alice")
        assert user.username == "alice"
    assert counted.paths.count(RENEWAL) == 1


async def test_a_renewal_without_an_answer_is_repeated(
    connect: Connect, bank: Bank, expired: Tokens
) -> None:
    """Goal: a lost answer does not end a session. Method: the connection closes instead of it."""
    statuses: list[int] = []

    @web.middleware
    async def lose(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        if request.path == RENEWAL:
            statuses.append(response.status)
            if len(statuses) == 1:
                assert request.transport is not None
                request.transport.abort()
        return response

    app = create_app(bank)
    app.middlewares.append(lose)
    async with TestServer(app) as server:
        alice = connect(str(server.make_url("")), tokens=expired)
        assert (await alice.ask("get_user", "alice")).username == "alice"
        assert statuses == [200, 200]
        [session] = await alice.read("list_sessions")
        assert session.is_current


async def test_a_session_that_has_ended(
    connect: Connect, counted: Counted, expired: Tokens
) -> None:
    async with AsyncClient(counted.url, tokens=expired) as other:
        await other.log_out()
    alice = connect(counted.url, tokens=expired)
    with pytest.raises(problems.Unauthenticated):
        await alice.ask("get_user", "alice")
    assert alice.client.tokens is None
