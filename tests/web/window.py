"""Windows on the manager's pages, in the headless shell of Debian's Chromium: what is fetched from
elsewhere and what stands in the console is noticed. With PICTURES=1, what they show lies in
build/pages/."""

import os
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from shutil import which

import pytest
from playwright.async_api import async_playwright, expect
from yarl import URL

from tests.service.clients import open_manager
from tests.web.browser import GOOD
from tests.web.console import listen

CHROMIUM = which("chromium-headless-shell") or "/usr/bin/chromium"
"""The shell has no window to draw beside the page, so it takes two thirds of the CPU time."""
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
ON_ITS_LOOP = pytest.mark.asyncio(loop_scope="session")
"""For who uses the fixture `chromium`: all that is told to one is told on the loop of its start."""
PATIENT = 60_000
"""Milliseconds; only a broken page takes so long, and a busy machine may take 5 s, the default."""
expect.set_options(timeout=PATIENT)
SHOTS = Path(__file__).parents[2] / "build" / "pages"
PICTURES = os.environ.get("PICTURES") == "1"
"""For people to look at. No test does, and a picture takes a tenth of a second of a processor."""
WIDE, NARROW = 1440, 390


class Seen:
    """One page, with all that went wrong in it or went elsewhere."""

    def __init__(self, page, url):
        self.page, self.url, self.wrong = page, url, []
        page.set_default_timeout(PATIENT)
        listen(page, self.wrong)
        page.on("request", self.see)

    def see(self, request):
        if not request.url.startswith(self.url):
            self.wrong.append(request.url)

    async def log_in(self, name="sato"):
        await self.page.goto(f"{self.url}/login")
        await self.page.fill("#name", name)
        await self.page.fill("#password", GOOD)
        await self.page.click("button.button--main")
        await self.page.wait_for_selector("#live:not(:empty)")

    async def come_in(self, harness, name="sato"):
        """The same without the page that asks for the password, which takes as long as two others."""
        await self.begin_to_come_in(harness, name)
        await self.page.goto(self.url)
        await self.page.wait_for_selector("#live:not(:empty)")

    async def begin_to_come_in(self, harness, name):
        """Give the password alone, which for some is only the first step."""
        opened = await harness.people.log_in(name, GOOD, "127.0.0.1")
        cookie = {"name": f"noroshi-{URL(self.url).port}", "value": opened.key, "url": self.url}
        rules = {"httpOnly": True, "sameSite": "Lax"}
        await self.page.context.add_cookies([cookie | rules])

    async def shoot(self, name):
        await picture(self.page, name)


async def fits(page):
    """Nothing is wider than the window, and every heading follows one of the level above."""
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    levels = await page.evaluate(
        "[...document.querySelectorAll('h1,h2,h3')].map(e => +e.tagName[1])"
    )
    assert levels[0] == 1 and all(b - a <= 1 for a, b in pairwise(levels))


async def picture(page, name):
    """Leave one of the whole page, where pictures are wanted."""
    if PICTURES:
        await page.screenshot(path=SHOTS / f"{name}.png", full_page=True)


@asynccontextmanager
async def launched():
    """Chromium itself; to start it takes longer than most pages."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=list(FLAGS), chromium_sandbox=False
        )
        yield chromium
        await chromium.close()


@asynccontextmanager
async def window(chromium, language="en", theme="light", width=WIDE, **given):
    """One with nothing of any other: its pages, cookies and files are its own."""
    context = await chromium.new_context(
        viewport={"width": width, "height": 900}, locale=language, color_scheme=theme, **given
    )
    try:
        yield context
    finally:
        await context.close()


@asynccontextmanager
async def standing(chromium, now, language, theme, width):
    """A window in which nothing moves, and the clock stands at that instant."""
    async with window(chromium, language, theme, width, reduced_motion="reduce") as context:
        await context.clock.set_fixed_time(now)
        yield context


@asynccontextmanager
async def looking(chromium, harness, home, language="en", theme="light", width=WIDE):
    """A window of somebody who has logged in to the manager of that harness."""
    async with (
        open_manager(harness, home, name="minato") as url,
        window(chromium, language, theme, width) as context,
    ):
        seen = Seen(await context.new_page(), url)
        await seen.come_in(harness)
        yield seen
    assert seen.wrong == []
