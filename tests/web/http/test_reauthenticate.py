"""The password once more: whatever form wants it, nothing that was typed into it is lost."""

from dataclasses import replace
from urllib.parse import quote

import pytest
from aiohttp import FormData

from noroshi.checks import BUILT_IN as CHECKS
from noroshi.transports import BUILT_IN as TRANSPORTS
from noroshi.web.http.reauthenticate import PASSWORD_AGAIN, SECRETS
from tests.service.harness import CANARY, Harness
from tests.service.setup.test_first_steps import FOUND
from tests.web.browser import GOOD, browsing, with_user
from tests.web.filled_queue import filled
from tests.web.hostile import routes_of
from tests.web.node_at_work import living
from tests.web.page_forms import forms_of
from tests.web.servers_at_work import with_agents
from tests.web.test_each_page import PAGES, names_of

FOR_ONESELF = ("/login", "/login/code", "/start", "/logout", "/look", "/sure")
"""Forms that ask for no operation."""
LAST = ("/first", "/servers/watch")
"""Offered at the end of a way alone, which the walk does not go; and what an agent that answers found."""
NEVER_ASKED = {
    ("/mail/route/m365", "begin"),
    ("/mail/route/m365", "open"),
    ("/mail/route/m365", "certificate_import"),
}
"""What a page asks too while it is shown; and a file that is opened first, which is none here."""
PLACE = "fs01/disks"
MARK = "typed by hand: <b> & \"quoted\" 'ü'"


class Wary:
    """A service that wants the password once more for all that no page asks while it is shown."""

    def __init__(self, service):
        self._service, self.looking, self.wary = service, set(), False

    def __getattr__(self, name):
        return getattr(self._service, name)

    def method(self, name):
        if not self.wary:
            self.looking.add(name)
        return self._service.method(name)

    @staticmethod
    def wary_of(one):
        return replace(one, declaration=one.declaration._replace(reauthenticate=True))

    def operations(self):
        known = self._service.operations()
        if not self.wary:
            return known
        return {
            name: one if name in self.looking else self.wary_of(one)
            for name, one in known.items()
        }


def filled_in(form, button):
    """As somebody fills it in: text wherever there is none, secrets, each box ticked."""
    typed = dict.fromkeys(form.empty, MARK) | dict.fromkeys(form.hidden_text, CANARY)
    typed |= {"place": PLACE} if "place" in form.empty else {}
    typed |= {"mailbox": "alarm@example.com"} if form.fields.get("mailbox") == "" else {}
    typed |= {"name": "typed"} if "of" in form.fields else {}
    return form.fields | typed | dict([button] if button else [])


async def sent(browser, where, form, button):
    given = filled_in(form, button)
    if not form.files:
        await browser.ask("POST", where, data=given)
        return given
    data = FormData(default_to_multipart=True)
    for name, text in given.items():
        data.add_field(name, text)
    data.add_field(next(iter(form.files)), b"[x", filename="ops.toml")
    await browser.ask("POST", where, data=data)
    return given


def asks(form):
    """Whether it has a field for the password once more."""
    return (
        form.hidden_text & {"password", PASSWORD_AGAIN} and form.fields.keys() - SECRETS.keys()
    )


def what_is_lost(browser, path, given):
    """Of what was sent, what the page that asks for the password would not send again."""
    again = [one for one in forms_of(browser.text) if asks(one)]
    assert len(again) == 1, (path, given)
    (form,) = again
    assert bare(form.action or path) == bare(path)
    lost = {
        name: text
        for name, text in given.items()
        if name not in ("csrf", *SECRETS)
        and as_sent(form.fields.get(name)) != as_sent(text)
        and (name, text) not in form.buttons
    }
    return lost | {
        name: CANARY for name in SECRETS if given.get(name) and name not in form.fields
    }


def bare(where):
    """An address without its query and the place in the page."""
    return where.partition("#")[0].partition("?")[0]


def as_sent(text):
    """A browser ends lines its own way."""
    return None if text is None else text.replace("\r\n", "\n").strip()


async def walked(browser, pages, found):
    """Each form of each page, with each of its buttons, filled in and sent: by where it goes and
    what it does, what would be lost of it; None as long as nobody was asked for the password."""
    for page in pages:
        await browser.get(page)
        for form in forms_of(browser.text):
            where = form.action or page
            if bare(where) in FOR_ONESELF:
                continue
            for button in form.buttons or [None]:
                given = await sent(browser, where, form, button)
                assert CANARY not in browser.text, where
                key = (bare(where), given.get("do", ""))
                found.setdefault(key, None)
                if browser.status == 403:
                    found[key] = (found[key] or {}) | what_is_lost(browser, where, given)


async def test_on_every_page_what_was_typed_is_kept_while_the_password_is_asked_for(tmp_path):
    """All forms that there are, whatever their operation: a page that is added is among them."""
    found, harness = {}, await with_agents(await living(tmp_path))
    names = await names_of(harness)
    pages = [path.format(**names) for path in PAGES.values()]
    empty = await with_user(harness=Harness(checks=CHECKS, routes=TRANSPORTS, host=FOUND))
    for one in (harness, empty):
        one.service = Wary(one.service)
        async with browsing(one, tmp_path) as browser:
            await browser.log_in()
            for page in pages:
                await browser.get(page)
            one.service.wary = True
            await walked(browser, pages, found)
    assert {key: lost for key, lost in found.items() if lost} == {}
    assert {key for key, lost in found.items() if lost is None} == NEVER_ASKED
    assert [
        route.path
        for route in routes_of(harness)
        if "POST" in route.methods
        and route.path not in (*FOR_ONESELF, *LAST)
        and not any(route.path_regex.match(path) for path, _ in found)
    ] == []


@pytest.fixture
async def harness():
    found = await filled()
    found.service = Wary(found.service)
    return found


@pytest.fixture
async def browser(harness, tmp_path):
    """On the page of a mail that waits, when all that changes something wants the password."""
    async with browsing(harness, tmp_path) as found:
        await found.log_in()
        await found.get(f"/queue/mail?id={quote(harness.ids[5], safe='')}")
        harness.service.wary = True
        yield found


async def edited(harness, browser):
    form = {"id": harness.ids[5], "do": "edit", "to": "new@example.com", "routes": "plain"}
    await browser.post("/queue/mail", **form)
    assert browser.status == 403


async def goes_on(browser, password=GOOD):
    (form,) = [one for one in forms_of(browser.text) if PASSWORD_AGAIN in one.fields]
    return await browser.ask("POST", form.action, data=form.fields | {PASSWORD_AGAIN: password})


def to_of(harness, waiting):
    return next(one.envelope.to for one in waiting if one.envelope.id == harness.ids[5])


async def test_with_the_password_the_very_form_is_done_and_shown(harness, browser):
    await edited(harness, browser)
    assert to_of(harness, await harness.store.queue()) == ("ops@example.com",)
    before = browser.cookie
    await goes_on(browser)
    assert (browser.status, browser.cookie != before) == (303, True)
    assert browser.to.startswith("/queue/mail?id=") and browser.to.endswith("did=edit")
    assert to_of(harness, await harness.store.queue()) == ("new@example.com",)


async def test_a_wrong_password_changes_nothing_and_loses_nothing(harness, browser):
    await edited(harness, browser)
    await goes_on(browser, CANARY)
    assert browser.status == 403 and 'role="alert"' in browser.text
    assert "new@example.com" in browser.text and CANARY not in browser.text
    assert to_of(harness, await harness.store.queue()) == ("ops@example.com",)
    await goes_on(browser)
    assert to_of(harness, await harness.store.queue()) == ("new@example.com",)


async def test_who_guesses_at_that_password_waits_as_at_the_log_in(harness, browser):
    await edited(harness, browser)
    for _ in range(7):
        await goes_on(browser, CANARY)
    assert browser.status == 429 and int(browser.headers["retry-after"]) >= 1
    assert "new@example.com" in browser.text


async def test_a_password_that_comes_after_the_log_in_has_ended_stands_in_no_page(
    harness, browser
):
    await edited(harness, browser)
    harness.time.pass_by(hours=2)
    form = {"etag": "", "version": "1", "note": "mine", PASSWORD_AGAIN: CANARY}
    await browser.post("/settings/contact?name=ops", **form)
    assert "mine" in browser.text and CANARY not in browser.text


async def test_with_a_form_of_somebody_who_is_not_logged_in_that_password_means_nothing(
    browser,
):
    await browser.post("/logout")
    await browser.get("/login")
    await browser.post("/login", name="sato", password=GOOD, **{PASSWORD_AGAIN: CANARY})
    assert (browser.status, browser.to) == (303, "/")
