"""The HTTP client of the egress: where it connects, and what it makes of an answer."""

import asyncio
import gzip
import threading
from collections.abc import AsyncGenerator
from ipaddress import ip_network
from typing import Final

import pytest

from bankapp.egress.client import HttpEgress, open_egress
from bankapp.egress.interface import EgressFailed, Failure, OutgoingRequest
from tests.web_server import LyingResolver, WebServer, http, web_server

LOOPBACK: Final = ip_network("127.0.0.0/8")
SPELLINGS: Final = [
    "127.0.0.1",
    "127.1",
    "127.0.0.2",
    "0x7f.0.0.1",
    "0x7f000001",
    "0177.0.0.1",
    "017700000001",
    "2130706433",
    "0",
    "0.0.0.0",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "[::1]",
    "[::]",
    "[::127.0.0.1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[0:0:0:0:0:ffff:7f00:1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
]
LIES: Final = [
    "127.0.0.1",
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "169.254.169.254",
    "192.168.0.1",
    "::1",
    "::ffff:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::7f00:1",
    "2002:7f00:1::",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
]


@pytest.fixture
async def web() -> AsyncGenerator[WebServer]:
    """A server at a loopback address, which every test below tries to reach."""
    async with web_server() as web:
        web.answer = http("hello")
        yield web


@pytest.fixture
async def open_to_loopback() -> AsyncGenerator[HttpEgress]:
    """An egress that is allowed to connect to the server."""
    async with open_egress(allowed=[LOOPBACK], requires_tls=False) as egress:
        yield egress


def get(url: str, answer_bytes_max: int = 1000, timeout_s: float = 5) -> OutgoingRequest:
    return OutgoingRequest(
        method="GET", url=url, timeout_s=timeout_s, answer_bytes_max=answer_bytes_max
    )


async def failure_of(egress: HttpEgress, request: OutgoingRequest) -> Failure:
    with pytest.raises(EgressFailed) as failed:
        await egress.send(request)
    assert str(failed.value) == failed.value.failure.value
    assert failed.value.__cause__ is None
    return failed.value.failure


@pytest.mark.parametrize("host", SPELLINGS)
async def test_no_spelling_of_loopback_is_reached(web: WebServer, host: str) -> None:
    async with open_egress(requires_tls=False) as egress:
        with pytest.raises(EgressFailed):
            await egress.send(get(f"http://{host}:{web.port}/", timeout_s=3))
    assert web.connection_count == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST"])
async def test_the_server_would_be_reached(web: WebServer, host: str) -> None:
    """The test above proves nothing otherwise. Some of its spellings are no URL to aiohttp."""
    async with open_egress(allowed=[LOOPBACK, ip_network("::1")], requires_tls=False) as egress:
        answer = await egress.send(get(f"http://{host}:{web.port}/"))
    assert (answer.status, answer.body, answer.is_complete) == (200, b"hello", True)
    assert web.connection_count == 1


async def test_names_that_are_never_resolved_keep_no_other_waiting(
    web: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Goal: who has a hanging name server delays nobody. Method: no thread would come back."""
    is_over = threading.Event()
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: is_over.wait())
    try:
        async with open_egress(allowed=[LOOPBACK], requires_tls=False) as egress:
            async with asyncio.timeout(10):
                answer = await egress.send(get(f"http://localhost:{web.port}/"))
    finally:
        is_over.set()
    assert answer.status == 200


@pytest.mark.parametrize("lie", LIES)
async def test_a_name_that_leads_inward_is_not_followed(web: WebServer, lie: str) -> None:
    """Goal: DNS rebinding is in vain. Method: a resolver that lies when it is asked at last."""
    resolver = LyingResolver(lie)
    async with open_egress(requires_tls=False, resolver=resolver) as egress:
        url = f"http://rates.example.org:{web.port}/"
        assert await failure_of(egress, get(url)) is Failure.ADDRESS_REFUSED
    assert resolver.question_count == 1
    assert web.connection_count == 0


async def test_of_several_addresses_none_that_is_refused_is_tried(web: WebServer) -> None:
    resolver = LyingResolver("127.0.0.1", "::1", "10.0.0.1", "64:ff9b::7f00:1")
    async with open_egress(requires_tls=False, resolver=resolver) as egress:
        url = f"http://rates.example.org:{web.port}/"
        assert await failure_of(egress, get(url)) is Failure.ADDRESS_REFUSED
    assert web.connection_count == 0


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See", "307 Same", "308 Same"])
async def test_a_redirect_is_an_answer_and_not_followed(
    web: WebServer, open_to_loopback: HttpEgress, status: str
) -> None:
    async with web_server() as other:
        web.answer = http("", status=status, headers={"Location": other.url})
        answer = await open_to_loopback.send(get(web.url))
        assert answer.status == int(status[:3])
        assert answer.headers["location"] == other.url
        assert other.connection_count == 0


async def test_no_proxy_of_the_environment_is_used(
    web: WebServer, open_to_loopback: HttpEgress, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with web_server() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        assert (await open_to_loopback.send(get(web.url))).body == b"hello"
        assert proxy.connection_count == 0


async def test_no_cookie_is_sent_back(web: WebServer, open_to_loopback: HttpEgress) -> None:
    web.answer = http("", headers={"Set-Cookie": "session=1; Path=/"})
    for _ in range(2):
        await open_to_loopback.send(get(web.url))
    assert len(web.requests) == 2
    assert not any(b"cookie" in request.lower() for request in web.requests)


@pytest.mark.parametrize(
    ("size", "is_complete"), [(1000, True), (1001, False), (10_000_000, False)]
)
async def test_only_so_much_of_an_answer_is_read(
    web: WebServer, open_to_loopback: HttpEgress, size: int, *, is_complete: bool
) -> None:
    web.answer = http(b"x" * size)
    answer = await open_to_loopback.send(get(web.url))
    assert answer.is_complete is is_complete
    assert answer.body == b"x" * 1000


async def test_nobody_waits_for_the_rest_of_an_answer(
    web: WebServer, open_to_loopback: HttpEgress
) -> None:
    web.answer = http(b"x" * 1001, headers={"Content-Length": "1000000"})
    web.hangs = True
    answer = await open_to_loopback.send(get(web.url, timeout_s=30))
    assert not answer.is_complete


async def test_what_is_compressed_stays_so(web: WebServer, open_to_loopback: HttpEgress) -> None:
    bomb = gzip.compress(bytes(500_000))
    assert len(bomb) < 1000
    web.answer = http(bomb, headers={"Content-Encoding": "gzip"})
    answer = await open_to_loopback.send(get(web.url))
    assert answer.body == bomb
    assert answer.headers["content-encoding"] == "gzip"
    assert b"accept-encoding: identity" in web.requests[0].lower()


async def test_an_answer_that_drips_takes_no_longer_than_the_time_limit(
    web: WebServer, open_to_loopback: HttpEgress
) -> None:
    web.drip_s = 0.02
    web.answer = http("x" * 1000)
    failure = await failure_of(open_to_loopback, get(web.url, timeout_s=0.5))
    assert failure is Failure.TIMEOUT


async def test_no_answer_is_a_timeout(web: WebServer, open_to_loopback: HttpEgress) -> None:
    web.answer, web.hangs = b"", True
    failure = await failure_of(open_to_loopback, get(web.url, timeout_s=0.3))
    assert failure is Failure.TIMEOUT


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"220 mail.example.org ESMTP\r\n", id="another protocol"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", id="too short a body"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nx\r\n", id="wrong chunks"
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1_000_000 + b"\r\n\r\n", id="a header too large"
        ),
    ],
)
async def test_a_broken_answer_is_a_failure(
    web: WebServer, open_to_loopback: HttpEgress, answer: bytes
) -> None:
    web.answer = answer
    assert await failure_of(open_to_loopback, get(web.url)) is Failure.BROKEN_ANSWER


async def test_a_closed_port_is_a_failure(open_to_loopback: HttpEgress) -> None:
    async with web_server() as web:
        url = web.url
    assert await failure_of(open_to_loopback, get(url)) is Failure.NO_CONNECTION


@pytest.mark.parametrize(
    "url",
    [
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "http+unix://%2Fvar%2Frun%2Fdocker.sock/info",
        "ws://127.0.0.1/",
        "//127.0.0.1/",
        "http://",
        "http://[::1",
        "http://bank:secret@127.0.0.1/",
        "127.0.0.1",
        "",
    ],
)
async def test_other_urls_are_refused(open_to_loopback: HttpEgress, url: str) -> None:
    assert await failure_of(open_to_loopback, get(url)) is Failure.URL_REFUSED


async def test_production_asks_by_https_only(web: WebServer) -> None:
    async with open_egress(allowed=[LOOPBACK], requires_tls=True) as egress:
        assert await failure_of(egress, get(web.url)) is Failure.URL_REFUSED
        assert web.connection_count == 0
        with pytest.raises(EgressFailed):  # the server speaks no TLS
            await egress.send(get(web.url.replace("http:", "https:"), timeout_s=0.5))
        assert web.connection_count == 1


async def test_body_and_headers_are_sent(web: WebServer, open_to_loopback: HttpEgress) -> None:
    request = OutgoingRequest(
        method="POST",
        url=f"{web.url}hook?key=secret",
        headers={"Content-Type": "application/json"},
        body=b"{}",
        timeout_s=5,
        answer_bytes_max=10,
    )
    await open_to_loopback.send(request)
    [sent] = web.requests
    assert sent.startswith(b"POST /hook?key=secret HTTP/1.1\r\n")
    assert b"Content-Type: application/json\r\n" in sent
    assert "secret" not in repr(request)
