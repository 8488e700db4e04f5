"""Somebody takes an alarm and silences a computer, by keyboard and mouse, in Debian's Chromium."""

from playwright.async_api import expect

from noroshi.core.levels import Level
from tests.service.clients import InProcessClient, apply_definitions
from tests.web.browser import with_user
from tests.web.window import ON_ITS_LOOP, fits, looking

pytestmark = ON_ITS_LOOP

DISKS = "web1/base/disks"


LISTEN = """() => {
  const live = document.getElementById("live");
  window.heard = new Promise((told) => live.addEventListener("definitions", () => told(true)));
}"""


async def _others_change_the_definitions(ask, seen):
    """The page hears of it, and stays as it is: somebody is typing."""
    page = seen.page
    await page.evaluate(LISTEN)
    await ask("definition_change", put={"contacts/night": {"addresses": ["n@example.com"]}})
    assert await page.evaluate("window.heard")
    await page.request.get(f"{seen.url}/healthz")
    assert await page.evaluate("window.heard")  # nothing of the page was loaded anew


async def _told_live(page, harness, ask):
    """Alarms come and go while somebody chooses and types: nothing is taken from their hands."""
    await expect(page.locator("tbody .level--ack")).to_have_count(0, timeout=60_000)
    await page.check(".alarms [type=checkbox]")
    await page.fill("#a-words", "half a sent")
    await harness.measured(level=Level.OK, used=12)
    await expect(page.locator(".alarms tbody")).to_contain_text("ended", timeout=60_000)
    await expect(page.locator("#a-words")).to_be_focused()
    await expect(page.locator("#a-words")).to_have_value("half a sent")
    await expect(page.locator(".alarms :checked")).to_have_count(1)
    await expect(page.locator("#changed")).to_contain_text("no open alarms")
    await page.uncheck(".alarms [type=checkbox]")
    await harness.measured()
    await expect(page.locator("#count")).to_have_text(
        "1 open, 1 not acknowledged", timeout=60_000
    )
    await expect(page.locator(".alarms .level--critical")).to_have_count(1)
    await page.fill("#a-words", "")


async def test_an_alarm_is_taken_and_its_computer_silenced(chromium, tmp_path):
    harness = await with_user()
    ask = InProcessClient(harness)
    await apply_definitions(ask)
    await harness.measured()
    async with looking(chromium, harness, tmp_path) as seen:
        page = seen.page
        await page.click(".incident__end .button")
        await page.wait_for_selector("tr.is-picked")
        await expect(page.locator("#live")).not_to_be_empty()
        await page.fill("#a-words", "Moving the old logs away")
        await _others_change_the_definitions(ask, seen)
        await expect(page.locator("#a-words")).to_have_value("Moving the old logs away")
        await page.focus('#ack [value="acknowledge"]')
        await page.keyboard.press("Enter")
        await expect(page.locator(".notice--ok")).to_have_text("Acknowledged.")
        await expect(page.locator("tbody .level--ack")).to_contain_text("sato")
        await page.fill("#s-place", "web1")
        await page.select_option("#s-length", "tomorrow")
        await page.fill("#s-why", "Changing the power supply")
        await page.click('#silence [value="silence"]')
        await expect(page.locator("#silent")).to_contain_text("Changing the power supply")
        await fits(page)
        await seen.shoot("alarms.story")
        await ask("alarm_unacknowledge", monitor=DISKS)  # somebody else, elsewhere
        await _told_live(page, harness, ask)
        await page.click('#silent [value="end"]')
        await expect(page.locator("#silent")).to_contain_text(
            "No notifications are suppressed."
        )
        await page.click('.head__line a[href="/alarms/maintenance"]')
        await page.fill("#m-place", "web1")
        await page.fill('[name="from_time"]', "22:00")
        await page.fill('[name="to_time"]', "02:00")
        await page.check('[name="day_sat"]')
        await page.click('[value="add"]')
        await expect(page.locator("tbody")).to_contain_text("Sat")
        await fits(page)
        await seen.shoot("maintenance.story")
