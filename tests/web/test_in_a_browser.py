"""The pages in Debian's Chromium: an alarm comes live, nothing is fetched from elsewhere, and
nothing stands in the console. With PICTURES=1, what it sees lies in build/pages/."""

import os
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import pairwise, product
from pathlib import Path

import pytest
from playwright.async_api import async_playwright, expect

from noroshi.testing import DAWN
from tests.service.clients import InProcessClient, apply_definitions, open_manager
from tests.sweeps import sweep
from tests.web.browser import GOOD, with_user
from tests.web.console import listen

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENT = 60_000
"""Milliseconds; only a broken page takes so long, and a busy machine may take 5 s, the default."""
expect.set_options(timeout=PATIENT)
SHOTS = Path(__file__).parents[2] / "build" / "pages"
PICTURES = os.environ.get("PICTURES") == "1"
"""For people to look at. No test does, and a picture takes a tenth of a second of a processor."""
WIDE, NARROW = 1440, 390
HEADINGS = {
    "en": "1 of 1 monitor requires attention.",
    "ja": "監視項目1件のうち1件に対応が必要です。",
}


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

    async def shoot(self, name):
        await picture(self.page, name)


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
async def looking(harness, home, language="en", theme="light", width=WIDE, chromium=None):
    """A window of its own, with nothing of any other, in a Chromium that runs or in a new one."""
    async with AsyncExitStack() as opened:
        url = await opened.enter_async_context(open_manager(harness, home, name="minato"))
        chromium = chromium or await opened.enter_async_context(launched())
        context = await chromium.new_context(
            viewport={"width": width, "height": 900}, locale=language, color_scheme=theme
        )
        seen = Seen(await context.new_page(), url)
        await seen.log_in()
        yield seen
        await context.close()
    assert seen.wrong == []


@pytest.fixture
async def running():
    async with launched() as chromium:
        yield chromium


@sweep("language", ["en", "ja"])
@sweep("theme", ["light", "dark"])
@sweep("width", [WIDE, NARROW], ids=["wide", "narrow"])
async def test_an_alarm_comes_live(running, tmp_path, language, theme, width):
    harness = await with_user()
    assert harness.time.now == DAWN
    await apply_definitions(InProcessClient(harness))
    async with looking(harness, tmp_path, language, theme, width, running) as seen:
        page, name = seen.page, f"{language}.{theme}.{'wide' if width == WIDE else 'narrow'}"
        assert await page.locator(".incident").count() == 0
        await harness.measured()
        await expect(page.locator("h1")).to_have_text(HEADINGS[language])
        await expect(page.locator(".incident")).to_have_count(1)
        await expect(page.locator("#s-web1 .mark--critical")).to_have_count(1)
        await _fits(page)
        await seen.shoot(f"overview.{name}")
        await page.click(".incident a")
        await page.wait_for_selector("#monitor")
        await expect(page.locator("#live")).not_to_be_empty()
        await _fits(page)
        await seen.shoot(f"monitor.{name}")


async def test_a_branch_opens_by_keyboard_and_keeps_open_while_it_is_told_live(
    harness, tmp_path
):
    two = [{"name": n, "monitor": [{"name": "disks", "kind": "disk"}]} for n in ("a", "b")]
    more = {"instances__web2": {"group": two}, "instances__web3": {"group": two}}
    await apply_definitions(InProcessClient(harness), **more)
    async with looking(harness, tmp_path) as seen:
        page = seen.page
        for name in ("#s-web1", "#s-web1--base"):
            await page.focus(name)
            await page.keyboard.press("Tab")
            await page.keyboard.press("Enter")
            await page.wait_for_selector("#s-web1--base")
        link = page.locator('a[href="/monitor/web1/base/disks"]').first
        await expect(link).to_be_visible()
        await harness.measured()
        await expect(link.locator(".mark--critical")).to_have_count(1)
        await expect(page.locator("#s-web1--base .mark--critical")).to_have_count(1)
        await expect(page.locator("#s-web1")).to_have_text("CRITICAL web11")


async def _fits(page):
    """Nothing is wider than the window, and every heading follows one of the level above."""
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    levels = await page.evaluate(
        "[...document.querySelectorAll('h1,h2,h3')].map(e => +e.tagName[1])"
    )
    assert levels[0] == 1 and all(b - a <= 1 for a, b in pairwise(levels))


LONG = "x" * 200


async def test_a_title_of_one_long_word_makes_no_page_wider_than_the_window(harness, tmp_path):
    monitor = {"name": "disks", "title": LONG, "kind": "disk"}
    group = [{"name": "base", "title": LONG, "monitor": [monitor]}]
    await apply_definitions(
        InProcessClient(harness), instances__web1={"title": LONG, "group": group}
    )
    await harness.measured()
    pages = (
        "/",
        "/alarms",
        "/instance/web1",
        "/group/web1/base",
        "/monitor/web1/base/disks",
        "/settings/instance?name=web1",
        "/settings/group?in=web1&name=base",
        "/settings/monitor?in=web1&group=base&name=disks",
        "/settings/watch",
    )
    async with looking(harness, tmp_path, "ja") as seen:
        wide = {}
        for width, path in product((WIDE, NARROW), pages):
            await seen.page.set_viewport_size({"width": width, "height": 900})
            await seen.page.goto(seen.url + path)
            wide[width, path] = await seen.page.evaluate(
                "document.documentElement.scrollWidth - innerWidth"
            )
    assert {where: by for where, by in wide.items() if by > 0} == {}


FOCUS = """([id, above]) => {
  const bar = document.querySelector('.bar__nav')?.getBoundingClientRect();
  const at = document.activeElement;
  return bar && at.id === id && (at.getBoundingClientRect().bottom <= bar.top) === above;
}"""
"""That it comes to be there: a page that was just led to may still be read."""


async def test_the_keyboard_begins_at_what_is_wrong_where_nothing_hides_it(harness, tmp_path):
    await apply_definitions(InProcessClient(harness))
    async with looking(harness, tmp_path, width=NARROW) as seen:
        page = seen.page

        async def asked():
            await page.goto(f"{seen.url}/settings/tokens")
            await page.fill("#name", "grafana")
            await page.click("main .button--main")

        await asked()
        # A window that ends just below the field, where the bar would be above it.
        box = await page.locator("#password").bounding_box()
        ends = round(box["y"] + box["height"] + await page.evaluate("scrollY")) + 5
        await page.set_viewport_size({"width": NARROW, "height": ends})
        await asked()
        await page.wait_for_function(FOCUS, arg=["password", True])
        await page.goto(f"{seen.url}/first/person")
        await page.fill("#addresses", "nobody")
        await page.click("main .button--main")
        await page.wait_for_function(FOCUS, arg=["why", True])
        seen.wrong[:] = [one for one in seen.wrong if "status of 40" not in one]
