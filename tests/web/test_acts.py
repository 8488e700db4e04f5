"""Pages by which instances, groups and monitors are stopped, copied, moved, added and tried."""

import re
from dataclasses import replace

import pytest

from noroshi.core.model import Reading, Sample
from noroshi.core.roles import OPERATOR, VIEWER
from noroshi.core.translation import bilingual
from noroshi.web.view.page_context import LANGUAGE
from tests.service.clients import InProcessClient, apply_definitions
from tests.service.harness import DISK, Harness
from tests.web.browser import GOOD, browsing, with_user

pytestmark = pytest.mark.logged_in

PART = "web1/base/disks"
SHOP = {
    "title_ja": "店舗",
    "asks": {"mount": "/srv", "till": ""},
    "group": [
        {
            "name": "shop",
            "monitor": [
                {"name": "${till}", "kind": "disk", "options": {"include": ["${mount}"]}}
            ],
        }
    ],
}


@pytest.fixture
async def harness():
    harness = await with_user()
    await apply_definitions(InProcessClient(harness))
    return harness


def created(text):
    """What a preview names as watched from then on: kind and place."""
    found = text.partition('id="created"')[2].partition("</ul>")[0]
    return re.findall(r'<li>(\w+) <code class="code-name">([^<]+)</code>', found)


async def test_a_preview_names_each_monitor_of_a_new_instance_and_none_that_only_moves(browser):
    await browser.get("/place/web1")
    await browser.post("/place/web1", do="preview", name="web2")
    assert created(browser.text) == [("Disk", "web2/base/disks")]
    await browser.get(f"/place/{PART}")
    await browser.post(f"/place/{PART}", how="move", to="web1/base", name="d", do="preview")
    assert browser.status == 200 and 'id="created"' not in browser.text


async def version(harness):
    return (await harness.store.current()).number


async def test_an_instance_is_stopped_and_started_on_its_page(harness, browser):
    await browser.get("/instance/web1")
    assert 'name="do" value="stop"' in browser.text
    await browser.post("/switch", part="web1", at="web1", do="stop", note="other rack")
    assert (browser.status, browser.to) == (303, "/instance/web1?did=stop&part=web1")
    await browser.get(browser.to)
    assert "web1: monitoring has stopped." in browser.text
    assert "Stopped by sato, " in browser.text and "version 2" in browser.text
    assert (await harness.store.current()).note == "other rack"
    await browser.get("/")
    assert '<span class="tree__value">sato, version 2</span>' in browser.text
    assert "Not monitored now" in browser.text and 'href="/instance/web1"' in browser.text
    assert "Nothing is monitored: all monitoring is stopped." in browser.text
    await browser.get("/instance/web1")
    await browser.post("/switch", part="web1", at="web1", do="start")
    await browser.get(browser.to)
    assert "web1: monitoring has started." in browser.text
    assert "Stopped by" not in browser.text


async def test_a_monitor_s_page_says_with_what_it_is_stopped(harness, browser):
    await browser.get("/instance/web1")
    await browser.post("/switch", part="web1/base", at="web1", do="stop")
    assert browser.to == "/instance/web1?did=stop&part=web1%2Fbase"
    await browser.get(f"/monitor/{PART}")
    assert 'href="/group/web1/base">web1/base</a>' in browser.text
    assert "Stopped as part of" in browser.text and 'value="start"' not in browser.text
    await browser.get("/group/web1/base")
    await browser.post("/switch", part="web1/base", at="web1/base", do="start")
    await browser.get(f"/monitor/{PART}")
    await browser.post("/switch", part=PART, at=PART, do="stop")
    assert browser.to == f"/monitor/{PART}?did=stop&part=web1%2Fbase%2Fdisks"
    await browser.get(browser.to)
    assert "Stopped as part of" not in browser.text and 'value="start"' in browser.text


async def test_a_switch_leads_nowhere_else(browser):
    await browser.get("/instance/web1")
    csrf = browser.csrf
    await browser.post("/switch", csrf, part="web1", at="//evil.example", do="stop")
    assert browser.to.startswith("/monitor/")
    await browser.post("/switch", csrf, part="web9", at="web1", do="stop")
    assert browser.status == 404 and "web9" in browser.text
    for form in ({"part": "web1", "do": "explode"}, {"part": "", "do": "stop"}):
        await browser.post("/switch", csrf, **form)
        assert browser.status == 404


@pytest.mark.parametrize(("role", "acts", "rules"), [(VIEWER, 0, 0), (OPERATOR, 1, 0)])
async def test_who_may_less_is_offered_less_and_refused_more(tmp_path, role, acts, rules):
    harness = await with_user(role)
    await apply_definitions(InProcessClient(harness))
    async with browsing(harness, tmp_path) as browser:
        await browser.log_in()
        await browser.get("/instance/web1")
        assert ("/switch" in browser.text, "/place/web1" in browser.text) == (acts, rules)
        csrf = browser.csrf
        await browser.post("/switch", csrf, part="web1", at="web1", do="stop")
        assert browser.status == (303 if acts else 403)
        for path in (f"/place/{PART}", "/add/job", f"/try/{PART}"):
            await browser.post(path, csrf, do="do", name="x", to="web1/base", instance="web1")
            assert browser.status == 403, path


async def test_a_monitor_is_copied_after_what_changes_was_seen(harness, browser):
    await browser.get(f"/place/{PART}")
    assert '<option value="web1/base" selected>web1/base</option>' in browser.text
    given = {"how": "copy", "to": "web1/base", "name": "more", "title": "More"}
    await browser.post(f"/place/{PART}", do="preview", **given)
    assert "instances/web1: base/more</small>" in browser.text and await version(harness) == 1
    assert created(browser.text) == [("Disk", "web1/base/more")]
    assert 'value="More"' in browser.text
    await browser.post(f"/place/{PART}", do="do", **given)
    assert browser.to == "/monitor/web1/base/more?did=copy&part=web1%2Fbase%2Fdisks"
    await browser.get(browser.to)
    assert "Copied from web1 › disks." in browser.text and "<h1>More</h1>" in browser.text


async def test_a_monitor_is_moved_into_a_new_group_and_a_group_to_another_name(
    harness, browser
):
    await browser.get(f"/place/{PART}")
    await browser.post(
        f"/place/{PART}", how="move", to="web1/base", group="web1/os", name="disks", do="do"
    )
    assert browser.to.startswith("/monitor/web1/os/disks?did=move")
    await browser.get("/place/web1/os")
    await browser.post("/place/web1/os", how="move", to="web1", name="system", do="do")
    await browser.get(browser.to)
    assert "Moved here from web1 › os." in browser.text and await version(harness) == 3


async def test_an_instance_is_copied_and_waits_to_be_started(harness, browser):
    await browser.get("/place/web1")
    assert "checked" in browser.text
    given = {"name": "web2", "address": "192.0.2.2", "stopped": "yes"}
    await browser.post("/place/web1", do="do", **given)
    await browser.get(browser.to)
    assert "Copied from web1." in browser.text and 'value="start"' in browser.text


NOTED = {"ja": "web1/base の監視を停止", "en": "stop web1/base"}


@pytest.mark.parametrize("language", NOTED)
async def test_what_is_noted_by_itself_each_reader_has_in_their_language(browser, language):
    await browser.get("/group/web1/base")
    await browser.post("/switch", part="web1/base", at="web1/base", do="stop")
    browser.session.cookie_jar.update_cookies({LANGUAGE: language})
    for page in ("/settings/versions", "/settings/version?number=2"):
        assert NOTED[language] in (await browser.get(page)).text, page


async def test_what_cannot_be_placed_is_told_with_what_was_typed(browser):
    await browser.get(f"/place/{PART}")
    await browser.post(f"/place/{PART}", how="copy", to="web1/base", name="<b>", do="do")
    assert browser.status == 400 and "is not a valid name" in browser.text
    assert "&lt;b&gt;" in browser.text and "<b>&lt;" not in browser.text
    for path in ("noroshi", "web9", "web1/base/none", "a/b/c/d"):
        assert (await browser.get(f"/place/{path}")).status == 404, path


WRONG_COPY = {
    "no name": ("web1", {"name": "<b>"}, "name", "is not a valid name"),
    "a name that is there": ("web1", {"name": "web1"}, "name", "already exists"),
    "no address": (
        "web1",
        {"name": "w9", "address": "a b!"},
        "address",
        "is not a valid host name or address",
    ),
    "a long title": ("web1", {"name": "w9", "title": "x" * 300}, "title", "200 characters"),
    "no name of a monitor": (
        PART,
        {"to": "web1/base", "name": "<b>"},
        "name",
        "is not a valid name",
    ),
    "no group": (PART, {"group": "web1/<g>", "name": "x"}, "group", "is not a valid name"),
    "no instance": (PART, {"group": "web7/base", "name": "x"}, "group", "there is no instance"),
    "where it is": (PART, {"to": "web1/base", "name": "disks"}, "name", "is already there"),
    "a long title of a monitor": (
        PART,
        {"to": "web1/base", "name": "d2", "title": "x" * 300},
        "title",
        "200 characters",
    ),
}
"""What is copied, what is typed, the field that is wrong and why."""


@pytest.mark.parametrize("case", WRONG_COPY)
async def test_what_is_wrong_with_a_copy_is_told_at_its_field(browser, case):
    path, form, field, why = WRONG_COPY[case]
    how = {"how": "move"} if case == "where it is" else {"how": "copy"}
    await browser.get(f"/place/{path}")
    await browser.post(f"/place/{path}", do="preview", **how, **form)
    assert browser.status == 400 and browser.text.count('aria-invalid="true"') == 1
    assert re.search(rf'id="{field}"[^>]* aria-invalid="true"', browser.text)
    below = browser.text.partition(f'id="{field}"')[2].partition("</div>")[0]
    assert why in below.partition('class="bad">')[2]
    assert why not in browser.text.partition('id="why"')[2].partition("</div>")[0]


async def test_a_blueprint_is_chosen_filled_in_looked_at_and_added(harness, browser):
    await InProcessClient(harness)("definition_change", put={"blueprints/shop": SHOP})
    await browser.get("/add?to=web1")
    assert 'href="/add/shop?to=web1"' in browser.text
    await browser.get("/add/shop?to=web1")
    assert "Mount points to watch." in browser.text and "shop/… (include)" in browser.text
    given = {"instance": "web1", "value.till": "till-1", "value.mount": ""}
    await browser.post("/add/shop", do="preview", **given)
    assert "instances/web1: shop/till-1</small>" in browser.text and await version(harness) == 2
    assert created(browser.text) == [("Disk", "web1/shop/till-1")]
    await browser.post("/add/shop", do="add", **given)
    assert browser.to == "/instance/web1?did=added&part=shop"
    await browser.get(browser.to)
    assert "Monitors added from blueprint “店舗”." in browser.text
    browser.session.cookie_jar.update_cookies({LANGUAGE: "ja"})
    await browser.get("/instance/web1?did=added&part=shop")
    assert "ひな形「店舗」の監視項目を追加しました。" in browser.text


@pytest.mark.parametrize(
    ("did", "told"),
    [
        ("stop", "「受付サーバー › 空き容量」の監視を停止しました。"),
        ("copy", "「受付サーバー › 空き容量」からコピーしました。"),
    ],
)
async def test_what_was_done_is_told_with_titles(harness, browser, did, told):
    disks = {"name": "disks", "kind": "disk", "title": "空き容量"}
    groups = [{"name": "base", "monitor": [disks]}]
    instance = {"title": "受付サーバー", "rules": ["all"], "group": groups}
    await InProcessClient(harness)("definition_change", put={"instances/web1": instance})
    browser.session.cookie_jar.update_cookies({LANGUAGE: "ja"})
    await browser.get(f"/monitor/{PART}?did={did}&part={PART}")
    assert told in browser.text


async def test_what_a_blueprint_lacks_is_told_and_a_new_instance_is_made(harness, browser):
    await InProcessClient(harness)("definition_change", put={"blueprints/shop": SHOP})
    await browser.get("/add/shop")
    assert 'name="rule.all" value="yes" checked' in browser.text
    await browser.post("/add/shop", do="add", instance="web2")
    assert browser.status == 400
    assert '<span class="bad">is required. Enter a value.</span>' in browser.text
    assert "--set" not in browser.text and browser.text.count('aria-invalid="true"') == 1
    given = {"value.till": "a", "address": "192.0.2.2", "zone": "Asia/Tokyo", "rule.all": "yes"}
    await browser.post("/add/shop", do="add", instance="web2", **given)
    assert browser.to.startswith("/instance/web2")
    made = (await InProcessClient(harness)("definition_show", keys=["instances/web2"]))[
        "documents"
    ]
    assert {"address": "192.0.2.2", "zone": "Asia/Tokyo", "rules": ["all"]}.items() <= made[
        "instances/web2"
    ].items()


WEB = {
    "asks": {"port": "", "room": "shop"},
    "group": [
        {
            "name": "${room}",
            "monitor": [{"name": "port", "kind": "disk", "options": {"include": "${port}"}}],
        }
    ],
}


async def test_what_a_value_is_wrong_for_is_told_at_its_field_and_by_no_key(harness, browser):
    await InProcessClient(harness)("definition_change", put={"blueprints/web": WEB})
    await browser.get("/add/web")
    await browser.post("/add/web", do="add", instance="web9", **{"value.port": "8"})
    assert browser.status == 400 and "instances/web9.toml" not in browser.text
    (field,) = re.findall(r'<input id="v-port"[^>]*>', browser.text)
    assert 'aria-invalid="true"' in field and '<span class="bad">' in browser.text


async def tried_harness(**kind):
    async def measure(monitor, memory):
        lines = ("<b>disk</b>",)
        reading = Reading(
            "used", 95.0, "%", "/var", bilingual(en="5 GB left", ja="残り 5 GB"), lines
        )
        return Sample(harness.time.now, (reading,), memory)

    harness = await with_user(harness=Harness(checks=(replace(DISK, **kind),), measure=measure))
    await apply_definitions(InProcessClient(harness))
    return harness


async def test_a_try_shows_all_that_was_read_and_judged_and_where_it_ran(tmp_path):
    harness = await tried_harness()
    async with browsing(harness, tmp_path) as browser:
        await browser.log_in()
        await browser.get(f"/monitor/{PART}")
        assert f'hx-post="/try/{PART}"' in browser.text
        await browser.post(f"/try/{PART}")
        assert browser.status == 200
        for told in ("95%", "5 GB left", "&lt;b&gt;disk", "CRITICAL", "all would notify ops"):
            assert told in browser.text, told
        assert "127.0.0.1" in browser.text
        assert not await harness.store.events()


async def test_a_program_is_tried_once_the_password_was_given_in_the_form(tmp_path):
    harness = await tried_harness(runs=True)
    async with browsing(harness, tmp_path) as browser:
        await browser.log_in()
        await browser.get(f"/monitor/{PART}")
        assert 'type="password"' in browser.text and "hx-post" not in browser.text
        await browser.post(f"/try/{PART}")
        assert browser.status == 403 and "95%" not in browser.text
        await browser.post(f"/try/{PART}", password="wrong")
        assert browser.status == 403 and 'role="alert"' in browser.text
        await browser.post(f"/try/{PART}", password=GOOD)
        assert browser.status == 200 and "95%" in browser.text
        await browser.get(f"/monitor/{PART}")
        assert 'type="password"' not in browser.text
