"""A real Chromium, told by its DevTools protocol what to show and asked what it sees."""

from __future__ import annotations

import asyncio
import base64
import json
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--hide-scrollbars",
    "--remote-debugging-port=0",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
PATIENCE = 120.0  # seconds: a busy machine is no failure


class Browser:
    """One page of it. `requests` are the addresses that it asked for."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._serial = 0
        self._events: list[str] = []
        self.requests: list[str] = []

    async def look(self, width: int, *, dark: bool) -> None:
        """Be so wide from now on; the wanted colours are the reader's."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.ask("Emulation.setEmulatedMedia", features=[scheme])
        await self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=800,
            deviceScaleFactor=1,
            mobile=False,
        )

    async def show(self, html: str) -> None:
        """Show a page."""
        self.requests.clear()
        data = base64.b64encode(html.encode()).decode()
        await self.ask("Page.navigate", url=f"data:text/html;charset=utf-8;base64,{data}")
        loaded = "document.readyState == 'complete' && location.protocol == 'data:'"
        async with asyncio.timeout(PATIENCE):
            while not await self.see(loaded):  # noqa: ASYNC110  what happens there is no event here
                await asyncio.sleep(0.02)

    async def see(self, script: str) -> object:
        """What an expression in the page comes to."""
        answer = await self.ask("Runtime.evaluate", expression=script, returnByValue=True)
        if "exceptionDetails" in answer:
            raise AssertionError(answer["exceptionDetails"])
        return answer["result"].get("value")

    async def picture(self, path: Path, width: int) -> None:
        """The whole page as a PNG, as tall as it is."""
        height = await self.see("document.documentElement.scrollHeight")
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        answer = await self.ask(
            "Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=True
        )
        path.write_bytes(base64.b64decode(answer["data"]))

    async def ask(self, method: str, **params: object) -> dict:
        self._serial += 1
        await self._socket.send_json({"id": self._serial, "method": method, "params": params})
        async with asyncio.timeout(PATIENCE):
            while True:
                said = json.loads((await self._socket.receive()).data)
                if said.get("method") == "Network.requestWillBeSent":
                    self.requests.append(said["params"]["request"]["url"])
                if said.get("id") == self._serial:
                    return said["result"]


@asynccontextmanager
async def chromium(profile: Path):
    """A browser of its own, with nothing of this machine's and no other host to be had."""
    profile.mkdir(parents=True, exist_ok=True)
    process = await asyncio.create_subprocess_exec(
        "chromium",
        *FLAGS,
        f"--user-data-dir={profile}",
        "about:blank",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        env={"PATH": "/usr/bin:/bin", "HOME": str(profile), "LANG": "C.UTF-8"},
    )
    try:
        port = await _port(profile / "DevToolsActivePort", process)
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/json") as answer:
                pages = [page for page in await answer.json() if page["type"] == "page"]
            address = pages[0]["webSocketDebuggerUrl"]
            async with session.ws_connect(address, max_msg_size=0) as socket:
                browser = Browser(socket)
                await browser.ask("Network.enable")
                yield browser
                await browser.ask("Browser.close")
    finally:
        await _end(process)


async def _port(file: Path, process: asyncio.subprocess.Process) -> int:
    async with asyncio.timeout(PATIENCE):
        while not file.exists() or "\n" not in file.read_text():
            assert process.returncode is None, "chromium ended at once"
            await asyncio.sleep(0.05)
    return int(file.read_text().split()[0])


async def _end(process: asyncio.subprocess.Process) -> None:
    try:
        async with asyncio.timeout(10):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
