"""Clients that mean harm, on the raw connections that the bank listens on."""

import asyncio
import json
import re
import socket
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from typing import Any, Final, NoReturn
from urllib.parse import urlsplit

import pytest
from aiohttp import web

from bankapp import tuning
from bankapp.api.http.server import create_app
from bankapp.api.http.serving.listener import listen, open_sockets, url_of
from bankapp.domain.roles import Role
from bench.hostile import shapes
from bench.hostile.connections import Target, Verdict, is_problem, read_answer
from tests.api.client import Api

BATCH = b"/v1/transfers/batch"
TIMEOUT_S = 8
_CHUNK: Final = 0x100000


@pytest.fixture
async def target(api: Api) -> AsyncGenerator[Target]:
    """The bank, and somebody who may ask for anything; afterwards nobody works for clients."""
    person = await api.person("mallory", Role.ADMIN)
    await api.request("GET", "/healthz")
    tasks = len(asyncio.all_tasks())
    hurry = asyncio.Event()
    hurry.set()
    with open_sockets("127.0.0.1", 0) as sockets:
        async with listen(create_app(api.bank), sockets, hurry=hurry):
            yield Target(url_of(sockets[0]), person.token)
            async with asyncio.timeout(TIMEOUT_S):
                while len(asyncio.all_tasks()) > tasks:  # noqa: ASYNC110 - tasks send no event
                    await asyncio.sleep(0.01)


async def is_open(ends: tuple[asyncio.StreamReader, asyncio.StreamWriter]) -> bool:
    """Whether another request is answered."""
    try:
        ends[1].write(shapes.get())
        return (await read_answer(ends[0])).startswith(b"HTTP/1.1 200")
    except ConnectionError:
        return False


async def test_a_malformed_request_is_refused_and_ends_the_connection(target: Target) -> None:
    for name, sent in shapes.REFUSED.items():
        received = await target.exchange(sent)
        assert re.match(rb"HTTP/1\.\d 400 ", received), name
        assert is_problem(received), name
        assert received.count(b"HTTP/1.") == 1, name
        assert b"\r\nConnection: close\r\n" in received or b"HTTP/1.0" in received, name


async def test_no_request_causes_an_internal_error(target: Target) -> None:
    verdict = Verdict()
    for name, sent in shapes.HARMLESS.items():
        verdict.judge(name, await target.exchange(sent))
    for name, body in shapes.TRANSFERS.items():
        sent = shapes.post_json(b"/v1/transfers", body, target.token)
        received = await target.exchange(sent)
        assert re.match(rb"HTTP/1\.1 4\d\d ", received), name
        verdict.judge(name, received)
    assert not verdict.offences


@pytest.mark.parametrize("name", shapes.BATCHES)
async def test_a_large_body_costs_no_more_than_it_may(target: Target, name: str) -> None:
    received = await target.exchange(shapes.post_json(BATCH, shapes.BATCHES[name], target.token))
    assert re.match(rb"HTTP/1\.1 (400|413|422) ", received)
    assert is_problem(received)
    assert len(received) < 20_000


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(b'{"x":[1%s]}' % (b",1" * 9_998), b"422", id="as many as are read"),
        pytest.param(b'{"x":[1%s]}' % (b",1" * 9_999), b"413", id="one more"),
        pytest.param(json.dumps({"x": '\\",[{' * 20_000}).encode(), b"422", id="only a text"),
        pytest.param(b'{"x\\\\":[1%s]}' % (b",1" * 9_999), b"413", id="after a backslash"),
    ],
)
async def test_how_many_values_a_body_may_have(target: Target, body: bytes, status: bytes) -> None:
    received = await target.exchange(shapes.post_json(BATCH, body, target.token))
    assert received.startswith(b"HTTP/1.1 " + status)


async def test_an_answer_that_is_not_read_ends_the_connection(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Goal: nobody is served for ever who reads nothing. Method: ask until the bank hangs up."""
    monkeypatch.setattr(tuning, "UNREAD_TIMEOUT_S", 0.05)
    async with target.connected() as (_, writer):
        with pytest.raises(ConnectionError):  # noqa: PT012 - whichever comes first
            async with asyncio.timeout(TIMEOUT_S):
                while True:
                    writer.write(shapes.get(target=b"/docs/db/index.html") * 100)
                    await writer.drain()


@pytest.mark.parametrize("length", [b"Content-Length: 1048576", b"Transfer-Encoding: chunked"])
async def test_a_large_body_is_received_from_callers_only(target: Target, length: bytes) -> None:
    async with target.connected() as (reader, writer):
        writer.write(shapes.post(length, body=b"", target=BATCH))
        assert (await read_answer(reader)).startswith(b"HTTP/1.1 401 ")


async def test_a_caller_sends_few_large_bodies_at_once(target: Target) -> None:
    """Goal: the unfinished bodies of one caller are bounded, and keep no other request waiting.

    Method: begin as many as are received and as many as wait, and then one more.
    """
    bearer = b"Authorization: Bearer " + target.token.encode()
    begun = shapes.post(bearer, b"Content-Length: 1048576", body=b"{", target=BATCH)
    count = tuning.LARGE_REQUEST_COUNT_EACH + tuning.WAITING_BATCH_COUNT_MAX + 1
    async with AsyncExitStack() as stack:
        answers: list[asyncio.Task[bytes]] = []
        for _ in range(count):
            reader, writer = await stack.enter_async_context(target.connected())
            writer.write(begun)
            answers.append(asyncio.create_task(read_answer(reader)))
        async with asyncio.timeout(TIMEOUT_S):
            done, waiting = await asyncio.wait(answers, return_when=asyncio.FIRST_COMPLETED)
        assert [answer.result()[:13] for answer in done] == [b"HTTP/1.1 503 "]
        assert len(waiting) == count - 1
        received = await target.exchange(shapes.post_json(BATCH, b"{}", target.token))
        assert b" 422 " in received[:13]
        for answer in waiting:
            answer.cancel()


async def test_the_refusal_of_a_body_is_the_last_answer(target: Target) -> None:
    body = b"8000\r\n" + bytes(0x8000) + b"\r\n"
    received = await target.exchange(shapes.post(b"Transfer-Encoding: chunked", body=body))
    assert b" 413 " in received[:13]
    assert b"\r\nConnection: close\r\n" in received


def _send_all_then_read(url: str, head: bytes, size: int) -> bytes:
    """As most clients do: nothing is read before all is sent."""
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port), timeout=TIMEOUT_S) as client:
        client.sendall(head)
        for _ in range(size // _CHUNK):
            client.sendall(bytes(_CHUNK))
        return client.recv(65_536)


@pytest.mark.parametrize("mebibytes", [1, 5, 30])
@pytest.mark.parametrize(
    ("head", "status"),
    [
        pytest.param(b"POST /v1/users HTTP/1.1\r\nHost: x\r\n", b"413", id="too large"),
        pytest.param(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: \x01\r\n", b"400", id="unreadable"),
        pytest.param(b"POST /nowhere HTTP/1.1\r\nHost: x\r\n", b"404", id="nowhere"),
    ],
)
async def test_who_sends_a_large_body_can_read_its_refusal(
    target: Target, mebibytes: int, head: bytes, status: bytes
) -> None:
    """Goal: no reset that takes the answer along. Method: a client that first sends all of it."""
    size = mebibytes * _CHUNK
    declared = b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % size
    received = await asyncio.to_thread(_send_all_then_read, target.url, head + declared, size)
    assert re.match(rb"HTTP/1\.\d " + status, received), received[:100]


async def test_of_a_refused_body_only_so_much_is_discarded(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Goal: it costs little. Method: send more than is discarded, until the connection ends."""
    monkeypatch.setattr(tuning, "LINGERING_BYTES_MAX", 4 * _CHUNK)
    chunk = b"100000\r\n" + bytes(_CHUNK) + b"\r\n"
    async with target.connected() as (_, writer):
        writer.write(shapes.post(b"Transfer-Encoding: chunked", body=chunk))
        with pytest.raises(ConnectionError):  # noqa: PT012 - whichever comes first
            async with asyncio.timeout(TIMEOUT_S):
                for _ in range(40):
                    writer.write(chunk)
                    await writer.drain()


async def test_a_refused_body_that_does_not_come_is_not_waited_for(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client neither sends the rest nor closes its side."""
    monkeypatch.setattr(tuning, "LINGERING_TIMEOUT_S", 0.05)
    async with target.connected() as (reader, writer):
        writer.write(shapes.post(b"Content-Length: 1000000", body=bytes(0x8000)))
        async with asyncio.timeout(TIMEOUT_S):
            assert (await reader.read()).startswith(b"HTTP/1.1 413")
            with pytest.raises(ConnectionError):  # noqa: PT012 - whichever comes first
                while True:  # until the bank has closed the other way, too
                    writer.write(b"x")
                    await writer.drain()
                    await asyncio.sleep(0)  # for the bank, which is served by this loop


async def test_of_too_many_connections_the_stalest_ends(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tuning, "OPEN_CONNECTION_COUNT_MAX", 3)
    hurry = asyncio.Event()
    hurry.set()
    with open_sockets("127.0.0.1", 0) as sockets:
        async with listen(create_app(api.bank), sockets, hurry=hurry):
            target = Target(url_of(sockets[0]), "")
            async with target.connected() as first, target.connected() as second:
                assert await is_open(first)
                assert await is_open(second)
                async with target.connected() as third:
                    assert await is_open(third)
                    assert await is_open(first)
                    async with target.connected() as fourth:
                        assert await is_open(fourth)
                        assert not await is_open(second)
                        assert await is_open(first)
                        assert await is_open(third)


async def test_a_request_that_outlasts_the_stop_leaves_no_error_behind() -> None:
    """Goal: a connection that the stop cuts off is left. Method: a handler that never answers."""
    errors: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: errors.append(context))
    hurry, is_asked = asyncio.Event(), asyncio.Event()

    async def hang(_: web.Request) -> NoReturn:
        is_asked.set()
        await asyncio.Event().wait()
        raise AssertionError

    app = web.Application()
    app.router.add_get("/", hang)
    with open_sockets("127.0.0.1", 0) as sockets:
        async with listen(app, sockets, hurry=hurry):
            reader, writer = await asyncio.open_connection(*sockets[0].getsockname())
            writer.write(b"GET / HTTP/1.1\r\nHost: bank\r\n\r\n")
            await is_asked.wait()
            hurry.set()
        assert await reader.read() == b""
        writer.close()
    assert errors == []
