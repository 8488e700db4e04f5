"""Contacts in a browser: listed with what reaches them, changed, added and removed by forms."""

import json
import re

import pytest

from noroshi.core.roles import VIEWER
from tests.service.clients import InProcessClient, apply_definitions
from tests.web.browser import browsing, with_user

pytestmark = pytest.mark.logged_in


@pytest.fixture
async def harness():
    harness = await with_user()
    await apply_definitions(InProcessClient(harness))
    return harness


def hidden(browser):
    """What the form sends beside its fields."""
    names = ("etag", "version")
    parts = {
        n: browser.text.partition(f'name="{n}" value="')[2].partition('"')[0] for n in names
    }
    return parts | {"do": "save"}


async def content(harness, name):
    documents = (await harness.store.current()).documents
    return next((json.loads(d.body) for d in documents if d.key == f"contacts/{name}"), None)


async def test_whoever_nothing_leads_to_is_told_so(browser):
    await browser.get("/settings/contacts")
    assert "ops@example.com" in browser.text and "not used anywhere" in browser.text


async def test_what_notifies_a_contact_is_named_with_its_sort(harness, browser):
    notification = {"events": ["settings-changed"], "action": "mail"}
    notification |= {"contacts": ["ops"], "routes": ["plain"]}
    await apply_definitions(InProcessClient(harness), notifications__change=notification)
    await browser.get("/settings/contacts")
    shown = " ".join(re.sub("<[^>]*>", "", browser.text).split())
    assert "Rule “all” (1 monitor), System notification “change”" in shown


async def test_a_form_says_how_several_addresses_are_separated(browser):
    await browser.get("/settings/contact?name=ops")
    assert (
        "All of these addresses are notified. Separate multiple addresses with commas, spaces or "
        "line breaks."
    ) in browser.text


async def test_the_language_of_a_contact_is_named_in_the_language_of_the_page(browser):
    await browser.get("/settings/contacts")
    assert 'data-th="Language">Japanese</td>' in browser.text


async def test_a_contact_is_changed_and_the_rest_of_it_stays(harness, browser):
    await browser.get("/settings/contact?name=ops")
    assert 'value="Asia/Tokyo"' in browser.text
    form = {"title": "情シス", "addresses": "ops@example.com\nduty@example.com"}
    form |= {"language": "ja", "zone": "Asia/Tokyo", "one_by_one": ""}
    await browser.post("/settings/contact?name=ops", **form, **hidden(browser))
    assert browser.status == 303
    assert await content(harness, "ops") == {
        "title": "情シス",
        "addresses": ["ops@example.com", "duty@example.com"],
        "language": "ja",
        "zone": "Asia/Tokyo",
    }


async def test_a_contact_is_added_and_a_mistake_stands_at_its_field(harness, browser):
    await browser.get("/settings/contact")
    form = {"name": "eri", "addresses": "eri@example.com", "zone": "Mars"} | hidden(browser)
    await browser.post("/settings/contact", **form)
    assert browser.status == 400 and 'id="f-zone-bad"' in browser.text
    await browser.post("/settings/contact", **(form | {"zone": "UTC"}))
    assert browser.status == 303 and (await content(harness, "eri"))["addresses"]


async def test_a_viewer_looks_and_changes_nothing(tmp_path):
    harness = await with_user(VIEWER)
    await apply_definitions(InProcessClient(harness))
    async with browsing(harness, tmp_path) as browser:
        await browser.log_in()
        await browser.get("/settings/contacts")
        assert browser.status == 200 and '/settings/contact"' not in browser.text
        await browser.get("/settings/contact?name=ops")
        form = hidden(browser) | {"title": "x", "addresses": "x@example.com"}
        await browser.post("/settings/contact?name=ops", **form)
        assert browser.status == 403 and "title" not in await content(harness, "ops")


async def test_monitors_are_counted_for_rules_alone(harness, browser):
    notice = {"events": ["started"], "contacts": ["boss"], "routes": ["plain"]}
    await apply_definitions(InProcessClient(harness), notifications__day=notice)
    await browser.get("/settings/contacts")
    assert "(1 monitor)" in browser.text and "(0 monitors)" not in browser.text
