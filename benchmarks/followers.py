"""Browsers that follow the overview live, as a program of its own: what they get, and how soon.

Arguments: the manager's port, the file with its user's password, how many browsers, and the file
for the figures. They share one log-in. Commands come by the standard input; each is answered by
its word and time:

    follow   log in, open the page in each browser, and follow it
    begin    forget what was counted so far
    open     open the page once more, LOOKS times, while all follow
    end      write down what was counted
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import ClientSession, CookieJar

USER = "bench"
LOOKS = 20
BETWEEN = 0.5  # seconds from one look to the next
CSRF = re.compile(r'name="csrf" value="([0-9a-f]+)"')
FOLLOWS = re.compile(rb'hx-sse:connect="(/live[^"]*)"')
CHUNK = 1 << 16


@dataclass
class Browsers:
    """`got`: bytes that came to those that follow; `ended`: how many of them no longer do;
    `first`: seconds until the page's first byte came."""

    port: int
    password: str
    cookie: str = ""
    got: int = 0
    ended: int = 0
    size: int = 0
    first: list[float] = field(default_factory=list)
    open_ones: list[asyncio.StreamWriter] = field(default_factory=list)
    following: list[asyncio.Task[None]] = field(default_factory=list)

    async def log_in(self) -> None:
        url = f"http://127.0.0.1:{self.port}"
        async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
            async with session.get(f"{url}/login") as page:
                found = CSRF.search(await page.text())
            assert found is not None
            form = {"csrf": found[1], "name": USER, "password": self.password}
            async with session.post(f"{url}/login", data=form) as page:
                page.raise_for_status()
            self.cookie = "; ".join(f"{c.key}={c.value}" for c in session.cookie_jar)

    async def look(self) -> bytes:
        """Open the page as a new visitor does; the whole answer."""
        started = time.perf_counter()
        reader, writer = await self._ask("/", "close")
        page = await reader.read(1)
        self.first.append(time.perf_counter() - started)
        page += await reader.read()
        writer.close()
        self.size = len(page)
        return page

    async def follow(self) -> None:
        """Open the page, and what it follows; it goes on in the background."""
        found = FOLLOWS.search(await self.look())
        assert found is not None
        reader, writer = await self._ask(found[1].decode(), "keep-alive")
        self.open_ones.append(writer)  # or it would be closed as soon as nobody holds it
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head:
            raise RuntimeError(head.decode())
        self.following.append(asyncio.create_task(self._count(reader)))

    async def _count(self, reader: asyncio.StreamReader) -> None:
        while data := await reader.read(CHUNK):
            self.got += len(data)
        self.ended += 1

    async def _ask(
        self, path: str, connection: str
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        lines = (
            f"GET {path} HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            f"Cookie: {self.cookie}",
            "Accept-Language: ja",
            f"Connection: {connection}",
        )
        writer.write("".join(f"{line}\r\n" for line in (*lines, "")).encode())
        return reader, writer

    def begin(self) -> None:
        self.got, self.first = 0, []

    async def open(self) -> None:
        for _ in range(LOOKS):
            await self.look()
            await asyncio.sleep(BETWEEN)

    def figures(self) -> dict[str, object]:
        return {
            "got": self.got,
            "ended": self.ended,
            "first": sorted(self.first),
            "size": self.size,
        }


async def main() -> None:
    """Follow until the standard input ends."""
    browsers = Browsers(int(sys.argv[1]), Path(sys.argv[2]).read_text().strip())
    _say("ready")
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        match word := line.strip():
            case "follow":
                await browsers.log_in()
                for _ in range(int(sys.argv[3])):
                    await browsers.follow()
            case "begin":
                browsers.begin()
            case "open":
                await browsers.open()
            case _:
                Path(sys.argv[4]).write_text(json.dumps(browsers.figures()))
        _say(word)


def _say(word: str) -> None:
    print(f"{word} {time.time():.6f}", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
