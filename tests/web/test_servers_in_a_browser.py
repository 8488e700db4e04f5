"""A server is added in Debian's Chromium: the line is copied, and the page shows how far it comes."""

import pytest
from playwright.async_api import expect

from noroshi.core.agents import Agent, Machine
from noroshi.link.agent_key import PrivateKey
from noroshi.link.join_code import JoinCode
from tests.service.agents.fleet import heard, opened
from tests.service.clients import InProcessClient, apply_definitions
from tests.web.browser import GOOD, with_user
from tests.web.window import ON_ITS_LOOP, looking

pytestmark = ON_ITS_LOOP
PROGRESS = "#progress .is-lit"
GROUP = [{"name": "base", "monitor": [{"name": "disks", "kind": "disk"}]}]


async def joined_by(harness, line):
    """A server has used the line of an invitation."""
    key, now = PrivateKey.create(), harness.time.now
    (id,) = await harness.store.invitations()
    agent = Agent(
        id="fs02",
        name="fs02",
        key=key.public_text,
        thumbprint=key.thumbprint,
        machine=Machine(host_name="fs02", system="Debian 13"),
        joined_at=now,
        invited_by="sato",
        invitation=id,
    )
    return await harness.store.admit(JoinCode.read(line.split()[-1]).secret_hash, agent, now)


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_a_server_is_followed_from_the_line_to_its_first_contact(
    chromium, tmp_path, language
):
    harness = opened(await with_user())
    async with looking(chromium, harness, tmp_path, language) as seen:
        page = seen.page
        await page.goto(f"{seen.url}/servers")
        await page.click("a[href='/servers/add']")
        await page.click("button[value=agent_invite]")
        line = await page.inner_text("#line")
        await expect(page.locator(PROGRESS)).to_have_count(1)
        agent = await joined_by(harness, line)
        await expect(page.locator(PROGRESS)).to_have_count(2)
        await heard(harness, agent)
        await expect(page.locator(PROGRESS)).to_have_count(3)
        await page.click("#progress .button--main")
        await page.click("a[href^='/settings/instance']")
        assert await page.input_value("[name=source]") == "fs02"
        assert await page.input_value("[name=address]") == "192.0.2.1"


async def test_a_server_that_falls_silent_is_shown_so_on_the_open_page(chromium, tmp_path):
    harness = opened(await with_user())
    async with looking(chromium, harness, tmp_path) as seen:
        page = seen.page
        await page.goto(f"{seen.url}/servers/add")
        await page.click("button[value=agent_invite]")
        agent = await joined_by(harness, await page.inner_text("#line"))
        await heard(harness, agent)
        await page.goto(f"{seen.url}/servers")
        await expect(page.locator("#servers")).to_contain_text("connected")
        harness.time.pass_by(minutes=3)
        await expect(page.locator("#servers")).to_contain_text("no contact since ")


async def test_an_agent_is_removed_where_its_button_stands(chromium, tmp_path):
    harness = opened(await with_user())
    async with looking(chromium, harness, tmp_path) as seen:
        page = seen.page
        await page.goto(f"{seen.url}/servers/add")
        await page.click("button[value=agent_invite]")
        await joined_by(harness, await page.inner_text("#line"))
        await page.goto(f"{seen.url}/servers/agent/fs02")
        await page.click("button[value=agent_revoke]")
        await expect(page.locator("#password")).to_be_focused()
        seen.wrong.clear()  # the console notes the 403 of the page that asks for the password
        await page.fill("#password", GOOD)
        await page.click("button[value=agent_revoke]")
        await expect(page.locator(".notice--ok")).to_contain_text("fs02 was removed")


async def test_a_server_is_found_from_the_keyboard_and_the_tree_is_filtered(chromium, tmp_path):
    harness = await with_user()
    many = {
        f"instances__s{n:03}": {"title": f"Filiale {n:03}", "group": GROUP} for n in range(200)
    }
    await apply_definitions(InProcessClient(harness), instances__web1=None, **many)
    async with looking(chromium, harness, tmp_path) as seen:
        page = seen.page
        await page.fill("[data-filter]", "filiale 107")
        await expect(page.locator("#tree-list > li:visible")).to_have_count(1)
        await page.fill("[data-filter]", "")
        await expect(page.locator("#tree-list > li:visible")).to_have_count(200)
        await page.locator("h1").click()
        await page.keyboard.press("/")
        await page.keyboard.type("filiale 112")
        await page.keyboard.press("Enter")
        await expect(page.locator("#results")).to_contain_text("Filiale 112")
        await page.keyboard.type(" disks")
        await expect(page.locator("#results")).not_to_contain_text("Servers")
        await page.click("#results a")
        await expect(page).to_have_url(f"{seen.url}/monitor/s112/base/disks")
