"""Drives a headless Chromium by its DevTools protocol."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse

from tests.processes.processes import until

CHROMIUM: Final = shutil.which("chromium") or shutil.which("chromium-browser")
needs_chromium: Final = pytest.mark.skipif(
    CHROMIUM is None, reason="needs Chromium (Debian: apt-get install chromium)"
)
_PATIENCE_S: Final = 60
_OPTIONS: Final = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--remote-debugging-port=0",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)

# Between a color and the one behind it, as WCAG 2 defines it.
CONTRAST: Final = """
(() => {
    const channels = (color) => color.match(/[\\d.]+/g).slice(0, 3).map((value) => value / 255);
    const light = (color) => {
        const [r, g, b] = channels(color).map(
            (value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const page = getComputedStyle(document.body);
    const colors = ["body", ".quiet", "main a", ".kind", ".bad"].flatMap((selector) => {
        const found = document.querySelector(selector);
        return found ? [getComputedStyle(found).color] : [];
    });
    const ratios = colors.map((color) => {
        const pair = [light(color), light(page.backgroundColor)].sort((a, b) => b - a);
        return (pair[0] + 0.05) / (pair[1] + 0.05);
    });
    return Math.min(...ratios);
})()
"""


class Browser:
    """One tab: the addresses that were `requested`, and the `errors` of its pages."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.requested: list[str] = []
        self.errors: list[str] = []
        self._socket = socket
        self._number = 0
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._loaded = asyncio.Event()
        self._reader = asyncio.create_task(self._read())

    async def command(self, method: str, **parameters: object) -> dict[str, Any]:
        """Send a command of the protocol; its result."""
        self._number += 1
        answer = self._answers[self._number] = asyncio.get_running_loop().create_future()
        message = {"id": self._number, "method": method, "params": parameters}
        await self._socket.send_str(json.dumps(message))
        return await asyncio.wait_for(answer, _PATIENCE_S)

    async def open(self, url: str) -> None:
        """Go to a page and wait until it is loaded."""
        async with self.loading():
            await self.command("Page.navigate", url=url)

    @asynccontextmanager
    async def loading(self) -> AsyncGenerator[None]:
        """Wait, after what is done inside, until the page it leads to is loaded."""
        self._loaded.clear()
        yield
        await asyncio.wait_for(self._loaded.wait(), _PATIENCE_S)

    async def evaluate(self, expression: str) -> Any:
        """The value of an expression in JavaScript."""
        answer = await self.command(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    async def wait_for(self, expression: str) -> Any:
        """The first true value of an expression, asked again and again."""
        return await self.evaluate(f"""new Promise((resolve) => {{
            const ask = () => {{
                const value = {expression};
                if (value) resolve(value); else setTimeout(ask, 20);
            }};
            ask();
        }})""")

    async def press(self, key: str) -> None:
        """Press a key."""
        text = {"text": key} if len(key) == 1 else {"text": "\r"} if key == "Enter" else {}
        code = {"Enter": 13, "ArrowDown": 40, "Escape": 27}.get(key, 0)
        press: dict[str, object] = {"key": key, "windowsVirtualKeyCode": code, **text}
        await self.command("Input.dispatchKeyEvent", type="keyDown", **press)
        await self.command("Input.dispatchKeyEvent", type="keyUp", **press)

    async def resize(self, width: int, height: int = 900) -> None:
        """Be a screen of this size."""
        await self.command(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=width < 600,
        )  # fmt: skip

    async def prefer(self, scheme: str) -> None:
        """Ask for light or dark."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        await self.command("Emulation.setEmulatedMedia", features=features)

    async def close(self) -> None:
        self._reader.cancel()
        await self._socket.close()

    async def _read(self) -> None:
        async for message in self._socket:
            data = json.loads(message.data)
            if "id" in data:
                self._answers.pop(data["id"]).set_result(data.get("result", {}))
                continue
            parameters = data["params"]
            match data["method"]:
                case "Page.loadEventFired":
                    self._loaded.set()
                case "Network.requestWillBeSent":
                    self.requested.append(parameters["request"]["url"])
                case "Runtime.exceptionThrown":
                    self.errors.append(str(parameters["exceptionDetails"]))
                case "Log.entryAdded":
                    self.errors.append(str(parameters["entry"]))
                case _:
                    pass


@contextmanager
def started_chromium(directory: Path) -> Generator[int]:
    """The port of a browser that keeps what it must in the directory."""
    assert CHROMIUM is not None
    with subprocess.Popen(
        [CHROMIUM, *_OPTIONS, f"--user-data-dir={directory}", "about:blank"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        port = directory / "DevToolsActivePort"
        try:
            lines = until(lambda: port.read_text().splitlines() if port.exists() else [])
            yield int(lines[0])
        finally:
            process.terminate()


@asynccontextmanager
async def open_tab(port: int) -> AsyncGenerator[Browser]:
    """A tab that shares nothing with others."""
    root = f"http://127.0.0.1:{port}"
    async with ClientSession() as session:
        async with session.get(f"{root}/json/version") as response:
            address = (await response.json())["webSocketDebuggerUrl"]
        whole = Browser(await session.ws_connect(address))
        context = (await whole.command("Target.createBrowserContext"))["browserContextId"]
        target = await whole.command(
            "Target.createTarget", url="about:blank", browserContextId=context
        )
        page = f"ws://127.0.0.1:{port}/devtools/page/{target['targetId']}"
        tab = Browser(await session.ws_connect(page, max_msg_size=0))
        for domain in ("Page", "Network", "Runtime", "Log"):
            await tab.command(f"{domain}.enable")
        yield tab
        await tab.close()
        await whole.command("Target.disposeBrowserContext", browserContextId=context)
        await whole.close()


@pytest.fixture(scope="module")
def chromium_port(tmp_path_factory: pytest.TempPathFactory) -> Generator[int]:
    """Where a browser listens."""
    with started_chromium(tmp_path_factory.mktemp("profile")) as port:
        yield port


@pytest.fixture
async def browser(chromium_port: int) -> AsyncGenerator[Browser]:
    """A tab of this test alone."""
    async with open_tab(chromium_port) as browser:
        yield browser
