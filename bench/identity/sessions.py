"""The time that the check of the session adds to a request."""

import asyncio
import statistics
import time
import uuid
from collections.abc import Awaitable, Callable
from datetime import timedelta

from aiohttp.test_utils import TestClient, TestServer

from bankapp.api.http.server import create_app
from bankapp.domain.sessions import NewSession
from bankapp.operations.bank import Bank
from bench.identity.users import add_user

COUNT = 2000
CLIENT_COUNT = 8


async def measure_sessions(bank: Bank) -> None:
    """Print the time of the check alone and in a request, and its highest rate."""
    await add_user(bank, "alice")
    session_id = uuid.uuid4()
    session = NewSession(
        id=session_id,
        username="alice",
        user_agent="",
        client_address=None,
        lifetime=timedelta(hours=1),
    )
    await bank.store.sessions.open(session)
    token = bank.tokens.create(session_id).text
    async with TestClient(TestServer(create_app(bank))) as client:
        headers = {"Authorization": f"Bearer {token}"}

        async def ask(path: str) -> None:
            async with client.get(path, headers=headers) as response:
                assert response.status == 200
                await response.read()

        async def read_token() -> None:
            bank.tokens.verify(token)

        async def check() -> None:
            assert await bank.store.sessions.get_caller(session_id) is not None

        print("\nThe session check, one request after the other (p50, p99):")
        await _print("reading the token", read_token)
        await _print("reading the session from the database", check)
        await _print("GET /healthz, no read and no check", lambda: ask("/healthz"))
        await _print("GET /readyz, one read and no check", lambda: ask("/readyz"))
        await _print("GET /v1/users/alice, one read and the check", lambda: ask("/v1/users/alice"))
        started = time.perf_counter()
        await asyncio.gather(*(_repeat(check, COUNT) for _ in range(CLIENT_COUNT)))
        rate = CLIENT_COUNT * COUNT / (time.perf_counter() - started)
        print(f"  {rate:,.0f} checks a second with {CLIENT_COUNT} concurrent clients")


async def _print(name: str, work: Callable[[], Awaitable[None]]) -> None:
    times_s: list[float] = []
    for _ in range(COUNT):
        started = time.perf_counter()
        await work()
        times_s.append(time.perf_counter() - started)
    times_s.sort()
    median, slow = statistics.median(times_s), times_s[int(0.99 * COUNT)]
    print(f"  {name:<45} {1e6 * median:7.0f} µs {1e6 * slow:7.0f} µs")


async def _repeat(work: Callable[[], Awaitable[None]], count: int) -> None:
    for _ in range(count):
        await work()
