"""The pages about alarms: acknowledged, silenced, commented, planned work; and their marks."""

import json
import re
from datetime import timedelta

import pytest

from noroshi.core.judgement import MONITORING_DISABLED
from noroshi.core.levels import Level
from noroshi.core.model import Cause, Change, Event, ItemState, State
from noroshi.core.roles import OPERATOR, VIEWER
from noroshi.web.view.alarms import MOST_SHOWN
from noroshi.web.view.maintenance import (
    add_window,
    path_of_titles,
    planned_windows,
    remove_window,
)
from tests.service.clients import InProcessClient, apply_definitions
from tests.web.browser import browsing, with_user
from tests.web.test_overview import following, heard, serial

HOUR = timedelta(hours=1)

DISKS = "web1/base/disks"
PICKED = {"pick1": f"{DISKS} /var"}
NASTY = "<script>alert(1)</script>"
GROUP = [{"name": "base", "monitor": [{"name": "disks", "kind": "disk"}]}]


@pytest.fixture
async def ask(harness):
    found = InProcessClient(harness)
    await apply_definitions(found)
    await harness.measured()
    return found


@pytest.fixture
async def seen(browser, ask):
    await browser.log_in()
    return browser


async def test_an_alarm_is_acknowledged_and_everybody_sees_who_has_it(seen, harness, ask):
    page = (await seen.get("/alarms")).text
    assert "1 open, 1 not acknowledged" in page and "web1 › disks › /var" in page
    await seen.post("/alarms", do="acknowledge", words="Moving the logs", **PICKED)
    assert (seen.status, seen.to) == (303, "/alarms?did=acknowledge")
    page = (await seen.get(seen.to)).text
    assert "Acknowledged." in page and "1 open, 0 not acknowledged" in page
    assert "sato <time" in page and "Moving the logs" in page
    for path in ("/", f"/monitor/{DISKS}"):
        page = (await seen.get(path)).text
        assert "sato <time" in page and "mark--ack" in page


async def test_a_notification_whose_message_is_gone_is_not_called_sent(browser, harness):
    """It may have waited until it was dropped."""
    await apply_definitions(InProcessClient(harness))
    await harness.measured(told=("all",))
    await browser.log_in()
    page = (await browser.get("/alarms")).text
    assert "notification raised at <time" in page


async def test_it_is_taken_back_from_the_monitors_page_and_one_comes_back_there(seen, ask):
    await ask("alarm_acknowledge", monitor=DISKS)
    page = (await seen.get(f"/monitor/{DISKS}")).text
    assert 'value="back"' in page and 'value="acknowledge"' not in page
    await seen.post("/alarms", do="back", back=DISKS, words="", **PICKED)
    assert seen.to == f"/monitor/{DISKS}?said=back"
    page = (await seen.get(seen.to)).text
    assert "Acknowledgement withdrawn." in page and 'value="acknowledge"' in page


async def test_a_comment_stands_on_the_monitors_page_as_text(seen):
    await seen.get(f"/monitor/{DISKS}")
    await seen.post("/alarms", do="comment", back=DISKS, words=NASTY, **PICKED)
    page = (await seen.get(seen.to)).text
    assert "&lt;script&gt;alert(1)" in page and NASTY not in page


async def test_without_a_choice_nothing_is_done_and_what_was_typed_stays(seen, ask):
    await seen.get("/alarms")
    await seen.post("/alarms", do="acknowledge", words="typed already")
    assert seen.status == 400 and "Select at least one alarm" in seen.text
    assert "typed already" in seen.text
    assert (await ask("alarms"))["rows"][0]["acknowledged"] is None


async def test_who_comes_second_is_told_who_has_it(seen, ask):
    await seen.get("/alarms")
    await ask("alarm_acknowledge", monitor=DISKS)
    await seen.post("/alarms", do="acknowledge", words="", **PICKED)
    assert seen.status == 409 and "aki has already acknowledged this alarm" in seen.text


async def test_what_ended_meanwhile_is_no_failure_and_is_not_chosen_any_more(
    seen, harness, ask
):
    await harness.measured(more=("/srv",))
    await seen.get("/alarms")
    gone = {"pick2": f"{DISKS} /gone"}
    await seen.post("/alarms", do="acknowledge", words="", **PICKED, **gone)
    assert (seen.status, seen.to) == (303, "/alarms?did=acknowledge&over=1")
    page = (await seen.get(seen.to)).text
    assert "Acknowledged." in page and "1 of the selected alarms has ended." in page
    assert "1 not acknowledged" in page and "is-picked" not in page


async def test_where_all_that_was_chosen_ended_that_is_told_and_what_was_typed_stays(seen):
    await seen.get("/alarms")
    gone = {"pick2": f"{DISKS} /gone"}
    await seen.post("/alarms", do="acknowledge", words="typed already", **gone)
    assert seen.status == 404 and "1 of the selected alarms has ended." in seen.text
    assert "typed already" in seen.text and "is-picked" not in seen.text
    assert "notice--critical" not in seen.text


async def test_what_was_done_is_told_beside_what_was_not(seen, harness, ask):
    await harness.measured(more=("/srv",))
    await seen.get("/alarms")
    await ask("alarm_acknowledge", monitor=DISKS, item="/srv")
    more = {"pick2": f"{DISKS} /srv", "pick3": f"{DISKS} /gone"}
    await seen.post("/alarms", do="acknowledge", words="", **PICKED, **more)
    assert seen.status == 409 and "3 alarms selected: 1 changed, 1 already ended." in seen.text
    assert "/srv: aki has already acknowledged this alarm" in seen.text
    assert seen.text.count('class="is-picked"') == 1 and "0 not acknowledged" in seen.text


async def test_very_many_at_once_are_refused_in_words_and_nothing_is_done(seen, ask):
    await seen.get("/alarms")
    many = {f"pick{n:03}": f"{DISKS} /{n:03}" for n in range(MOST_SHOWN)}
    await seen.post(
        "/alarms", do="acknowledge", words="", zpick="", **many, pick=PICKED["pick1"]
    )
    assert seen.status == 400 and "201 alarms are selected, but at most 200" in seen.text
    assert (await ask("alarms"))["rows"][0]["acknowledged"] is None


async def test_all_that_were_chosen_are_one_row_of_the_audit_log(seen, harness, ask):
    await harness.measured(more=("/srv", "/opt"))
    more = {"pick2": f"{DISKS} /srv", "pick3": f"{DISKS} /opt"}
    for deed in ("acknowledge", "comment", "back"):
        await seen.get("/alarms")
        await seen.post("/alarms", do=deed, words="mine", **PICKED, **more)
        assert seen.to == f"/alarms?did={deed}"
        row = (await harness.store.audit_log(1))[0]
        assert (row.op, row.who, len(row.after)) == ("alarms_remark", "sato", 3)
    page = (await seen.get("/settings/audit")).text
    assert all(f"{DISKS} {item}" in page for item in ("/var", "/srv", "/opt"))


async def test_a_link_from_elsewhere_chooses_its_alarm(seen):
    page = (await seen.get("/")).text
    assert f'href="/alarms?at={DISKS}%20/var"' in page
    page = (await seen.get(f"/alarms?at={DISKS}%20/var")).text
    assert 'class="is-picked"' in page and " checked" in page


async def test_alarms_are_found_by_who_has_them(seen, ask):
    await ask("alarm_acknowledge", monitor=DISKS)
    assert "web1 › disks" in (await seen.get("/alarms?find=AKI")).text
    assert "No open alarms match “tea”" in (await seen.get("/alarms?find=tea")).text
    assert "Every open alarm is acknowledged" in (await seen.get("/alarms?show=nobody")).text


@pytest.mark.parametrize(
    ("given", "hours"),
    [({"length": "2h"}, 2), ({"length": "moment", "until": "2099-01-01T00:00"}, None)],
)
async def test_a_place_is_silenced_and_nobody_forgets_it(seen, harness, given, hours):
    await seen.get("/alarms")
    await seen.post("/alarms", do="silence", place="web1", reason="電源工事", **given)
    if hours is None:
        assert seen.status == 400 and "more than 90 days ahead" in seen.text
        assert 'value="2099-01-01T00:00"' in seen.text and 'value="電源工事"' in seen.text
        return
    assert seen.to == "/alarms?did=silence"
    page = (await seen.get("/")).text
    assert "Silenced until" in page and "mark--silent" in page
    page = (await seen.get("/tree/web1/base")).text
    assert "mark--silent" in page
    page = (await seen.get(f"/monitor/{DISKS}")).text
    assert "notifications suppressed until" in page and "Reason: 電源工事 (sato)" in page
    page = (await seen.get("/alarms")).text
    (id,) = {part.split('"')[0] for part in page.split('name="silence" value="')[1:]}
    await seen.post("/alarms", do="end", silence=id)
    assert "No notifications are suppressed." in (await seen.get(seen.to)).text


async def test_what_ended_within_a_day_is_listed(seen, harness):
    page = (await seen.get("/alarms")).text
    assert "No alarms ended in the last 24 hours." in page


async def stopped(harness, ask):
    """The monitor with the open alarm is stopped, and the node has seen it."""
    await ask("monitor_disable", monitor=DISKS)
    store, now = harness.store, harness.time.now
    block = await store.lease_monitors(await store.begin("node", now), now)
    found = (await ask("definition_show", keys=["instances/web1"]))["documents"]
    id = found["instances/web1"]["group"][0]["monitor"][0]["id"]
    event = Event(
        id=f"{id}.2",
        monitor=id,
        path=DISKS,
        item="/var",
        at=now,
        before=Level.CRITICAL,
        after=Level.OK,
        since=now,
        cause=Cause(words=MONITORING_DISABLED),
    )
    ended = State(
        items={"/var": ItemState(level=Level.OK, level_since=now, cause=event.cause)}, serial=2
    )
    assert await store.commit(block.fence, Change(monitor=id, state=ended, events=(event,)))


async def test_what_was_stopped_is_not_said_to_be_well(seen, harness, ask):
    await stopped(harness, ask)
    page = (await seen.get("/alarms")).text
    row = page.partition('id="h-well"')[2].partition("</tr>")[0]
    assert "web1 › disks › /var" in row and "Stopped" in row and ">OK<" not in row
    unknown = "it is not known whether the problem persists"
    ended = page.partition('id="ended"')[2]
    assert "1 no longer monitored" in ended and unknown in ended
    assert "ecovered" not in ended.replace(unknown, "")


async def test_a_viewer_sees_it_all_and_is_offered_nothing(tmp_path):
    harness = await with_user(VIEWER)
    await apply_definitions(InProcessClient(harness))
    await harness.measured()
    async with browsing(harness, tmp_path) as browser:
        await browser.log_in()
        for path in ("/alarms", "/alarms/maintenance", f"/monitor/{DISKS}"):
            page = (await browser.get(path)).text
            assert browser.status == 200
            assert "<textarea" not in page and 'value="silence"' not in page
        await browser.post("/alarms", do="acknowledge", words="", **PICKED)
        assert browser.status == 403


async def test_an_operator_plans_no_maintenance(tmp_path):
    harness = await with_user(OPERATOR)
    await apply_definitions(InProcessClient(harness))
    async with browsing(harness, tmp_path) as browser:
        await browser.log_in()
        page = (await browser.get("/alarms/maintenance")).text
        assert 'name="from_time"' not in page
        given = {"place": "web1", "sort": "weekly", "from_time": "22:00", "to_time": "02:00"}
        await browser.post("/alarms/maintenance", do="add", **given)
        assert browser.status == 403


async def test_maintenance_is_planned_and_taken_out_again(seen, ask):
    page = (await seen.get("/alarms/maintenance")).text
    assert "No maintenance is planned." in page
    given = {"place": "web1/base", "title": "Updates", "sort": "weekly", "day_sat": "yes"}
    times = {"from_time": "22:00", "to_time": "02:00", "from_day": "", "to_day": ""}
    await seen.post("/alarms/maintenance", do="add", **given, **times)
    assert seen.to == "/alarms/maintenance?did=added"
    page = (await seen.get(seen.to)).text
    assert "Updates" in page and "Sat" in page and "22:00" in page
    shown = await ask("definition_show", keys=["instances/web1"])
    window = {"title": "Updates", "begins": "22:00", "ends": "02:00", "days": ["sat"]}
    group = shown["documents"]["instances/web1"]["group"][0]
    assert group["maintenance"] == [window]
    (one,) = (await ask("alarms"))["maintenance"]
    assert (one["place"], one["weekly"]) == ("web1", True)
    which = {"place": "web1/base", "number": "0", "said": json.dumps(window)}
    await seen.post("/alarms/maintenance", do="remove", **which)
    assert seen.to == "/alarms/maintenance?did=removed"
    await seen.get(seen.to)
    await seen.post("/alarms/maintenance", do="remove", **which)
    assert seen.status == 409 and "has already changed or cancelled" in seen.text


async def test_what_is_wrong_with_planned_work_is_told_and_what_was_typed_stays(seen):
    await seen.get("/alarms/maintenance")
    given = {"place": "web1", "title": "Move", "sort": "once"}
    times = {"from_day": "2026-12-25", "from_time": "06:00"}
    ends = {"to_day": "2026-12-24", "to_time": "06:00"}
    await seen.post("/alarms/maintenance", do="add", **given, **times, **ends)
    assert seen.status == 400 and "is not after the start, “2026-12-25 06:00”" in seen.text
    assert 'value="Move"' in seen.text and 'value="2026-12-25"' in seen.text
    await seen.post("/alarms/maintenance", do="add", **given | {"place": "web2"}, **times)
    assert seen.status == 404 and "no instance, group or monitor “web2”" in seen.text
    assert "Did you mean one of these? web1" in seen.text


TYPED = {
    "as a page calls it": ("このマシン › ディスク容量", DISKS),
    "by its title alone": ("ディスク容量", DISKS),
    "by its name alone": ("disks", DISKS),
    "by an instance's title, in wide letters": ("このマシン　", "web1"),
    "all of it, in Japanese": ("全体", "everything"),
    "all of it, in other words": ("すべて", "everything"),
}


async def retitled(ask):
    monitors = [
        {"name": "disks", "kind": "disk", "title": "ディスク容量"},
        {"name": "more", "kind": "disk", "title": "ログ"},
        {"name": "most", "kind": "disk", "title": "ログ"},
    ]
    groups = [{"name": "base", "title": "システム", "monitor": monitors}]
    await apply_definitions(
        ask, instances__web1={"title": "このマシン", "group": groups, "rules": ["all"]}
    )


@pytest.mark.parametrize("case", TYPED)
async def test_a_place_is_silenced_by_what_people_call_it(seen, ask, case):
    given, place = TYPED[case]
    await retitled(ask)
    await seen.get("/alarms")
    await seen.post("/alarms", do="silence", place=given, reason="x", length="1h")
    assert seen.to == "/alarms?did=silence"
    (one,) = await ask("silence_list")
    assert one["place"] == ("" if place == "everything" else place)


async def test_both_forms_offer_monitors_and_say_the_same_of_a_place_that_is_not_clear(
    seen, ask
):
    await retitled(ask)
    for where, deed in (("/alarms", "silence"), ("/alarms/maintenance", "add")):
        page = (await seen.get(where)).text
        assert f'<option value="{DISKS}">このマシン › ディスク容量</option>' in page
        said = {"reason": "x", "length": "1h", "from_time": "22:00", "to_time": "23:00"}
        await seen.post(where, do=deed, place="ログ", **said)
        assert seen.status == 404 and "2 matches for “ログ”. Choose one:" in seen.text
        assert "このマシン › ログ (web1/base/more)" in seen.text
        await seen.post(where, do=deed, place="ディスク", **said)
        assert "Did you mean one of these? このマシン › ディスク容量" in seen.text


async def test_maintenance_is_planned_by_a_title_but_not_for_everything(seen, ask):
    await retitled(ask)
    await seen.get("/alarms/maintenance")
    times = {"sort": "weekly", "from_time": "22:00", "to_time": "02:00"}
    await seen.post("/alarms/maintenance", do="add", place="システム", **times)
    assert seen.to == "/alarms/maintenance?did=added"
    await seen.get("/alarms/maintenance")
    await seen.post("/alarms/maintenance", do="add", place="全体", **times)
    assert seen.status == 400 and "not to everything" in seen.text


async def test_planned_work_that_never_ends_or_is_over_already_is_refused(seen, ask):
    await seen.get("/alarms/maintenance")
    given = {"place": "web1", "title": "Move"}
    same = {"sort": "weekly", "from_time": "22:00", "to_time": "22:00"}
    await seen.post("/alarms/maintenance", do="add", **given, **same)
    assert seen.status == 400 and "“22:00” is also the start" in seen.text
    once = {"sort": "once", "from_day": "2020-12-24", "to_day": "2020-12-25"}
    times = {"from_time": "06:00", "to_time": "06:00"}
    await seen.post("/alarms/maintenance", do="add", **given, **once, **times)
    assert (
        seen.status == 400 and "The end, 2020-12-25 06:00, is already in the past" in seen.text
    )
    assert 'value="Move"' in seen.text
    assert (await ask("alarms"))["maintenance"] == []


async def test_what_comes_every_day_is_called_so_in_both_lists(seen):
    await seen.get("/alarms/maintenance")
    times = {"sort": "weekly", "from_time": "22:00", "to_time": "02:00"}
    await seen.post("/alarms/maintenance", do="add", place="web1", title="Backup", **times)
    page = (await seen.get(seen.to)).text
    assert page.count("every day</") == 2


async def test_the_overview_tells_of_maintenance_that_is_under_way(seen, harness):
    assert "Maintenance until" not in (await seen.get("/")).text
    await seen.get("/alarms/maintenance")
    now = harness.time.clocks.wall()
    days = {"from_day": f"{now - HOUR:%Y-%m-%d}", "to_day": f"{now + HOUR:%Y-%m-%d}"}
    times = {"from_time": f"{now - HOUR:%H:%M}", "to_time": f"{now + HOUR:%H:%M}"}
    await seen.post("/alarms/maintenance", do="add", place="web1", sort="once", **days, **times)
    assert seen.to == "/alarms/maintenance?did=added", seen.text
    page = (await seen.get("/")).text
    assert "Maintenance until" in page and 'href="/alarms/maintenance"' in page
    assert "mark--maintenance" in page.split("<main")[1]


async def test_the_overview_says_how_many_somebody_has(seen, ask):
    assert "The only monitor needs attention." in (await seen.get("/")).text
    await seen.get("/alarms")
    await seen.post("/alarms", do="acknowledge", words="", **PICKED)
    page = (await seen.get("/")).text
    assert "The only monitor is not OK (acknowledged)." in page


async def test_who_looks_is_sent_what_moved_and_nothing_of_it_twice(seen, harness, ask):
    page = (await seen.get("/alarms?find=web1")).text
    assert 'hx-trigger="alarms from:#live"' in page and "&amp;part=alarms" in page
    (where,) = re.findall(r'hx-get="(/alarms/changed[^"]*)"', page)
    assert where == "/alarms/changed?find=web1"
    await ask("alarm_acknowledge", monitor=DISKS)
    told = (await seen.get(where)).text
    assert "The alarms have changed: 1 open, 0 not acknowledged" in told
    assert 'hx-target="#open" hx-swap="innerMorph"' in told and "aki <time" in told
    assert "<html" not in told and "<textarea" not in told


async def test_a_row_that_somebody_chose_stays_though_its_alarm_ended(seen, harness, ask):
    page = (await seen.get("/alarms")).text
    (row,) = re.findall(r'<tr id="(a-\w+)"', page)
    await stopped(harness, ask)
    told = (await seen.get("/alarms/changed")).text
    assert f'<tr id="{row}"' not in told
    told = (await seen.get(f"/alarms/changed?pick-{row}={DISKS}%20/var")).text
    assert (
        f'<tr id="{row}"' in told
        and "This alarm has ended. It is still shown" in told
        and " checked" in told
    )


async def test_a_quiet_page_of_alarms_is_told_of_alarms_alone(seen, harness, ask):
    page = (await seen.get("/alarms")).text
    async with following(seen, f"/live?seen={serial(page)}&part=alarms") as stream:
        assert await heard(stream, "\n\n") == ":\n\n"
        await ask("alarm_acknowledge", monitor=DISKS)
        told = await heard(stream, "event: alarms")
    assert "hx-partial" not in told


def test_a_window_goes_in_and_out_where_it_belongs():
    window, other = {"begins": "22:00", "ends": "02:00"}, {"begins": "01:00", "ends": "02:00"}
    content = {"rules": ["all"], "group": GROUP}
    for place in ("web1", "web1/base", DISKS):
        more = add_window(add_window(content, place, window), place, other)
        found = [(one.place, one.window) for one in planned_windows({"instances/web1": more})]
        assert found == [(place, window), (place, other)]
        assert remove_window(more, place, 0, other) is None
        less = remove_window(more, place, 0, window)
        assert remove_window(less, place, 0, other) == content
    for place in ("web1/none", "web1/base/none", f"{DISKS}/x"):
        assert add_window(content, place, window) is None


async def test_what_has_a_title_goes_by_it_and_its_name_is_at_hand(seen, ask):
    titled = [{"name": "base", "title": "Basics", "monitor": GROUP[0]["monitor"]}]
    await apply_definitions(
        ask, instances__web1={"title": "Shop", "group": titled, "rules": ["all"]}
    )
    await ask("silence_add", place="web1/base", length="1h", reason="work")
    for path in ("/", "/alarms"):
        page = (await seen.get(path)).text
        assert "Shop › disks › /var" in page and f'title="{DISKS}"' in page
        assert "Shop › Basics" in page
    assert 'title="web1">Shop</span>' in (await seen.get("/")).text
    page = (await seen.get(f"/monitor/{DISKS}")).text
    assert '<a href="/instance/web1" title="web1">Shop</a>' in page and DISKS in page
    assert "Shop › disks" in (await seen.get("/alarms?find=shop")).text


def test_a_place_in_documents_goes_by_its_titles():
    content = {"title": "Shop", "group": [{**GROUP[0], "title": "Basics"}]}
    documents = {"instances/web1": content}
    for place, name in (
        ("web1", "Shop"),
        ("web1/base", "Shop › Basics"),
        (DISKS, "Shop › disks"),
        ("web2", "web2"),
    ):
        assert path_of_titles(documents, place) == name


def found_alarms(page):
    return page.partition('aria-label="Alarms"')[2].partition("</section>")[0]


async def test_the_search_finds_an_open_alarm(seen):
    alarm = found_alarms((await seen.get("/search?q=disks+/var")).text)
    assert 'href="/alarms?at=web1%2Fbase%2Fdisks%20%2Fvar"' in alarm and "CRITICAL" in alarm


async def test_the_search_finds_an_alarm_that_ended_and_says_how(seen, harness, ask):
    await stopped(harness, ask)
    alarm = found_alarms((await seen.get("/search?q=disks+/var")).text)
    assert f'href="/monitor/{DISKS}"' in alarm and "ended " in alarm
    assert "stopped" in alarm.lower() and ">OK<" not in alarm


async def test_the_search_finds_a_route_by_its_title(seen):
    page = (await seen.get("/search", params={"q": "old serv"})).text
    assert 'href="/mail/route/plain"' in page and "Mail › " in page
