"""A monitor that is disabled: nothing of it is measured, and nobody is told that it recovered."""

from dataclasses import replace
from datetime import timedelta

import pytest

from noroshi.core.alarms import Silence
from noroshi.core.cadence import FixedTimes
from noroshi.core.maintenance import OneTimeWindow
from noroshi.core.model import Instance, State
from noroshi.core.notices.notice import Happening
from tests.flow.scene import Scene, disk_monitor
from tests.flow.test_notices import Told, told

STOPPED = disk_monitor(disabled=True)


async def test_who_was_told_of_a_problem_is_told_that_its_watch_ended_and_not_that_it_recovered():
    scene = Scene()
    scene.used = {"/a": 95}
    await scene.plan(disk_monitor())
    async with scene.life() as engine:
        await scene.seconds(engine, 70)
        await scene.plan(STOPPED)
        await scene.seconds(engine, 5)
    assert scene.mails[-1][1] == "/a: CRITICAL>OK ENDED"
    first, last = scene.smtp.sent_envelopes
    assert last.thread == (first.id,)
    assert (await scene.store.states())["m"] == State(serial=2)
    decided, *before = await scene.store.decisions("m")
    assert decided.reason.name == "ENDED" and "NEW_LEVEL" in [one.reason.name for one in before]


async def test_what_is_stopped_is_not_measured_neither_in_this_life_nor_in_the_next():
    scene = Scene()
    scene.used = {"/a": 10}
    await scene.plan(disk_monitor())
    async with scene.life() as engine:
        await scene.seconds(engine, 70)
        await scene.plan(STOPPED)
        await scene.seconds(engine, 3)
        measured = scene.measured
        await scene.seconds(engine, 300)
    scene.time.pass_by(hours=1)
    async with scene.life() as engine:
        await scene.seconds(engine, 120)
    assert scene.measured == measured and scene.subjects == []


async def test_once_it_is_started_it_begins_anew_and_what_is_bad_is_told_as_a_new_problem():
    scene = Scene()
    scene.used = {"/a": 95}
    await scene.plan(disk_monitor())
    async with scene.life() as engine:
        await scene.seconds(engine, 70)
        await scene.plan(STOPPED)
        await scene.seconds(engine, 200)
        await scene.plan(disk_monitor())
        await scene.seconds(engine, 15)
    assert [text for _, text in scene.mails] == [
        "/a: OK>CRITICAL NEW_LEVEL",
        "/a: CRITICAL>OK ENDED",
        "/a: OK>CRITICAL NEW_LEVEL",
    ]
    assert scene.smtp.sent_envelopes[-1].thread == ()


async def test_what_was_stopped_while_no_node_ran_is_closed_when_one_begins():
    scene = Scene()
    await scene.run(minutes=2, a=95)
    await scene.plan(STOPPED)
    measured = scene.measured
    await scene.run(minutes=2, a=95)
    assert scene.mails[-1][1] == "/a: CRITICAL>OK ENDED"
    assert scene.measured == measured


async def test_a_stop_and_a_start_in_one_breath_lose_no_look():
    scene = Scene()
    scene.used = {"/a": 10}
    await scene.plan(disk_monitor())
    async with scene.life() as engine:
        await scene.seconds(engine, 70)
        await scene.plan(STOPPED)
        await engine.hold()
        await scene.plan(disk_monitor())
        await engine.hold()
        measured = scene.measured
        await scene.seconds(engine, 130)
    assert scene.measured - measured in (2, 3)


@pytest.mark.parametrize("kept", [disk_monitor(), None], ids=["it alone", "the only one"])
async def test_that_an_instance_was_stopped_and_started_is_told(kept):
    scene, web2 = Told(), Instance(name="web2")
    both = told(Happening.STARTED, Happening.STOPPED)
    other = disk_monitor(id="m2", instance=web2)
    rest = () if kept is None else (kept,)
    async with scene.life() as engine:
        for stopped in (False, True, False):
            await scene.version(both, monitors=(*rest, replace(other, disabled=stopped)))
            await scene.seconds(engine, 4)
    said = [(a.happening.value, [one.name for one in a.instances]) for a in scene.abouts]
    assert said[1:] == [("stopped", ["web2"]), ("started", ["web2"])]


async def test_a_report_counts_what_is_stopped_apart():
    scene = Told()
    at = scene.time.now + timedelta(minutes=5)
    soon = FixedTimes(times=(at.time().replace(second=0, microsecond=0),), zone="UTC")
    well = told(Happening.WELL, report_times=soon)
    await scene.version(well, monitors=(disk_monitor(), replace(STOPPED, id="m2", name="b")))
    await scene.run(minutes=7, a=10)
    [report] = scene.of(Happening.WELL)
    assert (report.healthy_count, report.unmeasured_count, report.disabled_count) == (1, 0, 1)


async def test_a_report_says_of_how_many_nothing_is_told():
    scene = Told()
    now = scene.time.now
    at = now + timedelta(minutes=5)
    soon = FixedTimes(times=(at.time().replace(second=0, microsecond=0),), zone="UTC")
    well = told(Happening.WELL, report_times=soon)
    works = OneTimeWindow(
        begins=now.replace(tzinfo=None),
        ends=(at + timedelta(hours=1)).replace(tzinfo=None),
        zone="UTC",
    )
    planned = disk_monitor(id="m2", name="b", maintenance=(works,))
    other = disk_monitor(id="m3", name="c")
    await scene.version(well, monitors=(disk_monitor(), planned, other))
    given = {"begins": now, "ends": at + timedelta(hours=1), "why": "work", "who": "aki"}
    await scene.store.silence(Silence(id="s", place="web1/g/disk", **given))
    await scene.run(minutes=7, a=10)
    [report] = scene.of(Happening.WELL)
    assert (report.healthy_count, report.silent_count) == (3, 2)
