"""The pages in a browser: from files and served, by keyboard, on a phone, in the dark."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestServer

from bankapp.api.http.server import create_app
from bankapp.operations.bank import Bank
from tests.browser import CONTRAST, Browser, needs_chromium

pytestmark = needs_chromium
PAGES = (
    "index.html",
    "nav.html",
    "tables/users.html",
    "tables/entries.html",
    "queries/ListWrongBalances.html",
    "functions/post_transfers.html",
    "migrations/20261120080002_create_users.html",
    "types/account_status.html",
)
DESKTOP = 1280
PRESENT = "document.querySelector(':target a').textContent"


@pytest.fixture
def address(root: Path, tmp_path: Path) -> str:
    """The site, as files."""
    return shutil.copytree(root / "gen" / "docs", tmp_path / "a site").as_uri()


async def in_contents(browser: Browser, expression: str) -> Any:
    """The value of an expression in the frame with the contents."""
    tree = (await browser.command("Page.getFrameTree"))["frameTree"]
    [child] = tree["childFrames"]
    world = await browser.command("Page.createIsolatedWorld", frameId=child["frame"]["id"])
    answer = await browser.command(
        "Runtime.evaluate",
        expression=expression,
        contextId=world["executionContextId"],
        returnByValue=True,
        awaitPromise=True,
    )
    assert "exceptionDetails" not in answer, answer
    return answer["result"].get("value")


async def test_nothing_comes_from_outside(browser: Browser, address: str) -> None:
    for page in PAGES:
        await browser.open(f"{address}/{page}")
    assert len(browser.requested) > len(PAGES)
    assert all(url.startswith(address) for url in browser.requested), browser.requested
    assert browser.errors == []


async def test_the_bank_serves_them_under_its_policy(browser: Browser, bank: Bank) -> None:
    async with TestServer(create_app(bank)) as server:
        origin = str(server.make_url("/"))
        for page in ("docs/db", "docs/db/index.html#findings"):
            await browser.open(f"{origin}{page}")
            assert await browser.evaluate("document.querySelector('.search').hidden") is False
            assert await in_contents(browser, PRESENT) == "Overview"
    assert all(url.startswith(origin) for url in browser.requested), browser.requested
    assert browser.errors == []


async def test_an_object_is_found_by_keyboard(browser: Browser, address: str) -> None:
    await browser.open(f"{address}/index.html")
    for key in "/users.ema":
        await browser.press(key)
    await browser.wait_for("document.querySelector('[aria-selected=true]')?.textContent")
    async with browser.loading():
        await browser.press("Enter")
    address = await browser.evaluate("location.href")
    assert address.endswith("tables/users.html#column-email")
    marked = await browser.evaluate("document.querySelector(':target th').textContent.trim()")
    assert marked == "email"


async def test_the_list_of_found_is_walked_and_left(browser: Browser, address: str) -> None:
    await browser.open(f"{address}/tables/entries.html")
    for key in "/entries":
        await browser.press(key)
    chosen = "document.querySelector('[aria-selected=true]')?.id"
    assert await browser.wait_for(chosen) == "result-0"
    await browser.press("ArrowDown")
    assert await browser.evaluate(chosen) == "result-1"
    await browser.press("Escape")
    assert await browser.evaluate("document.querySelector('#results').hidden") is True


@pytest.mark.parametrize("width", [360, 768, 1400])
async def test_no_page_is_wider_than_the_screen(browser: Browser, address: str, width: int) -> None:
    await browser.resize(width)
    for page in PAGES:
        await browser.open(f"{address}/{page}")
        assert await browser.evaluate("document.documentElement.scrollWidth") <= width, page


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_text_can_be_told_from_the_page(browser: Browser, address: str, scheme: str) -> None:
    await browser.prefer(scheme)
    for page in PAGES:
        await browser.open(f"{address}/{page}")
        assert await browser.evaluate(CONTRAST) >= 4.5, page


async def test_the_theme_is_chosen_and_kept(browser: Browser, address: str) -> None:
    background = "getComputedStyle(document.body).backgroundColor"
    await browser.prefer("light")
    await browser.open(f"{address}/index.html")
    light = await browser.evaluate(background)
    await browser.evaluate("document.querySelector('.theme').click()")
    dark = await browser.evaluate(background)
    assert dark != light
    await browser.open(f"{address}/tables/entries.html")
    assert await browser.evaluate(background) == dark


async def test_the_picture_is_zoomed(browser: Browser, address: str) -> None:
    await browser.open(f"{address}/index.html")
    width = "document.querySelector('.canvas svg').width.baseVal.value"
    before = await browser.evaluate(width)
    await browser.evaluate("document.querySelector('.zoom [title=Larger]').click()")
    assert await browser.evaluate(width) == pytest.approx(before * 1.25)
    await browser.evaluate("document.querySelector('.zoom [title=\"Fit the width\"]').click()")
    room = await browser.evaluate("document.querySelector('.canvas').clientWidth")
    assert await browser.evaluate(width) <= room


async def test_contents_mark_the_present_page_without_javascript(
    browser: Browser, address: str
) -> None:
    await browser.command("Emulation.setScriptExecutionDisabled", value=True)
    await browser.resize(DESKTOP)
    await browser.open(f"{address}/functions/post_transfers.html")
    assert await in_contents(browser, PRESENT) == "post_transfers"
    color = "getComputedStyle(document.querySelector('{} a')).backgroundColor"
    present = await in_contents(browser, color.format(":target"))
    assert present != await in_contents(browser, color.format("li"))
    top, bottom, height = await in_contents(
        browser,
        "(({top, bottom}) => [top, bottom, innerHeight])"
        "(document.querySelector(':target').getBoundingClientRect())",
    )
    assert 0 < top < bottom < height
    assert await browser.evaluate("scrollY") == 0
    assert await browser.evaluate("document.activeElement.tagName") == "BODY"


async def test_a_link_of_the_contents_changes_the_whole_page(
    browser: Browser, address: str
) -> None:
    await browser.command("Emulation.setScriptExecutionDisabled", value=True)
    await browser.resize(DESKTOP)
    await browser.open(f"{address}/queries/Ping.html")
    async with browser.loading():
        await in_contents(browser, "document.querySelector('[href*=accounts]').click()")
    assert await browser.evaluate("location.href") == f"{address}/tables/accounts.html"
    assert await in_contents(browser, PRESENT) == "accounts"


async def test_on_a_phone_the_contents_are_a_page(browser: Browser, address: str) -> None:
    shown = "['.nav', '.to-contents'].map((one) => document.querySelector(one).checkVisibility())"
    await browser.resize(DESKTOP)
    await browser.open(f"{address}/tables/users.html")
    assert await browser.evaluate(shown) == [True, False]
    await browser.resize(360)
    assert await browser.evaluate(shown) == [False, True]
    async with browser.loading():
        await browser.evaluate("document.querySelector('.to-contents').click()")
    assert await browser.evaluate(PRESENT) == "users"


async def test_a_printed_page_leaves_the_contents_out(browser: Browser, address: str) -> None:
    await browser.resize(DESKTOP)
    await browser.open(f"{address}/tables/users.html")
    seen = "['.nav', '.top', 'main'].map((one) => document.querySelector(one).checkVisibility())"
    assert await browser.evaluate(seen) == [True, True, True]
    await browser.command("Emulation.setEmulatedMedia", media="print")
    assert await browser.evaluate(seen) == [False, False, True]


async def test_contents_name_the_present_page_to_screen_readers(
    browser: Browser, address: str
) -> None:
    await browser.open(f"{address}/tables/users.html")
    current = "document.querySelector('[aria-current=page]').textContent"
    assert await in_contents(browser, current) == "users"


async def test_search_key_works_in_the_contents(browser: Browser, address: str) -> None:
    await browser.resize(DESKTOP)
    await browser.open(f"{address}/tables/users.html")
    await in_contents(browser, "document.querySelector('a').focus()")
    assert await browser.evaluate("document.activeElement.tagName") == "IFRAME"
    await browser.press("/")
    assert await browser.wait_for("document.activeElement.id") == "search"


async def test_contents_take_the_theme_of_the_page(browser: Browser, address: str) -> None:
    theme = "document.documentElement.dataset.theme"
    await browser.prefer("light")
    await browser.resize(DESKTOP)
    await browser.open(f"{address}/index.html")
    assert await in_contents(browser, theme) is None
    await browser.evaluate("document.querySelector('.theme').click()")
    told = f"""new Promise((resolve) => {{
        const ask = () => {theme} ? resolve({theme}) : setTimeout(ask, 20);
        ask();
    }})"""
    assert await in_contents(browser, told) == "dark"


async def test_everything_is_there_without_javascript(browser: Browser, address: str) -> None:
    await browser.command("Emulation.setScriptExecutionDisabled", value=True)
    await browser.resize(DESKTOP)
    await browser.open(f"{address}/tables/users.html")
    text = await browser.evaluate("document.body.innerText")
    for said in ("users_email_key", "GetUserByEmail", "20261120080002_create_users"):
        assert said in text
    seen = "document.querySelector('{}').checkVisibility()"
    assert await browser.evaluate(seen.format(".picture svg")) is True
    assert await in_contents(browser, seen.format("a")) is True
    assert await browser.evaluate(seen.format(".theme")) is False
