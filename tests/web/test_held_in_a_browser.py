"""A mail is held and released by hand in Debian's Chromium, from the list of what waits."""

from playwright.async_api import expect

from tests.web.filled_queue import filled
from tests.web.window import ON_ITS_LOOP, looking

pytestmark = ON_ITS_LOOP

WAITING = 5


async def state_of(harness):
    shown = await harness.done("queue_show", id=harness.ids[WAITING])
    return shown["queued"]["state"]


async def test_a_mail_is_held_and_released_from_the_list(chromium, tmp_path):
    harness = await filled()
    async with looking(chromium, harness, tmp_path) as seen:
        await seen.page.goto(f"{seen.url}/queue")
        await seen.page.fill("main input[name=q]", "01JD0005")
        await seen.page.click("main form[role=search] button")
        row = seen.page.locator("tbody tr")
        await expect(row).to_have_count(1)
        await row.get_by_role("button", name="Hold").click()
        await expect(seen.page.get_by_role("status").first).to_be_visible()
        await expect(seen.page.get_by_role("button", name="Release")).to_be_visible()
        assert await state_of(harness) == "held"
        await seen.shoot("queue.held")
        await seen.page.get_by_role("button", name="Release").click()
        await expect(seen.page.get_by_role("button", name="Hold")).to_be_visible()
        assert await state_of(harness) == "waiting"


async def test_the_queue_and_a_mail_s_page_follow_what_others_do(chromium, tmp_path):
    harness = await filled()
    async with looking(chromium, harness, tmp_path) as seen:
        page = seen.page
        await page.goto(f"{seen.url}/queue?q=01JD0005")
        await page.get_by_role("button", name="Hold").wait_for()
        await expect(page.locator("#live")).not_to_be_empty()
        await page.fill("main input[name=q]", "half a wo")
        await harness.done("queue_hold", id=harness.ids[WAITING])
        await expect(page.locator("tbody tr .level")).to_have_text("held", timeout=60_000)
        await expect(page.get_by_role("button", name="Release")).to_have_count(1)
        await expect(page.locator("main input[name=q]")).to_have_value("half a wo")
        await page.click("tbody tr a")
        await expect(page.locator("#live")).not_to_be_empty()
        await page.click("summary:has-text('Change')")
        await page.fill("#to", "half@example.com")
        await harness.done("queue_release", id=harness.ids[WAITING])
        state = page.locator("#mail .level--fill")
        await expect(state).to_have_text("waiting", timeout=60_000)
        await expect(page.locator("#to")).to_have_value("half@example.com")
        await harness.done("queue_drop", id=harness.ids[WAITING])
        await expect(state).to_have_text("dropped", timeout=60_000)
        await expect(page.locator("#to")).to_have_count(0)
        await seen.shoot("mail.followed")
