"""The node itself in a browser: how it is, and where its ports, files and folders are."""

import pytest

from noroshi.checks import BUILT_IN as CHECKS
from noroshi.config.web import Web
from noroshi.core.roles import OPERATOR, VIEWER
from noroshi.core.translation import plain
from noroshi.web.view.page_context import LANGUAGE
from tests.service.clients import InProcessClient, apply_definitions
from tests.service.harness import CONTENT, Harness
from tests.service.node.stores_of_nodes import StoreOfNodes
from tests.service.node.test_node import Own, asking, row
from tests.web.browser import browsing, with_user


async def looking(home, role="administrator", **given):
    ask = asking(home, **given)
    await apply_definitions(ask)
    return await with_user(role, harness=ask.harness), ask


async def test_a_node_that_is_well_says_so(tmp_path):
    harness, ask = await looking(
        tmp_path, own=Own(lateness=0.25, free_bytes=3 << 30), role=VIEWER
    )
    ask.time.pass_by(seconds=3725)
    async with browsing(harness, tmp_path) as browser:
        await browser.log_in()
        await browser.get("/settings/health")
        for told in (
            "Noroshi itself has no known problems",
            "at most 0.25 s",
            "2.0 KiB",
            "1 h 2 min",
        ):
            assert told in browser.text


async def test_a_store_in_trouble_comes_first(tmp_path):
    harness, _ = await looking(tmp_path, own=Own(trouble=plain("the disk is full")))
    async with browsing(harness, tmp_path) as browser:
        await browser.log_in()
        await browser.get("/settings/health")
        assert (
            "Noroshi itself needs attention" in browser.text
            and "the disk is full" in browser.text
        )


async def test_nodes_that_share_the_database_are_listed(tmp_path):
    harness, _ = await looking(tmp_path, store=StoreOfNodes(), role=VIEWER)
    async with browsing(harness, tmp_path) as browser:
        await browser.log_in()
        await browser.get("/settings/health")
        rows = browser.text.split("Nodes on this database")[1].split("<tr>")[2:6]
    alpha, beta, gamma, delta = (" ".join(row.split()) for row in rows)
    for told in ("alpha", "sending node", "0.1.0", "10.0.0.1:7665", "(75%)", "monitoring"):
        assert told in alpha
    assert "not linked" in beta and "0.2.0" in beta and "sending node" not in beta
    assert "delta" in delta and "cannot use version 7 of the definitions" in delta
    assert "stopped" in gamma and "until" in gamma and "since" not in gamma
    assert "not linked" not in gamma, "it has no address because it does not run"


async def test_a_node_with_a_file_lists_no_nodes(tmp_path):
    harness, _ = await looking(tmp_path)
    async with browsing(harness, tmp_path) as browser:
        await browser.log_in()
        await browser.get("/settings/health")
        assert "Nodes on this database" not in browser.text


async def test_ports_files_and_folders_stand_on_one_page(tmp_path):
    harness, ask = await looking(tmp_path, web=Web())
    async with browsing(harness, tmp_path) as browser:
        await browser.log_in()
        await browser.get("/settings/places")
        for told in (
            "http://127.0.0.1:7663",
            str(tmp_path / "noroshi.db"),
            "No backup has been made",
        ):
            assert told in browser.text
        await harness.service.record(row(ask))
        assert "/srv/noroshi.backup" in (await browser.get("/settings/places")).text


@pytest.mark.parametrize("role", [VIEWER, OPERATOR])
async def test_where_files_are_is_for_administrators(tmp_path, role):
    harness, _ = await looking(tmp_path, role=role)
    async with browsing(harness, tmp_path) as browser:
        await browser.log_in()
        assert (await browser.get("/settings/places")).status == 403
        assert (await browser.get("/settings/health")).status == 200


async def test_its_own_watch_is_headed_as_the_tree_calls_it(tmp_path):
    harness = await with_user(harness=Harness(checks=CHECKS))
    await apply_definitions(InProcessClient(harness))
    async with browsing(harness, tmp_path) as browser:
        await browser.log_in()
        await browser.get("/instance/noroshi")
        assert "<h1>Noroshi</h1>" in browser.text and ">Mail queue<" in browser.text
        await browser.get("/group/noroshi/mail")
        assert "<h1>Mail</h1>" in browser.text


@pytest.mark.parametrize(
    ("language", "contacts_language", "account", "other"),
    [
        ("ja", "en", "アカウント box", "Account box"),
        ("en", "ja", "Account box", "アカウント box"),
        ("en", "en", "Account box", "アカウント box"),
    ],
)
async def test_its_own_watch_has_titles_in_the_readers_language(
    tmp_path, language, contacts_language, account, other
):
    harness = await with_user(harness=Harness(checks=CHECKS))
    contacts = {
        key.replace("/", "__"): content | {"language": contacts_language}
        for key, content in CONTENT.items()
        if key.startswith("contacts/")
    }
    await apply_definitions(InProcessClient(harness), **contacts)
    async with browsing(harness, tmp_path) as browser:
        await browser.log_in()
        browser.session.cookie_jar.update_cookies({LANGUAGE: language})
        for page in (
            "/tree/noroshi/mail",
            "/instance/noroshi",
            "/group/noroshi/mail",
            "/monitor/noroshi/mail/account-box",
            "/alarms",
            "/settings/health",
        ):
            await browser.get(page)
            assert account in browser.text and other not in browser.text, page
