"""What happens to a monitor that a hub gave is in the log for the hub, with the change itself."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from noroshi import schema
from noroshi.core.levels import Level
from noroshi.core.report import START, RowKind
from noroshi.link.link_messages import MOST_BYTES_INFLATED, MOST_BYTES_TAKEN
from noroshi.link.message_body import body_of, text_of
from noroshi.link.report_messages import ChangeOfRow, ReportRequest
from noroshi.ports import StoreError
from noroshi.stores.memory.store import MemoryStore
from tests.flow.scene import RULE, WEB1, Scene, disk_monitor

OF_HUB = replace(WEB1, of_hub=True)
HUB_RULE = replace(RULE, routes=(), of_hub=True)


def given(**other):
    """A monitor as a hub gives it."""
    return disk_monitor(**{"instance": OF_HUB, "rules": (HUB_RULE,), **other})


async def rows(scene):
    found = await scene.store.reports(0)
    assert {row.kind for row in found} <= {RowKind.CHANGE}
    return [schema.value(ChangeOfRow, row.body) for row in found]


async def test_a_node_without_a_hub_writes_none():
    scene = Scene()
    await scene.run(2, a=95)
    assert len(scene.mails) == 1 and await rows(scene) == []


async def test_a_change_is_told_with_its_state_events_alarms_and_decisions():
    scene = Scene()
    await scene.run(1, given(), a=95)
    assert scene.mails == []
    row, later = await rows(scene)
    assert row.monitor == "m" and not row.is_retired
    assert later.state == (await scene.store.states())["m"]
    assert (later.events, later.alarms) == ((), ())  # a decision alone
    assert list(row.events) == await scene.store.events("m")
    (alarm,) = row.alarms
    assert (alarm.rule, alarm.contact, alarm.reason) == ("r", "ops", "new-level")
    assert alarm.event == row.events[0].id and alarm.id == f"{alarm.event}/r/ops"
    assert alarm.thread == alarm.id
    assert [(one.rule, one.item) for one in row.decisions] == [("r", "/a")]


async def test_a_change_with_very_many_alarms_is_told_in_reports_that_the_hub_takes():
    scene, (contact,) = Scene(), RULE.contacts
    contacts = tuple(replace(contact, id=f"contact-{n}") for n in range(20))
    volumes = {f"/srv/volume-{n}": 95 for n in range(1000)}
    rule = replace(HUB_RULE, id=60 * "r", contacts=contacts)
    await scene.run(1, given(rules=(rule,)), **volumes)
    told, seq = Counter(), 0
    while rows := await scene.store.reports(seq, 1):
        request = ReportRequest(start=START, rows=tuple(rows))
        assert len(text_of(request)) <= MOST_BYTES_INFLATED
        assert len(body_of(request).content) <= MOST_BYTES_TAKEN
        change, seq = schema.value(ChangeOfRow, rows[0].body), rows[0].seq
        events = {one.id for one in change.events}
        assert {one.event for one in change.alarms} <= events
        told.update(one.contact for one in change.alarms)
        # One contact's alarms are one notification, so they are in one row.
        assert {told[one.contact] for one in change.alarms} <= {len(volumes)}
    assert told == {one.id: len(volumes) for one in contacts}


async def test_each_turn_that_changes_nothing_writes_none():
    scene = Scene()
    await scene.run(1, given(), a=10)
    count = len(await rows(scene))
    await scene.run(20, a=11)
    assert len(await rows(scene)) == count


async def test_a_problem_is_repeated_and_ends_by_the_rules_of_the_hub():
    scene = Scene()
    await scene.run(1, given(), a=95)
    await scene.run(31, a=95)
    await scene.run(2, a=10)
    told = [(one.reason, one.thread) for row in await rows(scene) for one in row.alarms]
    assert [reason for reason, _ in told] == ["new-level", "repeat", "recovered"]
    assert len({thread for _, thread in told}) == 1


async def test_a_monitor_that_is_no_longer_given_says_so_in_its_last_row():
    scene = Scene()
    scene.used = {"/a": 95}
    await scene.plan(given())
    async with scene.life() as engine:
        await scene.seconds(engine, 60)
        await scene.plan(disk_monitor(id="other"))
        await scene.seconds(engine, 10)
    last = (await rows(scene))[-1]
    assert last.is_retired and last.monitor == "m"
    assert [one.reason for one in last.alarms] == ["ended"]
    assert last.state.level is Level.OK


async def test_rows_bear_the_time_to_which_the_clock_was_set_last():
    scene = Scene()
    await scene.run(1, given(), a=10)
    scene.time.jump(hours=-2)
    await scene.run(1, a=95)
    told = zip(await scene.store.reports(0), await rows(scene), strict=True)
    assert [row.written_at for row, one in told if one.events] == [
        event.at for event in await scene.store.events("m")
    ]


class FailingStore(MemoryStore):
    """Refuses to commit, where `failing`."""

    failing = False

    async def commit(self, fence, change):
        if self.failing:
            raise StoreError("full")
        return await super().commit(fence, change)


async def test_a_change_that_is_not_written_leaves_no_row_and_the_next_one_one():
    store = FailingStore()
    scene = Scene(store=store)
    await scene.run(1, given(), a=10)
    count = len(await rows(scene))
    store.failing = True
    await scene.run(1, a=95)
    assert len(await rows(scene)) == count
    store.failing = False
    await scene.run(1, a=95)
    assert len(await rows(scene)) == count + 1
