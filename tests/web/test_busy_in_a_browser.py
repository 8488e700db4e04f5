"""A pressed button in Chromium while the answer is awaited: it says so, and sends nothing twice."""

import asyncio
import json
from contextlib import asynccontextmanager

from playwright.async_api import expect

from tests.sweeps import sweep
from tests.web.browser import GOOD
from tests.web.filled_queue import filled
from tests.web.test_each_page import AXE, ONLY
from tests.web.window import NARROW, ON_ITS_LOOP, WIDE, looking

pytestmark = ON_ITS_LOOP

WORDS = {"en": "Working…", "ja": "処理しています…"}
WHEN_SLOW = """(look) => new MutationObserver(async (changes, watch) => {
  const button = document.querySelector("main .is-slow");
  if (!button) return;
  watch.disconnect();
  tell(await look(button));
}).observe(document.body, { subtree: true, attributes: true })"""
"""Playwright looks at no page while another is on its way: so the page looks at itself."""
PRESSED = """async (button) => {
  const told = document.getElementById("busy").textContent;
  const [busy, disabled] = [button.ariaBusy, button.ariaDisabled];
  const focused = button === document.activeElement;
  button.click();
  return { told, busy, disabled, focused, faults: (await faults()).map(one => [one.id, one.impact]) };
}"""
BACK = """(button) => {
  dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
  return document.querySelectorAll("[aria-busy], [aria-disabled], .is-slow").length;
}"""


@asynccontextmanager
async def held(page, path, look):
    """What is posted there waits until the page has looked at itself. It is kept, and what the
    page saw."""
    told, posted = asyncio.get_running_loop().create_future(), []

    async def wait(route):
        if route.request.method == "POST":
            posted.append(route.request.post_data)
            await told
        await route.continue_()

    await page.expose_function("tell", lambda found: told.set_result(found))
    await page.evaluate(f"() => {{ window.faults = () => ({AXE})({json.dumps(ONLY)}) }}")
    await page.evaluate(f"({WHEN_SLOW})({look})")
    await page.route(path, wait)
    yield told, posted


@sweep(("language", "width"), [("en", WIDE), ("ja", NARROW)])
async def test_a_pressed_button_says_it_is_at_work_and_a_second_press_sends_nothing(
    chromium, tmp_path, language, width
):
    harness = await filled()
    async with looking(chromium, harness, tmp_path, language, width=width) as seen:
        page = seen.page
        await page.goto(f"{seen.url}/queue/mail?id={harness.ids[5]}")
        async with held(page, "**/queue/mail", PRESSED) as (told, posted):
            await page.locator('main button[value="hold"]').click(no_wait_after=True)
            found = await told
        faults = [
            one for one in found.pop("faults") if one["impact"] in ("serious", "critical")
        ]
        assert faults == []
        assert found == {
            "told": WORDS[language],
            "busy": "true",
            "disabled": "true",
            "focused": True,
        }
        await expect(page.locator('main button[value="release"]')).to_be_visible()
        assert len(posted) == 1 and "do=hold" in posted[0]
        await expect(page.locator("[aria-busy=true]")).to_have_count(0)
        await expect(page.locator("#busy")).to_be_empty()


async def test_a_page_that_comes_back_as_it_was_left_can_be_sent_again(chromium, tmp_path):
    async with looking(chromium, await filled(), tmp_path) as seen:
        page = seen.page
        await page.goto(f"{seen.url}/sure")
        await page.fill("#password", GOOD)
        async with held(page, "**/sure", BACK) as (told, _):
            await page.locator("main .button--main").click(no_wait_after=True)
            assert await told == 0
        await page.wait_for_url(f"{seen.url}/")


async def test_what_opens_a_window_of_its_own_leaves_the_button_as_it_is(chromium, tmp_path):
    async with looking(chromium, await filled(), tmp_path) as seen:
        await seen.page.goto(f"{seen.url}/queue")
        await seen.page.evaluate(
            """document.querySelector('main').insertAdjacentHTML('beforeend',
            '<form method="post" action="/look"><button id="new" formtarget="_blank">x</button>')"""
        )
        async with seen.page.context.expect_page() as opened:
            await seen.page.click("#new")
        await (await opened.value).close()
        await expect(seen.page.locator("[aria-busy=true]")).to_have_count(0)
