"""A second server is added in Debian's Chromium, by somebody who has read nothing: from *Add a server*
to its disk on the overview. With PICTURES=1, what is seen lies in build/pages/."""

import asyncio
import re
import shlex

import pytest
from playwright.async_api import expect

from tests.e2e.keystrokes import Effort
from tests.e2e.manager import GOOD
from tests.e2e.world import PATIENCE, until
from tests.hosts.winrm.stand_in import PASSWORD
from tests.hosts.winrm.windows_server import LOGIN, client_certificate, windows_server  # noqa: F401  fixtures
from tests.ports import free_port
from tests.web.window import WIDE, Seen, launched, window

PATIENT = PATIENCE * 1000
PROMISED = 120
"""Seconds that a person needs for the whole way, by the model of keystrokes: two minutes."""


@pytest.fixture
def hub(hub):
    settings = hub.folder / "noroshi.toml"
    text = settings.read_text("utf-8").replace("web = false", "web = { port = 0 }")
    settings.write_text(text, "utf-8")
    return hub


@pytest.fixture
def url(hub):
    """The manager's address, of a hub that an administrator called boss may enter."""
    node, told = hub.serve_warm(), ""
    while not (found := re.search(r"http://127\.0\.0\.1:\d+", told)):
        told += node.stdout.readline()
    hub.call("user_add", name="boss", role="administrator", password=GOOD)
    return found[0]


class Person:
    """Who adds the server. What it costs them is counted."""

    def __init__(self, seen):
        self.seen, self.page, self.effort = seen, seen.page, Effort()

    async def types(self, field, value):
        self.effort.types(value)
        await self.page.fill(field, value)

    async def clicks_on(self, what):
        self.effort.clicks()
        await self.page.click(what)

    async def enters(self, url):
        await self.page.goto(f"{url}/login")
        await self.page.fill("#name", "boss")
        await self.page.fill("#password", GOOD)
        await self.page.click("button.button--main")

    async def lets_servers_in(self, port):
        """The address for agents is opened, once for all servers."""
        await self.page.goto(self.seen.url)
        await self.clicks_on("a[href='/servers']")
        await self.clicks_on("a[href='/servers/add']")
        await self.types("#host", "127.0.0.1")
        await self.types("#port", str(port))
        await self.clicks_on("button[value=agents_listen]")
        await self.types("#password", GOOD)
        self.seen.wrong.clear()  # the console notes the 403 of the page that asks for the password
        await self.clicks_on("button[value=agents_listen]")

    async def takes_the_line(self):
        """Copied, and pasted on the server."""
        await self.clicks_on("button[value=agent_invite]")
        line = await self.page.text_content("#join-line, #line")
        self.effort.clicks()
        return line

    async def chooses(self, name):
        await expect(self.page.locator("#progress .is-lit")).to_have_count(3, timeout=PATIENT)
        await self.seen.shoot("adding-joined")
        await self.clicks_on("#progress .button--main")
        await expect(self.page.locator("h1")).to_have_text(f"What to monitor on {name}")
        await expect(self.page.locator("[name='take.system/disk']")).to_be_checked()
        await self.seen.shoot("adding-proposed")
        await self.clicks_on("form .button--main")


async def test_from_add_a_server_to_its_disk_on_the_overview(hub, server, url):
    async with launched() as chromium, window(chromium, "en", "light", WIDE) as context:
        seen = Seen(await context.new_page(), url)
        person = Person(seen)
        await person.enters(url)
        await person.lets_servers_in(free_port())
        line = await person.takes_the_line()
        await asyncio.to_thread(server.run, *shlex.split(line)[1:], "--name", "fs01")
        await asyncio.to_thread(server.serve_warm)
        await person.chooses("fs01")
        row = seen.page.locator("#server-fs01")
        await expect(row).to_contain_text("agent")
        await expect(row.locator(".gauge").first).to_be_visible(timeout=2 * PATIENT)
        await expect(row.locator(".gauges")).to_contain_text("/", timeout=2 * PATIENT)
        await seen.shoot("adding-on-the-overview")
        assert seen.wrong == []
    assert person.effort.seconds < PROMISED, person.effort


async def test_a_windows_server_is_added_over_winrm_from_its_certificate_to_its_services(
    hub,
    url,
    windows_server,  # noqa: F811
):
    async with launched() as chromium, window(chromium, "en", "light", WIDE) as context:
        seen = Seen(await context.new_page(), url)
        person, page = Person(seen), seen.page
        await person.enters(url)
        await page.goto(f"{url}/servers/add?way=winrm")
        for field, value in login_of(windows_server).items():
            await person.types(f"[name={field}]", value)
        await person.clicks_on("button[value=winrm_look]")
        await person.clicks_on("[name=same]")
        assert not windows_server.logins
        await person.clicks_on("button[value=winrm_examine]")
        await person.clicks_on("button[value=winrm_add]")
        proposed = page.locator("[name='take.services/automatic']")
        await expect(proposed).to_be_checked(timeout=2 * PATIENT)
        await expect(page.locator(".proposed")).to_have_count(3)
        await expect(page.locator("form.block")).to_contain_text("C:\\: 45% of 120 GiB used")
        await expect(page.locator("form.block")).to_contain_text("3 of 3 running")
        await seen.shoot("adding-winrm-proposed")
        await person.clicks_on("form .button--main")
        row = page.locator("#server-srv1")
        await expect(row).to_contain_text("WinRM")
        await expect(row.locator(".gauges")).to_contain_text("D:\\", timeout=2 * PATIENT)
        await seen.shoot("adding-winrm-on-the-overview")
        assert seen.wrong == []
    until(lambda: "srv1/services/automatic" in known_paths(hub), "a look at the services")
    assert person.effort.seconds < PROMISED, person.effort


def login_of(windows_server):  # noqa: F811
    place = {"address": "127.0.0.1", "port": str(windows_server.port), "title": "SRV1"}
    return place | {"user": LOGIN, "secret": PASSWORD}


def known_paths(hub):
    return {one["path"] for one in hub.status()["monitors"] if one["known"]}
