"""What nobody may make the manager do: requests in somebody else's name, under another name of the
computer, beyond a role, with a session or a code that is not theirs."""

import json

import pyotp
import pytest
from aiohttp import ClientSession, CookieJar

from noroshi.core.people import Person, User
from noroshi.core.roles import ADMIN, OPERATOR, ROLES, VIEWER, roles_up_to
from noroshi.people.authentication import SEED
from noroshi.service import run_as_json
from noroshi.service.operation_list import OFFERED
from noroshi.vault import Secret
from tests.service.clients import make_api_token
from tests.web.browser import GOOD, Browser, browsing, with_user
from tests.web.filled_queue import filled
from tests.web.hostile import Page, asking, csrf_of, fingerprint, paths_of

OPEN = ("/login", "/login/code", "/start", "/look", "/logout", "/sure")
"""Pages for everybody, or for one's own session alone."""
TOO_LOW = [
    (name, role)
    for name, one in OFFERED.items()
    for role in ("", *ROLES)
    if one.role not in roles_up_to(role)
]


@pytest.fixture
async def harness():
    return await filled()


@pytest.fixture
async def another(browser):
    """Somebody else's browser, on the same manager."""
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
        yield Browser(session, browser.url)


# In somebody else's name (CSRF)


async def test_no_page_takes_a_form_without_its_session_s_own_mark(harness, browser, another):
    await another.log_in("boss")
    await browser.get("/login")
    before_log_in = browser.csrf
    await browser.log_in()
    own, before = csrf_of(browser), await fingerprint(harness)
    marks = ["", "0" * 64, "é" * 64, own[:-1], own.upper(), csrf_of(another), before_log_in]
    for path in paths_of(harness, "POST"):
        for mark in [one for one in marks if one != own]:
            await browser.post(asking(harness, path), csrf=mark, id=harness.ids[2], do="drop")
            assert browser.status == 403, (path, mark)
        await browser.ask(
            "POST", asking(harness, path), data={"id": harness.ids[2], "do": "drop"}
        )
        assert browser.status == 403, path
    assert await fingerprint(harness) == before
    assert (await browser.get("/")).status == 200  # nobody was logged out either


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_no_page_takes_a_form_from_another_site(harness, browser, site):
    await browser.log_in()
    before = await fingerprint(harness)
    for path in paths_of(harness, "POST"):
        form = {"csrf": csrf_of(browser), "id": harness.ids[2], "do": "drop"}
        headers = {"Sec-Fetch-Site": site}
        await browser.ask("POST", asking(harness, path), data=form, headers=headers)
        assert browser.status == 403, path
    assert await fingerprint(harness) == before


async def test_a_cookie_alone_does_nothing_by_the_api(harness, browser, another):
    await another.log_in("boss")
    await browser.log_in()
    before = await fingerprint(harness)
    for mark in ("", "0" * 64, csrf_of(another)):
        for name in OFFERED:
            headers = {"X-CSRF-Token": mark, "Content-Type": "application/json"}
            await browser.ask("POST", f"/api/{name}", data="{}", headers=headers)
            assert browser.status == 403, name
    assert await fingerprint(harness) == before


async def test_nothing_is_changed_by_following_a_link(harness, browser):
    await browser.log_in()
    before = await fingerprint(harness)
    for path in [p for p in paths_of(harness, "GET") if p != "/live"]:
        await browser.get(asking(harness, path) + "&do=drop&do=hold&name=boss&role=viewer")
        assert browser.status != 500, path
    for name, one in OFFERED.items():
        if one.role != VIEWER:
            await browser.get(f"/api/{name}")
            assert browser.status == 405
    assert await fingerprint(harness) == before


# Under another name (DNS rebinding)


async def test_under_a_name_of_elsewhere_nothing_answers(harness, browser):
    await browser.log_in()
    token = {"Authorization": f"Bearer {await make_api_token(harness, 'ci')}"}
    more = ["/api/status", "/api/openapi.json", "/metrics", "/static/style.css", "/healthz"]
    for host in ("evil.example", "evil.example:7663", "127.0.0.1.evil.example"):
        for path in [*paths_of(harness, "GET"), *more]:
            await browser.get(path, headers={"Host": host} | token)
            assert browser.status == 421 and "FS01" not in browser.text, path
        for path in [*paths_of(harness, "POST"), "/api/status"]:
            form = {"csrf": csrf_of(browser)}
            await browser.ask("POST", path, data=form, headers={"Host": host} | token)
            assert browser.status == 421, path


# Beyond a role


async def test_whoever_is_not_logged_in_is_shown_and_may_do_nothing(harness, browser):
    before = await fingerprint(harness)
    for path in paths_of(harness, "GET"):
        if path not in OPEN:
            await browser.get(asking(harness, path))
            sent_away = (browser.to or "").startswith("/login")
            assert browser.status in (401, 404) or sent_away, (path, browser.status)
            assert "FS01" not in browser.text
    await browser.get("/login")
    for path in paths_of(harness, "POST"):
        if path not in OPEN:
            await browser.get("/login")
            await browser.post(asking(harness, path), do="drop", id=harness.ids[2])
            assert (browser.to or "").startswith("/login"), (path, browser.status)
    assert await fingerprint(harness) == before


async def test_by_no_door_somebody_does_what_their_role_may_not(harness):
    """Near, by the local door: the kernel's word is all that it goes by."""
    before = await fingerprint(harness)
    for name, role in TOO_LOW:
        for door in ("local", "web", "api"):
            who = Person("eri", roles_up_to(role), door, "", reauthenticated=True)
            told = await run_as_json(harness.service, who, name, {})
            assert told["error"] == "forbidden", (name, role)
    assert await fingerprint(harness) == before
    rows = await harness.store.audit_log(1000)
    assert any(row.refused.en and row.who == "eri" for row in rows)


@pytest.mark.parametrize("role", [VIEWER, OPERATOR])
async def test_far_too_nobody_does_what_their_role_may_not(harness, browser, role):
    """By the API with a token, and with a browser's session and its mark."""
    text = await harness.people.passwords.hash(GOOD)
    low = User(name="low", role=role, made=harness.time.now, password=text)
    await harness.store.put_user(low, None)
    await browser.log_in("low")
    token, before = await make_api_token(harness, "low", role), None
    ways = ({"Authorization": f"Bearer {token}"}, {"X-CSRF-Token": csrf_of(browser)})
    before = await fingerprint(harness)
    for name in [name for name, refused in TOO_LOW if refused == role]:
        for headers in ways:
            await browser.ask("POST", f"/api/{name}", json={}, headers=headers)
            told = json.loads(browser.text)
            assert (browser.status, told["error"]) == (403, "forbidden"), name
    assert await fingerprint(harness) == before


@pytest.mark.parametrize("role", [VIEWER, OPERATOR])
async def test_every_form_of_an_administrator_changes_nothing_when_a_lower_role_sends_it(
    harness, browser, another, role
):
    """Whatever pages there are: each form that they offer, with each of its buttons."""
    text = await harness.people.passwords.hash(GOOD)
    low = User(name="low", role=role, made=harness.time.now, password=text)
    await harness.store.put_user(low, None)
    await browser.log_in()
    await another.log_in("low")
    offered = await forms_of(harness, browser)
    await another.get("/")
    low_s = {(where, deed) for where, _, deed in await forms_of(harness, another)}
    forms = [one for one in offered if (one[0], one[2]) not in low_s]
    assert len(forms) >= 5
    before = await fingerprint(harness)
    for where, fields, deed in forms:
        form = fields | ({"do": deed} if deed else {}) | {"csrf": csrf_of(another)}
        await another.ask("POST", where, data=form)
        refused = another.status in (400, 403, 404, 409) or (another.to or "").startswith(
            "/sure"
        )
        assert refused, (where, deed, another.status)
    assert await fingerprint(harness) == before


async def forms_of(harness, browser):
    """Each form that changes something on the pages that they see: where it is sent, its
    fields, and which of its buttons."""
    found = []
    for path in [p for p in paths_of(harness, "GET") if p not in ("/live", *OPEN)]:
        address = asking(harness, path)
        await browser.get(address)
        if browser.status != 200:
            continue
        for method, action, fields in Page(browser.text).forms:
            where = action or address
            if method != "post" or where.partition("?")[0] in OPEN:
                continue
            values = {name: given[0] for name, given in fields.items() if name != "do"}
            found += [(where, values, deed) for deed in fields.get("do", [""])]
    return found


# Sessions and codes


async def test_a_session_that_was_planted_is_worth_nothing_afterwards(
    harness, browser, another
):
    """Session fixation, at each step that makes somebody more: name, code, password."""
    seed = pyotp.random_base32()
    await harness.vault.put(SEED.format(name="eri"), Secret(seed))
    text = await harness.people.passwords.hash(GOOD)
    eri = User(name="eri", role=ADMIN, made=harness.time.now, password=text, two_steps=True)
    await harness.store.put_user(eri, None)
    seen = []
    await another.get("/login")
    browser.plant(another.cookie)
    seen.append(another.cookie)
    await browser.log_in("eri")
    seen.append(browser.cookie)
    await browser.post("/login/code", code=pyotp.TOTP(seed).at(harness.time.now))
    seen.append(browser.cookie)
    await browser.get("/sure")
    await browser.post("/sure", password=GOOD)
    assert len({*seen, browser.cookie}) == 4
    for key in seen:
        another.plant(key)
        assert (await another.get("/")).status == 303
    assert (await browser.get("/")).status == 200


async def test_a_code_of_the_authenticator_is_good_once_for_whoever_sees_it(harness, tmp_path):
    seed = pyotp.random_base32()
    await harness.vault.put(SEED.format(name="eri"), Secret(seed))
    text = await harness.people.passwords.hash(GOOD)
    eri = User(name="eri", role=VIEWER, made=harness.time.now, password=text, two_steps=True)
    await harness.store.put_user(eri, None)
    code = pyotp.TOTP(seed).at(harness.time.now)
    for status in (303, 403):
        async with browsing(harness, tmp_path) as browser:
            await browser.log_in("eri")
            await browser.post("/login/code", code=code)
            assert browser.status == status


async def test_a_session_of_a_user_who_is_gone_or_has_another_password_is_over(
    harness, browser
):
    text = await harness.people.passwords.hash(GOOD)
    for how in ("user_password", "user_remove"):
        eri = User(name="eri", role=ADMIN, made=harness.time.now, password=text)
        await harness.store.put_user(eri, None)
        await browser.log_in("eri")
        assert (await browser.get("/")).status == 200
        await harness.done(how, name="eri")
        assert (await browser.get("/")).to.startswith("/login")
        if how == "user_password":
            await harness.done("user_remove", name="eri")


@pytest.mark.parametrize("tls", [False, True])
async def test_every_cookie_that_lets_somebody_in_is_for_no_script_and_no_other_site(
    tmp_path, tls
):
    async with browsing(await with_user(), tmp_path, tls=tls) as browser:
        given = {"ssl": False} if tls else {}
        await browser.get("/login", **given)
        csrf = browser.csrf
        form = {"csrf": csrf, "name": "sato", "password": GOOD}
        await browser.ask("POST", "/login", data=form, **given)
        assert browser.status == 303
        for cookie in browser.headers.getall("set-cookie"):
            assert "; HttpOnly" in cookie and "; SameSite=lax" in cookie and "Path=/" in cookie
            assert ("; Secure" in cookie) is tls and "Domain" not in cookie
            assert cookie.startswith("__Host-") is tls


async def test_who_tries_many_passwords_waits_longer_and_longer(harness, browser):
    waits = []
    for _ in range(9):
        await browser.log_in(password="wrong")
        if browser.status == 429:
            wait = int(browser.headers["retry-after"])
            waits.append(wait)
            harness.time.pass_by(seconds=wait)
    assert len(waits) >= 2 and waits == sorted(waits) and waits[-1] > waits[0]
    await browser.log_in()
    assert browser.status == 429  # the right one does not help before its time
