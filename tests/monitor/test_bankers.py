"""Bankers at the monitor, with the access token of the bank."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bankapp.api.http.server import create_app
from bankapp.auth.paseto import PublicPasetoCodec
from bankapp.auth.tokens import Purpose, TokenMaker
from bankapp.domain.roles import Role
from bankapp.operations.bank import Bank
from bankapp_client import AsyncClient
from monitor.bank import Bank as WatchedBank
from monitor.database import Pool
from monitor.settings import Settings
from tests.factories import PASSWORD, Make
from tests.monitor.test_web import BEARER, app_of
from tests.monitor.watching import CREDENTIALS


@pytest.fixture
async def signing_bank_url(bank: Bank) -> AsyncGenerator[str]:
    """Where a bank is that makes public tokens."""
    tokens = TokenMaker(PublicPasetoCodec([bytes(32)]), Purpose.ACCESS, timedelta(minutes=15))
    async with TestServer(create_app(replace(bank, tokens=tokens))) as server:
        yield str(server.make_url(""))


async def log_in(url: str, username: str) -> str:
    async with AsyncClient(url) as client:
        session = await client.log_in(username=username, password=PASSWORD)
    return session.access_token


async def status_with(pool: Pool, bank_url: str, token: str, **settings: object) -> int:
    """The status with which a monitor of that bank answers who has the token."""
    async with (
        WatchedBank(bank_url, CREDENTIALS) as bank,
        TestClient(app_of(pool, Settings.model_validate(settings), bank)) as client,
        client.get("/api/status", headers={"Authorization": f"Bearer {token}"}) as response,
    ):
        return response.status


async def test_bankers_are_let_in_where_the_settings_say_so(
    monitor_pool: Pool, signing_bank_url: str, make: Make
) -> None:
    statuses = {}
    for role in Role:
        await make.user(f"a_{role}", role)
        token = await log_in(signing_bank_url, f"a_{role}")
        statuses[role] = await status_with(
            monitor_pool, signing_bank_url, token, MONITOR_BANKERS="on"
        )
        assert await status_with(monitor_pool, signing_bank_url, token) == 401
    assert statuses == {Role.DEPOSITOR: 401, Role.BANKER: 200, Role.ADMIN: 200}


async def test_a_token_of_another_bank_is_none(
    monitor_pool: Pool, bank_url: str, signing_bank_url: str, make: Make
) -> None:
    await make.user("banker", Role.BANKER)
    for token_url, asked_url in [(signing_bank_url, bank_url), (bank_url, signing_bank_url)]:
        token = await log_in(token_url, "banker")
        assert await status_with(monitor_pool, asked_url, token, MONITOR_BANKERS="on") == 401


async def test_while_the_bank_is_away(
    monitor_pool: Pool, signing_bank_url: str, make: Make
) -> None:
    """Without its keys nothing is known of its tokens; the monitor's own token is let in."""
    await make.user("banker", Role.BANKER)
    token = await log_in(signing_bank_url, "banker")
    away, on = "http://127.0.0.1:1", {"MONITOR_BANKERS": "on"}
    assert await status_with(monitor_pool, away, token, **on) == 503
    own = BEARER["Authorization"].removeprefix("Bearer ")
    assert await status_with(monitor_pool, away, own, **on) == 200
