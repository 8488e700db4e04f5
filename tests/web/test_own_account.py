"""One's own account in a browser: password, second step with its QR code; the settings' list."""

import html
import re

import pyotp
import pytest

from noroshi.core.roles import ADMIN, OPERATOR, VIEWER
from noroshi.web.view.settings_index import GROUPS
from tests.web.browser import GOOD, browsing, with_user

BETTER = "a better horse battery"


@pytest.fixture
async def harness():
    return await with_user(VIEWER)


async def test_a_password_is_changed_and_only_this_browser_stays(harness, browser, tmp_path):
    await browser.log_in()
    before = browser.cookie
    async with browsing(harness, tmp_path) as other:
        await other.log_in()
        await browser.get("/settings/me")
        form = {"do": "own_password", "old": GOOD, "new": BETTER, "again": BETTER}
        await browser.post("/settings/me", **form)
        assert browser.status == 200 and "Password changed" in browser.text
        assert (await other.get("/settings/me")).status == 303
    assert browser.cookie != before
    assert (await browser.get("/settings/me")).status == 200
    assert await harness.people.passwords.is_right(
        (await harness.store.users())["sato"].password, BETTER
    )


@pytest.mark.parametrize(
    ("form", "said", "status"),
    [
        ({"old": "no", "new": BETTER, "again": BETTER}, "is incorrect", 403),
        ({"old": GOOD, "new": BETTER, "again": "other"}, "do not match", 400),
        ({"old": GOOD, "new": "short", "again": "short"}, "New password: ", 400),
    ],
)
async def test_a_password_that_is_not_taken_is_told(browser, form, said, status):
    await browser.log_in()
    await browser.get("/settings/me")
    await browser.post("/settings/me", do="own_password", **form)
    assert browser.status == status and said in browser.text
    assert BETTER not in browser.text


async def test_a_second_step_begins_with_a_code_to_scan(harness, browser):
    await browser.log_in()
    await browser.get("/settings/me")
    await browser.post("/settings/me", do="own_totp", password=GOOD)
    assert re.search(
        r'<svg class="scan__code" viewBox="0 0 \d+ \d+".*<path d="M4 4h7v1', browser.text
    )
    shown = re.search(r'<p class="code">((?:[A-Z2-7]{4} ?){8})</p>', browser.text)[1]
    seed = shown.replace(" ", "")  # in fours, for whoever types it
    address = html.unescape(re.search(r'name="address" value="([^"]+)"', browser.text)[1])
    drawn = re.search(r'<path d="M4 4h7v1[^"]*"', browser.text)[0]
    await browser.post("/settings/me", do="own_totp_on", code="000000", address=address)
    assert browser.status == 400
    # Whoever mistyped it, or has not scanned it yet, has all of it before them still.
    assert 'value="own_totp_on"' in browser.text and "The code is not correct" in browser.text
    assert drawn in browser.text and shown in browser.text
    code = pyotp.TOTP(seed).at(harness.time.now)
    await browser.post("/settings/me", do="own_totp_on", code=code)
    assert len(re.search(r'<pre class="code">([^<]+)</pre>', browser.text)[1].split("\n")) == 10
    await browser.get("/settings/me")
    await browser.post("/settings/me", do="own_totp_off", password=GOOD)
    assert not (await harness.store.users())["sato"].two_steps


async def test_what_is_no_deed_of_the_page_is_not_done(browser):
    await browser.log_in()
    await browser.get("/settings/me")
    assert (await browser.post("/settings/me", do="user_remove", name="boss")).status == 404


@pytest.mark.parametrize("role", [VIEWER, OPERATOR, ADMIN])
async def test_the_settings_list_what_one_may_open_and_it_opens(tmp_path, role):
    async with browsing(await with_user(role), tmp_path) as browser:
        await browser.log_in()
        await browser.get("/settings")
        shown = re.findall(r'<li><a href="([^"]+)"', browser.text)
        all_pages = [one.href for group in GROUPS for one in group.pages]
        assert (shown == all_pages) == (role == ADMIN)
        for href in all_pages:
            assert ((await browser.get(href)).status == 403) == (href not in shown)
