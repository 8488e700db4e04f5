"""The first start's pages: each step is kept, nothing of somebody else's is overwritten."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest

from noroshi.checks import BUILT_IN as CHECKS
from noroshi.core.mail import Verdict
from noroshi.core.roles import OPERATOR
from noroshi.core.translation import bilingual
from noroshi.oauth.provider import Pending, SignInError
from noroshi.transports import BUILT_IN as TRANSPORTS
from noroshi.vault import Secret
from noroshi.web.view.first_problems import problems_at_fields
from noroshi.web.view.form_operations import Outcome
from tests.service.clients import InProcessClient
from tests.service.harness import NO_APP, NO_TENANT, OLD_SECRET, Harness, SignInServer
from tests.service.setup.test_first_steps import FOUND, number_in_the_mail
from tests.web.browser import GOOD, browsing, with_user

pytestmark = pytest.mark.logged_in

PERSON = {"title": "Operations", "addresses": "a@example.com, b@example.com"}
PERSON |= {"language": "ja", "zone": "Asia/Tokyo"}
SERVER = {"way": "server", "host": "mail.example.com", "sender": "noroshi@example.com"}
SERVER |= {"protection": "starttls", "port": "", "user": "", "secret": ""}
MICROSOFT = {"way": "microsoft365", "mailbox": "noroshi@example.com", "cloud": "microsoft365"}
MICROSOFT |= {"tenant": "example.onmicrosoft.com", "secret_ends": "2027-01-31"}
MICROSOFT |= {"client_id": "11111111-2222-3333-4444-555555555555"}
SECRET = "Abc8Q~canary.value-of-the-portal"


def empty():
    return Harness(host=FOUND, checks=CHECKS, routes=TRANSPORTS)


@pytest.fixture
async def harness():
    return await with_user(harness=empty())


async def defined(harness):
    return {one.key: json.loads(one.body) for one in (await harness.store.current()).documents}


async def filled_in(browser, step, **form):
    await browser.get(f"/first/{step}")
    etag = browser.text.partition('name="etag" value="')[2].partition('"')[0]
    return await browser.post(
        f"/first/{step}", **({"etag": etag} if step in ("person", "mail") else {}), **form
    )


def confirmed(page):
    """Where it says that the arrival is confirmed, as a state or with its time."""
    return re.search(r"</i>\s*到達確認|<b>到達確認</b>\s*<span>\s*<time", page.text)


async def test_from_the_one_time_code_to_a_given_back_number(tmp_path):
    harness = empty()
    async with browsing(harness, tmp_path) as browser:
        await browser.get("/start")
        form = {"name": "sato", "password": GOOD, "again": GOOD}
        await browser.post("/start", code=harness.people.first_code(), **form)
        assert browser.to == "/first"
        assert (await browser.get("/first")).to == "/first/person"
        assert (await filled_in(browser, "person", **PERSON)).to == "/first/machine"
        assert (await browser.get("/first")).to == "/first/machine"
        assert "ディスク容量" in (await browser.get("/first/machine")).text
        await browser.post("/first/machine", **{"take.system/disk": "yes", "title": "FS01"})
        assert browser.to == "/first/mail"
        assert (await browser.get("/")).text.count('href="/first"') == 1
        assert (await filled_in(browser, "mail", **SERVER)).to == "/first/alarm"
        made = await defined(harness)
        assert made["rules/ops"]["routes"] == ["smtp1"]
        assert made["instances/node"]["rules"] == ["ops"]
        assert made["contacts/ops"]["addresses"] == ["a@example.com", "b@example.com"]
        assert (
            "宛先は Operations (a@example.com、b@example.com)"
            in (await browser.get("/first/alarm")).text
        )
        await filled_in(browser, "alarm", do="test_alarm")
        sent = (await InProcessClient(harness)("first_look"))["mail"]
        assert (await browser.get("/first")).to == "/first/alarm"
        assert 'hx-trigger="every 2s"' in (await browser.get("/first/alarm/way")).text
        await harness.attempted("smtp1", Verdict.ACCEPTED, "2.0.0 OK", 250)
        way = (await browser.get("/first/alarm/way")).text
        assert "hx-trigger" not in way and 'is-lit"><b>受領</b>' in way
        pages = (f"/queue/mail?id={sent}", "/mail", "/mail/route/smtp1", "/ledger")
        for path in pages:
            assert not confirmed(await browser.get(path)), path
        assert "確認していません" in (await browser.get(pages[0])).text
        await filled_in(browser, "alarm", do="seen", number="0000")
        assert browser.status == 400 and browser.text.count("番号ではありません") == 1
        number = await number_in_the_mail(InProcessClient(harness), sent)
        await filled_in(browser, "alarm", do="seen", number=number)
        assert (await browser.get("/first/alarm")).text.count('<li class="is-lit">') == 5
        assert 'href="/first"' not in (await browser.get("/")).text
        assert (await browser.get("/first")).to == "/"
        for path in pages:
            assert confirmed(await browser.get(path)), path
        mail = (await browser.get(pages[0])).text
        assert "sato が、メールの番号を入力して" in mail and "確認していません" not in mail
    async with browsing(harness, tmp_path) as browser:
        await browser.log_in()
        told = (await browser.get("/")).text.partition("<dt>Arrival confirmed</dt>")[2]
        assert "(by sato)" in told.partition("</dd>")[0]


async def test_a_test_alarm_that_waits_says_so_and_why_once(harness, browser):
    await filled_in(browser, "person", **PERSON)
    await filled_in(browser, "mail", **SERVER)
    await filled_in(browser, "alarm", do="test_alarm")
    why = bilingual(en="no STARTTLS there", ja="STARTTLS がありません")
    await harness.attempted("smtp1", Verdict.ROUTE_DOWN, words=why)
    page = (await browser.get("/first/alarm")).text
    assert "テスト アラームは待機しています" in page and page.count(why.ja) == 1


async def test_a_way_out_is_done_only_once_a_mail_was_taken_by_it(harness, browser):
    """A newcomer's dead server stood there as done, below a lamp that said "sent"."""
    await filled_in(browser, "person", **PERSON)
    await filled_in(browser, "mail", **SERVER)
    step = '<li class="is-done">4 '
    assert step not in (await browser.get("/first/alarm")).text
    await filled_in(browser, "alarm", do="test_alarm")
    why = bilingual(en="nobody answers there", ja="応答がありません")
    await harness.attempted("smtp1", Verdict.ROUTE_DOWN, words=why)
    page = (await browser.get("/first/alarm")).text
    assert step not in page and 'is-lit"><b>受領</b>' not in page
    assert '<li class="is-stuck"><b>送信</b>' in page
    await filled_in(browser, "alarm", do="test_alarm")
    harness.time.pass_by(minutes=20)
    await harness.attempted("smtp1", Verdict.ACCEPTED, "2.0.0 OK", 250)
    assert step in (await browser.get("/first/alarm")).text


async def test_a_mistake_is_told_and_what_was_typed_stays(harness, browser):
    await filled_in(browser, "person", **(PERSON | {"zone": "Asia/Tokio"}))
    assert browser.status == 400 and 'value="Asia/Tokio"' in browser.text
    await filled_in(browser, "machine", title="FS01")
    assert browser.status == 400 and 'value="FS01"' in browser.text
    await filled_in(browser, "mail", **(SERVER | {"sender": "nobody", "secret": SECRET}))
    assert browser.status == 400 and 'value="mail.example.com"' in browser.text
    assert SECRET not in browser.text and await defined(harness) == {}


WRONG = {
    "no zone": ("person", PERSON | {"zone": "Asia/Tokio"}, "zone", "タイム ゾーン"),
    "no address": ("person", PERSON | {"addresses": "nobody"}, "addresses", "メール アドレス"),
    "nobody": ("person", PERSON | {"addresses": ""}, "addresses", "メール アドレス"),
    "no sender": ("mail", SERVER | {"sender": "nobody"}, "sender", "差出人"),
    "no host": ("mail", SERVER | {"host": ""}, "host", "メール サーバー"),
    "no port": ("mail", SERVER | {"port": "99999"}, "port", "ポート"),
    "no end": ("mail", SERVER | {"port": "9" * 5_000}, "port", "ポート"),
    "no number": ("mail", SERVER | {"port": "abc"}, "port", "ポート"),
    "no mailbox": ("mail", MICROSOFT | {"mailbox": "nobody"}, "mailbox", "メールボックス"),
    "no app": ("mail", MICROSOFT | {"client_id": ""}, "client_id", "クライアント ID"),
    "no day": (
        "mail",
        MICROSOFT | {"secret_ends": "soon"},
        "secret_ends",
        "シークレットの期限",
    ),
    "no cloud": ("mail", MICROSOFT | {"cloud": "mars"}, "cloud", "クラウド"),
    "the secret's ID": (
        "mail",
        MICROSOFT | {"secret": "11111111-2222-3333-4444-555555555555"},
        "secret",
        "クライアント シークレット",
    ),
}
"""A step, what is sent with it, the field that is wrong and what people call it."""


@pytest.mark.parametrize("case", WRONG)
async def test_a_mistake_is_told_at_its_field_by_the_fields_own_name(browser, case):
    step, form, field, called = WRONG[case]
    await filled_in(browser, "person", **PERSON)
    await filled_in(browser, step, **form)
    head = browser.text.partition('id="why"')[2].partition("</div>")[0]
    assert browser.status == 400 and f"次の欄を修正してください: {called}</p>" in head
    assert browser.text.count('class="bad"') == 1 == browser.text.count("aria-invalid")
    told = browser.text.partition(f'id="{field}-bad">')[2].partition("<")[0]
    assert told and f'aria-describedby="{field}-bad' in browser.text
    said = head + told
    assert not any(
        word in said for word in (".toml", "options", "_", "sender", "port", "value")
    )


async def test_what_ended_since_it_was_shown_is_told_and_chosen_anew(browser):
    await filled_in(browser, "person", **PERSON)
    await filled_in(browser, "machine", title="FS01", **{"take.services/nginx": "yes"})
    head = browser.text.partition('id="why"')[2].partition("</div>")[0]
    assert browser.status == 400 and "見つからなくなりました" in head and "nginx" not in head


def test_what_no_field_stands_for_is_told_by_what_it_is_about():
    visit = SimpleNamespace(say=lambda text: text.en)
    where = "rules/night.toml: routes"
    done = Outcome(None, ("Bad.",), 400, problems=((where, "is none"),), kind="invalid")
    assert problems_at_fields(visit, done, {"zone": "Time zone"}, {}).reasons == (
        "Bad.",
        "Rule “night”: is none",
    )
    labels = {"by": "Delivery method", "sender": "Sender"}
    for where, what in (
        ("rules/night.toml: routes", "the sender is named by no route"),
        ("routes/m365.toml: options", "taken by another one"),
    ):
        done = Outcome(None, ("Bad.",), 400, problems=((where, what),), kind="invalid")
        assert problems_at_fields(visit, done, labels, {}).by_field == {}
    busy = Outcome(None, ("Busy.",), 409, problems=(("zone", "is none"),), kind="conflict")
    assert problems_at_fields(visit, busy, {"zone": "Time zone"}, {}).reasons == ("Busy.",)


async def test_microsoft_365_is_taken_by_graph_and_the_way_is_changed_later(harness, browser):
    await filled_in(browser, "person", **PERSON)
    assert 'name="by" value="smtp" checked' in (await browser.get("/first/mail")).text
    await filled_in(browser, "mail", by="graph", secret=SECRET, **MICROSOFT)
    assert browser.to == "/first/sign-in"
    made = await defined(harness)
    route = made["routes/graph1"]
    assert (route["kind"], route["options"]) == ("graph", {"account": "m365"})
    assert route["title"] == "Microsoft Graph" and made["rules/ops"]["routes"] == ["graph1"]
    await browser.get("/first/sign-in")
    assert "https://login.example.com/authorize" in browser.text
    await browser.post(
        "/first/sign-in", do="paste", pasted="http://localhost/MxMail/?code=good&state=S"
    )
    assert browser.to == "/first/alarm"
    assert 'name="by" value="graph" checked' in (await browser.get("/first/mail")).text
    await filled_in(browser, "mail", by="smtp", **MICROSOFT)
    again = (await defined(harness))["routes/graph1"]
    assert (again["kind"], again["title"]) == ("smtp", "SMTP サーバー 1")
    await filled_in(browser, "mail", **SERVER)
    again = (await defined(harness))["routes/graph1"]
    assert again["options"]["host"] == "mail.example.com" and "account" not in again["options"]


async def test_microsoft_365_is_defined_and_its_secret_sealed(harness, browser):
    await filled_in(browser, "person", **PERSON)
    await filled_in(browser, "mail", **MICROSOFT, secret=SECRET)
    assert browser.to == "/first/sign-in"
    made = await defined(harness)
    assert made["routes/smtp1"]["options"] == {"account": "m365"}
    assert made["accounts/m365"]["secret"] == "m365" and SECRET not in json.dumps(made)
    await browser.get("/first/sign-in")
    assert "https://login.example.com/authorize" in browser.text and SECRET not in browser.text
    assert 'type="password"' not in browser.text
    await browser.post(
        "/first/sign-in", do="paste", pasted="http://localhost/MxMail/?code=bad&state=S"
    )
    assert browser.status == 503 and "コードが断られました" in browser.text
    await browser.post(
        "/first/sign-in", do="paste", pasted="http://localhost/MxMail/?code=good&state=S"
    )
    assert browser.to == "/first/alarm"


async def test_without_a_tenant_the_mailboxs_domain_stands_for_it_as_in_the_wizard(
    harness, browser
):
    await filled_in(browser, "person", **PERSON)
    tenant = (await browser.get("/first/mail")).text.partition('name="tenant"')[2]
    assert "aria-required" not in tenant.partition(">")[0]
    await filled_in(browser, "mail", **MICROSOFT | {"tenant": ""}, secret=SECRET)
    assert browser.to == "/first/sign-in"
    assert (await defined(harness))["accounts/m365"]["tenant"] == "example.com"


@pytest.mark.parametrize(
    ("way", "name", "key"),
    [(MICROSOFT, "m365", "accounts/m365"), (SERVER | {"user": "a"}, "smtp1", "routes/smtp1")],
    ids=["Microsoft 365", "a mail server"],
)
async def test_its_secret_takes_no_other_ones_place(harness, browser, way, name, key):
    await filled_in(browser, "person", **PERSON)
    await InProcessClient(harness)("set_secret", name=name, value="another one's")
    await filled_in(browser, "mail", **way | {"secret": SECRET})
    made = (await defined(harness))[key]
    entry = made.get("secret") or made["options"]["password"]
    assert (await harness.vault.get(name)).reveal() == "another one's"
    assert (await harness.vault.get(entry)).reveal() == SECRET


NOT_TAKEN = {
    "no such tenant": (MICROSOFT | {"tenant": NO_TENANT}, "tenant", "テナントはありません"),
    "no such app": (MICROSOFT | {"client_id": NO_APP}, "client_id", "アプリはありません"),
    "a secret that has ended": (MICROSOFT | {"secret": OLD_SECRET}, "secret", "期限が切れ"),
}
"""What is sent, the field at which it is told, and how."""


@pytest.mark.parametrize("case", NOT_TAKEN)
async def test_what_the_sign_in_server_does_not_know_is_told_at_its_field_at_once(
    harness, browser, case
):
    form, field, why = NOT_TAKEN[case]
    await filled_in(browser, "person", **PERSON)
    await filled_in(browser, "mail", **{"secret": SECRET} | form)
    assert browser.status == 400, browser.to
    told = browser.text.partition(f'id="{field}-bad">')[2].partition("<")[0]
    assert why in told and browser.text.count('class="bad"') == 1
    assert await harness.vault.names() == []  # what was refused is kept nowhere
    etag = browser.text.partition('name="etag" value="')[2].partition('"')[0]
    await browser.post("/first/mail", etag=etag, **MICROSOFT, secret=SECRET)
    assert browser.to == "/first/sign-in"


async def test_a_secret_that_is_refused_does_not_take_the_place_of_one_that_is_kept(
    harness, browser
):
    await filled_in(browser, "person", **PERSON)
    await filled_in(browser, "mail", **MICROSOFT, secret=SECRET)
    await filled_in(browser, "mail", **MICROSOFT, secret=OLD_SECRET)
    assert browser.status == 400 and 'id="secret-bad"' in browser.text
    assert (await harness.vault.get("m365")).reveal() == SECRET


async def test_a_secret_that_is_typed_at_the_sign_in_is_tried_at_once_too(harness, browser):
    await filled_in(browser, "person", **PERSON)
    await filled_in(browser, "mail", **MICROSOFT, secret=SECRET)
    await harness.vault.remove("m365")
    await browser.get("/first/sign-in")
    await browser.post("/first/sign-in", do="secret", secret=OLD_SECRET)
    assert browser.status == 400 and 'id="secret-bad"' in browser.text
    assert await harness.vault.names() == []
    await browser.post("/first/sign-in", do="secret", secret=SECRET)
    assert "https://login.example.com/authorize" in (await browser.get("/first/sign-in")).text


async def test_a_secret_that_was_refused_is_typed_again_where_one_is(harness, browser):
    await filled_in(browser, "person", **PERSON)
    await filled_in(browser, "mail", **MICROSOFT, secret=SECRET)
    await harness.vault.put("m365", Secret(OLD_SECRET))  # it ends before anybody signs in
    await browser.get("/first/sign-in")
    pasted = "http://localhost/MxMail/?code=good&state=S"
    await browser.post("/first/sign-in", do="paste", pasted=pasted)
    assert browser.status == 503 and "--secret-file" not in browser.text
    assert 'name="secret"' in browser.text and "正しい値を入力し直してください" in browser.text
    await browser.post("/first/sign-in", do="secret", secret=SECRET)
    await browser.get("/first/sign-in")
    await browser.post("/first/sign-in", do="paste", pasted=pasted)
    assert browser.to == "/first/alarm"


async def ready_to_sign_in(browser, **changed):
    await filled_in(browser, "person", **PERSON)
    await filled_in(browser, "mail", **MICROSOFT, secret=SECRET, **changed)
    return (await browser.get("/first/sign-in")).text


async def test_a_browser_at_localhost_signs_in_and_comes_back_by_itself(harness, browser):
    text = await ready_to_sign_in(browser)
    back = f"http://localhost:{browser.url.rpartition(':')[2]}/MxMail/"
    opened = re.search(r'id="go" href="([^"]+)"', text)[1]
    assert f"redirect_uri={back}" in opened and 'id="pasted"' not in text
    page = await browser.get("/MxMail/?code=good&state=S")
    assert page.status == 303 and page.to == f"{browser.url}/first/alarm"


async def test_whoever_is_refused_in_this_browser_is_led_back_to_the_sign_in(harness, browser):
    await ready_to_sign_in(browser)
    page = await browser.get("/MxMail/?code=bad&state=S")
    assert page.status == 409 and f'href="{browser.url}/first/sign-in"' in page.text


async def test_the_address_is_pasted_where_the_sign_in_would_end_elsewhere(harness, browser):
    await ready_to_sign_in(browser)
    text = (await browser.get("/first/sign-in?way=paste")).text
    assert 'id="pasted"' in text and "redirect_uri=http://localhost/MxMail/" in text
    account = (await defined(harness))["accounts/m365"] | {
        "redirect": "https://a.example.com/b"
    }
    await InProcessClient(harness)("definition_change", put={"accounts/m365": account})
    text = (await browser.get("/first/sign-in")).text
    assert 'id="pasted"' in text and 'id="go"' not in text and "way=device" in text


class OneAfterTheOther(SignInServer):
    """Each of its sign-ins has a state of its own."""

    begun = 0

    async def begin(self, *given):
        self.begun += 1
        attempt = await super().begin(*given)
        return replace(attempt, state=f"S{self.begun}")


async def test_after_an_address_that_was_pasted_wrongly_the_right_one_still_signs_in(tmp_path):
    harness = await with_user(harness=empty())
    harness.server = OneAfterTheOther()
    async with browsing(harness, tmp_path) as browser:
        await browser.log_in()
        await filled_in(browser, "person", **PERSON)
        await filled_in(browser, "mail", **MICROSOFT, secret=SECRET)
        await browser.get("/first/sign-in")
        state = f"S{harness.server.begun}"
        await browser.post("/first/sign-in", do="paste", pasted="http://localhost/MxMail/")
        assert browser.status == 400 and "code がありません" in browser.text
        assert 'href="/first/sign-in"' in browser.text
        good = f"http://localhost/MxMail/?code=good&state={state}"
        await browser.post("/first/sign-in", do="paste", pasted=good)
        assert browser.to == "/first/alarm", browser.text


async def test_a_code_is_typed_elsewhere_and_the_page_goes_on_by_itself(harness, browser):
    await filled_in(browser, "person", **PERSON)
    await filled_in(browser, "mail", **MICROSOFT, secret=SECRET)
    await browser.get("/first/sign-in?way=device")
    await browser.post("/first/sign-in", do="device")
    assert "ABCD-1234" in browser.text and 'hx-trigger="load delay:5s"' in browser.text
    again = {"code": "ABCD-1234", "url": "https://login.example.com/device"}
    await browser.post("/first/sign-in", do="ask", **again)
    assert browser.status == 200 and "ABCD-1234" in browser.text
    assert "待っています" in browser.text
    harness.server.on_device = Pending(slow_down=True)
    await browser.post("/first/sign-in", do="ask", **again)
    assert 'hx-trigger="load delay:10s"' in browser.text  # as the server wants it
    words = bilingual(en="The code has expired.", ja="コードの期限が切れました。")
    harness.server.on_device = SignInError(words, error="expired_token", party="user")
    await browser.post("/first/sign-in", do="ask", **again)
    told = browser.text.partition('id="asked"')[2].partition("</p>")[0]  # what htmx shows of it
    assert words.ja in told and "待っています" not in told and "hx-trigger" not in told
    await browser.post("/first/sign-in", do="ask", code="X", url="javascript:alert(1)")
    assert "javascript:" not in browser.text


async def test_a_second_look_at_the_way_keeps_what_others_said_of_the_route(harness, browser):
    await filled_in(browser, "person", **PERSON)
    await filled_in(browser, "mail", **SERVER)
    route = (await defined(harness))["routes/smtp1"]
    route["options"]["charset"] = "iso-2022-jp"
    await InProcessClient(harness)(
        "definition_change", put={"routes/smtp1": route | {"connections": 2}}
    )
    await filled_in(browser, "mail", **(SERVER | {"host": "mx.example.com"}))
    again = (await defined(harness))["routes/smtp1"]
    assert again["options"]["host"] == "mx.example.com"
    assert (again["options"]["charset"], again["connections"]) == ("iso-2022-jp", 2)


async def test_a_route_that_was_renamed_meanwhile_is_not_made_a_second_time(harness, browser):
    await filled_in(browser, "person", **PERSON)
    await filled_in(browser, "mail", **MICROSOFT, secret=SECRET)
    mine = {"google": {"cloud": "google", "client_id": "1", "mailbox": "a@example.com"}}
    mine = {f"accounts/{name}": one for name, one in mine.items()}
    mine["routes/aside"] = {"kind": "smtp", "options": {"account": "google"}}
    await InProcessClient(harness)("definition_change", put=mine)
    await InProcessClient(harness)("definition_change", rename={"routes/smtp1": "main"})
    await browser.get("/first/sign-in")
    assert "https://login.example.com/authorize" in browser.text
    assert 'value="example.onmicrosoft.com"' in (await browser.get("/first/mail")).text
    await filled_in(browser, "mail", **MICROSOFT)
    made = await defined(harness)
    assert sorted(key for key in made if key.startswith("routes/")) == [
        "routes/aside",
        "routes/main",
    ]
    assert made["routes/aside"] == mine["routes/aside"]


async def test_of_two_who_begin_the_second_is_told(harness, browser):
    await browser.get("/first/person")
    mine = {"contacts/ops": {"addresses": ["other@example.com"]}}
    await InProcessClient(harness)("definition_change", put=mine)
    await browser.post("/first/person", etag="", **PERSON)
    assert browser.status == 409
    assert (await defined(harness))["contacts/ops"]["addresses"] == ["other@example.com"]


@pytest.mark.parametrize("way", [SERVER, MICROSOFT])
async def test_a_way_out_that_somebody_else_made_meanwhile_is_not_overwritten(
    harness, browser, way
):
    await filled_in(browser, "person", **PERSON)
    await browser.get("/first/mail")
    mine = {"routes/smtp1": {"kind": "smtp", "options": {"host": "b.example.com"}}}
    mine["routes/smtp1"]["options"]["sender"] = "other@example.com"
    await InProcessClient(harness)("definition_change", put=mine)
    await browser.post("/first/mail", etag=",", **way)
    assert browser.status == 409
    assert (await defined(harness))["routes/smtp1"] == mine["routes/smtp1"]
    await filled_in(browser, "mail", **way)
    assert browser.status == 303


async def test_after_a_secret_that_was_not_taken_the_form_is_sent_once_more(harness, browser):
    await filled_in(browser, "person", **PERSON)
    secret = "11111111-2222-3333-4444-555555555555"
    await filled_in(browser, "mail", **MICROSOFT, secret=secret)
    assert browser.status == 400 and "シークレット ID" in browser.text
    etag = browser.text.partition('name="etag" value="')[2].partition('"')[0]
    await browser.post("/first/mail", etag=etag, **MICROSOFT, secret=SECRET)
    assert browser.to == "/first/sign-in"


async def test_before_an_alarm_was_sent_there_is_no_way_to_show(browser):
    assert (await browser.get("/first/alarm/way")).status == 200
    assert "is-lit" not in browser.text and "hx-trigger" not in browser.text


async def test_once_the_test_alarm_is_forgotten_another_one_can_be_sent(harness, browser):
    await filled_in(browser, "person", **PERSON)
    await filled_in(browser, "mail", **SERVER)
    await filled_in(browser, "alarm", do="test_alarm")
    (waiting,) = await harness.store.queue()
    await InProcessClient(harness)("queue_drop", id=waiting.envelope.id)
    harness.time.pass_by(days=400)
    assert await harness.store.forget(harness.time.now - timedelta(days=1), 100)
    await browser.log_in()
    for path in ("/first/alarm", "/first/alarm/way"):
        assert (await browser.get(path)).status == 200, path
    await browser.get("/first/alarm")
    assert 'value="test_alarm"' in browser.text and "/queue/mail" not in browser.text
    await filled_in(browser, "alarm", do="test_alarm")
    assert "/queue/mail" in (await browser.get("/first/alarm")).text


async def test_it_is_put_away(harness, browser):
    assert 'href="/first"' in (await browser.get("/")).text
    await browser.post("/first")
    assert 'href="/first"' not in (await browser.get("/")).text


@pytest.mark.parametrize("path", ["person", "machine", "mail", "sign-in", "alarm", "alarm/way"])
async def test_whoever_is_no_administrator_is_not_led(tmp_path, path):
    async with browsing(await with_user(OPERATOR, harness=empty()), tmp_path) as browser:
        await browser.log_in()
        assert 'href="/first"' not in (await browser.get("/")).text
        assert (await browser.get(f"/first/{path}")).status == 403


async def test_the_clouds_to_choose_from_have_names(harness, browser):
    await filled_in(browser, "person", **PERSON)
    text = (await browser.get("/first/mail")).text
    assert '<option value="microsoft365-dod">Microsoft 365 DoD (米国防総省)</option>' in text
    assert 'value="google"' not in text
