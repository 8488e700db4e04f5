"""A limit changed in the browser while a whole node watches, and a second editor who is told."""

import asyncio
from contextlib import asynccontextmanager

from playwright.async_api import expect

from noroshi.app.composition import open_app
from noroshi.config.config import read_config
from noroshi.config.web import Web
from noroshi.core.people import User
from noroshi.core.roles import ADMIN
from noroshi.definitions.document_content import document
from noroshi.service import administrator, run_as_json
from noroshi.web.context import WebContext
from noroshi.web.server import open_web
from tests.e2e.world import Home
from tests.web.browser import GOOD
from tests.web.window import Seen, launched, window

PATIENCE = 60_000
MONITOR = {"name": "memory", "kind": "memory", "title": "Memory"}
WATCHED = {"every": "1s", "group": [{"name": "system", "monitor": [MONITOR]}]}
LIMIT = "[name='limits.used.warning']"


@asynccontextmanager
async def running(folder):
    """A whole node with its store on disk, its engine and its manager; two may log in."""
    home = Home(folder).folder
    async with open_app(read_config(home)) as app:
        text = await app.service.context.people.passwords.hash(GOOD)
        now = app.service.now()
        for name in ("sato", "suzuki"):
            user = User(name=name, role=ADMIN, made=now, password=text)
            await app.store.put_user(user, None)
        one = document("instances/web1", WATCHED)
        given = {"documents": [{"key": one.key, "body": one.body}]}
        assert "ok" in await run_as_json(app.service, administrator("sato"), "apply", given)
        working, said = asyncio.create_task(app.engine.run()), []
        house = WebContext(
            service=app.service,
            people=app.service.context.people,
            news=app.engine.wake_up,
            name="minato",
        )
        async with open_web(Web(port=0), home, house, said.append):
            yield said[0].en.partition(" ")[2].rstrip("/")
        working.cancel()
        await asyncio.wait((working,))


@asynccontextmanager
async def logged_in(chromium, url, name):
    async with window(chromium) as context:
        seen = Seen(await context.new_page(), url)
        await seen.log_in(name)
        yield seen


async def to_the_settings(page):
    await page.goto(page.url.partition("?")[0].rstrip("/") + "/monitor/web1/system/memory")
    await page.click("text=Change the settings")
    await page.wait_for_selector(LIMIT)


async def test_a_limit_is_changed_while_it_watches_and_the_second_editor_is_told(tmp_path):
    async with (
        running(tmp_path) as url,
        launched() as chromium,
        logged_in(chromium, url, "sato") as first,
        logged_in(chromium, url, "suzuki") as second,
    ):
        for one in (first, second):
            await to_the_settings(one.page)
        assert await first.page.get_attribute(LIMIT, "placeholder") == "90"
        await first.page.fill(LIMIT, "0")
        await first.page.click("text=Preview changes")
        await expect(first.page.locator("#h-tried")).to_be_visible()
        await first.page.click("#edit button[value=save]")
        await expect(first.page.locator("[role=status]")).to_contain_text("Saved: version 2")
        await first.page.goto(url)
        incident = first.page.locator(".incident--warning")
        await expect(incident).to_have_count(1, timeout=PATIENCE)

        await second.page.fill(LIMIT, "100")
        await second.page.click("#edit button[value=save]")
        told = second.page.locator("#why")
        await expect(told).to_contain_text(
            "While you were editing, sato changed instance “web1”"
        )
        await expect(told).to_contain_text("used › Warning: none → 0")
        await expect(second.page.locator(LIMIT)).to_have_value("100")
        await expect(second.page.locator(".meanwhile")).to_contain_text("Warning 0")
        await expect(incident).to_have_count(1)  # nothing was overwritten
        await second.shoot("settings.overtaken")
        await second.page.click("text=Save my changes anyway")
        await expect(second.page.locator("[role=status]")).to_contain_text("version 3")
        await expect(incident).to_have_count(0, timeout=PATIENCE)
    assert first.wrong == []
    assert [line for line in second.wrong if "409" not in line] == []
