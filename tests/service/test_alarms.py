"""Alarms that somebody has, silences and comments, the same by every door."""

from datetime import datetime, timedelta

import pytest

from noroshi.core.levels import Level
from noroshi.core.people import Person
from noroshi.core.roles import VIEWER, roles_up_to
from noroshi.service import member, run_as_json
from noroshi.stores.memory.store import MemoryStore
from tests.service.clients import OWN_NAME, ErrorAnswer, InProcessClient, apply_definitions
from tests.service.harness import Harness

DISKS = "web1/base/disks"
WHO = ("aki", OWN_NAME)
"""By the local door it is whoever runs the tests."""
HOURS = timedelta(hours=1)


async def bad(ask, **changed):
    await apply_definitions(ask, **changed)
    await ask.harness.measured()


async def rows(ask):
    return (await ask("alarms"))["rows"]


async def test_what_is_not_well_is_listed_with_what_was_told(ask):
    await bad(ask)
    (row,) = await rows(ask)
    assert (row["path"], row["item"], row["level"]) == (DISKS, "/var", "critical")
    assert row["words"]["ja"] == "使用率 95.2% (しきい値 90% 以上)"
    assert (row["acknowledged"], row["silent"], row["maintenance"]) == (None, None, None)
    (told,) = row["told"]
    assert (told["rule"], told["contacts"], told["at"]) == ("all", ["ops"], None)


async def test_somebody_has_it_and_everybody_sees_that(ask):
    await bad(ask)
    (row,) = await ask(
        "alarm_acknowledge", monitor=DISKS, comment="古いログを移します\n\x1b[2J"
    )
    assert row["acknowledged"]["who"] in WHO
    assert row["acknowledged"]["words"] == "古いログを移します\n?[2J"
    assert (await rows(ask))[0]["acknowledged"] == row["acknowledged"]
    (monitor,) = (await ask("status"))["monitors"]
    assert monitor["items"][0]["acknowledged"] == row["acknowledged"]
    (remark,) = (await ask("log", monitor=DISKS))["remarks"]
    assert (remark["sort"], remark["level"], remark["item"]) == (
        "acknowledged",
        "critical",
        "/var",
    )


async def test_the_second_is_told_who_has_it(ask):
    await bad(ask)
    await ask("alarm_acknowledge", monitor="disks", item="/var")
    for item in ({}, {"item": "/var"}):
        with pytest.raises(ErrorAnswer, match="has already acknowledged this alarm"):
            await ask("alarm_acknowledge", monitor=DISKS, **item)


async def test_it_can_be_taken_back_once(ask):
    await bad(ask)
    await ask("alarm_acknowledge", monitor=DISKS)
    (row,) = await ask("alarm_unacknowledge", monitor=DISKS)
    assert row["acknowledged"] is None
    with pytest.raises(ErrorAnswer, match="No alarm from"):
        await ask("alarm_unacknowledge", monitor=DISKS)
    sorts = [one["sort"] for one in (await ask("monitor_show", monitor=DISKS))["remarks"]]
    assert sorts == ["taken back", "acknowledged"]


async def test_what_is_well_cannot_be_acknowledged(ask):
    await apply_definitions(ask)
    await ask.harness.measured(Level.OK, 10)
    assert await rows(ask) == []
    for item in ({}, {"item": "/var"}):
        with pytest.raises(ErrorAnswer, match=r"conflict: .* is OK"):
            await ask("alarm_acknowledge", monitor=DISKS, **item)
    with pytest.raises(ErrorAnswer, match="has no item “/home”"):
        await ask("alarm_acknowledge", monitor=DISKS, item="/home")
    with pytest.raises(ErrorAnswer, match="There is no monitor “nothing”"):
        await ask("alarm_acknowledge", monitor="nothing")


async def test_a_comment_is_kept_with_the_history(ask):
    await bad(ask)
    said = await ask("alarm_comment", monitor=DISKS, text=" 金曜に業者が来ます ")
    assert (said["words"], said["item"], said["level"]) == (
        "金曜に業者が来ます",
        "",
        "critical",
    )
    assert (await ask("log"))["remarks"] == [said]
    with pytest.raises(ErrorAnswer, match=r"text.*is empty"):
        await ask("alarm_comment", monitor=DISKS, text=" \n ")
    with pytest.raises(ErrorAnswer, match="longer than 1000"):
        await ask("alarm_comment", monitor=DISKS, text="x" * 1001)


@pytest.mark.parametrize(
    ("place", "where", "count"),
    [
        ("web1", "web1", 1),
        ("web1/base", "web1/base", 1),
        (DISKS, DISKS, 1),
        ("disks", DISKS, 1),
        ("everything", "", 1),
    ],
)
async def test_a_place_is_silent_until_a_moment(place, where, count):
    ask = near()
    await bad(ask)
    one = await ask("silence_add", place=place, reason="電源工事", length="2h")
    assert (one["place"], one["monitors"], one["who"]) == (where, count, "aki")
    assert moment(one["ends"]) == ask.harness.time.now + 2 * HOURS
    assert await ask("silence_list") == [one]
    (row,) = await rows(ask)
    assert row["silent"] == one["ends"]
    status = await ask("status")
    assert status["silences"] == [one] and status["monitors"][0]["silent"] == one["ends"]
    assert (await ask("monitor_show", monitor=DISKS))["silences"] == [one]
    ask.harness.time.pass_by(seconds=7200)
    assert (await ask("silence_list"), (await rows(ask))[0]["silent"]) == ([], None)
    (past,) = await ask("silence_list", all=True)
    assert past["over"] and not past["ended_by"]


async def test_a_silence_is_ended_by_its_place_or_its_id(ask):
    await bad(ask)
    first = await ask("silence_add", place="web1", reason="a", length="2h")
    await ask("silence_add", place=DISKS, reason="b", length="1h")
    ended = await ask("silence_end", silence=DISKS)
    assert ended["over"] and ended["ended_by"] in WHO
    await ask("silence_end", silence=first["id"])
    assert await ask("silence_list") == []
    with pytest.raises(ErrorAnswer, match="There is no active silence “web1”"):
        await ask("silence_end", silence="web1")


async def test_a_silence_is_ended_by_the_name_alone_by_which_it_was_added(ask):
    await bad(ask)
    name = DISKS.rpartition("/")[2]
    await ask("silence_add", place=name, reason="a", length="2h")
    assert (await ask("silence_end", silence=name))["place"] == DISKS
    await ask("silence_add", place="everything", reason="a", length="2h")
    await ask("silence_end", silence="everything")
    assert await ask("silence_list") == []


async def test_of_two_at_one_place_it_must_be_said_which(ask):
    await bad(ask)
    for _ in range(2):
        await ask("silence_add", place="web1", reason="a", length="2h")
    with pytest.raises(ErrorAnswer, match="conflict: 2 silences exist for web1"):
        await ask("silence_end", silence="web1")


async def test_all_that_is_wrong_with_a_silence_is_said_at_once():
    ask = near()
    await bad(ask)
    wrong = {"until": {"until": "someday"}, "length": {"length": "100d"}}
    for name, given in wrong.items():
        with pytest.raises(ErrorAnswer, match="invalid") as told:
            await ask("silence_add", place="web1", reason=" ", **given)
        assert [where for where, _ in told.value.problems] == ["reason", name]
    for given in ({}, {"until": "18:00", "length": "1h"}):
        with pytest.raises(ErrorAnswer, match="a silence cannot be unlimited"):
            await ask("silence_add", place="web1", reason="a", **given)
    with pytest.raises(ErrorAnswer, match="has already passed"):
        await ask("silence_add", place="web1", reason="a", until="2020-01-01 08:00")
    with pytest.raises(ErrorAnswer, match="did you mean web1"):
        await ask("silence_add", place="web2", reason="a", length="1h")
    assert await ask("silence_list", all=True) == []


async def test_until_a_time_of_the_nodes_clock():
    ask = near()
    await bad(ask)
    here = ask.harness.time.now.astimezone()
    one = await ask("silence_add", place="web1", reason="a", until="tomorrow 08:00")
    ends = moment(one["ends"]).astimezone()
    assert (ends.date() - here.date()).days == 1 and f"{ends:%H:%M}" == "08:00"


async def test_maintenance_is_shown_while_it_is_under_way_and_before(ask):
    now = ask.harness.time.now
    first, second = now - HOURS, now + 30 * HOURS
    windows = [
        {
            "title": "work",
            "begins": f"{first:%Y-%m-%d %H:%M}",
            "ends": f"{now + HOURS:%Y-%m-%d %H:%M}",
        },
        {"begins": f"{second:%H:%M}", "ends": f"{second + HOURS:%H:%M}"},
    ]
    group = [{"name": "base", "monitor": [{"name": "disks", "kind": "disk"}]}]
    await bad(ask, instances__web1={"rules": ["all"], "maintenance": windows, "group": group})
    found = await ask("alarms")
    (row,) = found["rows"]
    assert moment(row["maintenance"]) == (now + HOURS).replace(second=0, microsecond=0)
    told = [(one["title"], one["under_way"], one["weekly"]) for one in found["maintenance"]]
    assert told == [("work", True, False), ("", False, True)]


async def test_what_people_change_is_in_the_audit_log(ask):
    await bad(ask)
    await ask("alarm_acknowledge", monitor=DISKS)
    one = await ask("silence_add", place="web1", reason="工事", length="1h")
    await ask("silence_end", silence=one["id"])
    kept = [(row["op"], row["after"]) for row in await ask("audit", last=3)]
    assert [op for op, _ in kept] == ["silence_end", "silence_add", "alarm_acknowledge"]
    assert kept[1][1]["place"] == "web1" and kept[2][1]["/var"] in WHO


class MovesMeanwhile(MemoryStore):
    """Between the look at a monitor's items and a change one of them moved."""

    moved = "/srv"

    async def acknowledge(self, one, remark):
        return one.item != self.moved and await super().acknowledge(one, remark)

    async def unacknowledge(self, remark):
        return remark.item != self.moved and await super().unacknowledge(remark)


async def test_what_was_done_of_several_items_is_told_and_audited_though_one_moved_meanwhile():
    ask = InProcessClient(Harness(MovesMeanwhile()))
    await bad(ask)
    await ask.harness.measured(more=("/srv",))
    (row,) = await ask("alarm_acknowledge", monitor=DISKS)
    assert row["item"] == "/var" and (await ask("audit"))[0]["after"] == {"/var": "aki"}
    ask.harness.store.moved = "/var"
    await ask("alarm_acknowledge", monitor=DISKS)
    with pytest.raises(ErrorAnswer, match="The alarm has just changed"):
        await ask("alarm_unacknowledge", monitor=DISKS, item="/var")
    (row,) = await ask("alarm_unacknowledge", monitor=DISKS)
    assert row["item"] == "/srv" and (await ask("audit"))[0]["before"] == {"/srv": "aki"}


async def test_who_may_only_look_changes_nothing():
    harness = Harness()
    viewer = Person("eri", roles_up_to(VIEWER))
    for op in ("alarm_acknowledge", "alarm_unacknowledge", "alarm_comment", "silence_add"):
        told = await run_as_json(harness.service, viewer, op, {"monitor": "x"})
        assert told["error"] == "forbidden"
    assert (await run_as_json(harness.service, member("eri"), "silence_list", {})) == {"ok": ()}


def near():
    return InProcessClient(Harness())


def moment(text):
    return datetime.fromisoformat(text)
