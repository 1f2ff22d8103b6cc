"""GraphiQL in a browser."""

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from hashlib import sha256
from importlib.resources import files
from typing import TypeAlias

import pytest
from aiohttp.test_utils import TestServer

from bankapp.api.graphql.door import GraphqlDoor
from bankapp.api.http.mounting import add_graphql
from bankapp.api.http.server import create_app
from bankapp.domain.roles import Role
from bankapp.operations.bank import Bank
from tests.browser import Browser, needs_chromium
from tests.factories import PASSWORD, Make

VENDORED = files("bankapp.api.http.site") / "static" / "graphiql"
OpenPage: TypeAlias = Callable[[Role | None], AbstractAsyncContextManager[str]]


@pytest.fixture
def open_page(bank: Bank, browser: Browser) -> OpenPage:
    """Opens GraphiQL in the browser, for users of a role; the origin of the bank."""

    @asynccontextmanager
    async def open_page(role: Role | None) -> AsyncGenerator[str]:
        app = create_app(bank)
        add_graphql(app, GraphqlDoor(bank, role), role)
        async with TestServer(app) as server:
            origin = str(server.make_url("")).rstrip("/")
            await browser.open(f"{origin}/graphiql")
            yield origin

    return open_page


async def sign_in(browser: Browser, username: str, password: str = PASSWORD) -> None:
    for name, text in (("username", username), ("password", password)):
        await browser.evaluate(f"document.forms[0].elements.{name}.focus()")
        await browser.command("Input.insertText", text=text)
    await browser.evaluate("document.querySelector('#sign-in button').click()")


@needs_chromium
async def test_a_query_is_completed_sent_and_answered(
    browser: Browser, open_page: OpenPage, make: Make
) -> None:
    """The policy of the page forbids nothing that GraphiQL needs, and it asks nobody but the bank.

    The schema is read: the documentation names what can be asked.
    """
    account = await make.account(balance=1050)
    async with open_page(None) as origin:
        await sign_in(browser, account.owner)
        await browser.wait_for("!!document.querySelector('.graphiql-query-editor .CodeMirror')")
        query = "query($id: Long!) { account(accountId: $id) { balance } }"
        variables = json.dumps({"id": account.id})
        for editor, text in (("query-editor", query), ("editor-tool", variables)):
            place = f"document.querySelector('.graphiql-{editor} .CodeMirror')"
            await browser.wait_for(f"!!{place}")
            await browser.evaluate(f"{place}.CodeMirror.setValue({json.dumps(text)})")
        await browser.evaluate("document.querySelector('.graphiql-execute-button').click()")
        shown = "document.querySelector('.result-window')?.textContent"
        await browser.wait_for(f"/1050/.test({shown})")
        await browser.evaluate(
            "document.querySelector('[aria-label=\"Show Documentation Explorer\"]').click()"
        )
        docs = "document.querySelector('.graphiql-doc-explorer')?.textContent"
        await browser.wait_for(f"/Query/.test({docs})")
    assert all(url.startswith((origin, "data:")) for url in browser.requested)
    assert not any("token" in url.lower() for url in browser.requested)
    assert browser.errors == []


@needs_chromium
async def test_in_production_the_page_is_for_bankers(
    browser: Browser, open_page: OpenPage, make: Make, bank: Bank
) -> None:
    await make.user("alice")
    await make.user("bob", Role.BANKER)
    async with open_page(Role.BANKER):
        await sign_in(browser, "alice")
        problem = "document.querySelector('#problem').textContent"
        assert await browser.wait_for(problem) == "This page is for bankers."
        assert (
            await bank.store.read.sessions.list_sessions(
                username="alice", before_number=2**62, row_count_max=10
            )
            == []
        )
        await browser.evaluate("document.forms[0].elements.username.value = ''")
        await sign_in(browser, "bob")
        await browser.wait_for("!!document.querySelector('.graphiql-query-editor .CodeMirror')")


@needs_chromium
async def test_a_wrong_password_is_told(browser: Browser, open_page: OpenPage, make: Make) -> None:
    await make.user("alice")
    async with open_page(None):
        await sign_in(browser, "alice", "wrong")
        problem = "document.querySelector('#problem').textContent"
        assert await browser.wait_for(problem) == "User name or password is wrong."


def test_graphiql_is_the_package_of_npm() -> None:
    lines = (VENDORED / "SHA256SUMS").read_text().splitlines()
    sums = {name: digest for digest, name in (line.split("  ") for line in lines)}
    kept = {entry.name for entry in VENDORED.iterdir()} - {"SHA256SUMS"}
    assert sums.keys() == kept - {"package.json", "package-lock.json"}
    for name, digest in sums.items():
        assert sha256((VENDORED / name).read_bytes()).hexdigest() == digest, name
    lock = json.loads((VENDORED / "package-lock.json").read_text())
    version = lock["packages"]["node_modules/react"]["version"]
    react = (VENDORED / "react.production.min.js").read_text()
    assert f'version="{version}"' in react
