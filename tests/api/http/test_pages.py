"""The pages for people: their content, their readers, and that they load nothing from elsewhere."""

import hashlib
import json
import re
from collections.abc import AsyncGenerator
from importlib.resources import files
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bankapp.api.http.server import create_app
from bankapp.api.http.site.problems import known_problems
from bankapp.api.problems import status_of
from bankapp.domain.roles import Role
from bankapp.operations.bank import Bank
from tests.api.client import Api
from tests.api.document import DOCUMENT
from tests.api.http.test_problems import refusals

Client = TestClient[Any, Any]
PAGES = ["/", "/docs", "/problems/", "/problems/not_found"]
SWAGGER_UI = files("bankapp.api.http.site") / "static" / "swagger-ui"


@pytest.fixture
async def guarded(bank: Bank) -> AsyncGenerator[Client]:
    """A bank with the settings of production."""
    async with TestClient(TestServer(create_app(bank, docs_role=Role.BANKER))) as client:
        yield client


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_runs_only_its_own_scripts_and_loads_nothing_from_elsewhere(
    api: Api, path: str
) -> None:
    answer = await api.request("GET", path)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert not re.findall(r"<script>|\son\w+=|style=|javascript:", answer.body)
    assert not re.findall(r'(?:src|href)="(?!/|#)', answer.body)


@pytest.mark.parametrize("path", PAGES)
async def test_no_link_is_dead(api: Api, path: str) -> None:
    links = re.findall(r'(?:src|href)="([^"#]+)', (await api.request("GET", path)).body)
    assert {"/", "/docs", "/problems/", "/docs/db/"} <= set(links)
    for link in set(links):
        assert (await api.request("GET", link)).status == 200, link


async def test_steps_lead_to_operations(api: Api) -> None:
    tags = {
        operation["operationId"]: operation["tags"][0]
        for operations in DOCUMENT["paths"].values()
        for operation in operations.values()
    }
    pages = [(await api.request("GET", path)).body for path in PAGES]
    steps = re.findall(r'"/docs#/(\w+)/(\w+)"', "".join(pages))
    assert len(steps) > 8
    assert all(tags[name] == tag for tag, name in steps)


async def test_the_terminals_steps_are_for_this_server(api: Api) -> None:
    page = (await api.request("GET", "/")).body
    assert re.search(r"bank=http://127\.0\.0\.1:(?!8080)\d+/v1", page)


@pytest.mark.parametrize("host", ["a:b", "x:99999", "", "["])
async def test_a_host_that_is_none(api: Api, host: str) -> None:
    answer = await api.request("GET", "/", headers={"Host": host})
    assert answer.code == "malformed_request"


async def test_the_steps_are_for_the_public_url(bank: Bank) -> None:
    app = create_app(bank, public_url="https://bank.example.org/a&b")
    async with (
        TestClient(TestServer(app)) as client,
        client.get("/", headers={"Host": "a:b"}) as response,
    ):
        assert "\n<pre>bank=https://bank.example.org/a&amp;b/v1\n" in await response.text()


async def test_in_production_the_front_page_leads_only_where_a_browser_may_go(
    guarded: Client,
) -> None:
    async with guarded.get("/") as response:
        page = await response.text()
    for link in re.findall(r'(?:src|href)="([^"#]+)', page):
        async with guarded.get(link) as response:
            assert response.status == 200, link
    assert "admin_password" not in page


async def test_the_document_is_served(api: Api) -> None:
    answer = await api.request("GET", "/openapi.json")
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert answer.body == DOCUMENT


@pytest.mark.parametrize(
    ("if_none_match", "status"),
    [
        ("{etag}", 304),
        ("W/{etag}", 304),
        ('"old", {etag}', 304),
        ('W/"old",W/{etag},"a,b"', 304),
        ("*", 304),
        ('"old"', 200),
        ('"old", "older"', 200),
        ("{etag}x", 200),
        ("", 200),
    ],
)
async def test_a_page_that_the_client_has_is_not_sent(
    api: Api, if_none_match: str, status: int
) -> None:
    etag = (await api.request("GET", "/openapi.json")).headers["ETag"]
    assert re.fullmatch('"[0-9a-f]{32}"', etag)
    headers = {"If-None-Match": if_none_match.format(etag=etag)}
    answer = await api.request("GET", "/openapi.json", headers=headers)
    assert (answer.status, answer.headers["ETag"]) == (status, etag)


def test_every_refusal_is_explained() -> None:
    assert known_problems().keys() == {refusal.code for refusal in refusals()}
    for refusal in refusals():
        assert refusal.remedy.endswith("."), refusal
        assert refusal.remedy.count("`") % 2 == 0, refusal


async def test_every_problem_has_its_page(api: Api) -> None:
    index = (await api.request("GET", "/problems/")).body
    for code, refusal in known_problems().items():
        assert f'href="/problems/{code}"' in index
        page = (await api.request("GET", f"/problems/{code}")).body
        plain = re.sub(r"<[^>]*>", "", page).replace("&#x27;", "'")
        assert refusal.message() in plain
        assert refusal.remedy.replace("`", "") in plain
        assert str(status_of(refusal).value) in plain
        assert ("Yes." in plain) == refusal.retryable


async def test_problems_are_told_to_machines(api: Api) -> None:
    headers = {"Accept": "application/json"}
    listed = (await api.request("GET", "/problems/", headers=headers)).body["items"]
    assert [problem["code"] for problem in listed] == list(known_problems())
    for problem in listed:
        answer = await api.request("GET", problem["type"], headers=headers)
        assert answer.body == problem
        assert answer.headers["Vary"] == "Accept"
    [funds] = [problem for problem in listed if problem["code"] == "insufficient_funds"]
    assert "create_transfer" in funds["operations"]
    assert "get_account" not in funds["operations"]


async def test_no_path_leads_out(api: Api) -> None:
    for path in ("/static/", "/static/../server.py", "/static/%2e%2e/server.py", "/problems/x/"):
        assert (await api.request("GET", path)).code == "not_found", path
    assert (await api.request("GET", "/problems/nothing")).code == "not_found"


async def test_in_production_the_api_is_shown_to_the_staff(guarded: Client, api: Api) -> None:
    customer, banker = await api.person("alice"), await api.person("bob", Role.BANKER)
    expected = [(None, 401), (customer.token, 403), (banker.token, 200)]
    for path in ("/docs", "/openapi.json"):
        for token, status in expected:
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            async with guarded.get(path, headers=headers) as response:
                assert response.status == status, (path, status)
    for path in ("/", "/problems/", "/problems/not_found", "/static/site.css"):
        async with guarded.get(path) as response:
            assert response.status == 200, path
    async with guarded.get("/") as response:
        assert "access token of a banker" in await response.text()


async def test_head_is_get_without_a_body(api: Api) -> None:
    alice = await api.person("alice")
    for path in ("/healthz", "/v1/accounts", "/v1/users/alice", "/v1/users/nobody", *PAGES):
        asked = await alice.get(path)
        answer = await api.request("HEAD", path, token=alice.token)
        assert (answer.status, answer.body or None) == (asked.status, None), path
        assert answer.headers["Content-Type"] == asked.headers["Content-Type"]


async def test_swagger_ui_is_the_package_of_npm() -> None:
    sums = [line.split("  ") for line in (SWAGGER_UI / "SHA256SUMS").read_text().splitlines()]
    lock = json.loads((SWAGGER_UI / "package-lock.json").read_text())
    version = lock["packages"]["node_modules/swagger-ui-dist"]["version"]
    kept = {entry.name for entry in SWAGGER_UI.iterdir()} - {"SHA256SUMS"}
    assert {name for _, name in sums} == kept - {"package.json", "package-lock.json"}
    for digest, name in sums:
        assert hashlib.sha256((SWAGGER_UI / name).read_bytes()).hexdigest() == digest, name
    assert f'"{version}"' in (SWAGGER_UI / "swagger-ui-bundle.js").read_text()
