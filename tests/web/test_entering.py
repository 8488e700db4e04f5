"""Logging in by a browser, and what must not be possible on the way."""

import inspect
import re
from pathlib import Path

import pytest
from aiohttp import ClientSession, CookieJar

from noroshi.core.roles import VIEWER
from noroshi.people import random_keys
from noroshi.web.context import WebContext
from noroshi.web.http.request_form import local_address
from noroshi.web.view.page_context import preferred
from tests.service.clients import open_manager
from tests.service.harness import CANARY, Harness
from tests.web.browser import GOOD, Browser, browsing, with_two_steps, with_user


async def test_who_is_not_logged_in_sees_the_log_in_and_comes_back(browser):
    await browser.get("/?x=1")
    assert (browser.status, browser.to) == (303, "/login?next=%2F%3Fx%3D1")
    await browser.get(browser.to)
    await browser.post("/login", name="sato", password=GOOD, next="/?x=1")
    assert (browser.status, browser.to) == (303, "/?x=1")
    await browser.get(browser.to)
    assert browser.status == 200 and "sato" in browser.text


async def test_a_wrong_password_says_so_and_keeps_the_name_alone(browser):
    await browser.log_in(password=CANARY)
    assert browser.status == 403 and CANARY not in browser.text
    assert 'value="sato"' in browser.text and 'role="alert"' in browser.text


async def test_a_stranger_behind_the_same_address_keeps_nobody_out_of_their_browser(browser):
    await browser.log_in()
    await browser.get("/")
    await browser.post("/logout")
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
        stranger = Browser(session, browser.url)
        while stranger.status != 429:
            await stranger.log_in(password=CANARY)
        await stranger.log_in()
        assert stranger.status == 429
    await browser.log_in()
    assert browser.status == 303 and browser.to == "/"


async def test_too_many_failures_are_told_with_the_time_to_wait(browser):
    for _ in range(6):
        await browser.log_in(password=CANARY)
    assert browser.status == 429 and int(browser.headers["retry-after"]) >= 1


async def test_of_whom_nobody_knows_not_much_is_heard(browser):
    """It is in memory for each of many at once; a form whose log-in ended has room in it."""
    await browser.get("/login")
    for length, status in ((1 << 17, 403), (1 << 18, 400)):
        await browser.post("/login", name="sato", password="wrong", kept="x" * length)
        assert browser.status == status
        assert ("longer than 256 KiB" in browser.text) is (status == 400)


async def test_the_key_before_the_log_in_is_none_after_it(browser):
    """Session fixation: whoever put a cookie into the browser knows nothing afterwards."""
    await browser.get("/login")
    planted = browser.cookie
    await browser.log_in()
    assert browser.cookie != planted
    browser.plant(planted)
    assert (await browser.get("/")).status == 303


async def test_who_logs_in_to_a_second_node_on_this_computer_stays_in_the_first(tmp_path):
    one, two = await with_user(), await with_user()
    async with browsing(one, tmp_path) as first, open_manager(two, tmp_path) as url:
        second = Browser(first.session, url)
        await first.log_in()
        await second.log_in()
        for browser in (first, second):
            assert (await browser.get("/")).status == 200


async def test_a_chosen_cookie_never_becomes_a_session(browser):
    browser.plant("chosen")
    await browser.log_in()
    assert browser.status == 303 and browser.cookie != "chosen"


async def test_the_cookie_is_for_no_script_and_no_other_site(browser):
    await browser.get("/login")
    cookie = browser.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie and "path=/" in cookie


async def test_who_logs_out_is_out_at_once(browser):
    await browser.log_in()
    key = browser.cookie
    await browser.get("/")
    await browser.get("/")
    await browser.post("/logout")
    browser.plant(key)
    assert (await browser.get("/")).status == 303


@pytest.mark.parametrize("csrf", ["", "0" * 64, "ü"])
@pytest.mark.parametrize("path", ["/login", "/logout", "/look", "/sure", "/start"])
async def test_a_post_that_is_not_from_a_page_of_ours_does_nothing(browser, path, csrf):
    await browser.log_in()
    key = browser.cookie
    await browser.post(path, csrf=csrf, password=GOOD, name="sato", language="ja")
    assert browser.status == 403 and browser.cookie == key
    assert (await browser.get("/")).status == 200


async def test_a_post_from_another_site_does_nothing(browser):
    await browser.log_in()
    await browser.get("/")
    headers = {"Sec-Fetch-Site": "cross-site"}
    await browser.ask("POST", "/logout", data={"csrf": browser.csrf}, headers=headers)
    assert browser.status == 403 and (await browser.get("/")).status == 200


async def test_a_session_s_cookie_alone_changes_nothing_by_the_api(browser):
    await browser.log_in()
    await browser.ask("POST", "/api/send", json={"to": [], "subject": "s", "text": "t"})
    assert browser.status == 403 and "page of the manager" in browser.text
    await browser.get("/")
    headers = {"X-CSRF-Token": browser.csrf}
    await browser.ask("POST", "/api/status", json={}, headers=headers)
    assert browser.status == 200


@pytest.mark.parametrize(
    "where",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "/%0d%0aSet-Cookie:x=1\r\nX: y",
        "javascript:alert(1)",
        "http:/evil.example",
        "evil.example",
        "/ü",
        "",
    ],
)
async def test_after_the_log_in_nobody_is_sent_elsewhere(browser, where):
    """Open redirect, and headers by a line break in an address."""
    await browser.log_in(next=where)
    assert (browser.status, browser.to) == (303, "/")
    assert "x" not in {key.lower() for key in browser.headers}
    await browser.get("/")
    await browser.post("/look", language="en", next=where)
    assert (browser.status, browser.to) == (303, "/")


def test_an_address_of_ours_stays_as_it_is():
    assert local_address("/monitors/web1?a=1&b=%20") == "/monitors/web1?a=1&b=%20"


async def test_a_second_step_comes_between(harness, browser):
    codes = await with_two_steps(harness)
    await browser.log_in("eri")
    assert browser.status == 200 and 'autocomplete="one-time-code"' in browser.text
    half = browser.cookie
    await browser.post("/login/code", code="000000")
    assert browser.status == 403
    assert (await browser.get("/")).status == 303
    await browser.get("/login/code")
    await browser.post("/login/code", code=codes.at(harness.time.now))
    assert (browser.status, browser.to) == (303, "/") and browser.cookie != half
    assert (await browser.get("/")).status == 200


async def test_the_password_once_more_opens_what_runs_programs_for_a_while(harness, browser):
    await browser.log_in()
    await browser.get("/")

    async def add(name):
        headers = {"X-CSRF-Token": random_keys.csrf_of(browser.cookie)}
        await browser.ask("POST", "/api/user_add", json={"name": name}, headers=headers)
        return browser.status

    assert await add("eri") == 403 and '"error":"password"' in browser.text
    await browser.get("/sure?next=/x")
    before = browser.cookie
    await browser.post("/sure", password=GOOD, next="/x")
    assert (browser.to, browser.cookie != before) == ("/x", True)
    assert await add("eri") == 200
    harness.time.pass_by(minutes=5)
    assert await add("aki") == 403


async def test_the_password_once_more_in_one_tab_leaves_the_forms_of_the_others_alone(browser):
    await browser.log_in()
    await browser.get("/")
    others, cookie = browser.csrf, browser.cookie
    for _ in range(2):
        await browser.get("/sure")
        await browser.post("/sure", password=GOOD)
    assert browser.cookie != cookie
    await browser.post("/look", csrf=others, language="en", next="/")
    assert (browser.status, browser.to) == (303, "/")
    headers = {"X-CSRF-Token": others}
    await browser.ask("POST", "/api/status", json={}, headers=headers)
    assert browser.status == 200


@pytest.mark.parametrize("way", ["/logout", "/login"])
async def test_the_forms_of_a_session_that_is_over_are_worth_nothing_in_the_next(browser, way):
    await browser.log_in()
    await browser.get("/")
    others = browser.csrf
    await browser.post(way, name="sato", password=GOOD)
    await browser.log_in()
    assert (await browser.get("/")).status in (200, 303)
    await browser.post("/look", csrf=others, language="en", next="/")
    assert browser.status == 403


async def test_a_key_before_the_password_once_more_is_worth_nothing_after_it(browser):
    await browser.log_in()
    before = browser.cookie
    await browser.get("/sure")
    await browser.post("/sure", password=GOOD)
    after = browser.cookie
    half = after.partition(".")[0]
    for planted in (before, half, f"{half}.", f"{half}.{before.partition('.')[2]}"):
        browser.plant(planted)
        assert (await browser.get("/")).to.startswith("/login")
    browser.plant(after)
    assert (await browser.get("/")).status == 200


async def test_until_there_is_an_administrator_only_the_first_start_is_open(tmp_path):
    harness = Harness()
    async with browsing(harness, tmp_path) as browser:
        for path in ("/", "/login", "/sure"):
            await browser.get(path)
            assert (browser.status, browser.to) == (303, "/start")
        assert (await browser.get("/api/status")).status == 401
        assert (await browser.get("/metrics")).status == 401
        await browser.get("/start")
        code = harness.people.first_code()
        form = {"name": "sato", "password": GOOD, "again": GOOD}
        await browser.post("/start", code="WRONG", **form)
        assert browser.status == 403
        await browser.post("/start", code=code, **(form | {"again": "x"}))
        assert browser.status == 400 and GOOD not in browser.text
        await browser.post("/start", code=code.lower(), **form)
        assert (browser.status, browser.to) == (303, "/first")
        assert (await browser.get("/")).status == 200


async def test_a_code_in_the_address_is_said_to_be_there_and_the_next_field_is_begun(tmp_path):
    focus = re.compile(r'id="(\w+)"[^>]* autofocus')
    harness = Harness()
    async with browsing(harness, tmp_path) as browser:
        page = (await browser.get("/start")).text
        assert focus.findall(page) == ["code"]
        page = (await browser.get("/start?code=ABCD-EFGH")).text
        assert focus.findall(page) == ["name"] and 'value="ABCD-EFGH"' in page
        assert "入力済み" in page or "filled in already" in page
    await with_user(harness=harness)
    async with browsing(harness, tmp_path) as browser:
        page = (await browser.get("/start?code=ABCD-EFGH")).text
        assert focus.findall(page) == ["password"]


async def test_a_name_from_elsewhere_is_turned_away(browser):
    """DNS rebinding: a page of evil.example whose name now leads here reads nothing."""
    await browser.log_in()
    begins = ("127.0.0.1:80@evil.example", "[::1].evil.example", "localhost:1/evil.example")
    for host in ("evil.example", "evil.example:80", "127.0.0.1.evil.example", "", *begins):
        await browser.get("/", headers={"Host": host})
        assert browser.status in (400, 421) and "sato" not in browser.text
    for host in ("localhost:1", "127.0.0.1", "[::1]:7663"):
        assert (await browser.get("/", headers={"Host": host})).status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/static/../{module}",
        "/static/..%2f{module}",
        "/static/%2e%2e/{module}",
        "/static/vendor/htmx/../../../{module}",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        "/static/style.css%00.py",
    ],
)
async def test_no_path_leads_out_of_the_static_files(browser, path):
    from yarl import URL

    module = Path(inspect.getfile(WebContext))
    assert (module.parent / "static" / "style.css").is_file()  # so some would lead to it
    url = URL(browser.url + path.format(module=module.name), encoded=True)
    async with browser.session.get(url, allow_redirects=False) as answer:
        assert answer.status == 404 and WebContext.__name__ not in await answer.text()


async def test_every_answer_has_the_strict_headers(browser):
    for path in ("/login", "/static/style.css", "/api/status", "/healthz", "/nowhere"):
        await browser.get(path)
        policy = browser.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert browser.headers["x-content-type-options"] == "nosniff"
        assert browser.headers["x-frame-options"] == "DENY"
        assert "server" not in browser.headers


async def test_what_somebody_typed_is_shown_as_text(browser):
    evil = '"><script>alert(1)</script>'
    await browser.log_in(name=evil)
    assert "<script>alert" not in browser.text and "&lt;script&gt;" in browser.text


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("ja,en;q=0.8", "ja"),
        ("en-GB,ja;q=0.5", "en"),
        ("de,ja;q=0.1", "ja"),
        ("fr", "en"),
        ("", "en"),
        ("ja;q=x", "en"),
        ("ja;q=²", "en"),
    ],
)
def test_a_browser_s_language_is_taken(accepted, language):
    assert preferred(accepted) == language


async def test_the_chosen_language_and_appearance_stay(browser):
    await browser.get("/login", headers={"Accept-Language": "en"})
    assert '<html lang="en">' in browser.text
    await browser.post("/look", language="ja", theme="dark", next="/login")
    assert browser.to == "/login"
    await browser.get("/login", headers={"Accept-Language": "en"})
    assert '<html lang="ja" data-theme="dark">' in browser.text and "ログイン" in browser.text
    await browser.post("/look", language="x\r\nSet-Cookie: y=1", theme="auto")
    await browser.get("/login")
    assert "data-theme" not in browser.text


async def test_a_viewer_logs_in_and_may_not_change_anything(tmp_path):
    async with browsing(await with_user(VIEWER), tmp_path) as browser:
        await browser.log_in()
        await browser.get("/")
        headers = {"X-CSRF-Token": browser.csrf}
        await browser.ask("POST", "/api/queue_hold", json={"id": "x"}, headers=headers)
        assert browser.status == 403 and "運用担当" in browser.text


ASKED = {"HX-Request": "true", "HX-Source": "p#changed"}


@pytest.mark.parametrize(
    ("headers", "stays"), [(ASKED, False), ({}, True), (ASKED | {"HX-Source": "details"}, True)]
)
async def test_what_htmx_fetches_by_itself_keeps_nobody_logged_in(
    browser, harness, headers, stays
):
    await browser.log_in()
    for _ in range(2):
        harness.time.pass_by(minutes=40)
        await browser.get("/alarms/changed", headers=headers)
    assert browser.status == 200 and ("The alarms have changed" in browser.text) is stays
    assert ("hx-refresh" in browser.headers) is not stays
