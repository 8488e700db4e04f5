"""Rules and notifications have titles, which stand wherever a person reads their names."""

import html
import re

import pytest

from noroshi.transports import BUILT_IN
from noroshi.web.view.page_context import LANGUAGE
from tests.service.clients import InProcessClient, apply_definitions
from tests.service.harness import CONTENT, EXAMINED, POST, Harness
from tests.service.test_renaming import NOTICE
from tests.web.browser import with_user
from tests.web.test_editing_pages import saved
from tests.web.test_renaming_pages import CLOUD

pytestmark = pytest.mark.logged_in

RULE, NOTE = "夜間の当番", "毎朝の報告"


@pytest.fixture
async def harness():
    harness = await with_user(harness=Harness(routes=(POST, EXAMINED, *BUILT_IN)))
    await apply_definitions(
        InProcessClient(harness),
        rules__all=CONTENT["rules/all"] | {"title": RULE},
        notifications__day=NOTICE | {"title": NOTE},
    )
    return harness


@pytest.mark.parametrize(
    ("page", "titles"),
    [
        ("/settings/rules", (RULE,)),
        ("/settings/rule?name=all", (RULE,)),
        ("/settings/notifications", (NOTE,)),
        ("/settings/notification?name=day", (NOTE,)),
        ("/settings/contacts", (RULE, NOTE)),
        ("/mail", (RULE, NOTE)),
        ("/mail/route/plain", (RULE,)),
        ("/mail/edit?key=routes/&of=smtp", (RULE, NOTE)),
        ("/monitor/web1/base/disks", (RULE,)),
        ("/settings/instance?name=web1", (f"{RULE} (all)",)),
        ("/settings/monitor?in=web1&group=base&name=disks", (f"{RULE} (all)",)),
    ],
)
async def test_a_page_calls_them_by_their_titles(browser, page, titles):
    await browser.get(page)
    assert browser.status == 200
    assert all(title in html.unescape(browser.text) for title in titles)


async def test_why_nothing_was_told_names_the_rule_by_its_title(harness, browser):
    await harness.measured(told=["all"])
    (row,) = (await InProcessClient(harness)("alarms"))["rows"]
    assert row["told"][0]["called"] == RULE and row["told"][0]["rule"] == "all"


@pytest.mark.parametrize("page", ["/settings/rule?name=all", "/settings/notification?name=day"])
async def test_a_title_is_changed_in_its_form(harness, browser, page):
    await saved(browser, page, title="Night")
    assert browser.status == 303
    shown = (await InProcessClient(harness)("definition_show"))["documents"]
    assert shown["rules/all" if "rule?" in page else "notifications/day"]["title"] == "Night"


@pytest.mark.parametrize("page", ["/settings/rule?name=all", "/settings/notification?name=day"])
async def test_a_title_of_several_lines_is_told_at_its_field(browser, page):
    await saved(browser, page, title="a\u2028b")
    assert browser.status == 400 and 'id="f-title-bad"' in browser.text


async def test_the_list_of_rules_calls_contacts_and_routes_by_their_titles(harness, browser):
    told = {name: CONTENT[f"contacts/{name}"] for name in CONTENT["rules/all"]["contacts"]}
    titled = {f"contacts__{name}": one | {"title": "夜勤の人"} for name, one in told.items()}
    await apply_definitions(InProcessClient(harness), **titled)
    page = (await browser.get("/settings/rules")).text
    assert "夜勤の人" in page


HOST, GROUP, MONITOR, TITLED = "受付サーバー", "共有", "図面の置き場", "社内の中継"


@pytest.fixture
async def titled(harness):
    monitor = {"name": "disks", "kind": "disk", "title": MONITOR}
    group = {"name": "base", "title": GROUP, "monitor": [monitor]}
    its = {"title": HOST, "rules": ["all"], "group": [group]}
    rule, note = CONTENT["rules/all"] | {"title": RULE}, NOTICE | {"title": NOTE}
    more = {"instances__web1": its, "rules__all": rule, "notifications__day": note}
    await apply_definitions(
        InProcessClient(harness), **more, routes__plain={"kind": "post", "title": TITLED}
    )


@pytest.mark.parametrize(
    ("page", "way"),
    [
        ("/settings/instance?name=web1", ()),
        ("/settings/group?in=web1&name=base", (HOST,)),
        ("/settings/monitor?in=web1&group=base&name=disks", (HOST, GROUP)),
        ("/settings/monitor?in=web1&group=base", (HOST, GROUP)),
        ("/mail/edit?key=routes/plain", (TITLED,)),
        ("/place/web1/base/disks", (HOST, GROUP, MONITOR)),
        ("/add?to=web1", (HOST,)),
        ("/add/web-server?to=web1", (HOST,)),
    ],
)
async def test_the_way_to_a_page_is_told_by_titles(titled, browser, page, way):
    await browser.get(page)
    line = browser.text.partition('class="head__where">')[2].partition("</p>")[0]
    told = [html.unescape(one) for one in re.findall(r">([^<>]+)</a>", line)]
    assert [one for one in told if one in (HOST, GROUP, MONITOR, TITLED)] == list(way)
    assert not {"web1", "base", "disks", "plain"} & set(told)


SHOP = {"title": "Shop", "title_ja": "店舗", "group": [{"name": "till", "monitor": []}]}


@pytest.mark.parametrize(
    ("language", "page", "told"),
    [
        ("ja", "/settings/name?key=blueprints/shop", "ひな形「店舗」の名前"),
        ("en", "/settings/name?key=blueprints/shop", "Blueprint “Shop”: name"),
        ("ja", "/settings/name?key=clouds/lab", "クラウド「lab」の名前"),
        ("ja", "/place/web1", f"監視インスタンス「{HOST}」のコピー"),
        ("ja", "/place/web1/base/disks", f"監視項目「{MONITOR}」のコピー・移動"),
        ("ja", "/try/web1/base/disks", f"いますぐ測定: {HOST} › {GROUP} › {MONITOR}"),
    ],
)
async def test_a_heading_is_in_words_and_by_titles(
    titled, harness, browser, language, page, told
):
    put = {"blueprints/shop": SHOP, "clouds/lab": CLOUD}
    await InProcessClient(harness)("definition_change", put=put)
    browser.session.cookie_jar.update_cookies({LANGUAGE: language})
    text = html.unescape((await browser.get(page)).text)
    assert re.search(r"<h1>([^<]*)</h1>", text)[1] == told


async def test_what_is_renamed_by_itself_is_listed_in_words_too(harness, browser):
    await InProcessClient(harness)("definition_change", put={"blueprints/shop": SHOP})
    text = (await browser.get("/settings/files")).text
    assert '<b>Blueprint “Shop”</b> <code class="code-name">blueprints/shop</code>' in text


async def test_where_a_part_may_go_is_told_by_titles_beside_the_path(titled, browser):
    text = html.unescape((await browser.get("/place/web1/base/disks")).text)
    assert f'<option value="web1/base" selected>{HOST} › {GROUP} (web1/base)</option>' in text


@pytest.mark.parametrize(
    ("blueprint", "labels"),
    [
        ("hyper-v-replica", ["Maximum replication delay (min)"]),
        ("sql-server", ["SQL Server service", "SQL Server Agent service", "Port"]),
    ],
)
async def test_the_inputs_of_a_blueprint_are_told_apart(browser, blueprint, labels):
    text = html.unescape((await browser.get(f"/add/{blueprint}")).text)
    assert [
        " ".join(label.split()) for label in re.findall(r'<label for="v-\w+">([^<]*)<', text)
    ] == labels


async def test_a_blueprint_is_added_to_the_instance_that_is_called_so(titled, harness, browser):
    group = {"name": "till", "monitor": [{"name": "disks", "kind": "disk"}]}
    await InProcessClient(harness)(
        "definition_change", put={"blueprints/shop": {"group": [group]}}
    )
    await browser.get("/add/shop")
    await browser.post("/add/shop", do="add", instance=HOST)
    assert browser.to == "/instance/web1?did=added&part=shop"
    shown = (await InProcessClient(harness)("definition_show"))["documents"]
    assert [one["name"] for one in shown["instances/web1"]["group"]] == ["base", "till"]


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ("/settings/instance?name=web1", f"{HOST} (web1)"),
        ("/settings/group?in=web1&name=base", f"{GROUP} (base)"),
        ("/settings/monitor?in=web1&group=base&name=disks", f"{MONITOR} (disks)"),
        ("/settings/rule?name=all", f"{RULE} (all)"),
        ("/settings/notification?name=day", f"{NOTE} (day)"),
    ],
)
async def test_what_is_removed_is_told_by_title_and_name(titled, browser, page, told):
    await browser.get(page)
    box = browser.text.partition('id="h-remove"')[2]
    assert told in html.unescape(box)
