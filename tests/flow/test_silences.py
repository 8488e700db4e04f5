"""Acknowledged, silenced, under maintenance: what is told and when, over the whole path.

Each run of a scene is a life of its own, which ends as by kill -9."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from noroshi.core.alarms import Acknowledgement, Remark, Remarked, Silence
from noroshi.core.levels import Level, Reason
from noroshi.core.maintenance import WeeklyWindow
from noroshi.stores.memory.store import MemoryStore
from noroshi.stores.sqlite.store import SqliteStore
from noroshi.testing import DAWN
from tests.flow.scene import RULE, Scene, disk_monitor

CRITICAL, WARNING, WELL = (f"[{level}] web1: disk" for level in ("CRITICAL", "WARNING", "OK"))
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def scene():
    return Scene()


@pytest.fixture(params=["memory", "sqlite"])
async def kept(request, tmp_path):
    memory = request.param == "memory"
    store = MemoryStore() if memory else SqliteStore.open(tmp_path / "noroshi.db", reserve=0)
    yield Scene(store=store)
    await store.close()


async def silence(scene, place, minutes):
    now = scene.time.now
    given = {"begins": now, "ends": now + minutes * MINUTE, "why": "work", "who": "aki"}
    await scene.store.silence(Silence(id=f"s{minutes}", place=place, **given))


async def acknowledge(scene, level=Level.CRITICAL):
    its = {"monitor": "m", "item": "/a", "level": level, "who": "aki", "at": scene.time.now}
    remark = Remark(sort=Remarked.ACKNOWLEDGED, **its)
    assert await scene.store.acknowledge(Acknowledgement(**its), remark)
    return remark


async def decided(scene):
    """What each rule last answered about each item."""
    newest = {(d.rule, d.item): d.reason for d in reversed(await scene.store.decisions("m"))}
    return [reason for (_, item), reason in newest.items() if item]


async def test_what_was_acknowledged_is_not_repeated_and_its_recovery_is_told(scene):
    await scene.run(minutes=5, a=95)
    await acknowledge(scene)
    await scene.run(minutes=90, a=95)
    assert await decided(scene) == [Reason.ACKNOWLEDGED]
    await scene.run(minutes=2, a=10)
    assert scene.subjects == [CRITICAL, WELL]
    await scene.run(minutes=2, a=95)
    assert scene.subjects == [CRITICAL, WELL, CRITICAL]


async def test_taken_back_it_is_repeated_again(kept):
    scene = kept
    await scene.run(minutes=5, a=95)
    remark = await acknowledge(scene)
    await scene.run(minutes=40, a=95)
    await scene.store.unacknowledge(replace(remark, sort=Remarked.TAKEN_BACK))
    await scene.run(minutes=5, a=95)
    assert scene.subjects == [CRITICAL, CRITICAL]


async def test_when_it_gets_worse_it_is_told_and_nobody_has_it_any_more(kept):
    scene = kept
    await scene.run(minutes=5, a=85)
    await acknowledge(scene, Level.WARNING)
    await scene.run(minutes=40, a=95)
    assert scene.subjects == [WARNING, CRITICAL, CRITICAL]
    assert (await scene.store.suppressions(scene.time.now)).acknowledged == ()


async def test_the_next_problem_in_the_same_life_is_told_though_the_last_one_was_had(scene):
    await scene.run(minutes=3, a=95)
    await acknowledge(scene)
    async with scene.life() as engine:
        for used in (95, 10, 95):
            scene.used = {"/a": used}
            await scene.seconds(engine, 120)
    assert scene.subjects == [CRITICAL, WELL, CRITICAL]


@pytest.mark.parametrize("place", ["", "web1", "web1/g", "web1/g/disk"])
async def test_a_silence_holds_back_what_is_told_once_it_ends(scene, place):
    await scene.plan(disk_monitor())
    await silence(scene, place, 20)
    await scene.run(minutes=19, a=95)
    assert (scene.subjects, await decided(scene)) == ([], [Reason.SILENCED])
    await scene.run(minutes=5, a=95)
    assert [text for _, text in scene.mails] == ["/a: CRITICAL>CRITICAL AFTER_SILENCE"]


async def test_a_silence_elsewhere_holds_nothing_back(scene):
    await silence(scene, "web2", 20)
    await scene.run(minutes=3, a=95)
    assert scene.subjects == [CRITICAL]


async def test_what_got_well_under_a_silence_is_told_to_those_who_knew(kept):
    scene = kept
    await scene.run(minutes=3, a=95)
    await silence(scene, "web1", 20)
    await scene.run(minutes=10, a=10)
    assert scene.subjects == [CRITICAL]
    await scene.run(minutes=12, a=10)
    assert [text for _, text in scene.mails][1:] == ["/a: CRITICAL>OK RECOVERED_MEANWHILE"]


async def test_what_came_and_went_under_a_silence_is_not_told(scene):
    await silence(scene, "web1", 20)
    await scene.run(minutes=5, a=95)
    await scene.run(minutes=30, a=10)
    assert scene.subjects == []
    assert [e.after for e in await scene.store.events("m")] == [Level.OK, Level.CRITICAL]


async def test_a_silence_that_is_ended_by_hand_is_over_at_once(scene):
    await silence(scene, "", 60)
    await scene.run(minutes=3, a=95)
    await scene.store.end_silence("s60", "aki", scene.time.now)
    await scene.run(minutes=1, a=95)
    assert scene.subjects == [CRITICAL]


async def test_planned_work_holds_back_what_is_told_once_it_is_over(scene):
    begins = (DAWN + 5 * MINUTE).time()
    window = WeeklyWindow(begins=begins, ends=time(6, 25), zone="UTC")
    monitor = disk_monitor(maintenance=(window,), rules=(replace(RULE, repeat=None),))
    await scene.run(minutes=6, monitor=monitor, a=85)
    await scene.run(minutes=17, a=95)
    assert (scene.subjects, await decided(scene)) == ([WARNING], [Reason.MAINTENANCE])
    await scene.run(minutes=5, a=95)
    assert scene.subjects == [WARNING, CRITICAL]
    assert scene.mails[1][1] == "/a: CRITICAL>CRITICAL AFTER_SILENCE"


async def test_a_monitor_that_comes_new_into_a_silence_is_silent_from_its_first_look(scene):
    await silence(scene, "web1", 60)
    await scene.plan(disk_monitor())
    scene.used = {"/a": 95}
    async with scene.life() as engine:
        await scene.seconds(engine, 60)
        await scene.plan(disk_monitor(), disk_monitor(id="n", name="other"))
        await scene.seconds(engine, 180)
    assert scene.subjects == []
