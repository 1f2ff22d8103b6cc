"""The database docs at /docs/db/: their readers, and that no other file is served."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from bankapp.api.http.server import create_app
from bankapp.domain.roles import Role
from bankapp.operations.bank import Bank
from tests.api.client import Api

Client = TestClient[Any, Any]


@pytest.fixture
async def client(bank: Bank) -> AsyncGenerator[Client]:
    async with TestClient(TestServer(create_app(bank))) as client:
        yield client


@pytest.fixture
async def guarded(bank: Bank) -> AsyncGenerator[Client]:
    """A bank with the settings of production."""
    async with TestClient(TestServer(create_app(bank, docs_role=Role.BANKER))) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("", "text/html"),
        ("index.html", "text/html"),
        ("tables/accounts.html", "text/html"),
        ("style.css", "text/css"),
        ("search.js", "text/javascript"),
        ("icon.svg", "image/svg+xml"),
    ],
)
async def test_files_are_served(client: Client, path: str, content_type: str) -> None:
    async with client.get(f"/docs/db/{path}") as response:
        assert response.status == 200
        assert response.content_type == content_type
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["X-Request-Id"]
        assert len(await response.read()) > 100


@pytest.mark.parametrize(
    ("path", "frames"),
    [
        ("", ["frame-ancestors 'none'", "frame-src 'self'"]),
        ("tables/accounts.html", ["frame-ancestors 'none'", "frame-src 'self'"]),
        ("nav.html", ["frame-ancestors 'self'"]),
    ],
)
async def test_only_the_contents_are_framed_and_only_by_pages_of_the_same_origin(
    client: Client, path: str, frames: list[str]
) -> None:
    async with client.get(f"/docs/db/{path}") as response:
        policy = response.headers["Content-Security-Policy"].split("; ")
    assert sorted(rule for rule in policy if rule.startswith("frame-")) == frames


async def test_the_address_without_a_slash_leads_there(client: Client) -> None:
    async with client.get("/docs/db") as response:
        assert response.url.path == "/docs/db/"
        assert response.status == 200


async def test_an_unchanged_page_is_not_sent_again(client: Client) -> None:
    async with client.get("/docs/db/style.css") as response:
        etag = response.headers["ETag"]
    async with client.get("/docs/db/style.css", headers={"If-None-Match": etag}) as response:
        assert response.status == 304
        assert await response.read() == b""
    async with client.get("/docs/db/style.css", headers={"If-None-Match": '"old"'}) as response:
        assert response.status == 200


async def test_a_head_has_no_body(client: Client) -> None:
    async with client.head("/docs/db/") as response:
        assert response.status == 200
        assert await response.read() == b""


@pytest.mark.parametrize(
    "path",
    [
        "nothing.html",
        "tables",
        "tables/",
        "../manifest.json",
        "%2e%2e/manifest.json",
        "..%2fmanifest.json",
        "tables/../../models.py",
        "tables/%2e%2e/%2e%2e/models.py",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "..\\models.py",
        "index.html%00.css",
        "style.css/",
    ],
)
async def test_no_path_leads_out(client: Client, path: str) -> None:
    url = URL(f"/docs/db/{path}", encoded=True)
    async with client.get(url) as response:
        assert response.status == 404
        assert (await response.json(content_type=None))["code"] == "not_found"


async def test_in_production_they_are_for_the_staff(guarded: Client, api: Api) -> None:
    customer = await api.person("alice")
    banker = await api.person("bob", Role.BANKER)
    expected = [(None, 401), ("nonsense", 401), (customer.token, 403), (banker.token, 200)]
    for path in ("/docs/db/", "/docs/db/tables/accounts.html", "/docs/db/style.css"):
        for token, status in expected:
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            async with guarded.get(path, headers=headers) as response:
                assert response.status == status, (path, status)


async def test_the_database_docs_reveal_nothing_in_production(guarded: Client) -> None:
    async with guarded.get("/docs/db/nothing.html") as response:
        assert response.status == 401
