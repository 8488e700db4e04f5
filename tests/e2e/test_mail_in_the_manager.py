"""The manager's pages on mail in Debian's Chromium, against the lab: from nothing to a test mail that
was accepted, and each way to sign in. With PICTURES=1, what it sees lies in build/pages/."""

import re
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from playwright.async_api import expect

from noroshi_lab.lab.person import enter_code, sign_in
from noroshi_lab.lab.remote import Remote
from tests.e2e.labs import LabProgram
from tests.e2e.world import FAR, PATIENCE, Home
from tests.ports import free_port
from tests.web.console import listen
from tests.web.window import NARROW, WIDE, launched, picture, window

GOOD = "correct horse battery"
SOON = 1_000 * PATIENCE
"""Milliseconds; as everywhere, it only ends a broken run."""
CODE = re.compile(r"\b[A-Z0-9]{4}(?:-[A-Z0-9]{4}){4}\b")
RULE = 'action = "mail"\ncontacts = ["ops"]\nroutes = ["hook"]\n'
HOOK = 'kind = "webhook"\ntitle = "Teams"\n[options]\nurl = "https://hooks.example/x"\n'
LOOKS = [
    ("ja", "light", WIDE),
    ("en", "dark", WIDE),
    ("ja", "dark", NARROW),
    ("en", "light", NARROW),
]


class Office:
    """A node with its manager open, and the lab beside it."""

    def __init__(self, folder):
        self.lab = LabProgram(folder / "lab").start()
        self.remote = Remote(self.lab.folder)
        self.home = Home(folder)
        self.port = free_port()
        settings = self.home.folder / "noroshi.toml"
        text = settings.read_text("utf-8").replace("web = false", f"[web]\nport = {self.port}")
        settings.write_text(text, "utf-8")
        contact = f'addresses = ["{self.card["reader"]}"]'
        cloud = (self.lab.folder / "definitions" / "clouds" / "lab.toml").read_text("utf-8")
        given = {"routes__hook": HOOK, "rules__ops": RULE, "contacts__ops": contact}
        self.home.define(clouds__lab=cloud, **given)
        node = self.home.start("-m", "noroshi.cli", "--home", str(self.home.folder), "serve")
        self.code = next(found[0] for line in node.stdout if (found := CODE.search(line)))

    @property
    def card(self):
        return self.lab.card

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    async def signed_in(self, url):
        """What a person does at the sign-in page; gives the address at which the browser ends."""
        card = self.card
        return await sign_in(url, card["user"], card["password"], card["ca_file"])

    async def typed(self, url, code):
        card = self.card
        await enter_code(url, code, card["user"], card["password"], card["ca_file"])

    def end(self):
        self.home.end()
        self.lab.end()


@pytest.fixture
def office(tmp_path):
    office = Office(tmp_path)
    yield office
    office.end()


class Sitting:
    """One browser, with all that went wrong in it or went elsewhere."""

    def __init__(self, page, office):
        self.page, self.office, self.wrong = page, office, []
        page.set_default_timeout(SOON)
        listen(page, self.wrong)
        page.on("request", self.see)

    def see(self, request):
        if urlsplit(request.url).port != self.office.port:
            self.wrong.append(request.url)

    async def goes(self, path):
        await self.page.goto(self.office.url + path)

    async def does(self, deed):
        await self.page.click(f"button[value={deed}]")

    async def leaves(self, deed):
        """By that one click to a page elsewhere: to which. What it shows is not asked for."""

        def elsewhere(url):
            return urlsplit(url).port != self.office.port

        await self.page.route(elsewhere, lambda route: route.fulfill(body="elsewhere"))
        await self.does(deed)
        await self.page.wait_for_url(elsewhere)
        self.wrong.remove(self.page.url)
        return self.page.url

    async def is_in(self):
        """The first start: the code of the terminal makes the administrator."""
        await self.goes("/start")
        await self.page.fill("input[name=code]", self.office.code)
        await self.page.fill("input[name=name]", "sato")
        for field in await self.page.query_selector_all("input[type=password]"):
            await field.fill(GOOD)
        await self.page.click("button.button--main")
        await self.page.wait_for_url(lambda url: "/start" not in url)  # to what is not done yet
        await self.goes("/")
        await self.page.wait_for_selector("#tally")

    async def looks_well(self, name):
        """The same page in both languages, light and dark, wide and narrow; nothing is wider
        than the window, and every heading follows one of the level above."""
        for language, theme, width in LOOKS:
            await self.page.context.add_cookies(
                [{"name": "noroshi-language", "value": language, "url": self.office.url}]
            )
            await self.page.emulate_media(color_scheme=theme)
            await self.page.set_viewport_size({"width": width, "height": 900})
            await self.page.reload()
            await self.page.wait_for_load_state("networkidle")
            size = "wide" if width == WIDE else "narrow"
            look = f"{name}.{language}.{theme}.{size}"
            await self.page.evaluate("scrollTo(0, 0)")
            await picture(self.page, look)
            assert await self.page.evaluate(
                "document.documentElement.scrollWidth <= innerWidth"
            ), look
            levels = await self.page.evaluate(
                "[...document.querySelectorAll('h1,h2,h3')].map(e => +e.tagName[1])"
            )
            assert levels[0] == 1 and all(b - a <= 1 for a, b in pairwise(levels)), look
        await self.page.set_viewport_size({"width": WIDE, "height": 900})
        await self.page.context.add_cookies(
            [{"name": "noroshi-language", "value": "en", "url": self.office.url}]
        )


async def test_from_nothing_to_an_accepted_mail_and_by_every_way_to_sign_in(office):
    async with launched() as chromium, window(chromium) as context:
        sitting = Sitting(await context.new_page(), office)
        await sitting.is_in()
        await a_route_is_added(sitting)
        await the_browser_comes_back(sitting)
        await what_is_wrong_is_found_and_mended(sitting)
        await a_test_mail_is_accepted(sitting)
        await a_code_is_typed(sitting)
        await an_address_is_pasted(sitting)
        await the_app_signs_in_by_itself(sitting)
        await the_order_is_changed(sitting)
    assert sitting.wrong == []


async def a_route_is_added(sitting):
    page, card = sitting.page, sitting.office.card
    await sitting.goes("/mail/new?of=microsoft365")
    await sitting.looks_well("mail-new")
    await sitting.goes("/mail/new?of=microsoft365")
    await page.select_option("#f-cloud", "lab")
    given = {
        "#f-mailbox": card["user"],
        "#f-client": card["client_id"],
        "#f-tenant": card["tenant_id"],
        "#f-secret": card["client_secret"],
        "#f-end": FAR,
    }
    for field, value in given.items():
        await page.fill(field, value)
    await page.click("form button.button--main")
    await expect(page.locator("#checks .level--ok")).to_have_count(3, timeout=SOON)


async def the_browser_comes_back(sitting):
    """It ends at localhost, though it calls the manager 127.0.0.1."""
    page = sitting.page
    back = await sitting.office.signed_in(await sitting.leaves("begin"))
    assert back.startswith(f"http://localhost:{sitting.office.port}/MxMail/?")
    await page.goto(back)
    assert page.url == f"{sitting.office.url}/mail/route/smtp1?did=signed_in"
    await expect(page.locator("#token")).to_contain_text("SMTP.Send", timeout=SOON)


async def what_is_wrong_is_found_and_mended(sitting):
    page, remote = sitting.page, sitting.office.remote
    remote.set("mailbox-smtp-auth", "off")
    await sitting.does("examine")
    failed = page.locator(".stage--failed")
    await expect(failed.locator(".code")).to_contain_text("Set-CASMailbox", timeout=SOON)
    await expect(page.locator("#exam[hx-get]")).to_have_count(0, timeout=SOON)
    await sitting.looks_well("mail-doctor")
    remote.set("mailbox-smtp-auth", "on")
    await sitting.does("examine")
    await expect(page.locator("#exam [role=status]")).to_contain_text(
        "all stages passed", timeout=SOON
    )


async def a_test_mail_is_accepted(sitting):
    page, office = sitting.page, sitting.office
    await page.fill("#f-to", office.card["reader"])
    await sitting.does("send")
    posts = page.locator("#testmail .relay .is-lit")
    await expect(posts).to_have_count(4, timeout=SOON)
    await expect(page.locator("#testmail samp")).to_contain_text("250 2.0.0 OK")
    await expect(page.locator("#last")).to_contain_text("Last accepted")  # no reload
    await expect(page.locator("#way .is-lit")).to_have_count(3)
    assert [mail for mail in office.lab.mails if "test message" in mail.subject]
    await sitting.looks_well("mail-route")


async def a_code_is_typed(sitting):
    page = sitting.page
    await sitting.goes("/mail/route/smtp1?way=device")
    await sitting.does("device")
    code = await page.inner_text("#user-code")
    await picture(page, "mail-device")
    url = await page.get_attribute("#device a", "href")
    await sitting.office.typed(url, code)
    await page.wait_for_url("**/mail/route/smtp1?did=signed_in*")


async def an_address_is_pasted(sitting):
    page = sitting.page
    await sitting.goes("/mail/route/smtp1?way=paste")
    await sitting.does("begin")
    url = await page.get_attribute("#go", "href")
    back = await sitting.office.signed_in(url)
    await page.fill("#f-url", f' "{back[:50]}\n{back[50:]}" ')
    await sitting.does("finish")
    await page.wait_for_url("**/mail/route/smtp1?did=signed_in*")


async def the_app_signs_in_by_itself(sitting):
    """By its secret, and then by a certificate that the lab knows."""
    page = sitting.page
    await sitting.goes("/mail/route/smtp1?way=app_secret")
    await sitting.does("prove")
    await page.wait_for_url("**/mail/route/smtp1?did=signed_in*")
    await expect(page.locator("#token")).to_contain_text("SMTP.SendAsApp", timeout=SOON)
    await sitting.goes("/mail/route/smtp1?way=app_certificate")
    await page.click("details:has(#f-pem) > summary")
    pem = Path(sitting.office.card["client_certificate"]).read_text("utf-8")
    packed = pfx_of(pem, "canary pass")
    file = {"name": "app.pfx", "mimeType": "application/x-pkcs12", "buffer": packed}
    await page.set_input_files("#f-pfx", file)
    await page.fill("#f-pass", "canary pass")
    await sitting.does("certificate_import")
    await page.wait_for_selector("#thumbprint")
    await sitting.looks_well("mail-certificate")
    await sitting.does("prove")
    await page.wait_for_url("**/mail/route/smtp1?did=signed_in*")
    assert pem.partition("PRIVATE KEY-----")[2][1:60] not in await page.content()


def pfx_of(pem, passphrase):
    """As Windows and Azure Key Vault hand it out."""
    key = serialization.load_pem_private_key(pem.encode(), None)
    certificate = x509.load_pem_x509_certificate(pem.encode())
    locked = serialization.BestAvailableEncryption(passphrase.encode())
    return pkcs12.serialize_key_and_certificates(b"app", key, certificate, None, locked)


async def the_order_is_changed(sitting):
    page = sitting.page
    await sitting.goes("/mail")
    await page.locator("#order button[value=up]").first.click()
    await page.wait_for_url("**/mail?did=order#order")
    first = page.locator("#order .chain").first.locator("li").first
    await expect(first).to_contain_text("Microsoft 365")
    await sitting.goes("/mail")
    await sitting.looks_well("mail")
    await sitting.goes("/mail/edit?key=routes/smtp1")
    await sitting.looks_well("mail-edit")
