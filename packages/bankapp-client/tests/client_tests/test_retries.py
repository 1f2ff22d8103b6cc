"""Which calls are sent again, how often, and after which wait."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from itertools import pairwise
from typing import Any

import httpx2
import pytest

from bankapp_client import ClientError, Retries, Unreachable, models, problems
from bankapp_client.call import Call
from bankapp_client.core import Core
from bankapp_client.generated import endpoints
from client_tests.clients import Connect
from client_tests.fake_bank import NOT_FOUND, RATE_LIMITED, UNAVAILABLE, Answer, FakeBank, problem

LOST = pytest.param(None, id="the answer is lost")
READING: Call[Any] = endpoints.GET_ACCOUNT.call({"account_id": 1})
CLOSING: Call[Any] = endpoints.CLOSE_ACCOUNT.call({"account_id": 1})
RENEWING: Call[Any] = endpoints.RENEW_ACCESS.call({"refresh_token": "works once"})
CHECKING = endpoints.CHECK_HEALTH.call({})


def transfer(key: str | None = None) -> Call[models.CreateTransferResponse]:
    """Some transfer."""
    fields = {"from_account_id": 1, "to_account_id": 2, "amount": 3, "currency": "USD"}
    return endpoints.CREATE_TRANSFER.call(fields, key)


class Recording:
    """Sends as the async client does, and records waits instead of sleeping."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self._http = http
        self._lock = asyncio.Lock()
        self.slept_s: list[float] = []
        self.read_timeouts_s: list[float] = []

    async def send(self, request: httpx2.Request) -> httpx2.Response:
        self.read_timeouts_s.append(request.extensions["timeout"]["read"])
        return await self._http.send(request)

    async def sleep(self, duration_s: float) -> None:
        self.slept_s.append(duration_s)

    async def finish(self, work: Coroutine[Any, Any, None]) -> None:
        await work

    def alone(self) -> asyncio.Lock:
        return self._lock


@pytest.fixture
async def recording() -> AsyncGenerator[Recording]:
    async with httpx2.AsyncClient() as http:
        yield Recording(http)


@pytest.mark.parametrize(
    "trouble",
    [
        LOST,
        pytest.param(UNAVAILABLE, id="unavailable"),
        pytest.param(RATE_LIMITED, id="rate limited"),
    ],
)
async def test_a_transfer_is_sent_again_under_its_key(
    fake_bank: FakeBank, recording: Recording, trouble: Answer | None
) -> None:
    fake_bank.answers = [trouble, trouble]
    with pytest.raises(problems.NotFound):
        await Core(fake_bank.url, recording, Retries(), None).perform(transfer())
    first, *others = fake_bank.keys
    assert first is not None
    assert others == [first, first]


async def test_another_transfer_has_another_key(fake_bank: FakeBank, recording: Recording) -> None:
    core = Core(fake_bank.url, recording, Retries(), None)
    for _ in range(2):
        with pytest.raises(problems.NotFound):
            await core.perform(transfer())
    with pytest.raises(problems.NotFound):
        await core.perform(transfer("mine"))
    assert len(set(fake_bank.keys)) == 3
    assert fake_bank.keys[-1] == "mine"


@pytest.mark.parametrize(
    ("call", "trouble", "sent_count"),
    [
        pytest.param(READING, None, 2, id="reading, the answer is lost"),
        pytest.param(CLOSING, None, 1, id="closing, the answer is lost"),
        pytest.param(CLOSING, UNAVAILABLE, 1, id="closing, unavailable"),
        pytest.param(CLOSING, RATE_LIMITED, 2, id="closing, rate limited"),
        pytest.param(RENEWING, None, 1, id="a token that works once"),
        pytest.param(READING, problem(403, "forbidden"), 1, id="refused"),
    ],
)
async def test_only_a_harmless_call_is_sent_again(
    fake_bank: FakeBank,
    recording: Recording,
    call: Call[Any],
    trouble: Answer | None,
    sent_count: int,
) -> None:
    fake_bank.answers = [trouble]
    with pytest.raises(ClientError):
        await Core(fake_bank.url, recording, Retries(), None).perform(call)
    assert len(fake_bank.keys) == sent_count


@pytest.mark.parametrize("trouble", [LOST, pytest.param(UNAVAILABLE, id="unavailable")])
async def test_tries_are_bounded(
    fake_bank: FakeBank, recording: Recording, trouble: Answer | None
) -> None:
    fake_bank.answers = [trouble] * 100
    with pytest.raises(Unreachable if trouble is None else problems.Unavailable):
        await Core(fake_bank.url, recording, Retries(count_max=3), None).perform(CHECKING)
    assert len(fake_bank.keys) == 4
    assert len(recording.slept_s) == 3


async def test_waits_grow_up_to_a_limit(fake_bank: FakeBank, recording: Recording) -> None:
    """Each is a random part of the delay, which doubles: none is longer, not all are as long."""
    fake_bank.answers = [None] * 12
    retries = Retries(count_max=12, delay_s=1, delay_max_s=64)
    with pytest.raises(problems.NotFound):
        await Core(fake_bank.url, recording, retries, None).perform(CHECKING)
    limits_s = [min(2**count, 64) for count in range(12)]
    waits_s = recording.slept_s
    assert all(0 <= waited <= limit for waited, limit in zip(waits_s, limits_s, strict=True))
    assert max(waits_s) > 1
    assert len(set(waits_s)) == 12
    assert any(later < sooner for sooner, later in pairwise(waits_s))


async def test_retry_after_is_a_minimum(fake_bank: FakeBank, recording: Recording) -> None:
    fake_bank.answers = [problem(429, "rate_limited", retry_after_s=7)]
    with pytest.raises(problems.NotFound):
        await Core(fake_bank.url, recording, Retries(delay_s=1), None).perform(CHECKING)
    [slept_s] = recording.slept_s
    assert 7 <= slept_s <= 8


async def test_a_long_retry_after_is_left_to_the_program(
    fake_bank: FakeBank, recording: Recording
) -> None:
    fake_bank.answers = [problem(429, "rate_limited", retry_after_s=31)]
    retries = Retries(retry_after_max_s=30)
    with pytest.raises(problems.RateLimited):
        await Core(fake_bank.url, recording, retries, None).perform(CHECKING)
    assert recording.slept_s == []


async def test_both_clients_retry(fake_bank: FakeBank, connect: Connect) -> None:
    fake_bank.answers = [None, RATE_LIMITED, NOT_FOUND]
    with pytest.raises(problems.NotFound):
        await connect(fake_bank.url, retries=Retries(delay_s=0.01)).ask("check_health")
    assert len(fake_bank.keys) == 3


async def test_a_closed_port_is_unreachable(connect: Connect, unused_tcp_port: int) -> None:
    client = connect(
        f"http://127.0.0.1:{unused_tcp_port}", retries=Retries(count_max=1, delay_s=0.01)
    )
    with pytest.raises(Unreachable, match="/healthz"):
        await client.ask("check_health")


async def test_a_call_that_waits_has_more_time(fake_bank: FakeBank, recording: Recording) -> None:
    """The client gives up later than the bank."""
    core = Core(fake_bank.url, recording, Retries(), None, timeout_s=5)
    for fields in ({}, {"wait_s": 25}):
        with pytest.raises(problems.NotFound):
            await core.perform(endpoints.LIST_EVENTS.call(fields))
    assert recording.read_timeouts_s == [5, 30]


async def test_a_silent_server_times_out(connect: Connect) -> None:
    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()  # until the client gives up
        writer.close()

    async with await asyncio.start_server(listen, "127.0.0.1") as server:
        host, port = server.sockets[0].getsockname()
        client = connect(f"http://{host}:{port}", retries=Retries(count_max=0), timeout_s=0.05)
        with pytest.raises(Unreachable, match="ReadTimeout"):
            await client.ask("check_health")
