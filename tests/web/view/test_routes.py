"""The pages on mail: routes and their order, the app of one, its sign-in by every way."""

import json
import re
from datetime import timedelta
from functools import cache
from urllib.parse import quote

import pytest
from aiohttp import FormData
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from noroshi.core.mail import Verdict
from noroshi.core.roles import ADMIN, OPERATOR, VIEWER
from noroshi.core.route_readiness import Sends
from noroshi.definitions.document_content import content
from noroshi.oauth.client_certificates import describe, make
from noroshi.ports import StoreError
from noroshi.service import Person, run_as_json
from noroshi.service.operation import roles_up_to
from noroshi.stores.memory.store import MemoryStore
from noroshi.testing import DAWN
from noroshi.web.view.language import LOCALIZERS
from noroshi.web.view.routes import heading, labels
from tests.oauth.test_client_certificates import CERTIFICATE, KEY, PASSPHRASE, pfx, slow_pfx
from tests.service.clients import ErrorAnswer, InProcessClient, apply_definitions
from tests.service.harness import CANARY, CONTENT, GIVEN, OLD_SECRET, Harness, documents
from tests.sweeps import sweep
from tests.web.browser import browsing, with_user
from tests.web.filled_queue import EVIL
from tests.web.page_forms import forms_of
from tests.web.sample_answers import route_status

ROUTE = "/mail/route/m365"
DER = x509.load_pem_x509_certificate(CERTIFICATE).public_bytes(Encoding.DER)
BOX = CONTENT["accounts/box"]


@pytest.fixture
async def harness():
    return await with_user(harness=Harness())


async def defined(harness, **changed):
    await apply_definitions(InProcessClient(harness), **changed)


async def in_force(harness, key):
    documents = (await harness.store.current()).documents
    return next(content(one) for one in documents if one.key == key)


def etag(text, key):
    """That of the form about this definition."""
    found = re.search(rf'name="key" value="{key}">.*?name="etag" value="(\w+)"', text)
    return found.group(1)


def link(text, id):
    found = re.search(rf'id="{id}" href="([^"]+)"', text)
    return found.group(1).replace("&amp;", "&")


async def sent(browser, do, path=ROUTE, **form):
    """The form of the page that is there now."""
    await browser.get(path)
    return await browser.post(path.partition("?")[0], do=do, **form)


async def with_secret(harness):
    await defined(harness)
    await InProcessClient(harness)("set_secret", name="app", value=CANARY)


async def test_a_test_mail_is_meant_for_who_reads_alarms_and_not_for_the_sender(
    harness, browser
):
    """The sender's own mailbox is where nobody would look for it."""
    preset = re.compile(r'id="f-to"[^>]* value="([^"]*)"')
    await defined(harness)
    await browser.log_in()
    assert preset.findall((await browser.get(ROUTE)).text) == ["ops@example.com"]
    nobody = {"contacts__ops": None, "contacts__boss": None}
    rules = {"rules__all": None, "instances__web1": {"rules": []}}
    await defined(harness, **nobody, **rules)
    assert preset.findall((await browser.get(ROUTE)).text) == [""]
    await browser.post("/logout")
    await with_user(name="sato@example.net", harness=harness)
    await browser.log_in("sato@example.net")
    assert preset.findall((await browser.get(ROUTE)).text) == ["sato@example.net"]


def test_a_route_goes_by_its_place_and_by_what_it_is():
    kinds = {"m365": "smtp", "g": "graph", "old": "smtp", "hook": "webhook"}
    found = [route_status(name, kind=kind) for name, kind in kinds.items()]
    assert list(labels(LOCALIZERS["ja"], found).values()) == [
        "SMTP サーバー 1",
        "経路 2 (Microsoft Graph)",
        "SMTP サーバー 3",
        "その他の経路",
    ]


async def test_each_route_says_how_far_it_is_proved_and_where_it_stands(harness, browser):
    await defined(harness)
    await browser.log_in()
    page = await browser.get("/mail")
    assert "1 of 2 routes cannot send" in page.text
    assert page.text.index("Old server") < page.text.index(">m365</a>")  # by the rule's order
    assert "Additional route" in page.text  # no kind of this harness hands mails to a server
    assert "Not signed in yet" in page.text and "noroshi authorize" not in page.text


@pytest.mark.parametrize(
    ("ways", "told"),
    [
        pytest.param(
            ["plain", "m365"], "Alarms are sent through the others.", id="another one is well"
        ),
        pytest.param(
            ["plain"], "Alarms are sent through the others.", id="none names the ill one"
        ),
        pytest.param(
            ["m365"], "These alarms cannot be sent: Rule “all”.", id="a rule names it alone"
        ),
    ],
)
async def test_alarms_leave_by_the_others_only_where_no_order_is_stuck(
    harness, browser, ways, told
):
    await defined(harness, rules__all=CONTENT["rules/all"] | {"routes": ways})
    await browser.log_in()
    head = (await browser.get("/mail")).text.partition("<h1>")[2].partition("</h1>")[0]
    assert head.startswith("1 of 2 routes cannot send.") and told in head
    assert ("sent through the others" in head) is ("sent through the others" in told)


def test_each_order_that_is_stuck_is_named_and_one_that_has_another_way_is_not():
    found = [route_status("a", sends=Sends.NO), route_status("b")]
    orders = {"r1": ["a"], "r2": ["a", "b"], **{f"s{n}": ["a"] for n in range(9)}}
    documents = {f"rules/{name}": {"routes": ways} for name, ways in orders.items()}
    documents["notifications/n"] = {"routes": ["a"], "title": "Morning"}
    told = heading(LOCALIZERS["en"], found, documents)
    assert "Rule “r1”, Rule “s0”, Rule “s1” and 8 more" in told and "r2" not in told
    few = {key: documents[key] for key in ("rules/r1", "rules/r2", "notifications/n")}
    assert "Rule “r1”, System notification “Morning”." in heading(LOCALIZERS["en"], found, few)
    assert "送信できません: 実行条件「r1」、通知項目「Morning」。" in heading(
        LOCALIZERS["ja"], found, few
    )


@pytest.mark.parametrize(
    ("ways", "told", "not_told"),
    [
        (("for now", "proved"), "1 of 2 routes needs action; sending", "cannot send"),
        (("for now",), "The only route needs action; sending", "cannot send"),
        (
            ("for now", "no"),
            "1 of 2 routes cannot send. 1 of 2 routes needs action",
            "sent through the others",
        ),
        (("diagnosis failed", "no"), "Alarms are sent through the others.", "needs action"),
        (("not proved", "proved"), "1 of 2 routes not verified yet", "cannot"),
        (
            ("diagnosis failed", "not proved"),
            "The last diagnosis of a route found a problem",
            "cannot",
        ),
    ],
)
def test_a_route_that_may_still_send_is_not_counted_as_one_that_cannot(ways, told, not_told):
    found = [route_status(f"r{n}", sends=Sends(one)) for n, one in enumerate(ways)]
    documents = {"rules/all": {"routes": [one.name for one in found]}}
    head = heading(LOCALIZERS["en"], found, documents)
    assert told in head and not_told not in head
    assert not heading(LOCALIZERS["ja"], found, documents).isascii()


async def test_a_route_that_is_the_only_way_of_a_rule_is_shown(harness, browser):
    alone = CONTENT["rules/all"] | {"routes": ["plain"]}
    await defined(harness, rules__all=alone)
    await browser.log_in()
    page = await browser.get("/mail/route/plain")
    assert page.status == 200 and "Old server" in page.text


async def test_a_route_that_is_titled_by_its_place_is_called_so_once(harness, browser):
    await defined(harness, routes__m365=CONTENT["routes/m365"] | {"title": "Additional route"})
    await browser.log_in()
    name = (await browser.get("/mail")).text.partition('id="r-m365"')[2].partition("</h3>")[0]
    assert name.count("Additional route") == 1
    assert "<h1>Additional route</h1>" in (await browser.get("/mail/route/m365")).text


async def test_an_order_is_changed_by_its_buttons(harness, browser):
    await defined(harness)
    await browser.log_in()
    page = await browser.get("/mail")
    form = {"key": "rules/all", "etag": etag(page.text, "rules/all"), "route": "m365"}
    assert (await browser.post("/mail", do="up", **form)).to == "/mail?did=order#order"
    assert (await in_force(harness, "rules/all"))["routes"] == ["m365", "plain"]


async def test_an_order_that_somebody_else_has_changed_is_not_overwritten(harness, browser):
    await defined(harness)
    await browser.log_in()
    page = await browser.get("/mail")
    form = {"key": "rules/all", "etag": etag(page.text, "rules/all"), "route": "m365"}
    other = CONTENT["rules/all"] | {"routes": ["m365"]}
    await defined(harness, rules__all=other)
    page = await browser.post("/mail", do="up", **form)
    assert page.status == 409 and "While you were editing, aki changed rule “all”" in page.text
    assert "rules/all:" not in page.text  # the order that is in force stands below
    assert await in_force(harness, "rules/all") == other


async def test_only_rules_and_notifications_have_an_order(harness, browser):
    await defined(harness)
    await browser.log_in()
    await browser.get("/mail")
    assert (await browser.post("/mail", do="up", key="accounts/box")).status == 404


async def test_a_viewer_sees_routes_and_changes_none(tmp_path):
    harness = await with_user(VIEWER, harness=Harness())
    await defined(harness)
    async with browsing(harness, tmp_path) as browser:
        await browser.log_in()
        page = await browser.get("/mail")
        assert page.status == 200 and "<select" not in page.text.partition("<main")[2]
        page = await browser.get(ROUTE)
        assert page.status == 200 and "Only an administrator" in page.text
        assert (await browser.post(ROUTE, do="begin", way="paste")).status == 403
        # It is not even opened: it would take hours.
        page = await brought(browser, slow_pfx(), PASSPHRASE)
        assert page.status == 403 and "administrator" in page.text
        assert (await browser.get(f"{ROUTE}/steps.md")).status == 403


async def test_a_registration_is_saved_with_its_secret_which_no_page_shows(harness, browser):
    await defined(harness)
    await browser.log_in()
    page = await browser.get(ROUTE)
    given = {
        "etag": re.search(r'name="etag" value="(\w+)"', page.text).group(1),
        "cloud": "microsoft365",
        "client_id": "22222222-2222-3333-4444-555555555555",
        "mailbox": "noroshi@example.com",
        "tenant": "",
        "secret": CANARY,
        "secret_ends": "2027-03-01",
    }
    page = await browser.post(ROUTE, do="save", **given)
    assert page.status == 303 and "check=1" in page.to
    said = await in_force(harness, "accounts/box")
    assert said == BOX | {
        "client_id": given["client_id"],
        "tenant": "example.com",
        "secret_ends": "2027-03-01",
    }
    assert (await harness.vault.get("app")).reveal() == CANARY
    assert CANARY not in (await browser.get(ROUTE)).text


async def test_the_secret_s_id_is_told_apart_and_what_was_typed_stays(harness, browser):
    await defined(harness)
    await browser.log_in()
    page = await browser.get(ROUTE)
    tag = re.search(r'name="etag" value="(\w+)"', page.text).group(1)
    id = "33333333-2222-3333-4444-555555555555"
    given = {
        "etag": tag,
        "cloud": "microsoft365",
        "mailbox": "other@example.com",
        "tenant": "example.com",
        "client_id": BOX["client_id"],
    }
    page = await browser.post(ROUTE, do="save", secret=id, **given)
    assert page.status == 400 and "This looks like the Secret ID" in page.text
    assert "other@example.com" in page.text and id not in page.text
    given["etag"] = re.search(r'name="etag" value="(\w+)"', page.text).group(1)
    assert (await browser.post(ROUTE, do="save", secret=CANARY, **given)).status == 303


async def test_the_browser_comes_back_to_the_manager_and_completes_the_sign_in(
    harness, browser
):
    await with_secret(harness)
    await browser.log_in()
    page = await sent(browser, "begin", way="browser")
    port = browser.url.rpartition(":")[2]
    back = f"http://localhost:{port}/MxMail/"
    assert f"redirect_uri={back}" in link(page.text, "go")
    page = await browser.get("/MxMail/?code=good&state=S")
    assert page.status == 303 and page.to == f"{browser.url}{ROUTE}?did=signed_in"
    assert (await browser.get(ROUTE)).text.count("ready") > 0
    assert (await browser.get("/MxMail/?code=good&state=S")).status == 404


async def test_it_comes_back_without_its_cookie_where_it_calls_the_node_another_name(
    harness, browser, tmp_path
):
    """127.0.0.1 and localhost are two places to a browser."""
    await with_secret(harness)
    await browser.log_in()
    await sent(browser, "begin", way="browser")
    cookies = browser.session.cookie_jar
    kept = list(cookies)
    cookies.clear()
    page = await browser.get("/MxMail/?code=good&state=S")
    assert page.status == 303 and page.headers["referrer-policy"] == "no-referrer"
    assert kept
    (row,) = [one for one in await harness.store.audit_log(50) if one.op == "authorize_finish"]
    assert (row.who, row.door) == ("sato", "web")


async def test_nobody_who_does_not_know_the_state_ends_there(harness, browser):
    await with_secret(harness)
    await browser.log_in()
    await sent(browser, "begin", way="browser")
    for query in ("?code=good&state=T", "?code=good", "", "?code=good&state="):
        assert (await browser.get(f"/MxMail/{query}")).status == 404
    assert (await browser.get("/Other/?code=good&state=S")).status == 404
    assert (await browser.post("/MxMail/?code=good&state=S")).status in (404, 405)


async def test_whoever_logged_out_meanwhile_completes_nothing(harness, browser):
    await with_secret(harness)
    await browser.log_in()
    await sent(browser, "begin", way="browser")
    await browser.get("/mail")
    await browser.post("/logout")
    page = await browser.get("/MxMail/?code=good&state=S")
    assert page.status == 401 and "Log in and restart the sign-in" in page.text


async def test_what_the_provider_refuses_is_told_where_the_browser_ends(harness, browser):
    await with_secret(harness)
    await browser.log_in()
    await sent(browser, "begin", way="browser")
    page = await browser.get("/MxMail/?code=bad&state=S")
    assert page.status == 409 and "The code was refused." in page.text
    assert f'href="{browser.url}{ROUTE}"' in page.text


async def test_a_redirect_that_leads_elsewhere_is_pasted(harness, browser):
    box = BOX | {"redirect": "https://mail.example.com/back"}
    await defined(harness, accounts__box=box)
    await browser.log_in()
    page = await browser.get(ROUTE)
    assert "cannot return automatically" in page.text


async def test_a_pasted_address_completes_it_and_a_wrong_one_is_told_why(harness, browser):
    await with_secret(harness)
    await browser.log_in()
    page = await sent(browser, "begin", way="paste")
    assert "redirect_uri=http://localhost/MxMail/" in link(page.text, "go")
    page = await browser.post(ROUTE, do="finish", way="paste", pasted="http://localhost/")
    assert page.status == 400 and "it contains no code" in page.text
    pasted = ' "http://localhost/MxMail/?code=good&amp;\nstate=S" '
    page = await browser.post(ROUTE, do="finish", way="paste", pasted=pasted)
    assert page.to == f"{ROUTE}?did=signed_in#main"


async def test_without_a_secret_nobody_is_sent_to_sign_in(harness, browser):
    await defined(harness)
    await browser.log_in()
    page = await sent(browser, "begin", way="browser")
    assert page.status == 409 and "not in the vault yet" in page.text


async def test_a_code_stands_there_until_it_is_typed(harness, browser):
    await with_secret(harness)
    await browser.log_in()
    page = await sent(browser, "device", way="device")
    assert "ABCD-1234" in page.text and 'hx-trigger="load delay:5s"' in page.text
    assert "ABCD-1234" in (await browser.get(f"{ROUTE}/device")).text
    assert "ABCD-1234" in (await browser.get(f"{ROUTE}?way=device")).text
    harness.server.on_device = GIVEN
    page = await browser.get(f"{ROUTE}/device")
    assert f"{ROUTE}?did=signed_in" in page.text and "hx-get" not in page.text


async def test_a_code_that_holds_no_more_says_so(harness, browser):
    await with_secret(harness)
    await browser.log_in()
    await sent(browser, "device", way="device")
    harness.time.pass_by(seconds=1000)
    page = await browser.get(f"{ROUTE}/device")
    assert "The code has expired" in page.text and "ABCD-1234" not in page.text


async def test_no_link_can_show_somebody_a_code_that_is_not_theirs(harness, browser):
    """Else they might sign in whoever made the link."""
    await with_secret(harness)
    await browser.log_in()
    query = "code=EVIL-CODE&url=https://evil.example/&until=2099-01-01T00:00:00Z"
    page = await browser.get(f"{ROUTE}/device?{query}")
    assert "EVIL-CODE" not in page.text and "evil.example" not in page.text


async def test_an_app_signs_in_by_a_certificate_that_is_made_here(harness, browser):
    await defined(harness)
    await browser.log_in()
    page = await sent(browser, "certificate_new", way="app_certificate")
    assert page.status == 303
    said = await in_force(harness, "accounts/box")
    assert (said["sign_in"], said["certificate"]) == ("app", "box-cert")
    assert "secret" not in said
    page = await browser.get(f"{ROUTE}?way=app_certificate")
    assert "Upload the .cer" in page.text
    page = await browser.get(f"{ROUTE}/certificate.cer")
    assert page.text.startswith("-----BEGIN CERTIFICATE-----") and "KEY" not in page.text
    assert 'filename="noroshi-box.cer"' in page.headers["content-disposition"]


async def brought(browser, content=None, passphrase="", pem="", **more):
    """A certificate, as the browser sends the form of it."""
    await browser.get(f"{ROUTE}?way=app_certificate")
    fields = {"csrf": browser.csrf, "do": "certificate_import", "way": "app_certificate"}
    form = FormData(fields | {"replace": "1", "passphrase": passphrase, "pem": pem} | more)
    form.add_field("file", content or b"", filename="app.pfx" if content else "")
    return await browser.ask("POST", ROUTE, data=form)


@pytest.mark.parametrize(
    "given",
    [(pfx(), PASSPHRASE), (CERTIFICATE + KEY, ""), (None, "", (CERTIFICATE + KEY).decode())],
    ids=["PFX", "PEM", "PEM as text"],
)
async def test_a_certificate_that_was_made_elsewhere_is_brought_along(harness, browser, given):
    await defined(harness)
    await browser.log_in()
    page = await brought(browser, *given)
    assert page.to == f"{ROUTE}?did=saved&way=app_certificate#sign-in"
    assert (await in_force(harness, "accounts/box"))["sign_in"] == "app"
    page = await browser.get(f"{ROUTE}?way=app_certificate")
    assert describe((KEY + CERTIFICATE).decode()).thumbprints.sha1.upper() in page.text
    kept = (await harness.vault.get("box-cert")).reveal()
    assert kept.encode() == KEY + CERTIFICATE
    line = KEY.decode().splitlines()[1]
    rows = repr(await harness.store.audit_log(100))
    assert not any(one in page.text + rows for one in (line, PASSPHRASE))


@cache
def of_a_day(days):
    """A certificate that holds for one day, so many days from now."""
    return make("other", DAWN + timedelta(days=days), 1).reveal().encode()


def unfit():
    """Return a file that is no certificate with its key, and the problem."""
    yield pytest.param((), "Choose a file", id="nothing")
    yield pytest.param((pfx(), PASSPHRASE, KEY.decode()), "not both", id="file and text")
    yield pytest.param((pfx(), "wrong-canary"), "does not open the file", id="wrong password")
    yield pytest.param((pfx(),), "protected by a passphrase", id="no password")
    yield pytest.param((CERTIFICATE,), "not its private key", id="no key")
    yield pytest.param((DER,), "not its private key", id="no key, in DER")
    yield pytest.param((KEY,), "not its certificate", id="no certificate")
    yield pytest.param((b"GIF89a",), "must be PEM or PFX", id="something else")
    yield pytest.param((of_a_day(-9), ""), "certificate expired on 2026-03-", id="has ended")
    yield pytest.param((of_a_day(9), ""), "is not valid before 2026-04-", id="has not begun")
    yield pytest.param((b"x" * ((64 << 10) + 1),), "exceeds 64 KiB", id="too much")


@pytest.fixture
async def entered(harness, browser):
    """The browser of who has logged in to a node whose app has a secret."""
    await with_secret(harness)
    await browser.log_in()
    return browser


@sweep(("given", "words"), unfit)
async def test_what_is_no_certificate_with_its_key_is_told_and_changes_nothing(
    harness, entered, given, words
):
    page = await brought(entered, *given)
    assert page.status == 400 and words in page.text
    assert "sign_in" not in await in_force(harness, "accounts/box")
    assert "wrong-canary" not in page.text and KEY.decode()[40:90] not in page.text
    assert "box-cert" not in await harness.vault.names()


async def test_a_certificate_that_has_ended_does_not_take_the_place_of_the_one_in_use(
    harness, browser
):
    await defined(harness)
    await browser.log_in()
    await brought(browser, CERTIFICATE + KEY)
    assert (await brought(browser, of_a_day(-9))).status == 400
    assert (await harness.vault.get("box-cert")).reveal().encode() == KEY + CERTIFICATE
    with pytest.raises(ErrorAnswer, match="invalid: This certificate expired on 2026-03-"):
        await InProcessClient(harness)(
            "certificate_import", name="box", pem=of_a_day(-9).decode(), replace=True
        )


async def test_a_certificate_that_is_refused_takes_another_one_s_place_only_if_that_is_said(
    harness, browser
):
    await defined(harness)
    await browser.log_in()
    await brought(browser, CERTIFICATE + KEY)
    other = make("other", harness.time.now, 30).reveal()
    harness.server.refused = {other}
    page = await brought(browser, other.encode())
    assert page.status == 503 and "no certificate with the thumbprint" in page.text
    assert "select the check box below" in page.text and "--force" not in page.text
    assert 'name="force"' in page.text
    assert (await harness.vault.get("box-cert")).reveal().encode() == KEY + CERTIFICATE
    page = await brought(browser, other.encode(), force="on")
    assert page.to == f"{ROUTE}?did=saved&way=app_certificate#sign-in"
    assert (await harness.vault.get("box-cert")).reveal() == other


async def test_a_secret_that_is_refused_takes_another_one_s_place_only_if_that_is_said(
    harness, browser
):
    await with_secret(harness)
    await browser.log_in()
    given = {name: BOX[name] for name in ("cloud", "mailbox", "tenant", "client_id")}
    given |= {"do": "save", "secret": OLD_SECRET}
    for forced in ("", "on"):
        page = await browser.get(ROUTE)
        tag = re.search(r'name="etag" value="(\w+)"', page.text).group(1)
        page = await browser.post(ROUTE, **given, etag=tag, force=forced)
        kept = (await harness.vault.get("app")).reveal()
        assert kept == (OLD_SECRET if forced else CANARY)
        assert ("in the vault is unchanged" in page.text) is not bool(forced)
        assert ('name="force"' in page.text) is not bool(forced)
        assert ("Client secret: Enter the correct one." in page.text) is not bool(forced)
        assert "--force" not in page.text


async def saved_with(harness, browser, **given):
    """The form of the app's registration, with these fields changed."""
    page = await browser.get(ROUTE)
    tag = re.search(r'name="etag" value="(\w+)"', page.text).group(1)
    fields = {name: BOX[name] for name in ("cloud", "mailbox", "tenant", "client_id")}
    return await browser.post(ROUTE, **(fields | {"do": "save", "etag": tag} | given))


async def test_a_day_of_end_that_is_over_is_told_at_its_field(harness, browser):
    await with_secret(harness)
    await browser.log_in()
    over = str((harness.time.now - timedelta(days=40)).date())
    page = await saved_with(harness, browser, secret_ends=over, secret=OLD_SECRET)
    assert page.status == 400 and f"{over} has already passed" in page.text
    assert re.search(r'<input id="f-end"[^>]*aria-invalid="true"', page.text)
    assert "secret_ends" not in await in_force(harness, "accounts/box")
    assert (await harness.vault.get("app")).reveal() == CANARY


async def test_a_new_secret_wants_a_day_of_its_own_where_the_old_one_has_ended(
    harness, browser
):
    over = str((harness.time.now - timedelta(days=40)).date())
    await defined(harness, accounts__box=BOX | {"secret_ends": over})
    await InProcessClient(harness)("set_secret", name="app", value=CANARY)
    await browser.log_in()
    page = await saved_with(harness, browser, secret_ends=over, secret="a~new~one")
    assert page.status == 400 and f"{over} has already passed" in page.text
    assert re.search(r'<input id="f-end"[^>]*aria-invalid="true"', page.text)
    assert (await harness.vault.get("app")).reveal() == CANARY
    page = await saved_with(harness, browser, secret_ends=over, mailbox="other@example.com")
    assert page.status == 303  # nothing is said of the secret that has ended
    page = await saved_with(harness, browser, secret_ends="", secret="a~new~one")
    assert page.status == 303
    assert (await harness.vault.get("app")).reveal() == "a~new~one"


class Full(MemoryStore):
    """No secret finds a place in it any more, once it is full."""

    full = False

    async def put_secret(self, name, sealed):
        if self.full:
            raise StoreError("database or disk is full")
        await super().put_secret(name, sealed)


@pytest.mark.parametrize("deed", ["certificate_new", "certificate_import"])
async def test_a_vault_that_takes_nothing_leaves_the_account_as_it_was(tmp_path, deed):
    harness = await with_user(harness=Harness(store=Full()))
    await with_secret(harness)
    before = await in_force(harness, "accounts/box")
    async with browsing(harness, tmp_path) as browser:
        await browser.log_in()
        await browser.get(f"{ROUTE}?way=app_certificate")
        harness.store.full = True
        pem = (CERTIFICATE + KEY).decode()
        page = await browser.post(ROUTE, do=deed, way="app_certificate", pem=pem)
        assert page.status == 503
    assert await in_force(harness, "accounts/box") == before


async def test_an_app_signs_in_by_its_secret_alone(harness, browser):
    await with_secret(harness)
    await browser.log_in()
    page = await sent(browser, "prove", way="app_secret")
    assert page.to == f"{ROUTE}?did=signed_in#main"
    assert (await in_force(harness, "accounts/box"))["sign_in"] == "app"
    page = await browser.get(f"{ROUTE}/token")
    assert "Signed in as" in page.text and "the app itself" in page.text


async def test_who_signed_in_is_not_guessed_where_the_token_does_not_say(harness, browser):
    await with_secret(harness)
    await browser.log_in()
    await sent(browser, "begin", way="paste")
    pasted = "http://localhost/MxMail/?code=good&state=S"
    await browser.post(ROUTE, do="finish", way="paste", pasted=pasted)
    page = await browser.get(f"{ROUTE}/token")
    assert "Token details" in page.text
    assert "Signed in as" not in page.text and "the app itself" not in page.text


TOKEN = Person("ci", roles_up_to(ADMIN), "api", "192.0.2.7", reauthenticated=False)
ELSEWHERE = {
    "token_endpoint": "https://evil.example/token",
    "authorization_endpoint": "https://evil.example/authorize",
    "scope": "mail",
    "app_scope": "mail",
    "smtp_host": "mail.example.com",
}


async def test_a_secret_goes_only_to_the_server_that_the_page_has_shown(harness, browser):
    await defined(harness)
    await browser.log_in()
    page = await browser.get(ROUTE)
    assert "The value is sent to login.microsoftonline.com:443." in page.text
    shown = forms_of(page.text)
    form = next(one for one in shown if ("do", "save") in one.buttons)
    led = {"clouds__own": ELSEWHERE, "accounts__box": BOX | {"cloud": "own"}}
    told = await run_as_json(harness.service, TOKEN, "apply", {"documents": documents(**led)})
    assert "ok" in told
    page = await browser.get(ROUTE)
    assert "evil.example:443, which was set with the API token ci" in page.text
    later = next(one for one in forms_of(page.text) if ("do", "save") in one.buttons)
    fields = later.fields | {"secret": CANARY, "secret_ends": "2027-03-01", "do": "save"}
    page = await browser.post(ROUTE, **fields | {"to": form.fields["to"]})
    assert page.status == 409 and "evil.example:443" in page.text
    assert "app" not in await harness.vault.names()
    again = next(one for one in forms_of(page.text) if ("do", "save") in one.buttons)
    page = await browser.post(ROUTE, **fields | {"etag": again.fields["etag"]})
    assert (await harness.vault.get("app")).reveal() == CANARY


async def test_a_certificate_is_not_kept_where_it_would_be_sent(harness, browser):
    keyed = BOX | {"certificate": "box-cert", "secret_next": "box-cert"}
    await defined(harness, accounts__other=keyed | {"mailbox": "other@example.com"})
    await browser.log_in()
    page = await sent(browser, "certificate_new", way="app_certificate")
    assert page.status == 409 and "accounts/other" in page.text


BARE = {name: value for name, value in BOX.items() if name != "secret"}


async def with_a_name_that_is_taken(harness, entry="box", **account):
    """The account names no secret, and another one's bears the name that it would have."""
    other = {**BOX, "mailbox": "other@example.com", "secret": entry}
    await defined(harness, accounts__box={**BARE, **account}, accounts__other=other)
    await InProcessClient(harness)("set_secret", name=entry, value="another one's")


async def test_a_secret_for_an_account_without_one_takes_no_other_ones_place(harness, browser):
    await with_a_name_that_is_taken(harness)
    await browser.log_in()
    page = await browser.get(ROUTE)
    given = {name: BARE[name] for name in ("cloud", "tenant", "client_id", "mailbox")}
    given["etag"] = re.search(r'name="etag" value="(\w+)"', page.text).group(1)
    page = await browser.post(
        ROUTE, do="save", **given, secret=CANARY, secret_ends="2027-03-01"
    )
    assert page.status == 303
    assert (await harness.vault.get("box")).reveal() == "another one's"
    entry = (await in_force(harness, "accounts/box"))["secret"]
    assert (await harness.vault.get(entry)).reveal() == CANARY


async def test_a_key_file_for_an_account_without_one_takes_no_other_ones_place(
    harness, browser
):
    await with_a_name_that_is_taken(harness, cloud="google", tenant="")
    await browser.log_in()
    key = {
        "type": "service_account",
        "client_email": "a@p.example",
        "private_key": KEY.decode(),
    }
    key |= {"private_key_id": "1", "token_uri": "https://oauth2.googleapis.com/token"}
    await sent(browser, "prove", way="app_secret", key_file=json.dumps(key))
    assert (await harness.vault.get("box")).reveal() == "another one's"
    entry = (await in_force(harness, "accounts/box"))["secret"]
    assert json.loads((await harness.vault.get(entry)).reveal()) == key


@pytest.mark.parametrize("deed", ["certificate_new", "certificate_import"])
async def test_a_certificate_for_an_account_without_one_takes_no_other_ones_place(
    harness, browser, deed
):
    await with_a_name_that_is_taken(harness, "box-cert")
    await browser.log_in()
    pem = (CERTIFICATE + KEY).decode()
    page = await sent(browser, deed, way="app_certificate", pem=pem, replace="1")
    assert page.status == 409 and "accounts/other" in page.text
    assert (await harness.vault.get("box-cert")).reveal() == "another one's"
    assert await in_force(harness, "accounts/box") == BARE


async def test_the_administrator_s_steps_have_the_values_in_them(harness, browser):
    await defined(harness)
    await browser.log_in()
    page = await browser.get(f"{ROUTE}?way=app_certificate")
    assert f"-AppId {BOX['client_id']}" in page.text and "data-copy=" in page.text
    page = await browser.get(f"{ROUTE}/steps.md?way=app_certificate")
    assert page.text.startswith("# Noroshi: steps for the Microsoft 365 administrator")
    assert "attachment" in page.headers["content-disposition"]


async def test_a_password_goes_into_the_vault_and_never_comes_back(harness, browser):
    await defined(harness, routes__plain={"kind": "post", "options": {"password": "relay"}})
    await browser.log_in()
    page = await browser.get("/mail/route/plain")
    assert "The vault has no “relay” yet" in page.text
    page = await browser.post("/mail/route/plain", do="entry", entry="relay", value=CANARY)
    assert page.to == "/mail/route/plain?did=secret"
    assert (await harness.vault.get("relay")).reveal() == CANARY
    assert CANARY not in (await browser.get(page.to)).text


@pytest.mark.parametrize(
    ("way", "do", "leaves"),
    [("browser", "begin", True), ("paste", "open", True), ("paste", "begin", False)],
)
async def test_one_click_leads_to_the_sign_in_page(harness, browser, way, do, leaves):
    await with_secret(harness)
    await browser.log_in()
    page = await sent(browser, do, f"{ROUTE}?way={way}", way=way)
    assert page.status == 200 and link(page.text, "go").startswith("https://")
    assert (" data-leave>" in page.text) is leaves
    assert "noroshi@example.com" in page.text  # as whom to sign in


async def test_a_diagnosis_is_told_as_its_stages_come(harness, browser):
    await defined(harness, routes__seen={"kind": "examined"})
    await browser.log_in()
    page = await sent(browser, "examine", "/mail/route/seen", to="ops@example.com")
    assert page.status == 303 and "exam=" in page.to
    page = await browser.get(page.to.partition("#")[0])
    assert 'id="exam"' in page.text


async def test_a_test_mail_shows_how_far_it_came(harness, browser):
    await defined(harness)
    await browser.log_in()
    page = await sent(browser, "send", "/mail/route/plain", to="ops@example.com")
    page = await browser.get(page.to.partition("#")[0])
    assert 'id="testmail"' in page.text and "Waiting for acceptance" in page.text
    assert 'inputmode="email" value="ops@example.com"' in page.text  # to send another one there
    next = re.search(r'hx-get="([^"]+/test[^"]+)"', page.text).group(1)
    assert 'class="relay"' in (await browser.get(next)).text


async def test_a_test_mail_that_was_taken_lights_the_route_itself(harness, browser):
    await defined(harness)
    await browser.log_in()
    page = await sent(browser, "send", "/mail/route/plain", to="ops@example.com")
    page = await browser.get(page.to.partition("#")[0])
    assert "Last accepted" not in page.text
    next = re.search(r'hx-get="([^"]+/test[^"]+)"', page.text).group(1)
    assert "hx-partial" not in (await browser.get(next)).text
    await harness.attempted("plain", Verdict.ACCEPTED, "2.0.0 OK", 250)
    told = (await browser.get(next)).text
    assert re.search(r'hx-target="#last"[^>]*>[^<]*Last accepted <time[^>]*>\d\d:\d\d<', told)
    way = told.partition('hx-target="#way"')[2]
    assert re.search(r'is-lit"><[^>]*>Accepted<', way)
    page = (await browser.get("/mail/route/plain")).text
    assert all(f'id="{name}"' in page for name in ("how", "last", "way"))


async def test_whoever_finds_the_test_mail_in_the_inbox_says_so_beside_it(harness, browser):
    await defined(harness)
    await browser.log_in()
    page = await sent(browser, "send", "/mail/route/plain", to="ops@example.com")
    page = await browser.get(page.to.partition("#")[0])
    assert 'value="seen"' not in page.text  # nobody can have it yet
    next = re.search(r'hx-get="([^"]+/test[^"]+)"', page.text).group(1)
    await harness.attempted("plain", Verdict.ACCEPTED, "2.0.0 OK", 250)
    told = (await browser.get(next)).text
    (form,) = (one for one in forms_of(told) if ("do", "seen") in one.buttons)
    page = await browser.post(form.action, **form.fields, do="seen")
    assert page.status == 303
    page = (await browser.get(page.to.partition("#")[0])).text
    assert "Arrival in the inbox is confirmed by sato." in page and 'value="seen"' not in page
    way = page.partition('id="way"')[2].partition("</ol>")[0]
    assert 'is-lit"><b>Arrival confirmed' in way


async def test_a_test_mail_that_nobody_took_was_seen_by_nobody(harness, browser):
    await defined(harness)
    await browser.log_in()
    await sent(browser, "send", "/mail/route/plain", to="ops@example.com")
    id = (await harness.store.queue())[0].envelope.id
    await browser.get("/mail/route/plain")
    page = await browser.post("/mail/route/plain", do="seen", mail=id)
    assert page.status == 409 and "no server has accepted it yet" in page.text


class Overtaken(MemoryStore):
    """What is done right after it told when routes last took a mail."""

    afterwards = None

    async def last_accepted(self):
        told = await super().last_accepted()
        done, self.afterwards = self.afterwards, None
        if done is not None:
            await done
        return told


async def test_a_test_mail_that_is_taken_while_its_page_is_made_lights_the_route_too(tmp_path):
    store = Overtaken()
    harness = await with_user(harness=Harness(store=store))
    await defined(harness)
    async with browsing(harness, tmp_path) as browser:
        await browser.log_in()
        to = (await sent(browser, "send", "/mail/route/plain", to="ops@example.com")).to
        store.afterwards = harness.attempted("plain", Verdict.ACCEPTED, "2.0.0 OK", 250)
        page = (await browser.get(to.partition("#")[0])).text
        asks_again = re.search(r'id="testmail"[^>]* hx-get="([^"]+)"', page)
        told = (await browser.get(asks_again.group(1))).text if asks_again else page
        assert re.search(r'"#?last"[^>]*>[^<]*Last accepted <time[^>]*>\d\d:\d\d<', told)


async def test_a_route_that_is_not_there_has_no_page(harness, browser):
    await browser.log_in()
    assert (await browser.get("/mail/route/nowhere")).status == 404


async def test_an_operator_sends_a_test_mail_and_signs_nothing_in(tmp_path):
    harness = await with_user(OPERATOR, harness=Harness())
    await defined(harness)
    async with browsing(harness, tmp_path) as browser:
        await browser.log_in()
        page = await browser.get("/mail/route/plain")
        assert 'value="send"' in page.text and 'value="examine"' not in page.text
        page = await browser.post("/mail/route/plain", do="send", to="ops@example.com")
        page = await browser.get(page.to.partition("#")[0])
        assert "Waiting for acceptance" in page.text


@pytest.mark.parametrize("path", ["/mail", ROUTE, "/mail/edit?key=routes/m365", "/mail/new"])
async def test_names_that_others_gave_are_shown_as_text(harness, browser, path):
    route = CONTENT["routes/m365"] | {"title": EVIL}
    await defined(harness, routes__m365=route, accounts__box=BOX | {"client_id": EVIL})
    await browser.log_in()
    page = await browser.get(path)
    assert page.status == 200 and EVIL not in page.text


def test_one_route_alone_is_not_called_every_route():
    well = route_status("m365")
    for count, told in ((1, "only one route"), (2, "through every route (2)")):
        assert told in heading(LOCALIZERS["en"], [well] * count, {})


async def test_routes_and_contacts_go_by_their_titles_wherever_mails_are_shown(
    harness, browser
):
    ask = InProcessClient(harness)
    everybody = {"addresses": ["ops@example.com"], "title": "Everybody on call"}
    await apply_definitions(ask, contacts__ops=everybody)
    (mail,) = (await ask("send", to=["ops"], routes=["plain"], subject="s", text="t"))["ids"]
    await browser.log_in()
    for path in ("/queue", "/queue?q=on+call+old+server", f"/queue/mail?id={quote(mail)}"):
        page = (await browser.get(path)).text
        assert "Everybody on call" in page and "Old server" in page
    await harness.attempted("plain", Verdict.DEFERRED, "later", 451)
    page = (await browser.get(f"/queue/mail?id={quote(mail)}")).text
    assert "Old server → ops@example.com" in page
