"""Security headers for browsers: protection, allowed origins, and no cookies."""

from collections.abc import AsyncGenerator

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bankapp.api.http.routes import ROUTES
from bankapp.api.http.security_headers import Browsers
from bankapp.api.http.server import create_app
from bankapp.operations.bank import Bank
from tests.api.client import Answer, Api
from tests.api.contract import JSON
from tests.doors.http import HTTP, http_request, name_of
from tests.doors.world import Connection, Requester, Worlds
from tests.factories import Make

OURS = "https://app.example.org"
ALSO_OURS = "http://localhost:5173"
FOREIGN = [
    "https://evil.example.org",
    "https://app.example.org.evil.org",
    "http://app.example.org",
    "https://app.example.org:8443",
    "null",
    "",
]
SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
PREFLIGHT = {"Origin": OURS, "Access-Control-Request-Method": "POST"}


@pytest.fixture
async def shared(bank: Bank, make: Make) -> AsyncGenerator[Api]:
    """A bank that customers reach by TLS, and whose answers pages of two origins may read."""
    browsers = Browsers(frozenset({OURS, ALSO_OURS}), only_tls=True)
    async with TestClient(TestServer(create_app(bank, browsers=browsers))) as client:
        yield Api(client, bank, make)


def sharing_headers(answer: Answer) -> set[str]:
    return {name for name in answer.headers if name.lower().startswith("access-control-")}


async def test_every_answer_is_safe_and_without_cookies(api: Api, connection: Connection) -> None:
    """The success and the refusal of every route, unknown paths, and pages outside of the API."""
    world = await Worlds(api.bank, api.make, connection).make()
    answers = {
        path: await api.request("GET", path, allow_redirects=False)
        for path in ("/", "/docs/db", "/docs/db/", "/metrics", "/nothing")
    }
    for route in ROUTES:
        request = http_request(route, HTTP.cases.of(route.operation).request(world))
        for token in (None, (await api.log_in(world.names[Requester.ADMIN])).token):
            name = f"{name_of(route)} {token is not None}"
            answers[name] = await api.request(
                route.method,
                request.path,
                token=token,
                params=request.params,
                json=request.body,
            )
    assert {answer.status // 100 for answer in answers.values()} == {2, 3, 4}
    for name, answer in answers.items():
        assert "Set-Cookie" not in answer.headers, name
        assert "Strict-Transport-Security" not in answer.headers, name
        assert not sharing_headers(answer), name
        for header in SAFE:
            assert len(answer.headers.getall(header)) == 1, (name, header)
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"], name
        if not answer.headers.get("Content-Type", "").startswith("text/html"):
            assert {header: answer.headers[header] for header in SAFE} == SAFE, name


async def test_an_internal_error_has_security_headers(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(api.bank.store), "ping", None)
    answer = await api.request("GET", "/readyz")
    assert answer.status == 500
    assert {header: answer.headers[header] for header in SAFE} == SAFE


async def test_a_revalidated_page_keeps_its_cache_control(api: Api) -> None:
    first = await api.request("GET", "/docs/db/")
    again = await api.request("GET", "/docs/db/", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status == 304
    assert again.headers["Cache-Control"] == first.headers["Cache-Control"] != "no-store"


async def test_a_bank_behind_tls_says_so(shared: Api) -> None:
    answer = await shared.request("GET", "/healthz")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize("origin", [OURS, ALSO_OURS])
async def test_pages_of_allowed_origins_may_read_answers(shared: Api, origin: str) -> None:
    """Refusals as well, and never with what a browser would send by itself."""
    for path, status in (("/healthz", 200), ("/v1/accounts", 401), ("/nothing", 404)):
        answer = await shared.request("GET", path, headers={"Origin": origin})
        assert answer.status == status
        assert answer.headers["Access-Control-Allow-Origin"] == origin
        assert answer.headers["Vary"] == "Origin"
        exposed = answer.headers["Access-Control-Expose-Headers"].split(", ")
        assert set(exposed) == {"X-Request-Id", "Location", "Retry-After", "Idempotent-Replayed"}
        assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize("origin", FOREIGN)
async def test_other_pages_may_not(shared: Api, origin: str) -> None:
    """They get no CORS headers, and a cache keeps their answers apart from others."""
    answer = await shared.request("GET", "/healthz", headers={"Origin": origin})
    assert answer.status == 200
    assert not sharing_headers(answer)
    assert answer.headers["Vary"] == "Origin"
    preflight = {**PREFLIGHT, "Origin": origin}
    answer = await shared.request("OPTIONS", "/v1/transfers", headers=preflight)
    assert (answer.status, answer.code) == (405, "method_not_allowed")
    assert not sharing_headers(answer)


async def test_without_allowed_origins_no_page_may_read_answers(api: Api) -> None:
    answer = await api.request("OPTIONS", "/v1/transfers", headers=PREFLIGHT)
    assert answer.status == 405
    assert not sharing_headers(answer)
    assert "Vary" not in answer.headers


async def test_a_page_asks_before_it_asks(shared: Api) -> None:
    for route in ROUTES:
        path = route.path.replace("{", "").replace("}", "")
        answer = await shared.request("OPTIONS", path, headers=PREFLIGHT)
        assert (answer.status, answer.body) == (204, ""), route
        assert answer.headers["Access-Control-Allow-Origin"] == OURS
        assert route.method in answer.headers["Access-Control-Allow-Methods"].split(",")
        allowed = answer.headers["Access-Control-Allow-Headers"].lower().split(", ")
        assert {"authorization", "content-type", "idempotency-key", "x-request-id"} <= {*allowed}
        assert "access-control-allow-credentials" not in answer.headers
    assert (await shared.request("OPTIONS", "/nothing", headers=PREFLIGHT)).status == 404
    assert (await shared.request("OPTIONS", "/healthz", headers={"Origin": OURS})).status == 405


async def test_a_page_signs_up_and_learns_where_it_is(shared: Api) -> None:
    body = {
        "username": "alice",
        "password": "tr0mbone-Fjord",
        "full_name": "Alice",
        "email": "alice@example.com",
    }
    headers = {**JSON, "Origin": OURS}
    answer = await shared.request("POST", "/v1/users", json=body, headers=headers)
    assert answer.headers["Location"] == "/v1/users/alice"
    assert answer.headers["Access-Control-Allow-Origin"] == OURS
