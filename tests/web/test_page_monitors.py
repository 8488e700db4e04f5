"""The settings of a monitor of a web page: its network and its secret headers, by form."""

import pytest

from noroshi.checks import http
from noroshi.service import administrator, run_as_json
from tests.service.harness import DISK, Harness, documents
from tests.web.browser import with_user
from tests.web.test_editing_pages import filled_in

pytestmark = pytest.mark.logged_in

BOSS = administrator("boss")
URL = "https://www.example.com/health"
PAGE = {"name": "page", "kind": "http", "options": {"url": URL}}
DISKS = {"name": "disks", "kind": "disk"}
SETTINGS = "/settings/monitor?in=web1&group=base&name="


@pytest.fixture
async def harness():
    harness = await with_user(harness=Harness(checks=(DISK, http.CHECK)))
    web1 = {"rules": ["all"], "group": [{"name": "base", "monitor": [DISKS, PAGE]}]}
    proxy = {"proxy": "proxy.example.com:8080"}
    given = {"documents": documents(instances__web1=web1, networks__office=proxy)}
    assert "ok" in await run_as_json(harness.service, BOSS, "apply", given)
    return harness


async def saved(browser, **typed):
    form = filled_in((await browser.get(f"{SETTINGS}page")).text)
    return await browser.post(f"{SETTINGS}page", **form | {"do": "save"} | typed)


async def its(harness):
    told = await run_as_json(harness.service, BOSS, "definition_show", {})
    (group,) = told["ok"]["documents"]["instances/web1"]["group"]
    return {one["name"]: one for one in group["monitor"]}["page"]


async def test_network_and_secret_headers_are_chosen_and_typed_and_saved(harness, browser):
    typed = {"options.secret_headers": "Authorization = shop-key", "network": "office"}
    await saved(browser, **typed)
    assert browser.status == 303, browser.text
    page = await its(harness)
    assert page["network"] == "office"
    assert page["options"]["secret_headers"] == {"Authorization": "shop-key"}
    text = (await browser.get(f"{SETTINGS}page")).text
    assert filled_in(text)["network"] == "office" and "Authorization=shop-key" in text


async def test_only_a_kind_that_goes_by_a_network_is_asked_for_one(browser):
    assert 'name="network"' not in (await browser.get(f"{SETTINGS}disks")).text
    assert 'name="network"' in (await browser.get(f"{SETTINGS}page")).text


async def test_a_secret_where_a_name_belongs_is_told_at_its_field_and_not_kept(
    harness, browser
):
    await saved(browser, **{"options.secret_headers": "Authorization = Bearer hunter2X"})
    assert browser.status == 400 and "name of a vault entry" in browser.text
    assert "secret_headers" not in (await its(harness))["options"]
    told = await run_as_json(harness.service, BOSS, "audit", {})
    assert "hunter2X" not in str(told)
