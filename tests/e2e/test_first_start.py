"""The first start in Debian's Chromium: from an empty node to a test alarm received on the lab.
With PICTURES=1, what it sees lies in build/pages/."""

import asyncio
import re
from pathlib import Path
from time import monotonic

import pytest
from playwright.async_api import expect

from noroshi_lab.lab.person import enter_code
from tests.e2e.keystrokes import Effort
from tests.e2e.labs import LabProgram, walked
from tests.e2e.world import PATIENCE, Home, until
from tests.web.window import NARROW, WIDE, Seen, launched, window

GOOD = "correct horse battery"
PATIENT = PATIENCE * 1000


@pytest.fixture
def lab(tmp_path):
    lab = LabProgram(tmp_path / "lab").start()
    yield lab
    lab.end()


@pytest.fixture
def node(tmp_path, lab):
    """A node that knows nothing but where the lab is; its manager's address, and the code."""
    home = Home(tmp_path)
    settings = home.folder / "noroshi.toml"
    text = settings.read_text("utf-8").replace("web = false", "web = { port = 0 }")
    settings.write_text(text, "utf-8")
    home.define(clouds__lab=(lab.folder / "definitions" / "clouds" / "lab.toml").read_text())
    said = home.serve_warm().stdout
    told = ""
    while "code" not in told:
        told += said.readline()
    yield (
        re.search(r"http://127\.0\.0\.1:\d+", told)[0],
        re.search(r"one-time code: (\S+)", told)[1],
    )
    home.end()


ASKED = {"here": (11, 9), "device": (11, 12)}
"""Fields that are typed into and clicks, by the way to sign in: docs/use/commands.md tells them. Not
counted: the lab's cloud, which nobody else chooses, and what the provider's own pages ask."""
PROMISED = 300
"""Seconds that the first start may take: five minutes."""
PASSWORD = "a password for the mailbox"
"""As long as one of a mailbox is."""


@pytest.mark.parametrize(
    ("language", "theme", "width", "way", "by"),
    [("ja", "light", WIDE, "here", "smtp"), ("en", "dark", NARROW, "device", "graph")],
    ids=["japanese, by SMTP and in this browser", "english, by Graph and a code"],
)
async def test_from_empty_to_a_received_test_alarm(node, lab, language, theme, width, way, by):
    (url, code), name = node, f"{language}.{theme}.{'wide' if width == WIDE else 'narrow'}"
    async with launched() as chromium, window(chromium, language, theme, width) as context:
        seen = Seen(await context.new_page(), url)
        person, began = Person(seen, lab.card, name), monotonic()
        await person.enters(url, code)
        await person.is_told(language)
        await person.watches()
        await person.chooses_the_way(by)
        await (person.signs_in_here() if way == "here" else person.types_a_code())
        await person.receives(lab)
    assert seen.wrong == []
    assert (person.fields, person.clicks) == ASKED[way]
    print(f"{way}: {person.effort}, {person.effort.seconds:.0f} s by the model")
    print(f"{way}: the walk itself, with all its waiting: {monotonic() - began:.0f} s")
    assert person.effort.seconds < PROMISED
    told = (Path(__file__).parents[2] / "docs" / "use" / "commands.md").read_text("utf-8")
    assert "{} fields and {} clicks".format(*ASKED[way]) in told


class Person:
    """Who has just installed it, and has read nothing. What it costs them is counted."""

    def __init__(self, seen, card, name):
        self.seen, self.page, self.card, self.name = seen, seen.page, card, name
        self.fields = self.clicks = 0
        self.effort = Effort()

    async def shoot(self, step):
        assert await self.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await self.seen.shoot(f"first-{step}.{self.name}")

    async def types(self, field, value):
        self.fields += 1
        self.effort.types(value)
        await self.page.fill(field, value)

    async def clicks_on(self, what):
        self.clicks += 1
        self.effort.clicks()
        await self.page.click(what)

    def is_at_the_provider(self, *typed):
        """What its pages ask for, which the lab's own person does: those fields, each with its
        button, and the consent."""
        self.clicks += 1  # that led there
        self.effort.clicks()
        for value in typed:
            self.effort.types(value)
            self.effort.clicks()
        self.effort.clicks()

    async def goes_on(self):
        await self.clicks_on("main form .button--main")

    async def enters(self, url, code):
        await self.page.goto(url)
        for name, value in {
            "code": code,
            "name": "sato",
            "password": GOOD,
            "again": GOOD,
        }.items():
            await self.types(f"#{name}", value)
        await self.shoot("0-administrator")
        await self.goes_on()

    async def is_told(self, language):
        await self.page.wait_for_url("**/first/person")
        await self.clicks_on(f"input[name=language][value={language}]")
        await self.types("#title", "情シス" if language == "ja" else "Operations")
        await self.types("#addresses", self.card["reader"])
        await self.shoot("2-person")
        await self.goes_on()

    async def watches(self):
        await self.page.wait_for_url("**/first/machine")
        await self.shoot("3-machine")
        await self.goes_on()

    async def chooses_the_way(self, by):
        await self.page.wait_for_url("**/first/mail")
        await self.page.click("details:has(#cloud) summary")
        await self.page.select_option("#cloud", "lab")
        if by == "graph":
            await self.clicks_on("input[name=by][value=graph]")
        fields = {
            "mailbox": self.card["user"],
            "tenant": self.card["tenant_id"],
            "client_id": self.card["client_id"],
            "secret": self.card["client_secret"],
        }
        for name, value in fields.items():
            await self.types(f"#{name}", value)
        await self.shoot("4-mail")
        await self.goes_on()

    async def signs_in_here(self):
        """It ends at localhost, though this browser calls the manager 127.0.0.1."""
        await self.page.wait_for_url("**/first/sign-in")
        await self.shoot("4-here")
        opened = await self.page.get_attribute("#go", "href")
        self.is_at_the_provider(self.card["user"], PASSWORD)
        back = await asyncio.to_thread(walked, self.card, opened)
        await self.page.goto(back)
        self.seen.wrong.remove(back)  # another name of the very same manager

    async def types_a_code(self):
        await self.page.wait_for_url("**/first/sign-in")
        await self.clicks_on('nav a[href$="way=device"]')
        await self.page.wait_for_url("**way=device")
        await self.goes_on()
        code = await self.page.text_content(".bigcode")
        at = await self.page.get_attribute('a[target="_blank"]', "href")
        await self.shoot("4-device")
        self.is_at_the_provider(code, self.card["user"], PASSWORD)
        who = self.card["user"], self.card["password"], self.card["ca_file"]
        await enter_code(at, code, *who)

    async def receives(self, lab):
        await self.page.wait_for_url("**/first/alarm", timeout=PATIENT)
        await self.shoot("5-send")
        await self.goes_on()
        await self.page.wait_for_selector("#way")
        lit = self.page.locator("#way .is-lit")
        await expect(lit).to_have_count(4, timeout=PATIENT)
        await asyncio.to_thread(until, lambda: lab.mails, "the mail")
        await self.shoot("5-alarm")
        number = re.search(r"^ +\S+ +(\d{4})\s*$", lab.mails[-1].text, re.MULTILINE)[1]
        await self.leaves_and_comes_back()
        await self.types("#number", number)
        await self.clicks_on("form:has(#number) .button--main")
        await expect(self.page.locator("#way .is-lit")).to_have_count(5)
        await self.shoot("6-proved")
        await self.clicks_on('main a.button[href="/"]')
        assert await self.page.locator('main a[href="/first"]').count() == 0

    async def leaves_and_comes_back(self):
        """Nobody needs to; whoever does finds the way back, and all of it kept."""
        await self.page.goto(self.page.url.replace("/first/alarm", "/"))
        await self.shoot("5-left")
        await self.page.click('main a[href="/first"]')
