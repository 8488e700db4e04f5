"""The password once more in Chromium: the page that asks for it, and a form in another tab."""

from playwright.async_api import expect

from noroshi.core.levels import Level
from tests.oauth.test_client_certificates import PASSPHRASE, pfx
from tests.service.clients import InProcessClient, apply_definitions
from tests.service.harness import Harness
from tests.sweeps import sweep
from tests.web.browser import GOOD, with_user
from tests.web.filled_queue import filled
from tests.web.http.test_reauthenticate import Wary
from tests.web.test_each_page import AXE, JAPANESE, ONLY
from tests.web.window import NARROW, ON_ITS_LOOP, WIDE, looking

pytestmark = ON_ITS_LOOP

FILE = {"name": "app.pfx", "mimeType": "application/x-pkcs12", "buffer": pfx()}


@sweep(("language", "width"), [("en", WIDE), ("ja", NARROW)])
async def test_what_was_typed_goes_along_and_forms_of_other_tabs_go_on(
    chromium, tmp_path, language, width
):
    harness = await filled()
    harness.service = Wary(harness.service)
    async with looking(chromium, harness, tmp_path, language, width=width) as seen:
        page, other = seen.page, await seen.page.context.new_page()
        await other.goto(f"{seen.url}/queue/mail?id={harness.ids[5]}")
        await page.goto(f"{seen.url}/mail/route/m365?way=app_certificate")
        harness.service.wary = True
        await page.locator("details", has=page.locator("#f-pfx")).locator("summary").click()
        await page.set_input_files("#f-pfx", files=[FILE])
        await page.fill("#f-pass", PASSPHRASE)
        await page.click('button[value="certificate_import"]')
        await is_whole(page, seen, language)
        assert PASSPHRASE not in await page.content()
        await page.set_input_files("#again-files", files=[FILE])
        await page.fill("#again-passphrase", PASSPHRASE)
        await page.fill("#password", GOOD)
        await page.click("main .button--main")
        await expect(page.locator("#thumbprint")).to_be_visible()
        await other.locator('button[value="hold"]').click()
        await expect(other.locator('button[value="release"]')).to_be_visible()
        seen.wrong[:] = [one for one in seen.wrong if "status of 40" not in one]


async def test_a_page_of_another_tab_is_told_live_as_before_and_keeps_what_was_typed(
    chromium, tmp_path
):
    harness = await with_user(harness=Harness())
    await apply_definitions(InProcessClient(harness))
    await harness.measured()
    async with looking(chromium, harness, tmp_path) as seen:
        page, other = seen.page, await seen.page.context.new_page()
        await page.goto(f"{seen.url}/alarms")
        await expect(page.locator("#live")).not_to_be_empty()
        await page.fill("#a-words", "half a sent")
        await other.goto(f"{seen.url}/sure")
        await other.fill("#password", GOOD)
        await other.click("main .button--main")
        await other.wait_for_url(f"{seen.url}/")
        await harness.measured(level=Level.OK, used=12)
        await expect(page.locator("#changed")).to_contain_text("no open alarms")
        await expect(page.locator("#a-words")).to_have_value("half a sent")
        await other.locator("summary", has_text="sato").click()
        await other.locator('form[action="/logout"] button').click()
        await other.wait_for_url(f"{seen.url}/login")
        await harness.measured()
        await page.wait_for_url(f"{seen.url}/login**")
        seen.wrong[:] = [one for one in seen.wrong if " 401" not in one]


async def is_whole(page, seen, language):
    await expect(page.locator("#password")).to_be_focused()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    faults = await page.evaluate(AXE, ONLY)
    assert [one["id"] for one in faults if one["impact"] in ("serious", "critical")] == []
    text = await page.locator("main .block").inner_text()
    assert bool(JAPANESE.search(text)) is (language == "ja")
    await seen.shoot(f"once-more.{language}")
