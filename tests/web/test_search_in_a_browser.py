"""The search opens over any page in Debian's Chromium, and is used by the keyboard alone."""

import pytest
from playwright.async_api import expect

from tests.service.clients import InProcessClient, apply_definitions
from tests.sweeps import sweep
from tests.web.browser import with_user
from tests.web.test_each_page import AXE, ONLY
from tests.web.window import NARROW, ON_ITS_LOOP, WIDE, looking

pytestmark = ON_ITS_LOOP
CHOSEN = "#find [aria-selected=true]"


@pytest.fixture
async def harness():
    harness = await with_user()
    groups = [
        {"name": name, "monitor": [{"name": f"{name}-disks", "kind": "disk"}]}
        for name in ("shop", "mail", "files", "logs")
    ]
    more = {"instances__web2": {"title": "Web shop", "address": "192.0.2.2", "group": groups}}
    await apply_definitions(InProcessClient(harness), **more)
    await harness.measured()
    return harness


@sweep(("language", "width"), [("en", WIDE), ("ja", NARROW)])
async def test_a_result_is_chosen_and_opened_by_the_keyboard(
    chromium, tmp_path, harness, language, width
):
    async with looking(chromium, harness, tmp_path, language, width=width) as seen:
        page, words = seen.page, seen.page.locator("#find-words")
        await page.keyboard.press("/")
        await expect(words).to_be_focused()
        await page.keyboard.type("web")
        await expect(page.locator("#find-1-1")).to_have_attribute("aria-selected", "true")
        assert await words.get_attribute("aria-activedescendant") == "find-1-1"
        faults = await page.evaluate(AXE, ONLY)
        assert [one["id"] for one in faults if one["impact"] in ("serious", "critical")] == []
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await seen.shoot(f"find.{language}")
        await page.keyboard.press("ArrowUp")
        last_group = await page.locator(CHOSEN).get_attribute("id")
        assert last_group.split("-")[1] == str(await page.locator("#find [role=group]").count())
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Tab")
        await expect(page.locator(CHOSEN)).to_have_id("find-2-1")
        await page.keyboard.press("Shift+Tab")
        await expect(page.locator(CHOSEN)).to_have_id("find-1-1")
        await page.keyboard.press("Tab")
        target = await page.locator(CHOSEN).get_attribute("href")
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"{seen.url}{target}")


async def test_escape_closes_it_and_the_focus_is_where_it_was(chromium, tmp_path, harness):
    async with looking(chromium, harness, tmp_path) as seen:
        page = seen.page
        await page.focus("a[href='/queue']")
        await page.keyboard.press("/")
        await page.keyboard.type("web")
        await expect(page.locator(CHOSEN)).to_have_count(1)
        await page.keyboard.press("Escape")
        await expect(page.locator("#find")).not_to_be_visible()
        await expect(page.locator("a[href='/queue']").first).to_be_focused()


async def test_what_is_typed_in_the_bar_goes_on_in_the_dialog(chromium, tmp_path, harness):
    async with looking(chromium, harness, tmp_path) as seen:
        page = seen.page
        await page.focus("input[data-find]")
        await page.keyboard.type("shop")
        await expect(page.locator("#find-words")).to_have_value("shop")
        await expect(page.locator("#find-count")).to_contain_text("“shop”")
        assert await page.input_value("input[data-find]") == ""
        await page.click("#find [data-close]")
        await expect(page.locator("#find")).not_to_be_visible()


async def test_where_nothing_is_found_enter_leads_to_the_page_that_says_so(
    chromium, tmp_path, harness
):
    async with looking(chromium, harness, tmp_path) as seen:
        page = seen.page
        await page.keyboard.press("/")
        await page.keyboard.type("nowhere")
        await expect(page.locator("#find-count")).to_contain_text("Nothing matches")
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"{seen.url}/search?q=nowhere")
        await expect(page.locator("#results")).to_contain_text("Nothing matches “nowhere”.")


async def test_a_phone_has_a_link_that_opens_it(chromium, tmp_path, harness):
    async with looking(chromium, harness, tmp_path, width=NARROW) as seen:
        await seen.page.click(".bar__search")
        await expect(seen.page.locator("#find-words")).to_be_focused()
