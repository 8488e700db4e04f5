"""What is watched and who is told, changed in a browser: by forms, against what was seen."""

import html
import re
from dataclasses import replace

import pytest

from noroshi.core.people import User
from noroshi.core.roles import OPERATOR, VIEWER
from noroshi.definitions.folder import look_into, write_folder
from noroshi.people import random_keys
from noroshi.ports import Document
from noroshi.service import administrator, run_as_json
from tests.service.harness import DISK, Harness, documents
from tests.web.browser import GOOD, browsing, with_user

pytestmark = pytest.mark.logged_in

SCRIPT = replace(DISK, kind="script", runs=True)
MONITOR = "/settings/monitor?in=web1&group=base&name=disks"
BOSS = administrator("boss")


@pytest.fixture
async def harness():
    harness = await with_user(harness=Harness(checks=(DISK, SCRIPT)))

    async def done(op, **args):
        told = await run_as_json(harness.service, BOSS, op, args)
        assert "ok" in told, told
        return told["ok"]

    harness.done = done
    await done("apply", documents=documents())
    return harness


INPUT = re.compile(r"<input\b([^>]*)>")
AREA = re.compile(r"<textarea\b([^>]*)>\n?(.*?)</textarea>", re.DOTALL)
SELECT = re.compile(r"<select\b([^>]*)>(.*?)</select>", re.DOTALL)
CHOSEN = re.compile(r'<option value="([^"]*)" selected')


def attribute(tag, name):
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return html.unescape(found.group(1)) if found else ""


def filled_in(text, begins='id="edit"'):
    """What a browser would post of the form that edits, or of the one that begins so."""
    form = text[text.index(begins) :]
    form = form[: form.index("</form>")]
    found = {}
    for tag in INPUT.findall(form):
        box = attribute(tag, "type") in ("checkbox", "radio")
        if not box or re.search(r"\bchecked\b", tag):
            found[attribute(tag, "name")] = attribute(tag, "value")
    for tag, inside in AREA.findall(form):
        found[attribute(tag, "name")] = html.unescape(inside)
    for tag, inside in SELECT.findall(form):
        chosen = CHOSEN.search(inside)
        found[attribute(tag, "name")] = html.unescape(chosen.group(1)) if chosen else ""
    return found


def read(browser):
    """What a person reads on the page."""
    return html.unescape(re.sub(r"<[^>]*>", "", browser.text))


async def saved(browser, page, do="save", **typed):
    """The page as it is shown, changed so, and sent."""
    await browser.get(page)
    assert browser.status == 200, browser.text
    return await again(browser, page, do, **typed)


async def again(browser, page, do="save", **typed):
    form = filled_in(browser.text) | {"do": do} | typed
    return await browser.post(page, **form)


async def content(harness, key="instances/web1"):
    return (await harness.done("definition_show"))["documents"].get(key)


async def its(harness, name="disks"):
    group = (await content(harness))["group"][0]
    return next(one for one in group["monitor"] if one["name"] == name)


PAGES = [
    MONITOR,
    "/settings/instance?name=web1",
    "/settings/group?in=web1&name=base",
    "/settings/rule?name=all",
    "/settings/notification?name=morning",
]


MARKED = ["instance?name=web1", "rule?name=all", "contact?name=ops"]


@pytest.mark.parametrize("page", MARKED)
async def test_no_form_asks_for_the_mark_of_a_hub(harness, browser, page):
    await browser.get(f"/settings/{page}")
    assert browser.status == 200 and 'id="edit"' in browser.text
    assert "of_hub" not in browser.text


@pytest.mark.parametrize("page", PAGES)
async def test_what_nobody_touched_makes_no_version(harness, browser, page):
    notice = {"events": ["started"], "contacts": ["ops"], "routes": ["plain"]}
    await harness.done("definition_change", put={"notifications/morning": notice})
    await saved(browser, page)
    assert (browser.status, browser.to) == (303, f"{page}&did=2")
    await browser.get(browser.to)
    assert 'role="status"' in browser.text and "version 2 is in effect" in browser.text


async def test_of_whom_may_change_nothing_not_even_the_form_is_read(harness, tmp_path):
    """What stands in it as TOML could take long to read, and the watch shares the loop."""
    text = await harness.people.passwords.hash(GOOD)
    user = User(name="eri", role=VIEWER, made=harness.time.now, password=text)
    await harness.store.put_user(user, None)
    async with browsing(harness, tmp_path) as browser:
        await browser.log_in("eri")
        await browser.get("/")
        typed = {"version": "1", "etag": "", "options.include": "["}
        await browser.post(
            MONITOR, csrf=random_keys.csrf_of(browser.cookie), do="save", **typed
        )
        assert browser.status == 403
    (row, *_) = await harness.store.audit_log()
    assert (row.op, row.who) == ("definition_change", "eri") and row.refused.en


async def test_a_monitor_keeps_its_id_and_the_folder_is_the_same_at_the_second_export(
    harness, browser, tmp_path
):
    id = (await its(harness))["id"]
    typed = {
        "title": "ディスク",
        "options.include": "/\r\n/var",
        "limits.used.warning": "70",
        "limits.used.critical": "85.5",
        "rules": "own",
        "rules.all": "yes",
        "at": "07:30",
        "days.mon": "yes",
    }
    await saved(browser, MONITOR, **typed)
    assert browser.status == 303
    assert await its(harness) == {
        "id": id,
        "name": "disks",
        "kind": "disk",
        "title": "ディスク",
        "options": {"include": ["/", "/var"]},
        "limits": {"used": {"warning": 70, "critical": 85.5}},
        "rules": ["all"],
        "at": ["07:30"],
        "days": ["mon"],
    }
    first = await harness.done("export")
    folder = tmp_path / "definitions"
    write_folder(folder, tuple(Document(**one) for one in first["documents"]))
    back = [{"key": one.key, "body": one.body} for one in look_into(folder).documents]
    planned = await harness.done("plan", documents=back)
    assert planned["differences"] == () and planned["problems"] == ()
    await harness.done("apply", documents=back)
    assert (await harness.done("export"))["documents"] == first["documents"]


EDITS = [
    ("/settings/instance?name=web1", {"zone": "Asia/Tokyo", "limits.disk.used.off": "yes"}),
    ("/settings/instance", {"name": "db1", "title": "データベース", "every": "5m"}),
    ("/settings/group?in=web1&name=base", {"name": "disks", "at": "07:30\r\n12:00"}),
    ("/settings/rule?name=all", {"when": "nth", "nth": "3", "on.unknown": "", "routes.2": ""}),
    ("/settings/rule?name=all", {"options.subject": 'a "b" \\ 空'}),
    (MONITOR, {"may_vanish": "yes", "rules": "own", "limits.used.rising": "no"}),
]


@pytest.mark.parametrize(("page", "typed"), EDITS)
async def test_what_a_page_saved_is_the_same_out_of_a_folder(
    harness, browser, tmp_path, page, typed
):
    await saved(browser, page, **typed)
    assert browser.status == 303
    first = await harness.done("export")
    folder = tmp_path / "definitions"
    write_folder(folder, tuple(Document(**one) for one in first["documents"]))
    back = [{"key": one.key, "body": one.body} for one in look_into(folder).documents]
    applied = await harness.done("apply", documents=back)
    assert (applied["version"], applied["differences"]) == (2, ())
    assert (await harness.done("export"))["documents"] == first["documents"]


async def test_all_that_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(
    harness, browser
):
    typed = {
        "every": "often",
        "timeout": "<b>",
        "patience": "three",
        "limits.used.warning": "95",
        "limits.used.critical": "90",
        "name": "A disk",
        "note": "mine",
    }
    await saved(browser, MONITOR, **typed)
    assert browser.status == 400 and (await harness.store.current()).number == 1
    again_shown = filled_in(browser.text)
    assert {name: again_shown[name] for name in typed} == typed
    for id in ("f-every", "f-timeout", "f-patience", "f-name"):
        field = re.search(rf'<input id="{id}"[^>]*>', browser.text).group(0)
        assert 'aria-invalid="true"' in field and f"{id}-bad" in field
    assert "is above critical" in html.unescape(browser.text)
    assert "Correct the 5 fields marked below." in browser.text
    await again(
        browser,
        MONITOR,
        every="5m",
        timeout="9s",
        patience="3",
        **{"limits.used.warning": "80", "name": "volumes"},
    )
    assert browser.status == 303 and "name=volumes" in browser.to
    assert (await its(harness, "volumes"))["patience"] == 3


def told(browser):
    """What somebody else changed, as a person reads it."""
    box = browser.text.partition('id="why"')[2].partition("</ul>")[0]
    return re.sub(r"<small.*?</small>|<[^>]+>", "", html.unescape(box))


async def test_what_the_other_one_changed_is_told_by_titles_and_in_words(harness, browser):
    put = {"rules/all": await content(harness, "rules/all") | {"title": "夜間"}}
    await harness.done("definition_change", put=put)
    await browser.get("/settings/rule?name=all")
    theirs = put["rules/all"] | {"on": ["critical"], "recovered": False, "when": "first"}
    await harness.done("definition_change", put={"rules/all": theirs})
    browser.session.headers["accept-language"] = "ja"
    await again(
        browser, "/settings/rule?name=all", **{"options.subject": "x"}, **{"on.unknown": ""}
    )
    assert browser.status == 409
    assert "先に boss が実行条件「夜間」を変更しました (版 3)" in browser.text
    assert "実行条件「夜間」 › 対象のレベル: なし → 危険" in told(browser)
    assert "実行条件「夜間」 › 回復の通知: なし → いいえ" in told(browser)
    assert "実行条件「夜間」 › 通知するとき: なし → 異常ごとに1回" in told(browser)
    assert "現在有効な値: <b>異常ごとに1回</b>" in browser.text


async def test_the_second_editor_is_told_sees_both_and_nothing_is_overwritten(harness, browser):
    await browser.get(MONITOR)
    was = await content(harness)
    monitor = was["group"][0]["monitor"][0] | {
        "limits": {"used": {"warning": 60}},
        "every": "2m",
    }
    theirs = {**was, "group": [{"name": "base", "monitor": [monitor]}]}
    await harness.done("definition_change", put={"instances/web1": theirs})
    typed = {"limits.used.warning": "70", "patience": "4"}
    await again(browser, MONITOR, **typed)
    assert browser.status == 409 and await content(harness) == theirs
    text = html.unescape(browser.text)
    assert "While you were editing, boss changed instance “web1” (version 2)." in text
    assert "Instance “web1” › base › disks › used › Warning: none → 60" in told(browser)
    assert "Instance “web1” › base › disks › Measurement interval: none → 2m" in told(browser)
    shown = filled_in(browser.text)
    assert {name: shown[name] for name in typed} == typed
    assert shown["every"] == "2m"  # what only the other one changed is theirs
    assert re.search(r"Now in effect:.*60", text)
    await again(browser, MONITOR)
    assert browser.status == 303
    now = await its(harness)
    assert (now["limits"], now["every"], now["patience"]) == (
        {"used": {"warning": 70}},
        "2m",
        4,
    )


async def test_two_people_at_two_monitors_of_one_instance_do_not_meet(harness, browser):
    await browser.get(MONITOR)
    form = filled_in(browser.text)
    was = await content(harness)
    more = {"name": "more", "kind": "disk"}
    group = {**was["group"][0], "monitor": [*was["group"][0]["monitor"], more]}
    await harness.done("definition_change", put={"instances/web1": {**was, "group": [group]}})
    await browser.post(MONITOR, **form | {"do": "save", "patience": "2"})
    assert browser.status == 303
    assert (await its(harness))["patience"] == 2 and (await its(harness, "more"))[
        "kind"
    ] == "disk"


async def test_what_would_change_is_shown_before_it_is_saved(harness, browser):
    await saved(browser, MONITOR, do="preview", patience="5")
    assert browser.status == 200 and (await harness.store.current()).number == 1
    changed = "Instance “web1” › base › disks › Measurements needed to change the level"
    assert f"{changed}: none → 5" in read(browser)
    assert filled_in(browser.text)["patience"] == "5"
    await again(browser, MONITOR)
    assert browser.status == 303 and (await its(harness))["patience"] == 5


async def test_limits_are_switched_off_and_back_to_those_of_the_kind(harness, browser):
    await browser.get(MONITOR)
    assert 'placeholder="80"' in browser.text and 'placeholder="90"' in browser.text
    await again(browser, MONITOR, **{"limits.used.off": "yes"})
    assert (await its(harness))["limits"] == {"used": {}}
    await browser.get(MONITOR)
    form = {k: v for k, v in filled_in(browser.text).items() if k != "limits.used.off"}
    await browser.post(MONITOR, **form | {"do": "save"})
    assert "limits" not in await its(harness)


async def test_what_the_instance_says_stands_where_its_monitors_say_nothing(harness, browser):
    typed = {"every": "7m", "limits.disk.used.warning": "66"}
    await saved(browser, "/settings/instance?name=web1", **typed)
    assert (await content(harness))["limits"] == {"disk": {"used": {"warning": 66}}}
    await browser.get(MONITOR)
    assert 'placeholder="7m"' in browser.text and 'placeholder="66"' in browser.text
    assert "inherited: all" in browser.text


async def test_an_instance_a_group_and_a_monitor_are_added(harness, browser):
    await saved(browser, "/settings/instance", name="db1", address="192.0.2.7")
    assert (browser.status, browser.to) == (303, "/settings/instance?name=db1&did=2")
    await saved(browser, "/settings/group?in=db1", name="system")
    assert browser.to == "/settings/group?in=db1&name=system&did=3"
    await browser.get("/settings/monitor?in=db1&group=system")
    assert "How full volumes are." in browser.text
    new = "/settings/monitor?in=db1&group=system&kind=disk"
    assert html.escape(new) in browser.text
    await saved(browser, new, name="volumes", rules="", **{"options.include": "/"})
    there = "/settings/monitor?in=db1&group=system&name=volumes&did=4"
    assert browser.to == f"{there}&beware=yes"  # nobody is told of it, as was chosen
    (group,) = (await content(harness, "instances/db1"))["group"]
    (made,) = group["monitor"]
    assert made.pop("id") and made == {
        "name": "volumes",
        "kind": "disk",
        "options": {"include": ["/"]},
    }
    await browser.get("/settings/watch")
    assert "volumes" in browser.text and "192.0.2.7" in browser.text


@pytest.mark.parametrize(
    ("page", "typed", "told"),
    [
        ("/settings/instance", {"name": "web1"}, "this name is already in use"),
        ("/settings/instance", {"name": "Web 1", "zone": "Mars"}, "is not a valid name"),
        (
            "/settings/group?in=web1",
            {"name": "base", "every": "x"},
            "this name is already in use",
        ),
        (
            "/settings/monitor?in=web1&group=base&kind=disk",
            {"name": "ä"},
            "is not a valid name",
        ),
        ("/settings/rule", {"name": "", "routes.1": "plain"}, "is not a valid name"),
    ],
)
async def test_a_name_that_cannot_be_is_told_at_its_field_with_all_the_rest(
    harness, browser, page, typed, told
):
    await saved(browser, page, **typed)
    assert browser.status == 400 and told in browser.text
    field = re.search(r'<input id="f-name"[^>]*>', browser.text).group(0)
    assert 'aria-invalid="true"' in field
    shown = filled_in(browser.text)
    assert {name: shown[name] for name in typed} == typed
    for other in ("zone", "every"):
        if other in typed:
            assert re.search(rf'<input id="f-{other}"[^>]*aria-invalid', browser.text)
    assert (await harness.store.current()).number == 1


async def test_what_runs_a_program_asks_for_the_password_and_keeps_what_was_typed(
    harness, browser
):
    page = "/settings/monitor?in=web1&group=base&kind=script"
    await saved(browser, page, name="look", **{"options.include": "/x"})
    assert browser.status == 403 and 'name="password"' in browser.text
    assert filled_in(browser.text)["options.include"] == "/x"
    await again(browser, page, password="wrong")
    assert browser.status == 403 and filled_in(browser.text)["options.include"] == "/x"
    assert "wrong" not in browser.text
    await again(browser, page, password=GOOD)
    assert browser.status == 303
    assert (await its(harness, "look"))["options"] == {"include": ["/x"]}
    await browser.get(browser.to)
    assert browser.status == 200  # under the session's new key


async def test_removing_is_meant_and_can_be_taken_back(harness, browser):
    page = "/settings/instance?name=web1"
    await browser.get(page)
    form = filled_in(browser.text)
    base = {"etag": form["etag"], "version": form["version"], "do": "remove"}
    await browser.post(page, **base)
    assert browser.status == 400 and await content(harness) is not None
    await browser.post(page, **base, meant="yes")
    assert (browser.status, browser.to) == (303, "/settings/watch?did=2")
    assert await content(harness) is None
    await harness.done("take_back", number=1)
    assert await content(harness) is not None
    for page, where in (
        (MONITOR, "/settings/group?in=web1&name=base&did=4"),
        ("/settings/group?in=web1&name=base", "/settings/instance?name=web1&did=5"),
    ):
        await browser.get(page)
        form = filled_in(browser.text)
        base = {"etag": form["etag"], "version": form["version"], "do": "remove"}
        await browser.post(page, **base, meant="yes")
        assert (browser.status, browser.to) == (303, where)


async def test_removing_what_somebody_changed_meanwhile_is_told(harness, browser):
    page = "/settings/instance?name=web1"
    await browser.get(page)
    form = filled_in(browser.text)
    await harness.done(
        "definition_change", put={"instances/web1": await content(harness) | {"title": "x"}}
    )
    base = {"etag": form["etag"], "version": form["version"], "do": "remove", "meant": "yes"}
    await browser.post(page, **base)
    assert browser.status == 409 and await content(harness) is not None


async def test_a_rule_and_a_notification_are_made_and_changed(harness, browser):
    typed = {"name": "nights", "contacts.boss": "yes", "routes.1": "m365", "routes.2": "plain"}
    await saved(browser, "/settings/rule", **typed, **{"options.subject": "Night"})
    assert browser.status == 303
    assert await content(harness, "rules/nights") == {
        "action": "mail",
        "contacts": ["boss"],
        "routes": ["m365", "plain"],
        "options": {"subject": "Night"},
    }
    typed = {"name": "morning", "contacts.ops": "yes", "routes.1": "plain"}
    await saved(browser, "/settings/notification", **typed, **{"events.started": "yes"})
    assert browser.status == 303
    assert (await content(harness, "notifications/morning"))["events"] == ["started"]
    for page in ("rules", "notifications"):
        await browser.get(f"/settings/{page}")
        assert browser.status == 200 and "Old server" in browser.text


async def test_beside_something_that_is_called_new_another_one_is_made(harness, browser):
    """Its name stands for those that have none yet."""
    await harness.done(
        "definition_change", put={"contacts/new": {"addresses": ["n@example.com"]}}
    )
    await saved(browser, "/settings/contact", name="night", addresses="b@example.com")
    assert browser.status == 303, browser.text
    assert (await content(harness, "contacts/night"))["addresses"] == ["b@example.com"]
    assert (await content(harness, "contacts/new"))["addresses"] == ["n@example.com"]


async def test_what_is_wrong_is_reached_from_the_top_of_a_long_form(harness, browser):
    typed = {"every": "0s", "limits.used.warning": "much", "rules": "own"}
    await saved(browser, MONITOR, **typed)
    assert browser.status == 400
    told = browser.text[browser.text.index('id="why"') : browser.text.index('id="edit"')]
    found = re.findall(r'<a href="#([^"]+)">([^<]+)</a>', told)
    assert [name for _, name in found] == ["used › Warning", "Measurement interval"]
    assert all(f'id="{place}"' in browser.text for place, _ in found)


@pytest.mark.parametrize(
    ("above", "told"),
    [
        pytest.param(None, {"rules": "own", "rules.all": "yes"}, id="nobody says anything"),
        pytest.param(["all"], {"rules": ""}, id="it is said further up"),
        pytest.param([], {"rules": ""}, id="nobody shall be told"),
    ],
)
async def test_somebody_is_told_of_a_new_monitor_unless_it_is_said_otherwise(
    harness, browser, above, told
):
    web1 = await content(harness)
    put = {name: one for name, one in web1.items() if name != "rules"}
    await harness.done(
        "definition_change",
        put={"instances/web1": put | ({} if above is None else {"rules": above})},
    )
    await browser.get("/settings/monitor?in=web1&group=base&kind=disk")
    form = filled_in(browser.text)
    assert {name: one for name, one in form.items() if name.startswith("rules")} == told


@pytest.mark.parametrize("page", [MONITOR, "/settings/group?in=web1&name=base"])
async def test_whose_instance_somebody_removed_meanwhile_is_told(harness, browser, page):
    await browser.get(page)
    form = filled_in(browser.text) | {"do": "save", "title": "Typed meanwhile"}
    await harness.done("definition_change", remove=["instances/web1"], empty=True)
    await browser.post(page, **form)
    assert browser.status == 409 and "Typed meanwhile" in browser.text
    assert await content(harness) is None


async def test_a_rule_that_is_still_named_cannot_go(harness, browser):
    page = "/settings/rule?name=all"
    await browser.get(page)
    form = filled_in(browser.text)
    base = {"etag": form["etag"], "version": form["version"], "do": "remove", "meant": "yes"}
    await browser.post(page, **base)
    assert browser.status == 400 and "Instance “web1” › Rules: " in browser.text


@pytest.mark.parametrize("role", [VIEWER, OPERATOR])
async def test_who_is_no_administrator_looks_and_changes_nothing(tmp_path, role):
    harness = await with_user(role)
    assert "ok" in await run_as_json(harness.service, BOSS, "apply", {"documents": documents()})
    async with browsing(harness, tmp_path) as browser:
        await browser.log_in()
        for page in (MONITOR, "/settings/rule?name=all", "/settings/watch", "/settings/rules"):
            await browser.get(page)
            assert browser.status == 200 and 'value="save"' not in browser.text
        await browser.get(MONITOR)
        await again(browser, MONITOR, patience="9")
        assert browser.status == 403 and (await harness.store.current()).number == 1


@pytest.mark.parametrize(
    "page",
    [
        "/settings/instance?name=nowhere",
        "/settings/monitor?in=web1&group=base&name=x",
        "/settings/rule?name=../x",
        "/settings/rule?name=%3Cb%3E",
    ],
)
async def test_what_is_not_there_is_told(browser, page):
    await browser.get(page)
    assert browser.status == 404 and "<b>" not in browser.text


async def test_names_are_only_ever_text(harness, browser):
    evil = '"><script>alert(1)</script>'
    await saved(browser, MONITOR, title=evil, **{"options.include": evil})
    await browser.get(MONITOR)
    assert "<script>alert" not in browser.text and "&lt;script&gt;alert" in browser.text
    await browser.get("/settings/watch")
    assert "<script>alert" not in browser.text


async def test_of_very_many_monitors_one_instance_is_unfolded_at_a_time(harness, browser):
    many = [{"name": f"m{n}", "kind": "disk"} for n in range(301)]
    await harness.done(
        "definition_change",
        put={"instances/big": {"group": [{"name": "all", "monitor": many}]}},
    )
    await browser.get("/settings/watch")
    assert "Show its 301 monitors" in browser.text and "m300" not in browser.text
    await browser.get("/settings/watch?in=big")
    assert "m300" in browser.text and "Show its 1 monitor" in browser.text


async def test_who_was_away_for_too_long_logs_in_and_goes_on_with_what_was_typed(
    harness, browser
):
    await browser.get(MONITOR)
    form = filled_in(browser.text) | {"do": "save", "patience": "7", "options.include": "/\n/x"}
    harness.time.pass_by(hours=13)
    await browser.post(MONITOR, **form)
    assert browser.status == 200 and "your input is kept" in browser.text
    kept = html.unescape(re.search(r'name="kept" value="([^"]*)"', browser.text).group(1))
    assert "csrf" not in kept and "patience=7" in kept
    next = html.unescape(re.search(r'name="next" value="([^"]*)"', browser.text).group(1))
    await browser.post("/login", name="sato", password="wrong", next=next, kept=kept)
    assert browser.status == 403 and html.escape(kept) in browser.text
    await browser.post("/login", name="sato", password=GOOD, next=next, kept=kept)
    assert browser.status == 200 and f'action="{html.escape(MONITOR)}"' in browser.text
    back = {
        attribute(tag, "name"): html.unescape(inside)
        for tag, inside in AREA.findall(browser.text)
    }
    assert (await harness.store.current()).number == 1
    await browser.post(MONITOR, **back, do="preview")
    assert browser.status == 200 and "none → 7" in read(browser)
    await again(browser, MONITOR)
    assert browser.status == 303 and (await its(harness))["options"] == {"include": ["/", "/x"]}


async def test_a_form_from_another_site_is_not_kept_for_after_the_log_in(harness, browser):
    harness.time.pass_by(hours=13)
    foreign = {"sec-fetch-site": "cross-site"}
    theirs = {"etag": "x", "version": "1", "title": "evil"}
    await browser.ask("POST", MONITOR, data=theirs, headers=foreign)
    assert browser.status == 303 and browser.to == "/login"
    await browser.post("/queue/mail", id="x", do="drop")
    assert browser.status == 303 and browser.to == "/login"


@pytest.mark.parametrize("path", ["/mail/route/m365", "/mail/edit", "/mail", "/first/person"])
async def test_what_cannot_be_shown_before_it_is_done_is_not_kept_for_after_the_log_in(
    harness, browser, path
):
    """Such a form would do at once what its button only promises to show, or nothing at all; and
    a secret that was typed into it would stand in the page of the log-in."""
    harness.time.pass_by(hours=13)
    secret = "Abc8Q~typed-but-never-shown"
    await browser.post(path, etag="x", do="save", key="accounts/box", secret=secret)
    assert (browser.status, browser.to) == (303, "/login")
    assert secret not in browser.text


async def test_what_one_should_know_of_a_change_is_told_when_it_is_saved(harness, browser):
    await saved(browser, MONITOR, rules="own")
    assert browser.to == f"{MONITOR}&did=2&beware=yes"
    await browser.get(browser.to)
    assert "so nobody is notified (web1/base/disks)" in browser.text
    await again(browser, MONITOR, rules="")
    assert browser.to == f"{MONITOR}&did=3"


async def test_limits_are_in_the_unit_that_was_measured(harness, browser):
    await harness.measured()
    await browser.get(MONITOR)
    assert re.search(r"used <span class=\"mute\">\(%\)", browser.text)


async def test_what_a_kind_calls_an_option_is_not_what_the_monitor_s_own_setting_is_called(
    browser,
):
    """A script has a time-out of its own, in seconds; the monitor's is a length of time."""
    await browser.get("/settings/monitor?in=web1&group=base&kind=script")
    (label,) = re.findall(r'<label for="f-timeout">([^<]*)', browser.text)
    assert label.strip() == "Timeout"


@pytest.mark.parametrize("page", [MONITOR, "/settings/instance?name=web1"])
async def test_a_form_of_limits_shows_the_unit_before_anything_was_measured(browser, page):
    await browser.get(page)
    assert ' <span class="mute">(%)</span>' in browser.text


OVER_SSH = {
    "name": "nas01",
    "address": "192.0.2.7",
    "source": "ssh",
    "ssh.user": "watcher",
    "ssh.port": "2222",
    "ssh.key": "ssh/nas01",
    "ssh.host_key": "SHA256:" + "a" * 43,
}


async def test_the_login_over_ssh_has_a_field_for_each_setting(harness, browser):
    await saved(browser, "/settings/instance?source=ssh", **OVER_SSH)
    assert browser.status == 303
    login = {"user": "watcher", "port": 2222, "key": "ssh/nas01"}
    assert (await content(harness, "instances/nas01"))["ssh"] == login | {
        "host_key": ["SHA256:" + "a" * 43]
    }


async def test_a_jump_host_is_put_beside_the_login_and_taken_out_again(harness, browser):
    jump = {"ssh.jump.address": "192.0.2.1", "ssh.jump.user": "hop", "ssh.jump.key": "ssh/hop"}
    await saved(browser, "/settings/instance?source=ssh", **OVER_SSH, **jump)
    made = (await content(harness, "instances/nas01"))["ssh"]
    assert made["jump"] == {"address": "192.0.2.1", "user": "hop", "key": "ssh/hop"}
    nothing = dict.fromkeys(jump, "")
    await saved(browser, "/settings/instance?name=nas01", **nothing)
    assert "jump" not in (await content(harness, "instances/nas01"))["ssh"]


async def test_what_is_wrong_with_a_login_stands_at_its_field(browser):
    await saved(
        browser, "/settings/instance?source=ssh", **(OVER_SSH | {"ssh.host_key": "abc"})
    )
    assert browser.status == 400
    field = browser.text.partition('name="ssh.host_key"')[2].partition("</div>")[0]
    assert 'class="bad"' in field


async def test_the_login_over_winrm_has_a_field_for_each_setting(harness, browser):
    who = {"name": "win01", "address": "192.0.2.7", "source": "winrm"}
    login = {"winrm.user": "EXAMPLE\\n", "winrm.password": "winrm/01", "winrm.port": "5999"}
    await saved(browser, "/settings/instance?source=winrm", **who, **login)
    assert browser.status == 303
    assert (await content(harness, "instances/win01"))["winrm"] == {
        "user": "EXAMPLE\\n",
        "password": "winrm/01",
        "port": 5999,
    }


async def test_an_instance_that_is_measured_here_has_no_login(browser):
    page = (await browser.get("/settings/instance?name=web1")).text
    assert "ssh.user" not in page and "winrm.user" not in page


@pytest.mark.parametrize(
    ("language", "end"), [("en", ". One per line."), ("ja", "。1行に1つずつ入力します。")]
)
async def test_the_sentences_of_a_help_stand_as_the_language_has_them(browser, language, end):
    browser.session.headers["accept-language"] = language
    await browser.get(MONITOR)
    assert end in read(browser)
