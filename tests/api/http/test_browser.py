"""The pages in a browser: a newcomer's way from the front page to a transfer."""

import asyncio
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp.test_utils import TestServer

from bankapp.api.http.server import create_app
from bankapp.domain.roles import Role
from bankapp.operations.bank import Bank
from tests.browser import CONTRAST, Browser, needs_chromium
from tests.factories import PASSWORD, Make

pytestmark = needs_chromium


@dataclass
class Visit:
    """A reader of the pages in a browser, who follows them."""

    browser: Browser
    origin: str

    async def follow(self, link: str) -> None:
        """Go from the front page to where a link of it leads."""
        await self.browser.open(f"{self.origin}/")
        async with self.browser.loading():
            await self.browser.evaluate(
                f"[...document.links].find((a) => a.textContent === {json.dumps(link)}).click()"
            )

    async def choose(self, name: str) -> None:
        """Choose one of the examples of the request's body."""
        await self.browser.wait_for(f"""(() => {{
            const choice = document.querySelector(".examples-select-element");
            if (!choice) return false;
            choice.value = {json.dumps(name)};
            choice.dispatchEvent(new Event("change", {{ bubbles: true }}));
            return true;
        }})()""")
        await self.browser.wait_for(f"{BODY}?.value.includes({json.dumps(name)})")

    async def type(self, field: str, text: str) -> None:
        """Type into a field, over what it holds."""
        await self.browser.wait_for(f"(({field})?.focus(), ({field})?.select(), !!{field})")
        await self.browser.command("Input.insertText", text=text)

    async def execute(self) -> Any:
        """Press Execute; the status and the body of the answer."""
        while not await self._press():
            pass  # Swagger UI loses a click while it draws itself
        answered = "document.querySelector('.live-responses-table .response .response-col_status')"
        status = await self.browser.wait_for(f"parseInt({answered}?.textContent)")
        shown = "document.querySelector('.live-responses-table .response code').textContent"
        body = await self.browser.evaluate(shown)
        return status, json.loads(body)

    async def _press(self) -> bool:
        """Press Execute once; returns whether a request was sent."""
        sent_count = self._sent_count()
        await self.browser.evaluate("document.querySelector('.execute')?.click()")
        for _ in range(300):
            await asyncio.sleep(0.01)
            if self._sent_count() > sent_count:
                return True
        return False

    def _sent_count(self) -> int:
        """How often the API was asked; a late picture of the page is none of that."""
        return sum(url.startswith(f"{self.origin}/v1/") for url in self.browser.requested)

    async def log_in_from_here(self) -> None:
        """Follow the link that the page of the API itself has while nobody is logged in."""
        async with self.browser.loading():
            await self.browser.evaluate("document.querySelector('#acting a').click()")

    async def ask(self, link: str, example: str | None = None) -> Any:
        """Do a step of the front page with what is filled in; the body of the answer."""
        await self.follow(link)
        return await self.ask_here(example)

    async def ask_here(self, example: str | None = None) -> Any:
        """Send the request that is open, with what is filled in; the body of the answer."""
        await self.browser.wait_for("!!document.querySelector('.execute')")
        if example is not None:
            await self.choose(example)
        status, body = await self.execute()
        assert 200 <= status < 300, body
        return body

    async def actor(self) -> Any:
        """The page's line about the user of its requests."""
        return await self.browser.evaluate("document.querySelector('#acting').textContent")


BODY = "document.querySelector('.body-param__text')"


@pytest.fixture
async def visit(browser: Browser, bank: Bank) -> AsyncGenerator[Visit]:
    async with TestServer(create_app(bank)) as server:
        yield Visit(browser, str(server.make_url("")).rstrip("/"))


async def test_a_first_transfer(visit: Visit, make: Make) -> None:
    await make.user("admin", Role.ADMIN)
    await visit.ask("Sign up", "alice")
    await visit.log_in_from_here()
    await visit.ask_here("alice")
    assert await visit.actor() == "You ask as alice."
    assert (await visit.ask("Open an account"))["owner"] == "alice"
    await visit.ask("Sign up", "bob")
    await visit.ask("Log in", "bob")
    assert (await visit.ask("Open an account"))["owner"] == "bob"
    await visit.follow("Log in")
    await visit.choose("admin")
    await visit.type(BODY, json.dumps({"username": "admin", "password": PASSWORD}))
    assert (await visit.execute())[0] == 200
    await visit.ask("make a deposit")
    token = (await visit.ask("Log in", "alice"))["access_token"]
    paid = await visit.ask("pay Bob for lunch")
    assert paid["from_account"]["balance"] == 8950
    entries = (await visit.ask("See what happened"))["items"]
    assert [entry["amount"] for entry in entries] == [-1050, 10000]
    await _authorize_by_hand(visit, token)
    assert await visit.actor() == "You ask with a token of your own."
    assert (await visit.ask("pay Bob for lunch"))["from_account"]["balance"] == 7900
    assert all(url.startswith((visit.origin, "data:")) for url in visit.browser.requested)
    assert visit.browser.errors == []


async def _authorize_by_hand(visit: Visit, token: str) -> None:
    """Log out, and give the token to the dialog."""
    await visit.browser.evaluate("localStorage.removeItem('actor')")
    buttons = "[...document.querySelectorAll('.modal-ux button')]"
    for button in ("Logout", "Authorize"):
        await visit.browser.evaluate(
            "!!document.querySelector('.modal-ux')"
            " || document.querySelector('.btn.authorize').click()"
        )
        if button == "Authorize":
            await visit.type("document.querySelector('.modal-ux input')", token)
        pressed = f"{buttons}.find((b) => b.textContent === '{button}')"
        await visit.browser.wait_for(f"!!{pressed}")
        await visit.browser.evaluate(f"{pressed}.click()")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_pages_are_read_on_a_phone_by_day_and_night(visit: Visit, scheme: str) -> None:
    await visit.browser.resize(360)
    await visit.browser.prefer(scheme)
    for path in ("/", "/problems/", "/problems/insufficient_funds", "/docs"):
        await visit.browser.open(f"{visit.origin}{path}")
        await visit.browser.wait_for(f"{path != '/docs':d} || !!document.querySelector('.opblock')")
        assert await visit.browser.evaluate(CONTRAST) >= 4.5, path
        width = "document.documentElement.scrollWidth"
        assert await visit.browser.evaluate(width) <= 360, path
    assert visit.browser.errors == []
