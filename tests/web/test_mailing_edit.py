"""Routes, accounts and networks are added, changed and removed on pages."""

import html
import re

import pytest

from noroshi.core.roles import VIEWER
from noroshi.definitions.document_content import content
from noroshi.transports import BUILT_IN
from noroshi.vault import Secret
from tests.service.clients import InProcessClient, apply_definitions
from tests.service.harness import CANARY, CONTENT, EXAMINED, POST, Harness
from tests.web.browser import GOOD, browsing, with_user
from tests.web.test_editing_pages import again, filled_in

SEEN = ("etag", "version")


@pytest.fixture
async def harness():
    harness = await with_user(harness=Harness(routes=(POST, EXAMINED, *BUILT_IN)))
    await apply_definitions(InProcessClient(harness))
    return harness


@pytest.fixture
async def entered(harness, browser):
    await browser.log_in()
    return browser


async def in_force(harness, key):
    documents = (await harness.store.current()).documents
    return next((content(one) for one in documents if one.key == key), None)


def of(key, sort=""):
    return f"/mail/edit?key={key}" + (f"&of={sort}" if sort else "")


async def saved(browser, key, sort="", **form):
    """The form of that definition, as it is shown, changed so and sent."""
    await browser.get(of(key, sort))
    return await again(browser, of(key, sort), **form)


async def removed(browser, key):
    text = (await browser.get(of(key))).text
    found = {one: re.search(rf'name="{one}" value="([^"]*)"', text) for one in SEEN}
    seen = {one: it.group(1) for one, it in found.items()}
    return await browser.post(of(key), **seen, do="remove", meant="yes")


async def test_a_route_through_microsoft_365_is_there_with_its_account_at_once(
    harness, entered
):
    page = await entered.get("/mail/new?of=microsoft365")
    assert 'name="into.rules/all"' in page.text
    page = await entered.post(
        "/mail/new",
        of="microsoft365",
        kind="smtp",
        name="smtp1",
        title="Microsoft 365",
        account="",
        cloud="microsoft365",
        mailbox="alarm@example.com",
        client_id="44444444-2222-3333-4444-555555555555",
        tenant="",
        secret=CANARY,
        **{"into.rules/all": "yes"},
    )
    assert page.to == "/mail/route/smtp1?did=added&check=1"
    assert (await in_force(harness, "accounts/m365"))["tenant"] == "example.com"
    assert (await in_force(harness, "routes/smtp1"))["options"] == {"account": "m365"}
    assert (await in_force(harness, "rules/all"))["routes"] == ["plain", "m365", "smtp1"]
    assert (await harness.vault.get("m365")).reveal() == CANARY
    assert (await entered.get("/mail")).text.count("SMTP server 1") > 0


async def test_who_has_no_client_id_yet_finds_the_administrator_s_steps(harness, entered):
    await entered.get("/mail/new?of=microsoft365")
    given = {"name": "smtp1", "cloud": "microsoft365", "mailbox": "alarm@example.com"}
    page = await entered.post("/mail/new", of="microsoft365", kind="smtp", **given, tenant="")
    assert page.to == "/mail/route/smtp1?did=added"
    page = await entered.get(page.to)
    assert "The app is not registered yet" in page.text and "Register the app" in page.text


async def test_a_new_account_without_its_mailbox_is_asked_for_it_and_for_nothing_else(
    harness, entered
):
    await entered.get("/mail/new?of=microsoft365")
    given = {"name": "smtp1", "cloud": "microsoft365", "mailbox": " ", "title": "CANARY-TITLE"}
    page = await entered.post("/mail/new", of="microsoft365", kind="smtp", **given)
    assert page.status == 400 and "Enter the sending mailbox" in page.text
    assert "CANARY-TITLE" in page.text and "host.invalid" not in page.text
    assert await in_force(harness, "routes/smtp1") is None


async def test_the_id_of_a_secret_makes_no_route(harness, entered):
    page = await entered.get("/mail/new?of=microsoft365")
    assert "In Microsoft 365, enter the secret&#39;s Value, not the Secret ID." in page.text
    id = "44444444-2222-3333-4444-555555555555"
    given = {"name": "smtp1", "cloud": "microsoft365", "mailbox": "alarm@example.com"}
    page = await entered.post("/mail/new", of="microsoft365", secret=id, **given)
    assert page.status == 400 and "looks like the Secret ID" in page.text
    assert id not in page.text and await in_force(harness, "routes/smtp1") is None


async def test_a_second_route_goes_by_the_account_that_is_there(harness, entered):
    await entered.get("/mail/new?of=microsoft365")
    given = {"name": "graph1", "account": "box", "kind": "graph", "mailbox": ""}
    page = await entered.post("/mail/new", of="microsoft365", **given)
    assert page.to == "/mail/route/graph1?did=added"
    said = await in_force(harness, "routes/graph1")
    assert (said["kind"], said["options"]) == ("graph", {"account": "box"})
    assert await in_force(harness, "accounts/box") == CONTENT["accounts/box"]


@pytest.mark.parametrize(("kind", "name"), [("graph", "graph2"), ("smtp", "smtp1")])
async def test_a_route_that_nobody_named_gets_a_name_that_fits_its_kind(
    harness, entered, kind, name
):
    graph = {"kind": "graph", "options": {"account": "box"}}
    await apply_definitions(InProcessClient(harness), routes__graph1=graph)
    page = await entered.get("/mail/new?of=microsoft365")
    assert "If empty: smtp1, or graph2 for Microsoft Graph." in page.text
    given = {"name": " ", "account": "box", "kind": kind, "mailbox": ""}
    page = await entered.post("/mail/new", of="microsoft365", **given)
    assert page.to == f"/mail/route/{name}?did=added"
    assert (await in_force(harness, f"routes/{name}"))["kind"] == kind


async def test_a_route_through_google_needs_no_tenant_and_is_signed_in_like_the_other(
    harness, entered
):
    page = await entered.get("/mail/new?of=google")
    assert 'name="tenant"' not in page.text
    assert "In Microsoft 365" not in page.text and "Once saved, it is never shown." in page.text
    given = {"mailbox": "alarm@example.com", "client_id": "1-Ab.apps.googleusercontent.com"}
    more = {"name": "smtp1", "cloud": "google", "secret": CANARY}
    page = await entered.post("/mail/new", of="google", **given, **more)
    assert page.to == "/mail/route/smtp1?did=added&check=1"
    assert await in_force(harness, "accounts/google") == {
        "cloud": "google",
        "secret": "google",
        **given,
    }
    page = await entered.get("/mail/route/smtp1")
    assert "way=app_certificate" not in page.text and 'value="begin"' in page.text
    page = await entered.post("/mail/route/smtp1", do="begin", way="browser")
    assert f"redirect_uri=http://localhost:{entered.url.rpartition(':')[2]}" in page.text


async def test_another_server_is_added_with_all_its_settings_and_its_problems(harness, entered):
    bad = {"options.host": "mail.example.com", "options.sender": "nobody", "options.port": "x"}
    page = await saved(entered, "routes/", "smtp", name="smtp1", **bad)
    assert page.status == 400 and 'value="nobody"' in page.text
    assert 'id="f-options-port-bad"' in page.text
    good = bad | {"options.sender": "noroshi@example.com", "options.port": ""}
    page = await saved(entered, "routes/", "smtp", name="smtp1", **good)
    assert page.to == "/mail/route/smtp1?did=added"
    said = await in_force(harness, "routes/smtp1")
    assert said["kind"] == "smtp" and said["options"]["host"] == "mail.example.com"


async def test_only_the_form_of_a_route_names_a_display_name_beside_the_name(entered):
    page = await entered.get("/mail/edit?key=networks/")
    assert "a-z, 0-9, - and _." in page.text and "Pages and messages show" not in page.text
    page = await entered.get("/mail/edit?key=routes/&of=pickup")
    assert "Pages and messages show the display name." in page.text


async def test_a_route_goes_by_a_network_that_was_added_before(harness, entered):
    page = await saved(entered, "networks/", name="proxy1", proxy="proxy.example.com:8080")
    assert page.to == "/mail?did=saved"
    page = await saved(entered, "routes/plain", title="Old server", network="proxy1")
    assert page.to == "/mail/route/plain?did=saved"
    assert (await in_force(harness, "routes/plain"))["network"] == "proxy1"
    assert "proxy.example.com:8080" in (await entered.get("/mail")).text


async def test_a_route_that_goes_leaves_every_order(harness, entered):
    page = await removed(entered, "routes/m365")
    assert page.to == "/mail?did=removed"
    assert await in_force(harness, "routes/m365") is None
    assert (await in_force(harness, "rules/all"))["routes"] == ["plain"]


async def test_an_account_that_a_route_needs_stays(harness, entered):
    page = await removed(entered, "accounts/box")
    assert page.status == 400 and "box" in page.text
    assert await in_force(harness, "accounts/box")


async def test_two_who_edit_one_account_see_both_and_overwrite_nothing(harness, entered):
    page = of("accounts/box")
    await entered.get(page)
    other = CONTENT["accounts/box"] | {"mailbox": "theirs@example.com", "renew_every": "3d"}
    await apply_definitions(InProcessClient(harness), accounts__box=other)
    await again(entered, page, mailbox="mine@example.com", recipients_a_day="9")
    assert entered.status == 409 and await in_force(harness, "accounts/box") == other
    shown = filled_in(entered.text)
    assert (shown["mailbox"], shown["recipients_a_day"]) == ("mine@example.com", "9")
    assert shown["renew_every"] == "3d"  # what only the other one changed is theirs
    text = html.unescape(entered.text)
    assert " changed account “box” (version " in text
    assert re.search(r"Now in effect:.*theirs@example.com", text)
    await again(entered, page)
    assert entered.to == "/mail?did=saved"
    mine = other | {"mailbox": "mine@example.com", "recipients_a_day": 9}
    assert await in_force(harness, "accounts/box") == mine


@pytest.mark.parametrize(
    ("key", "typed", "theirs"),
    [
        ("routes/plain", {"options.host": "mine"}, {"title": "Theirs"}),
        ("networks/", {"name": "proxy1", "proxy": "mine:8080"}, {"proxy": "theirs:1"}),
    ],
)
async def test_what_was_typed_of_a_route_or_a_network_outlives_what_others_save(
    harness, entered, key, typed, theirs
):
    await entered.get(of(key))
    there = f"{key}{typed.get('name', '')}"
    before = await in_force(harness, there) or {}
    await apply_definitions(
        InProcessClient(harness), **{there.replace("/", "__"): before | theirs}
    )
    await again(entered, of(key), **typed)
    shown = filled_in(entered.text)
    assert entered.status in (400, 409) and typed.items() <= shown.items()
    assert await in_force(harness, there) == before | theirs


async def test_orders_that_were_not_ticked_stay_so_after_a_mistake(harness, entered):
    page = of("routes/", "smtp")
    await entered.get(page)
    form = filled_in(entered.text)
    assert form.pop("into.rules/all") == "yes"
    await entered.post(page, **form | {"do": "save", "options.host": "mail.example.com"})
    assert entered.status == 400 and "into.rules/all" not in filled_in(entered.text)
    assert 'value="mail.example.com"' in entered.text


async def test_what_would_change_is_shown_with_the_order_that_is_joined(harness, entered):
    good = {"options.host": "mail.example.com", "options.sender": "noroshi@example.com"}
    await saved(entered, "routes/", "smtp", name="mx1", do="preview", **good)
    assert entered.status == 200 and ">routes/mx1</small>" in entered.text
    assert "rules/all" in entered.text and await in_force(harness, "routes/mx1") is None
    assert filled_in(entered.text)["options.host"] == "mail.example.com"


@pytest.mark.parametrize("path", ["/mail/new", "/mail/edit?key=routes/plain"])
async def test_only_administrators_see_the_forms(tmp_path, path):
    harness = await with_user(VIEWER, harness=Harness())
    await apply_definitions(InProcessClient(harness))
    async with browsing(harness, tmp_path) as browser:
        await browser.log_in()
        assert (await browser.get(path)).status == 403


@pytest.mark.parametrize("key", ["rules/all", "routes/nowhere", "accounts/", "routes/", "../x"])
async def test_nothing_else_is_edited_there(entered, key):
    assert (await entered.get(f"/mail/edit?key={key}")).status == 404


async def test_who_leads_a_secret_elsewhere_is_told_where_and_gives_the_password(
    harness, entered
):
    relay = {"kind": "smtp", "options": {"host": "mail.example.com", "sender": "a@example.com"}}
    relay["options"]["password"] = "relay"
    ask = InProcessClient(harness)
    await apply_definitions(ask, routes__relay=relay)
    await ask("set_secret", name="relay", value=CANARY)
    moved = {"options.host": "evil.example"}
    page = await saved(entered, "routes/relay", do="save", **moved)
    assert page.status == 403 and 'name="password"' in page.text
    said = html.unescape(page.text)
    assert "--programs" not in said
    assert "relay: is stored in the vault for mail.example.com:587" in said
    assert "this change would send it to evil.example:587" in said and CANARY not in said
    assert (await in_force(harness, "routes/relay"))["options"]["host"] == "mail.example.com"
    page = await saved(entered, "routes/relay", do="save", password=GOOD, **moved)
    assert (await in_force(harness, "routes/relay"))["options"]["host"] == "evil.example"


async def test_another_mail_server_is_a_short_form_and_its_password_goes_into_the_vault(
    harness, entered
):
    page = await entered.get("/mail/new?of=smtp")
    assert page.text.count("<input") < 20 and 'type="password"' in page.text
    page = await entered.post(
        "/mail/new?of=smtp",
        of="smtp",
        host="mail.example.com",
        protection="tls",
        port="",
        sender="alarm@example.com",
        user="",
        secret=CANARY,
        **{"into.rules/all": "yes"},
    )
    assert page.to == "/mail/route/smtp1?did=added&check=1"
    route = await in_force(harness, "routes/smtp1")
    assert route["options"] == {
        "host": "mail.example.com",
        "protection": "tls",
        "sender": "alarm@example.com",
        "password": "smtp1",
    }
    assert (await harness.vault.get("smtp1")).reveal() == CANARY
    assert "smtp1" in (await in_force(harness, "rules/all"))["routes"]


async def test_what_is_wrong_with_a_mail_server_is_told_at_its_fields_and_nothing_is_lost(
    harness, entered
):
    await entered.get("/mail/new?of=smtp")
    page = await entered.post(
        "/mail/new?of=smtp",
        of="smtp",
        host="mail.example.com",
        protection="starttls",
        port="0",
        sender="alarm@example.com",
        user="me",
        secret=CANARY,
    )
    assert page.status == 400 and 'id="port-bad"' in page.text
    assert 'value="mail.example.com"' in page.text and 'value="me"' in page.text
    assert CANARY not in page.text
    assert await in_force(harness, "routes/smtp1") is None


async def test_a_webhook_s_url_goes_into_the_vault(harness, entered):
    await entered.get("/mail/new?of=webhook")
    page = await entered.post("/mail/new?of=webhook", of="webhook", secret="", shape="slack")
    assert page.status == 400 and "Paste the URL" in page.text
    page = await entered.post(
        "/mail/new?of=webhook",
        of="webhook",
        secret=f"https://kaisha.webhook.office.com/{CANARY}",
        shape="teams",
    )
    assert page.status == 400 and 'id="secret-bad"' in page.text and CANARY not in page.text
    assert await in_force(harness, "routes/webhook1") is None
    url = "https://hooks.slack.com/services/T0/B0/" + CANARY
    page = await entered.post("/mail/new?of=webhook", of="webhook", secret=url, shape="slack")
    assert page.to == "/mail/route/webhook1?did=added&check=1"
    options = (await in_force(harness, "routes/webhook1"))["options"]
    assert options == {"shape": "slack", "url_entry": "webhook1"}
    assert (await harness.vault.get("webhook1")).reveal() == url


async def test_a_webhook_of_the_own_network_may_be_of_http_if_one_says_so(harness, entered):
    assert 'name="plain_http"' in (await entered.get("/mail/new?of=webhook")).text
    given = {"of": "webhook", "secret": "http://192.168.1.10:8080/hook", "shape": "json"}
    page = await entered.post("/mail/new?of=webhook", **given)
    assert page.status == 400 and 'id="secret-bad"' in page.text
    page = await entered.post("/mail/new?of=webhook", **given, plain_http="yes")
    assert page.to == "/mail/route/webhook1?did=added&check=1"
    options = (await in_force(harness, "routes/webhook1"))["options"]
    assert options == {"shape": "json", "url_entry": "webhook1", "plain_http": True}


@pytest.mark.parametrize("key", ["routes/&of=smtp", "routes/&of=webhook", "routes/plain"])
async def test_no_field_that_names_an_entry_can_be_typed_into(harness, entered, key):
    text = (await entered.get(f"/mail/edit?key={key}")).text
    typed = re.findall(r'<(?:input|textarea)[^>]* name="options\.(\w+)"', text)
    assert typed and not {"password", "url_entry", "header_entry"} & set(typed)


async def test_only_a_route_that_opens_connections_has_fields_for_them(entered):
    fields = ('name="connections"', 'name="network"')
    shown = {one: (await entered.get(of("routes/", one))).text for one in ("smtp", "pickup")}
    assert all(field in shown["smtp"] for field in fields)
    assert not any(field in shown["pickup"] for field in fields)


async def test_a_new_route_s_secret_takes_the_place_of_no_other(harness, entered):
    await harness.vault.put("smtp1", Secret("of another route"))
    await entered.get("/mail/new?of=smtp")
    page = await entered.post(
        "/mail/new?of=smtp",
        of="smtp",
        host="mail.example.com",
        protection="tls",
        sender="alarm@example.com",
        secret=CANARY,
    )
    assert page.to == "/mail/route/smtp1?did=added&check=1"
    assert (await harness.vault.get("smtp1")).reveal() == "of another route"
    entry = (await in_force(harness, "routes/smtp1"))["options"]["password"]
    assert (await harness.vault.get(entry)).reveal() == CANARY


async def test_a_new_account_s_secret_takes_the_place_of_no_other(harness, entered):
    await harness.vault.put("m365", Secret("of another account"))
    await entered.get("/mail/new?of=microsoft365")
    await entered.post(
        "/mail/new",
        of="microsoft365",
        kind="smtp",
        account="",
        cloud="microsoft365",
        mailbox="alarm@example.com",
        client_id="44444444-2222-3333-4444-555555555555",
        tenant="",
        secret=CANARY,
    )
    assert (await harness.vault.get("m365")).reveal() == "of another account"
    entry = (await in_force(harness, "accounts/m365"))["secret"]
    assert (await harness.vault.get(entry)).reveal() == CANARY


async def test_a_route_s_name_is_not_taken_for_a_secret(harness, entered):
    await entered.get("/mail/new?of=webhook")
    url = f"https://hooks.slack.com/services/{CANARY}"
    page = await entered.post(
        "/mail/new?of=webhook", of="webhook", name="microsoftteams365", secret=url
    )
    assert page.to == "/mail/route/microsoftteams365?did=added&check=1"
