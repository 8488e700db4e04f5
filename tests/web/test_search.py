"""A fleet of two hundred servers: the overview stays short, and the search finds each of them."""

import pytest
import pytest_asyncio

from noroshi.core.roles import VIEWER
from tests.service.agents.fleet import heard, joined
from tests.service.clients import InProcessClient, apply_definitions
from tests.service.harness import Harness
from tests.web.browser import browsing, with_user

pytestmark = pytest.mark.logged_in
COUNT = 200
ON_ITS_LOOP = pytest.mark.asyncio(loop_scope="module")
"""For what uses the `fleet_browser`."""


def server(number):
    monitors = [{"name": name, "kind": "disk"} for name in ("system", "data")]
    group = {"name": "disks", "title": "Disks", "monitor": monitors}
    return {"title": f"Filiale {number:03}", "address": f"192.0.2.{number}", "group": [group]}


async def fleet():
    harness = await with_user()
    many = {f"instances__s{number:03}": server(number) for number in range(COUNT)}
    await apply_definitions(InProcessClient(harness), instances__web1=None, **many)
    return harness


@pytest.fixture
async def harness():
    """A fleet of one's own, for a test that changes it."""
    return await fleet()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def fleet_browser(tmp_path_factory):
    """A browser of somebody who is logged in: one for all tests that change nothing."""
    async with browsing(await fleet(), tmp_path_factory.mktemp("fleet")) as found:
        await found.log_in()
        yield found


def hits(page, group):
    return page.partition(f'aria-label="{group}"')[2].partition("</section>")[0].count("<li>")


@ON_ITS_LOOP
async def test_the_overview_of_a_fleet_has_some_rows_and_leads_to_all(fleet_browser):
    page = (await fleet_browser.get("/")).text
    assert page.count('<li class="server"') == 30
    assert "Show 170 more servers" in page and 'data-filter="tree-list"' in page
    assert (await fleet_browser.get("/servers?view=list")).text.count("Filiale ") == COUNT


@ON_ITS_LOOP
async def test_a_server_is_found_by_title_name_and_address(fleet_browser):
    for words in ("filiale 042", "042 FILIALE", "s042", "192.0.2.42", "ｓ０４２"):
        page = (await fleet_browser.get("/search", params={"q": words})).text
        assert 'href="/instance/s042"' in page and hits(page, "Servers") == 1, words


@ON_ITS_LOOP
async def test_its_monitors_are_found_with_what_they_say(fleet_browser):
    page = (await fleet_browser.get("/search", params={"q": "filiale 042 data"})).text
    assert 'href="/monitor/s042/disks/data"' in page and hits(page, "Monitors") == 1
    assert "not measured yet" in page


@ON_ITS_LOOP
async def test_of_many_hits_the_first_are_shown_and_all_counted(fleet_browser):
    page = (await fleet_browser.get("/search", params={"q": "filiale"})).text
    assert hits(page, "Servers") == hits(page, "Monitors") == 20
    assert "the first 20 of 200" in page and "1400 results" in page


@ON_ITS_LOOP
async def test_what_is_nowhere_is_said(fleet_browser):
    page = (await fleet_browser.get("/search", params={"q": "<b>nothing"})).text
    assert (
        "Nothing matches “&lt;b&gt;nothing”." in page
        and "<section" not in page.partition("<main")[2]
    )


async def test_an_agent_and_a_page_are_found(harness, browser):
    await heard(harness, await joined(harness, "fs01"))
    page = (await browser.get("/search", params={"q": "fs01"})).text
    assert 'href="/servers/agent/id-of-fs01"' in page
    assert 'href="/settings/contacts"' in (await browser.get("/search?q=contacts")).text


@ON_ITS_LOOP
async def test_what_was_typed_is_marked_in_the_name(fleet_browser):
    page = (await fleet_browser.get("/search", params={"q": "liale ０４２"})).text
    assert ">Fi<b>liale</b> <b>042</b></a>" in page


@ON_ITS_LOOP
async def test_the_list_over_a_page_has_three_of_each_and_counts_all(fleet_browser):
    page = (await fleet_browser.get("/search/list", params={"q": "filiale"})).text
    assert page.count('role="option"') == 9 and "9 of 1400" in page
    assert ">Servers, 3 of 200</p>" in page and 'data-query="filiale"' in page
    assert "<html" not in page and 'href="/search?q=filiale"' in page


@ON_ITS_LOOP
async def test_actions_lead_to_their_forms_and_can_be_found_alone(fleet_browser):
    page = (await fleet_browser.get("/search", params={"q": "silence 042"})).text
    assert 'href="/alarms?place=s042#silence"' in page
    page = (await fleet_browser.get("/search", params={"q": "> filiale 042 data"})).text
    assert 'href="/try/s042/disks/data"' in page and hits(page, "Actions") == 1
    assert "/monitor/s042" not in page.partition("<main")[2]


async def test_a_blank_between_japanese_words_may_be_left_out(harness, browser):
    titled = {**server(1), "title": "社内 ファイル サーバー"}
    await apply_definitions(InProcessClient(harness), instances__s001=titled)
    for words in ("ファイルサーバー", "ファイル サーバー", "ﾌｧｲﾙｻｰﾊﾞｰ", "社内ファイル"):
        page = (await browser.get("/search", params={"q": words})).text
        assert 'href="/instance/s001"' in page and hits(page, "Servers") == 1, words


@ON_ITS_LOOP
@pytest.mark.parametrize("sign", [">", "＞"])
async def test_the_sign_of_actions_alone_lists_them_in_either_width(fleet_browser, sign):
    page = (await fleet_browser.get("/search", params={"q": sign})).text
    assert 'href="/servers/add"' in page and hits(page, "Actions") == 20
    page = (await fleet_browser.get("/search", params={"q": f"{sign}filiale 042 data"})).text
    assert hits(page, "Actions") == 1 and "/monitor/s042" not in page.partition("<main")[2]


async def test_contacts_and_rules_are_found_by_title_and_name(harness, browser):
    ops = {"title": "情シス", "addresses": ["it@example.com"]}
    rule = {"title": "Night shift", "action": "mail", "contacts": ["ops"], "routes": ["plain"]}
    changed = {"contacts__ops": ops, "rules__night": rule, "instances__s001": server(1)}
    await apply_definitions(InProcessClient(harness), **changed)
    for words, href in (
        ("情シス", "/settings/contact?name=ops"),
        ("it@example", "/settings/contact?name=ops"),
        ("night shift", "/settings/rule?name=night"),
    ):
        page = (await browser.get("/search", params={"q": words})).text
        assert f'href="{href}"' in page, words


async def test_the_name_of_an_agent_that_measures_leads_to_both_pages(harness, browser):
    await heard(harness, await joined(harness, "fs01"))
    measured = {**server(1), "source": "fs01"}
    await apply_definitions(InProcessClient(harness), instances__s001=measured)
    page = (await browser.get("/search", params={"q": "fs01"})).text
    assert 'href="/instance/s001"' in page and hits(page, "Servers") == 2
    assert 'href="/servers/agent/id-of-fs01"' in page


async def test_nobody_finds_a_page_that_is_not_theirs(tmp_path):
    harness = await with_user(VIEWER, harness=Harness())
    async with browsing(harness, tmp_path) as browser:
        await browser.log_in()
        assert "/settings/users" not in (await browser.get("/search?q=users")).text
        assert '/settings/contact"' not in (await browser.get("/search?q=add")).text
