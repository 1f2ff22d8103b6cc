"""What is sent again, how often, and after which time."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from itertools import pairwise
from typing import Any

import httpx2
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bankapp.api.http.problems import problem_response
from bankapp.domain import errors
from bankapp_client import ClientError, Retries, Unreachable, models, problems
from bankapp_client.call import Call
from bankapp_client.core import Core
from bankapp_client.generated import calls
from tests.client.conftest import Connect


def transfer(key: str | None = None) -> Call[models.CreateTransferResponse]:
    """Some transfer."""
    return calls.create_transfer(
        from_account_id=1, to_account_id=2, amount=3, currency="USD", idempotency_key=key
    )


class FlakyBank:
    """A bank that has trouble with the first requests: it refuses them, or hangs up (None)."""

    def __init__(self) -> None:
        self.trouble: list[errors.Refusal | None] = []
        self.keys: list[str | None] = []
        self.url = ""

    async def handle(self, request: web.Request) -> web.Response:
        """The next trouble, and after the last no such thing."""
        await request.read()
        self.keys.append(request.headers.get("Idempotency-Key"))
        if not self.trouble:
            return problem_response(errors.NotFound(), "id")
        refusal = self.trouble.pop(0)
        if refusal is not None:
            return problem_response(refusal, "id")
        assert request.transport is not None
        request.transport.abort()
        return web.Response()


@pytest.fixture
async def moody() -> AsyncGenerator[FlakyBank]:
    moody = FlakyBank()
    app = web.Application()
    app.router.add_route("*", "/{anything:.*}", moody.handle)
    async with TestServer(app) as server:
        moody.url = str(server.make_url(""))
        yield moody


class Hasty:
    """Sends as the async client does, and notes for how long it should have waited."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self._http = http
        self._lock = asyncio.Lock()
        self.slept_s: list[float] = []

    async def send(self, request: httpx2.Request) -> httpx2.Response:
        return await self._http.send(request)

    async def sleep(self, duration_s: float) -> None:
        self.slept_s.append(duration_s)

    async def finish(self, work: Coroutine[Any, Any, None]) -> None:
        await work

    def alone(self) -> asyncio.Lock:
        return self._lock


@pytest.fixture
async def hasty() -> AsyncGenerator[Hasty]:
    async with httpx2.AsyncClient() as http:
        yield Hasty(http)


LOST = pytest.param(None, id="the answer is lost")
BUSY = pytest.param(errors.Unavailable(), id="unavailable")
LIMITED = pytest.param(errors.RateLimited(), id="rate limited")


@pytest.mark.parametrize("trouble", [LOST, BUSY, LIMITED])
async def test_a_transfer_is_sent_again_under_its_key(
    moody: FlakyBank, hasty: Hasty, trouble: errors.Refusal | None
) -> None:
    moody.trouble = [trouble, trouble]
    with pytest.raises(problems.NotFound):
        await Core(moody.url, hasty, Retries(), None).perform(transfer())
    first, *others = moody.keys
    assert first is not None
    assert others == [first, first]


async def test_another_transfer_has_another_key(moody: FlakyBank, hasty: Hasty) -> None:
    core = Core(moody.url, hasty, Retries(), None)
    for _ in range(2):
        with pytest.raises(problems.NotFound):
            await core.perform(transfer())
    with pytest.raises(problems.NotFound):
        await core.perform(transfer("mine"))
    assert len(set(moody.keys)) == 3
    assert moody.keys[-1] == "mine"


@pytest.mark.parametrize(
    ("make", "trouble", "sent_count"),
    [
        pytest.param(lambda: calls.get_account(1), None, 2, id="reading, the answer is lost"),
        pytest.param(lambda: calls.close_account(1), None, 1, id="closing, the answer is lost"),
        pytest.param(
            lambda: calls.close_account(1), errors.Unavailable(), 1, id="closing, unavailable"
        ),
        pytest.param(
            lambda: calls.close_account(1), errors.RateLimited(), 2, id="closing, rate limited"
        ),
        pytest.param(
            lambda: calls.renew_access(refresh_token="a"), None, 1, id="a token that works once"
        ),
        pytest.param(lambda: calls.get_account(1), errors.Forbidden(), 1, id="refused"),
    ],
)
async def test_only_what_does_no_harm_is_sent_again(
    moody: FlakyBank,
    hasty: Hasty,
    make: Callable[[], Call[Any]],
    trouble: errors.Refusal | None,
    sent_count: int,
) -> None:
    moody.trouble = [trouble]
    with pytest.raises(ClientError):
        await Core(moody.url, hasty, Retries(), None).perform(make())
    assert len(moody.keys) == sent_count


@pytest.mark.parametrize("trouble", [None, errors.Unavailable()], ids=["lost", "unavailable"])
async def test_tries_are_bounded(
    moody: FlakyBank, hasty: Hasty, trouble: errors.Refusal | None
) -> None:
    moody.trouble = [trouble] * 100
    with pytest.raises(Unreachable if trouble is None else problems.Unavailable):
        await Core(moody.url, hasty, Retries(count_max=3), None).perform(calls.check_health())
    assert len(moody.keys) == 4
    assert len(hasty.slept_s) == 3


async def test_waits_grow_up_to_a_limit(moody: FlakyBank, hasty: Hasty) -> None:
    """Each is a random part of the delay, which doubles: none is longer, not all are as long."""
    moody.trouble = [None] * 12
    retries = Retries(count_max=12, delay_s=1, delay_max_s=64)
    with pytest.raises(problems.NotFound):
        await Core(moody.url, hasty, retries, None).perform(calls.check_health())
    limits_s = [min(2**count, 64) for count in range(12)]
    assert all(0 <= waited <= limit for waited, limit in zip(hasty.slept_s, limits_s, strict=True))
    assert max(hasty.slept_s) > 1
    assert len(set(hasty.slept_s)) == 12
    assert any(later < sooner for sooner, later in pairwise(hasty.slept_s))


async def test_the_bank_names_the_time(moody: FlakyBank, hasty: Hasty) -> None:
    moody.trouble = [errors.RateLimited(retry_after_s=7)]
    with pytest.raises(problems.NotFound):
        await Core(moody.url, hasty, Retries(delay_s=1), None).perform(calls.check_health())
    [slept_s] = hasty.slept_s
    assert 7 <= slept_s <= 8


async def test_a_time_too_far_off_is_left_to_the_program(moody: FlakyBank, hasty: Hasty) -> None:
    moody.trouble = [errors.RateLimited(retry_after_s=31)]
    with pytest.raises(problems.RateLimited):
        await Core(moody.url, hasty, Retries(retry_after_max_s=30), None).perform(
            calls.check_health()
        )
    assert hasty.slept_s == []


async def test_both_clients_try_again(moody: FlakyBank, connect: Connect) -> None:
    moody.trouble = [None, errors.RateLimited(retry_after_s=0)]
    with pytest.raises(problems.NotFound):
        await connect(moody.url, retries=Retries(delay_s=0.01)).ask("check_health")
    assert len(moody.keys) == 3


async def test_nobody_there(connect: Connect, unused_tcp_port: int) -> None:
    client = connect(
        f"http://127.0.0.1:{unused_tcp_port}", retries=Retries(count_max=1, delay_s=0.01)
    )
    with pytest.raises(Unreachable, match="/healthz"):
        await client.ask("check_health")


async def test_silence(connect: Connect) -> None:
    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()  # until the client gives up
        writer.close()

    async with await asyncio.start_server(listen, "127.0.0.1") as server:
        host, port = server.sockets[0].getsockname()
        client = connect(f"http://{host}:{port}", retries=Retries(count_max=0), timeout_s=0.05)
        with pytest.raises(Unreachable, match="ReadTimeout"):
            await client.ask("check_health")
