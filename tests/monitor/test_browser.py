"""The page in a browser: without scripts, in light and dark, wide and narrow."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta

import pytest

from monitor.database import Pool
from monitor.intake.storing import Storing
from tests.browser import CONTRAST, Browser, needs_chromium
from tests.monitor.test_commands import decide
from tests.monitor.test_web import HARM, TOKEN, app_of
from tests.monitor.watching import batch, event, login, movement

pytestmark = needs_chromium
CONTRAST_MIN = 4.5  # WCAG 2, level AA


@pytest.fixture
async def origin(monitor_pool: Pool, storing: Storing) -> AsyncGenerator[str]:
    """Where a monitor is that has read something."""
    now = datetime.now(UTC)
    harmful = movement(4, "transfer", target=13, amount=1050, at=now)
    harmful["data"]["description"] = HARM
    page = batch(
        movement(1, "deposit", source=1, target=12, amount=5000, at=now - timedelta(hours=3)),
        login(2, at=now - timedelta(hours=2)),
        event(3, at=now - timedelta(hours=2)),
        harmful,
    )
    await storing.keep(await storing.place(), page)
    await decide(monitor_pool)
    async with app_of(monitor_pool) as server:
        yield str(server.make_url("")).rstrip("/")


async def sign_in(browser: Browser, origin: str) -> None:
    await browser.open(f"{origin}/")
    assert await browser.evaluate("location.pathname") == "/sign-in"
    await browser.evaluate("document.querySelector('input[name=token]').focus()")
    await browser.command("Input.insertText", text=TOKEN)
    async with browser.loading():
        await browser.press("Enter")


async def test_a_banker_looks_at_the_page(browser: Browser, origin: str) -> None:
    """Signs in, reads the state, looks at the chart, asks for an account, and goes on."""
    await sign_in(browser, origin)
    state = await browser.evaluate("document.getElementById('state').textContent")
    assert state.startswith("Up to date as of ")
    drawn = await browser.evaluate(
        "[...document.querySelectorAll('svg rect')].map((r) => r.getBoundingClientRect().height)"
    )
    assert len(drawn) == 4
    assert min(drawn) > 1
    colors = await browser.evaluate(
        "new Set([...document.querySelectorAll('svg rect')].map((r) => getComputedStyle(r).fill))"
        ".size"
    )
    assert colors == 3
    await browser.evaluate("document.querySelector('input[name=account_id]').focus()")
    await browser.command("Input.insertText", text="12")
    async with browser.loading():
        await browser.press("Enter")
    cells = await browser.evaluate("document.getElementById('movements').innerText")
    assert HARM in cells
    async with browser.loading():
        await browser.evaluate("document.querySelector('#decisions a').click()")
    assert "account_id=12" in await browser.evaluate("location.search")
    assert browser.errors == []
    assert {url.split("/")[2] for url in browser.requested} == {origin.split("/")[2]}


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_can_be_read(browser: Browser, origin: str, scheme: str) -> None:
    await browser.prefer(scheme)
    await sign_in(browser, origin)
    await browser.open(f"{origin}/?account_id=12&username=alice")
    assert await browser.evaluate(CONTRAST) >= CONTRAST_MIN
    for width in (1280, 360):
        await browser.resize(width)
        overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert await browser.evaluate(overflow) <= 0
    assert browser.errors == []
