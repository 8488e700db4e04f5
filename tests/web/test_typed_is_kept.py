"""What somebody typed stands in the form again, whatever kept it from being taken."""

import html
import re
from dataclasses import replace

import pytest

from noroshi.checks import BUILT_IN as CHECKS
from noroshi.transports import BUILT_IN as TRANSPORTS
from tests.service.clients import InProcessClient, apply_definitions
from tests.service.harness import CANARY, CONTENT, DISK, EXAMINED, POST, Harness
from tests.service.setup.test_first_steps import FOUND
from tests.web.browser import GOOD, browsing, with_user
from tests.web.filled_queue import filled
from tests.web.test_editing_pages import filled_in
from tests.web.test_first_start import MICROSOFT, PERSON, SERVER, defined

pytestmark = pytest.mark.logged_in

TOKEN = {"do": "token_new", "name": "graph", "role": "operator", "days": "7"}
TOKEN |= {"programs": "yes"}


@pytest.fixture
async def harness():
    return await filled()


async def asked_for_the_password(browser, path, **form):
    await browser.get(path)
    await browser.post(path, **form)
    assert browser.status == 403 and browser.text.count(' name="password"') == 1
    assert 'role="alert"' in browser.text and browser.text.count("autofocus") == 1
    return browser.text


async def test_a_token_that_wants_the_password_is_typed_once(harness, browser):
    text = await asked_for_the_password(browser, "/settings/tokens", **TOKEN)
    for kept in ('value="graph"', 'value="7"', 'value="yes" checked'):
        assert kept in text, kept
    assert 'value="operator" selected' in text
    await browser.post("/settings/tokens", **TOKEN, password="wrong")
    assert browser.status == 403 and "password is incorrect" in browser.text
    assert 'value="graph"' in browser.text and "wrong" not in browser.text
    await browser.post("/settings/tokens", **TOKEN, password=GOOD)
    assert browser.status == 200 and (await harness.store.api_tokens())["graph"].programs


async def test_a_user_who_is_added_is_typed_once(harness, browser):
    form = {"do": "user_add", "name": "eri", "role": "operator"}
    text = await asked_for_the_password(browser, "/settings/users", **form)
    assert 'value="eri"' in text and 'value="operator" selected' in text
    await browser.post("/settings/users", **form, password=GOOD)
    assert (await harness.store.users())["eri"].role == "operator"
    assert GOOD not in browser.text


async def test_a_role_that_was_chosen_is_chosen_still(harness, browser):
    form = {"do": "user_role", "name": "boss", "role": "operator"}
    text = await asked_for_the_password(browser, "/settings/users", **form)
    assert ">Change a user&#39;s role<" in text and "<dd>boss</dd>" in text
    sent = dict.fromkeys(form)
    again = text.partition('id="h-sure"')[2]
    for name in sent:
        sent[name] = again.partition(f'name="{name}" value="')[2].partition('"')[0]
    assert sent == form
    await browser.post("/settings/users", **sent, password=GOOD)
    assert (await harness.store.users())["boss"].role == "operator"


async def test_a_version_with_a_program_is_taken_back_with_its_note(tmp_path):
    harness = await with_user(
        harness=Harness(checks=(DISK, replace(DISK, kind="script", runs=True)))
    )
    ran = {"group": [{"name": "g", "monitor": [{"name": "m", "kind": "script"}]}]}
    await apply_definitions(InProcessClient(harness), instances__job=ran)
    await apply_definitions(InProcessClient(harness))
    form = {"number": "1", "base": "2", "note": "it was right"}
    async with browsing(harness, tmp_path) as browser:
        await browser.log_in()
        await browser.get("/settings/version?number=1")
        await browser.post("/settings/version", **form)
        assert browser.status == 403 and 'value="it was right"' in browser.text
        await browser.post("/settings/version", **form, password=GOOD)
        assert browser.to == "/settings/versions?did=3"
    assert (await harness.store.current()).note == "it was right"


async def test_a_code_of_an_authenticator_is_no_text_to_keep(browser):
    form = {"do": "user_totp_on", "name": "boss", "code": "123456"}
    text = await asked_for_the_password(browser, "/settings/users", **form)
    assert "123456" not in text and "Each code works only once and is not kept" in text


@pytest.fixture
async def fresh(tmp_path):
    """An empty node, and who begins there."""
    empty = await with_user(harness=Harness(host=FOUND, checks=CHECKS, routes=TRANSPORTS))
    async with browsing(empty, tmp_path) as found:
        await found.log_in()
        found.harness = empty
        yield found


async def sent(browser, path, begins="", **typed):
    """The form as it is shown, changed so and sent."""
    form = filled_in(browser.text, begins or f'action="{path}"')
    return await browser.post(path, **form | typed)


def meanwhile(browser):
    """What is said to be in force at the fields."""
    found = re.findall(r'class="meanwhile"[^>]*>[^<]*<b>([^<]*)', browser.text)
    return [html.unescape(one) for one in found]


def is_told(browser):
    """It begins at what is wrong: the keyboard too."""
    assert browser.text.count(" autofocus") == 1
    return 'id="why" tabindex="-1" autofocus' in browser.text


async def test_whom_to_tell_is_not_lost_when_somebody_else_was_first(fresh):
    await fresh.get("/first/person")
    theirs = {"title": "Theirs", "addresses": ["they@example.com"], "zone": "Europe/Berlin"}
    await InProcessClient(fresh.harness)("definition_change", put={"contacts/ops": theirs})
    await sent(fresh, "/first/person", **PERSON)
    assert fresh.status == 409 and is_told(fresh)
    shown = filled_in(fresh.text, 'action="/first/person"')
    assert {name: shown[name] for name in PERSON} == PERSON
    assert meanwhile(fresh) == ["Theirs", "they@example.com", "Europe/Berlin"]
    await sent(fresh, "/first/person")
    assert fresh.to == "/first/machine"
    assert (await defined(fresh.harness))["contacts/ops"]["title"] == PERSON["title"]


async def test_what_only_the_other_one_changed_of_whom_to_tell_is_theirs(fresh):
    await fresh.get("/first/person")
    await sent(fresh, "/first/person", **PERSON)
    await fresh.get("/first/person")
    theirs = (await defined(fresh.harness))["contacts/ops"] | {"title": "Theirs", "zone": "UTC"}
    await InProcessClient(fresh.harness)("definition_change", put={"contacts/ops": theirs})
    await sent(fresh, "/first/person", zone="Europe/Rome")
    shown = filled_in(fresh.text, 'action="/first/person"')
    assert (shown["title"], shown["zone"]) == ("Theirs", "Europe/Rome")
    assert fresh.status == 409 and meanwhile(fresh) == ["UTC"]


@pytest.mark.parametrize("way", [SERVER | {"port": "2525"}, MICROSOFT])
async def test_a_way_out_is_not_lost_when_somebody_else_was_first(fresh, way):
    await fresh.get("/first/person")
    await sent(fresh, "/first/person", **PERSON)
    await fresh.get(f"/first/mail?way={way['way']}")
    options = {"host": "b.example.com", "sender": "other@example.com"}
    theirs = {"routes/smtp1": {"kind": "smtp", "options": options}}
    await InProcessClient(fresh.harness)("definition_change", put=theirs)
    await sent(fresh, "/first/mail", **way | {"secret": CANARY})
    assert fresh.status == 409 and is_told(fresh)
    shown = filled_in(fresh.text, 'action="/first/mail"')
    kept = {name: text for name, text in way.items() if name != "secret"}
    assert {name: shown[name] for name in kept} == kept
    assert CANARY not in fresh.text and 'id="secret-again"' in fresh.text
    assert ("b.example.com" in meanwhile(fresh)) is (way["way"] == "server")
    await sent(fresh, "/first/mail")
    assert fresh.status == 303


async def test_a_registration_is_not_lost_when_somebody_else_was_first(tmp_path):
    harness = await with_user(harness=Harness(routes=(POST, EXAMINED, *TRANSPORTS)))
    await apply_definitions(InProcessClient(harness))
    async with browsing(harness, tmp_path) as browser:
        await browser.log_in()
        await browser.get("/mail/route/m365")
        begins = browser.text[browser.text.index('id="app"') :].partition("<form")[0][-30:]
        other = CONTENT["accounts/box"] | {"mailbox": "they@example.com", "shared": True}
        await apply_definitions(
            InProcessClient(harness), accounts__box=other | {"secret_ends": "2027-03-01"}
        )
        typed = {"mailbox": "mine@example.com", "secret": CANARY, "do": "save"}
        await sent(browser, "/mail/route/m365", begins, **typed)
        assert browser.status == 409 and is_told(browser)
        begins = 'role="alert"'
        shown = filled_in(browser.text, begins)
        assert (shown["mailbox"], shown["secret_ends"]) == ("mine@example.com", "2027-03-01")
        assert shown["shared"] and meanwhile(browser) == ["they@example.com"]
        assert CANARY not in browser.text and 'id="f-secret-again"' in browser.text
        await sent(browser, "/mail/route/m365", begins, do="save")
        assert browser.status == 303, browser.text
        now = (await InProcessClient(harness)("definition_show", keys=["accounts/box"]))[
            "documents"
        ]
        assert now["accounts/box"]["mailbox"] == "mine@example.com"
        assert now["accounts/box"]["secret_ends"] == "2027-03-01"


async def test_after_a_mistake_the_first_start_begins_at_what_is_wrong(tmp_path):
    harness = Harness()
    async with browsing(harness, tmp_path) as browser:
        await browser.get("/start")
        assert "autofocus" in browser.text.partition('id="code"')[2].partition(">")[0]
        form = {"code": harness.people.first_code(), "name": "sato", "password": GOOD}
        await browser.post("/start", **form, again="other")
        assert browser.status == 400 and is_told(browser)
        assert 'value="sato"' in browser.text and GOOD not in browser.text
        assert 'id="password-again"' in browser.text
        await browser.post("/start", **form | {"password": "short"}, again="short")
        assert browser.status in (400, 403) and is_told(browser)


async def test_after_a_mistake_a_form_begins_at_what_is_wrong_and_not_past_a_password(browser):
    form = {"do": "user_add", "role": "operator"}
    await browser.get("/settings/users")
    await browser.post("/settings/users", **form, name="eri", password="wrong")
    assert not is_told(browser)
    await browser.post("/settings/users", **form, name='"', password=GOOD)
    assert browser.status == 400 and is_told(browser)
