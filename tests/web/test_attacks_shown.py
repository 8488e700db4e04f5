"""What others wrote is shown as text, on every page there is: names, titles, log lines, subjects,
answers of mail servers, what a template made, names of people, the audit log, what was searched."""

import json
import re
from urllib.parse import quote

import pytest

from noroshi.web.pages.overview import partial
from noroshi.web.view.control_escape import neutral
from tests.service.clients import make_api_token
from tests.web.browser import browsing
from tests.web.hostile import (
    APART,
    EVIL,
    LINK,
    WORKED_OUT,
    Page,
    asking,
    hostile_harness,
    paths_of,
)

pytestmark = pytest.mark.logged_in

FRAMES = ("frame-ancestors 'none'", "frame-ancestors 'self'")


@pytest.fixture
async def harness():
    return await hostile_harness()


@pytest.mark.parametrize(
    "bad",
    [
        EVIL,
        f'<a href="{LINK}">x</a>',
        "<p onclick=x>",
        '<p style="x">',
        "<iframe src=/x></iframe>",
        "<script>x</script>",
        '<a href="https://evil.example/">x</a>',
    ],
)
def test_what_is_alive_in_a_page_is_found(bad):
    assert Page(f"<p>{bad}</p>").alive != []


def whole_pages(harness):
    return [path for path in paths_of(harness, "GET") if path not in APART]


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_on_no_page_anything_of_it_is_alive(harness, browser, language):
    shown = 0
    for path in whole_pages(harness):
        for address in (path, asking(harness, path)):
            await browser.get(address, headers={"Accept-Language": language})
            assert browser.status != 500, address
            assert Page(browser.text).alive == [], address
            assert WORKED_OUT not in browser.text, "a template took it for its own"
            shown += "x-evil" in browser.text
    assert shown >= 10  # else nobody was attacked


async def test_what_was_typed_at_the_way_in_is_shown_as_text(harness, tmp_path):
    async with browsing(harness, tmp_path) as browser:
        for path in ("/login", "/sure", "/start", "/login/code"):
            await browser.get(f"{path}?next={quote(LINK)}&name={quote(EVIL)}")
            await browser.post(path, name=EVIL, next=LINK, password=EVIL, code=EVIL, again="")
            assert Page(browser.text).alive == [] and browser.status != 500, path


async def test_a_page_that_is_not_there_shows_its_address_as_text(browser):
    await browser.get(f"/{quote(EVIL)}")
    assert browser.status == 404 and Page(browser.text).alive == []


async def test_by_the_api_it_is_json_that_no_browser_takes_for_a_page(harness, browser):
    for op in ("status", "queue_list", "ledger", "log", "versions"):
        await browser.get(f"/api/{op}")
        assert browser.headers["content-type"] == "application/json"
        assert browser.headers["x-content-type-options"] == "nosniff"
    await browser.get(f"/api/{quote(EVIL, safe='')}")
    assert browser.status == 404 and json.loads(browser.text)["error"] == "not found"
    assert browser.headers["content-type"] == "application/json"


async def test_the_figures_keep_one_line_for_one_figure(harness, browser):
    token = await make_api_token(harness)
    await browser.get("/metrics", headers={"Authorization": f"Bearer {token}"})
    assert browser.status == 200 and browser.headers["content-type"].startswith("text/plain")
    lines = browser.text.splitlines()
    assert all(line.startswith(("# ", "noroshi_")) for line in lines)


async def test_no_page_can_be_framed_by_another_site_or_run_what_is_in_it(harness, browser):
    """Clickjacking, and the second line behind what is shown as text."""
    for path in [*whole_pages(harness), "/queue/mail/html", "/static/live.js", "/api/status"]:
        await browser.get(asking(harness, path))
        policy = browser.headers["content-security-policy"]
        assert any(rule in policy for rule in FRAMES), path
        assert "unsafe-inline'" not in policy.partition("style-src")[0], path
        assert "unsafe-eval" not in policy and "default-src 'none'" in policy
        wanted = "SAMEORIGIN" if path in APART else "DENY"
        assert browser.headers["x-frame-options"] == wanted, path
        assert browser.headers["x-content-type-options"] == "nosniff"
        assert browser.headers["referrer-policy"] == "same-origin"


async def test_what_pages_show_is_kept_by_no_cache(harness, browser):
    for path in whole_pages(harness):
        await browser.get(asking(harness, path))
        assert browser.headers["cache-control"] == "no-store", path


OBEYED = "a\x1b[2J\x9b\x07\u202eb\u2066\u200f\u2028c"


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_on_no_page_a_browser_obeys_what_others_wrote(tmp_path, language):
    harness, shown = await hostile_harness(OBEYED, "web"), 0
    async with browsing(harness, tmp_path) as browser:
        await browser.log_in()
        for path in set(paths_of(harness, "GET")) - {
            "/live",
            "/settings/files/definitions.zip",
        }:
            await browser.get(asking(harness, path), headers={"Accept-Language": language})
            assert browser.status != 500, path
            shown_text = re.sub(r' value="[^"]*"|<textarea.*?</textarea>', "", browser.text)
            assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", shown_text), path
            assert not re.search("[\u200e\u200f\u2028-\u202e\u2066-\u2069]", browser.text), path
            shown += "a?[2J???b???c" in browser.text
    assert shown >= 10  # else nobody was attacked


@pytest.mark.parametrize("typed", [' value="a{}b"', "<textarea name=x>\na{}b</textarea>"])
def test_a_form_sends_back_what_its_field_held(typed):
    assert neutral(f"<p>{typed.format(chr(0x202E))}\u202e\x07\r\n</p>") == (
        f"<p>{typed.format('&#8238;')}??\n</p>"
    )
    assert neutral(typed.format("\x1b")) == typed.format("\x1b")


def test_what_is_told_live_is_neutral_too():
    told = partial("lamp", "<b>a\u202eb\x1b</b>")
    assert "<b>a?b?</b>" in told


@pytest.mark.timeout(60)
@pytest.mark.parametrize("text", [">", ' value="a', "<textarea>", "<textarea", "</textarea>"])
def test_a_page_of_any_length_is_gone_through_once(text):
    """Trying each > anew took minutes for a mail of 200,000 of them."""
    page = text * 200_000
    assert neutral(page) == page
