"""HTTP itself: bodies, queries, methods, paths, request ids."""

import gzip
import io
import json
import re
from collections.abc import AsyncGenerator
from functools import partial

import pytest

from bankapp.api.http.routes import ROUTES
from bankapp.domain import limits
from bankapp.domain.roles import Role
from tests.api.client import Answer, Api, Person
from tests.api.contract import JSON, PROBLEM
from tests.doors.http import HTTP, HttpRequest, http_request
from tests.doors.world import imagined_world

LOGIN = "/v1/users/login"
LOGOUT = "/v1/users/logout"
GOOD_BODY = b'{"username": "nobody", "password": "nothing"}'  # answered 401, once it is read


@pytest.fixture
def every_request(api: Api) -> list[HttpRequest]:
    """One to each route, of which nothing is wrong but that there is nothing of the kind."""
    world = imagined_world(api.bank)
    return [http_request(route, HTTP.cases.of(route.operation).request(world)) for route in ROUTES]


@pytest.fixture
async def admin(api: Api) -> Person:
    """A user who may call every operation."""
    return await api.person("root", Role.ADMIN)


async def post(
    api: Api,
    body: bytes | io.BytesIO | AsyncGenerator[bytes],
    headers: dict[str, str] | None = None,
) -> Answer:
    return await api.request("POST", LOGIN, data=body, headers=headers or JSON)


async def test_a_broken_body_is_malformed(api: Api) -> None:
    bodies = [
        b"",
        b" ",
        b"{",
        b'{"username"',
        b"{'username': 'x'}",
        b"{} {}",
        b"{},",
        b"username=x",
    ]
    bodies += [b"\xff", b"\0", b"nul", b'{"a": 01}', b'{"a": "\n"}', b'{"a": "\\x"}', b"{a: 1}"]
    bodies += [b"\xef\xbb\xbf" + GOOD_BODY, GOOD_BODY.decode().encode("utf-16"), GOOD_BODY[:-1]]
    bodies += [b"[" * 10_000, b'{"a":' * 3_000, b'{"a": ' + b"9" * 10_000 + b"}"]
    bodies += [b'{"a": NaN}', b'{"a": Infinity}', b'{"\\ud800": 1}', b"// x\n{}", b"{} // x"]
    for body in bodies:
        answer = await post(api, body)
        assert (answer.status, answer.code) == (400, "malformed_request"), body[:50]
        assert set(answer.body) == PROBLEM


async def test_a_body_is_an_object(api: Api) -> None:
    for body in (b"[]", b"[" + GOOD_BODY + b"]", b"null", b"true", b"1", b'"x"'):
        answer = await post(api, body)
        assert (answer.status, answer.code) == (400, "malformed_request"), body


async def test_every_body_is_json(
    api: Api, every_request: list[HttpRequest], admin: Person
) -> None:
    bad_types = ["text/plain", "text/json", "application/x-www-form-urlencoded", "json", "", "*/*"]
    bad_types += ["multipart/form-data", "application/problem+json", "application/jsonp"]
    for request in every_request:
        if request.body is None:
            continue
        ask = partial(api.request, request.route.method, request.path, token=admin.token)
        for content_type in bad_types:
            answer = await ask(data=GOOD_BODY, headers={"Content-Type": content_type})
            assert (answer.status, answer.code) == (415, "unsupported_media_type"), content_type
        for body in (b"{", b"[]"):
            answer = await ask(data=body, headers=JSON)
            assert (answer.status, answer.code) == (400, "malformed_request"), (request, body)


async def test_the_content_type_may_have_parameters_and_any_case(api: Api) -> None:
    for content_type in ("application/json; charset=utf-8", "Application/JSON"):
        answer = await post(api, GOOD_BODY, {"Content-Type": content_type})
        assert answer.code == "invalid_credentials"


@pytest.mark.parametrize(
    ("size", "code"),
    [
        pytest.param(limits.BODY_BYTES_MAX, "invalid_credentials", id="the largest is read"),
        pytest.param(limits.BODY_BYTES_MAX + 1, "payload_too_large", id="one byte more is not"),
    ],
)
@pytest.mark.parametrize("is_announced", [True, False])
async def test_body_limit(api: Api, size: int, code: str, *, is_announced: bool) -> None:
    body = GOOD_BODY.ljust(size)

    async def in_chunks() -> AsyncGenerator[bytes]:
        yield body[:1000]
        yield body[1000:]

    assert (await post(api, io.BytesIO(body) if is_announced else in_chunks())).code == code


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "identity"])
async def test_a_packed_body_is_not_unpacked(api: Api, encoding: str) -> None:
    packed = {**JSON, "Content-Encoding": encoding}
    answer = await post(api, gzip.compress(GOOD_BODY), packed)
    assert answer.status in (400, 415)
    assert answer.status == 415 or answer.code == "malformed_request"


async def test_a_body_has_no_unknown_fields_nor_names_of_the_path(
    api: Api, every_request: list[HttpRequest], admin: Person
) -> None:
    for request in every_request:
        if request.body is None:
            continue
        for name in [*request.in_path, "nickname", "\0", "💰", "a.b", "__class__", ""]:
            answer = await api.request(
                request.route.method,
                request.path,
                token=admin.token,
                json={**request.body, name: 1},
            )
            assert answer.wrong_fields == {name}, (request, name)


async def test_a_query_has_no_unknown_parameters_nor_names_of_the_path(
    api: Api, every_request: list[HttpRequest], admin: Person
) -> None:
    for request in every_request:
        names = [*request.in_path, *(request.body or {})]
        for name in [*names, "nickname", "\0", "💰", "Limit", "limit[]"]:
            for wrong in ([(name, "1")], [(name, "1"), (name, "1")]):
                answer = await api.request(
                    request.route.method,
                    request.path,
                    token=admin.token,
                    json=request.body,
                    params=[*request.params.items(), *wrong],
                )
                assert answer.wrong_fields == {name}, (request, wrong)


async def test_a_parameter_of_no_text_is_unknown(api: Api) -> None:
    alice = await api.person()
    for name in ("%FF", "%ED%A0%80", "%00", "%0D%0A", "%C0%80"):
        answer = await alice.get(f"/v1/accounts?{name}=1")
        assert (answer.status, answer.code) == (422, "validation_failed")
        assert len(answer.body["errors"]) == 1


async def test_a_parameter_is_given_once(api: Api) -> None:
    alice = await api.person("alice")
    account = await api.make.account(owner="alice", balance=1)
    for path in ("/v1/accounts", f"/v1/accounts/{account.id}/entries", "/v1/transfers"):
        for query in ("limit=1&limit=1", "limit=1&limit=2", "limit=1&%6cimit=1", "limit&limit=1"):
            answer = await alice.get(f"{path}?{query}")
            assert (answer.status, answer.wrong_fields) == (422, {"limit"}), query
        answer = await alice.get(f"{path}?limit=1&cursor=x&limit=1&cursor=x")
        assert answer.wrong_fields == {"limit", "cursor"}


async def test_violations_of_parameters_are_limited_in_number(api: Api) -> None:
    alice = await api.person()
    names = [f"{number:x}" for number in range(limits.VIOLATION_COUNT_MAX + 1)]
    once, twice = "&".join(names), "&".join(names * 2)
    for method, query in (("GET", once), ("GET", twice), ("POST", once), ("POST", twice)):
        answer = await api.request(method, f"/v1/accounts?{query}", token=alice.token, json={})
        assert len(answer.wrong_fields) == limits.VIOLATION_COUNT_MAX


async def test_authentication_comes_before_validation(api: Api) -> None:
    broken = await api.request("POST", "/v1/transfers", data=b"{", headers=JSON)
    assert broken.code == "unauthenticated"
    alice = await api.person()
    assert (await alice.post("/v1/accounts/x/deposits", amount="x")).code == "forbidden"


NAMES: dict[str, set[str]] = {
    LOGIN: {"GET", "PATCH"},
    LOGOUT: {"GET", "PATCH"},
    "/v1/transfers/batch": {"GET"},
}


async def test_a_method_a_path_does_not_have(api: Api) -> None:
    allowed: dict[str, set[str]] = {}
    for route in ROUTES:
        path = re.sub(r"{\w+}", "1", route.path)
        allowed.setdefault(path, set()).add(route.method)
    for path, methods in allowed.items():
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"} - methods:
            answer = await api.request(method, path)
            if method in NAMES.get(path, ()):
                continue  # a user may be called login, and a number is asked for where batch is
            assert (answer.status, answer.code) == (405, "method_not_allowed"), (method, path)
            named = {name.strip() for name in answer.headers["Allow"].split(",")}
            assert named - {"HEAD"} == methods | NAMES.get(path, set())


UNKNOWN_PATHS = [
    *("/v1", "/v2/users", "/v1/users/", "/v1/users/alice/", "/v1/users/a/b", "/V1/users"),
    *("/v1/accounts/1/deposit", "/healthz/", "/v1//users", "/%00", "/💰", "/%FF", "/favicon.ico"),
    *("/v1/../etc/passwd", "/v1/users%2Flogin", "/" + "x" * 5000),
]


async def test_an_unknown_expectation_does_not_hide_404_and_405(api: Api) -> None:
    headers = {"Expect": "miracles"}
    nowhere = await api.request("GET", "/nothing", headers=headers)
    assert (nowhere.status, nowhere.code) == (404, "not_found")
    method = await api.request("DELETE", "/healthz", headers=headers)
    assert (method.status, method.code) == (405, "method_not_allowed")
    assert {name.strip() for name in method.headers["Allow"].split(",")} == {"GET", "HEAD"}
    for path in ("/", "/docs", "/problems/", "/docs/db/", "/healthz"):
        assert (await api.request("GET", path, headers=headers)).status == 200, path


async def test_a_path_that_leads_nowhere(api: Api) -> None:
    alice = await api.person()
    for path in UNKNOWN_PATHS:
        for method in ("GET", "POST", "DELETE"):
            answer = await api.request(method, path, token=alice.token)
            assert answer.status == 404, path
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert set(answer.body) == PROBLEM
            assert "passwd" not in json.dumps(answer.body)


@pytest.mark.parametrize("key", ["", "é", "a\tb", "a\x80"])
async def test_a_key_is_a_line_of_ascii(api: Api, key: str) -> None:
    answer = await api.request("GET", "/healthz", headers={"Idempotency-Key": key})
    assert (answer.status, answer.code) == (400, "malformed_request")


NEW_ID = re.compile(r"[0-9a-f]{32}")
SANE_IDS = ["x", "0", "a.b_c-D9", "5f1c2c1e-0000-4000-8000-000000000000", "x" * 100]
INSANE_IDS = ["", "x" * 101, "a b", "a/b", "é", "💰", '"x"', "{x}", "<b>", "a,b", "a\tb", "\x80"]
ENDINGS = [
    pytest.param("GET", "/healthz", 200, id="success"),
    pytest.param("GET", "/v1/accounts", 401, id="no token"),
    pytest.param("GET", "/nothing", 404, id="no such path"),
    pytest.param("DELETE", "/healthz", 405, id="no such method"),
    pytest.param("POST", "/v1/users", 415, id="no body"),
    pytest.param("GET", "/healthz?x=1", 422, id="unknown parameter"),
]


@pytest.mark.parametrize(("method", "path", "status"), ENDINGS)
async def test_request_ids(api: Api, method: str, path: str, status: int) -> None:
    async def answer_to(headers: dict[str, str]) -> str:
        answer = await api.request(method, path, headers=headers)
        assert answer.status == status
        if status != 200:
            assert answer.body["request_id"] == answer.headers["X-Request-Id"]
        return answer.headers["X-Request-Id"]

    for sane in SANE_IDS:
        assert await answer_to({"X-Request-Id": sane}) == sane
        assert await answer_to({"x-request-ID": sane}) == sane
    replaced = [await answer_to({"X-Request-Id": insane}) for insane in INSANE_IDS]
    replaced += [await answer_to({}), await answer_to({})]
    assert all(NEW_ID.fullmatch(request_id) for request_id in replaced)
    assert len(set(replaced)) == len(replaced)


async def test_every_user_agent_is_accepted(api: Api) -> None:
    await api.make.user("alice")
    body = {"username": "alice", "password": "correct horse battery staple"}
    for agent in ("", "x" * 501, "💰" * 600, "a\tb", "é", "\x80"):
        answer = await api.request("POST", LOGIN, json=body, headers={"User-Agent": agent})
        assert answer.status == 200, agent


async def test_health(api: Api) -> None:
    for path in ("/healthz", "/readyz"):
        answer = await api.request("GET", path)
        assert (answer.status, answer.body) == (200, {"status": "ok"})
