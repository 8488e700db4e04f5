"""The tree in Chromium: a name is a link, and what stands before it opens the branch."""

from playwright.async_api import expect

from tests.service.clients import InProcessClient, apply_definitions
from tests.sweeps import sweep
from tests.web.browser import with_user
from tests.web.test_each_page import AXE, ONLY
from tests.web.window import NARROW, ON_ITS_LOOP, WIDE, looking

pytestmark = ON_ITS_LOOP


@sweep(("language", "width"), [("en", WIDE), ("ja", NARROW)])
async def test_a_name_in_the_tree_leads_to_its_page_and_the_triangle_opens_its_branch(
    chromium, tmp_path, language, width
):
    harness = await with_user()
    two = [{"name": n, "monitor": [{"name": "disks", "kind": "disk"}]} for n in ("a", "b")]
    more = {"instances__web2": {"group": two}, "instances__web3": {"group": two}}
    await apply_definitions(InProcessClient(harness), **more)
    async with looking(chromium, harness, tmp_path, language, width=width) as seen:
        page, inside = seen.page, {"en": "Contents of", "ja": "の中"}[language]
        await _unfold(page)
        fold = page.locator("summary", has_text=inside).filter(has_text="web2")
        await fold.click()
        await expect(page.locator("#s-web2--a")).to_be_visible()
        await page.click("#s-web2")
        await page.wait_for_url(f"{seen.url}/instance/web2")
        await _unfold(page)
        await expect(page.locator("#s-web2[aria-current=page]")).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        faults = await page.evaluate(AXE, ONLY)
        assert [one["id"] for one in faults if one["impact"] in ("serious", "critical")] == []
        await seen.shoot(f"tree.{language}")
        await page.click("#s-web2--a")
        await page.wait_for_url(f"{seen.url}/group/web2/a")


async def _unfold(page):
    """On a phone the whole tree is folded at first."""
    side = page.locator("#side > summary")
    await expect(page.locator("#live")).not_to_be_empty()
    if not await page.evaluate("document.getElementById('side').open"):
        await side.click()
