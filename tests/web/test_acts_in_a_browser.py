"""Stopping, starting, trying and copying as a person does it, by mouse and by keyboard."""

import asyncio

from playwright.async_api import expect

from noroshi.core.definitions.version_note import note_words
from noroshi.core.model import Reading, Sample
from tests.service.clients import InProcessClient, apply_definitions
from tests.service.harness import Harness
from tests.web.browser import with_user
from tests.web.window import ON_ITS_LOOP, looking

pytestmark = ON_ITS_LOOP


async def test_a_monitor_is_tried_copied_stopped_and_started(chromium, tmp_path):
    slow = asyncio.Event()

    async def measure(_monitor, memory):
        await slow.wait()
        return Sample(harness.time.now, (Reading("used", 91.2, "%", "/var"),), memory)

    harness = await with_user(harness=Harness(measure=measure, runs_on="minato-sv"))
    await apply_definitions(InProcessClient(harness))
    async with looking(chromium, harness, tmp_path) as seen:
        page = seen.page
        await page.goto(f"{seen.url}/monitor/web1/base/disks")
        await expect(page.locator("#try-slow")).to_be_hidden()
        await page.get_by_role("button", name="Measure now").click()
        await expect(page.locator("#try-slow")).to_be_visible()
        slow.set()
        await expect(page.locator("#tried .answer")).to_have_text("CRITICAL")
        await expect(page.locator("#tried")).to_contain_text("minato-sv")
        await page.get_by_role("link", name="Copy or move").click()
        await page.fill("#name", "more")
        await page.get_by_role("button", name="Preview changes").click()
        await expect(page.locator(".differences")).to_contain_text("instances/web1: base/more")
        await page.get_by_role("button", name="Apply").click()
        await expect(page.locator("[role=status].notice")).to_have_text(
            "Copied from web1 › disks."
        )
        await page.get_by_role("link", name="web1", exact=True).first.click()
        await page.focus(".head__line .menu > summary")
        await page.keyboard.press("Enter")
        await page.fill("#stop-note", "other rack")
        await page.keyboard.press("Enter")
        await expect(page.locator("h1 + .level")).to_have_text("Stopped")
        await expect(page.locator("#s-web1 .mark--paused")).to_have_count(1)
        await page.locator("#stopped").get_by_role("button", name="Start").click()
        await expect(page.locator("#stopped")).to_have_count(0)
    notes = [note_words(one.note).en for one in await harness.store.versions(3)]
    assert notes == ["start web1", "other rack", "copy web1/base/disks to web1/base/more"]
