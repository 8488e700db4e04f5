"""The pages in Debian's Chromium: an alarm comes live, nothing is fetched from elsewhere, and
nothing stands in the console."""

from itertools import product

from playwright.async_api import expect

from noroshi.testing import DAWN
from tests.service.clients import InProcessClient, apply_definitions
from tests.sweeps import sweep
from tests.web.browser import with_user
from tests.web.window import NARROW, ON_ITS_LOOP, WIDE, fits, looking

pytestmark = ON_ITS_LOOP
HEADINGS = {
    "en": "The only monitor needs attention.",
    "ja": "監視項目 (1件) に対応が必要です。",
}


VIEWS = [
    ("en", "light", WIDE),
    ("en", "dark", NARROW),
    ("ja", "dark", WIDE),
    ("ja", "light", NARROW),
]
"""In either language at either width; the theme makes nothing wider."""


@sweep(("language", "theme", "width"), VIEWS)
async def test_an_alarm_comes_live(chromium, tmp_path, language, theme, width):
    harness = await with_user()
    assert harness.time.now == DAWN
    await apply_definitions(InProcessClient(harness))
    async with looking(chromium, harness, tmp_path, language, theme, width) as seen:
        page, name = seen.page, f"{language}.{theme}.{'wide' if width == WIDE else 'narrow'}"
        assert await page.locator(".incident").count() == 0
        await harness.measured()
        await expect(page.locator("h1")).to_have_text(HEADINGS[language])
        await expect(page.locator(".incident")).to_have_count(1)
        await expect(page.locator("#s-web1 .mark--critical")).to_have_count(1)
        await fits(page)
        await seen.shoot(f"overview.{name}")
        await page.click(".incident a")
        await page.wait_for_selector("#monitor")
        await expect(page.locator("#live")).not_to_be_empty()
        await fits(page)
        await seen.shoot(f"monitor.{name}")


@sweep("script", ["vendor/htmx/hx-sse.min.js", "live.js"])
async def test_a_page_is_told_live_whichever_of_its_scripts_comes_last(
    chromium, tmp_path, script
):
    """As on the first visit, when the browser has none of them."""

    async def comes_last(route):
        await page.wait_for_function("window.htmx")
        await page.evaluate("new Promise(done => setTimeout(done))")
        await route.continue_()

    async with looking(chromium, await with_user(), tmp_path) as seen:
        page = seen.page
        await page.route(f"**/static/{script}", comes_last)
        await page.goto(seen.url)
        await expect(page.locator("#live")).not_to_be_empty()


async def test_a_branch_opens_by_keyboard_and_keeps_open_while_it_is_told_live(
    chromium, tmp_path
):
    harness = await with_user()
    two = [{"name": n, "monitor": [{"name": "disks", "kind": "disk"}]} for n in ("a", "b")]
    more = {"instances__web2": {"group": two}, "instances__web3": {"group": two}}
    await apply_definitions(InProcessClient(harness), **more)
    async with looking(chromium, harness, tmp_path) as seen:
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


LONG = "x" * 200


async def test_a_title_of_one_long_word_makes_no_page_wider_than_the_window(chromium, tmp_path):
    harness = await with_user()
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
    async with looking(chromium, harness, tmp_path, "ja") as seen:
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


async def test_the_keyboard_begins_at_what_is_wrong_where_nothing_hides_it(chromium, tmp_path):
    harness = await with_user()
    await apply_definitions(InProcessClient(harness))
    async with looking(chromium, harness, tmp_path, width=NARROW) as seen:
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
