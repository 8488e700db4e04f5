"""Versions, users, API tokens and the audit log in a browser."""

import html
import re

import pyotp
import pytest

from noroshi.core.roles import OPERATOR, VIEWER
from noroshi.operations.registry import label_of
from noroshi.web.view.page_context import LANGUAGE
from tests.service.harness import documents
from tests.web.browser import GOOD, browsing
from tests.web.filled_queue import ROUTES, filled

pytestmark = pytest.mark.logged_in


@pytest.fixture
async def harness():
    return await filled()


async def reauthenticated(browser, page):
    await browser.get(f"/sure?next={page}")
    await browser.post("/sure", password=GOOD, next=page)
    await browser.get(page)
    return browser


async def test_a_version_shows_its_difference_and_is_taken_back(harness, browser):
    await browser.get("/settings/version?number=1")
    assert "chief@example.com" in browser.text and "boss@example.com" in browser.text
    await browser.post("/settings/version", number="1", base="2", note="back")
    assert (browser.status, browser.to) == (303, "/settings/versions?did=3")
    await browser.get(browser.to)
    assert 'role="status"' in browser.text and "back" in browser.text
    current = await harness.store.current()
    assert (current.number, current.author, current.note) == (3, "sato", "back")


async def test_of_two_people_the_second_is_told_and_nothing_is_overwritten(harness, browser):
    await browser.get("/settings/version?number=1")
    more = documents(**ROUTES, contacts__eri={"addresses": ["eri@example.com"]})
    await harness.done("apply", documents=more)
    await browser.post("/settings/version", number="1", base="2", note="mine")
    assert browser.status == 409 and "boss has since applied version 3" in browser.text
    assert 'value="mine"' in browser.text and (await harness.store.current()).number == 3


@pytest.mark.parametrize("number", ["", "x", "-1", "9", "1e3", "9" * 30, "²"])
async def test_a_version_that_is_none_is_not_there(browser, number):
    await browser.get(f"/settings/version?number={number}")
    assert browser.status == 404


@pytest.mark.parametrize("role", [VIEWER, OPERATOR])
async def test_who_is_no_administrator_sees_the_versions_alone(tmp_path, role):
    harness = await filled(role)
    async with browsing(harness, tmp_path) as browser:
        await browser.log_in()
        await browser.get("/settings/versions")
        assert browser.status == 200 and "/settings/users" not in browser.text
        csrf = browser.csrf
        pages = ("version?number=1", "users", "tokens", "audit")
        for page in pages:
            assert (await browser.get(f"/settings/{page}")).status == 403
        await browser.post("/settings/version", csrf=csrf, number="1", base="2")
        assert browser.status == 403
        for deed in ("user_add", "user_role", "user_remove"):
            await browser.post("/settings/users", csrf=csrf, do=deed, name="eri", role="viewer")
            assert browser.status == 403
        await browser.post("/settings/tokens", csrf=csrf, do="token_new", name="x", days="1")
        assert browser.status == 403 and await harness.store.api_tokens() == {}


async def test_people_are_changed_with_the_password_once_more(harness, browser):
    await browser.get("/settings/users")
    await browser.post("/settings/users", do="user_add", name="eri", role="operator")
    assert browser.status == 403 and "eri" not in await harness.store.users()
    await browser.post(
        "/settings/users", do="user_add", name="eri", role="operator", password=GOOD
    )
    assert browser.status == 200 and 'class="bigcode"' in browser.text
    code = re.search(r'class="bigcode">([^<]+)', browser.text).group(1)
    assert (await harness.store.users())["eri"].role == "operator"
    await browser.get("/settings/users")
    assert code not in browser.text and "not set" in browser.text
    for deed in ("user_password", "user_totp", "user_remove"):
        await browser.post("/settings/users", do=deed, name="eri")
        assert browser.status == 200
    assert "eri" not in await harness.store.users()


async def test_two_steps_are_begun_turned_on_by_a_code_and_off(harness, browser):
    await reauthenticated(browser, "/settings/users")
    await browser.post("/settings/users", do="user_totp", name="boss")
    seed = re.search(r'class="code">([A-Z2-7]+)<', browser.text).group(1)
    address = html.unescape(re.search(r'name="address" value="([^"]+)"', browser.text)[1])
    given = {"do": "user_totp_on", "name": "boss", "address": address}
    await browser.post("/settings/users", code="000000", **given)
    assert browser.status == 400 and 'role="alert"' in browser.text
    assert 'value="user_totp_on"' in browser.text  # it can be typed again
    assert f">{seed}<" in browser.text  # or scanned first
    code = pyotp.TOTP(seed).at(harness.time.now)
    await browser.post("/settings/users", do="user_totp_on", name="boss", code=code)
    assert (
        "Keep these codes" in browser.text and (await harness.store.users())["boss"].two_steps
    )
    assert seed not in browser.text
    await browser.post("/settings/users", do="user_totp_off", name="boss")
    assert not (await harness.store.users())["boss"].two_steps


async def test_a_name_that_cannot_be_is_told_at_the_form(browser):
    await reauthenticated(browser, "/settings/users")
    await browser.post("/settings/users", do="user_add", name='"><b>', role="viewer")
    assert browser.status == 400 and 'role="alert"' in browser.text
    assert "&#34;&gt;&lt;b&gt;" in browser.text and '"><b>' not in browser.text


async def test_a_token_is_shown_once_and_revoked(harness, browser):
    await reauthenticated(browser, "/settings/tokens")
    await browser.post(
        "/settings/tokens", do="token_new", name="graph", role="viewer", days="x"
    )
    assert browser.status == 400 and 'value="graph"' in browser.text
    assert re.search(r'<input [^>]*name="days"[^>]* aria-invalid="true">', browser.text)
    assert "Valid for (days): " in browser.text and "days: " not in browser.text
    await browser.post(
        "/settings/tokens", do="token_new", name="graph", role="viewer", days="7"
    )
    token = re.search(r'class="code">([^<]+)', browser.text).group(1)
    person = await harness.people.of_token(token, "")
    assert person is not None and person.name == "graph" and not person.reauthenticated
    await browser.get("/settings/tokens")
    assert token not in browser.text and "graph" in browser.text
    await browser.post("/settings/tokens", do="token_revoke", name="graph")
    assert await harness.store.api_tokens() == {}


async def test_a_password_that_was_wrong_is_marked_where_it_is_asked_for_once_more(browser):
    new = {"do": "token_new", "name": "graph", "role": "viewer", "days": "7"}
    await browser.get("/settings/tokens")
    for given, marked in (({}, False), ({"password": "wrong"}, True)):
        await browser.post("/settings/tokens", **new, **given)
        (field,) = re.findall(r'<input id="password"[^>]*>', browser.text)
        assert browser.status == 403 and ("aria-invalid" in field) is marked


async def test_the_audit_log_is_searched_and_holds_no_token(harness, browser):
    await reauthenticated(browser, "/settings/tokens")
    await browser.post(
        "/settings/tokens", do="token_new", name="graph", role="viewer", days="7"
    )
    token = re.search(r'class="code">([^<]+)', browser.text).group(1)
    await browser.get("/settings/audit")
    assert "queue_hold" in browser.text
    await browser.get("/settings/audit?q=token_new+sato")
    assert "<b>API token created</b>" in browser.text and "queue_hold" not in browser.text
    assert 'role="status">1 entry found</span>' in browser.text
    await browser.get("/settings/audit?q=created")
    assert "<b>API token created</b>" in browser.text
    assert token not in browser.text
    await browser.get("/settings/audit?q=nothing-like-it")
    assert "No matches." in browser.text


async def given_last(browser):
    """What the audit log lists of the newest apply: what it was given."""
    await browser.get("/settings/audit?q=apply")
    row = browser.text.partition("Definitions applied")[2].partition("</tr>")[0]
    return row.partition("</ul>")[0]


async def test_the_audit_log_leaves_out_what_was_not_given(harness, browser):
    await harness.done("apply", documents=documents(), note="", empty=False, base=2)
    listed = await given_last(browser)
    assert "Based on version" in listed
    assert "Note" not in listed and "May leave nothing monitored" not in listed
    harness.time.pass_by(seconds=1)
    await harness.done("apply", documents=documents(**ROUTES), note="back", empty=True, base=3)
    listed = await given_last(browser)
    assert "Note" in listed and "May leave nothing monitored" in listed


async def test_everything_that_is_written_down_has_a_name(harness):
    known = harness.service.operations().values()
    named = {one.name for one in known if one.role != VIEWER or one.changes}
    assert [name for name in named if label_of(name) is None] == []


async def test_who_was_refused_stands_in_the_audit_log_with_the_reason(browser):
    await browser.get("/settings/audit")
    await browser.post("/logout")
    await browser.log_in(password="wrong")
    await browser.log_in(name="<b>nobody</b>", password="wrong")
    await browser.log_in()
    await browser.get("/settings/audit?q=refused")
    assert browser.text.count("<b>Login</b>") == 4
    assert "Refused: The user name or password is incorrect." in browser.text
    assert "<b>unknown</b>" in browser.text and "nobody&lt;" not in browser.text


async def test_who_made_a_token_is_headed_as_the_command_line_heads_it(harness, browser):
    await harness.done("token_new", name="robot", role="viewer")
    browser.session.cookie_jar.update_cookies({LANGUAGE: "ja"})
    await browser.get("/settings/audit")
    assert '<th scope="col">実行者</th>' in browser.text
    await browser.get("/settings/tokens")
    assert '<th scope="col">作成者</th>' in browser.text and "実行者" not in browser.text
