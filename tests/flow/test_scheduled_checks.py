"""The checks of a monitor: none is lost, none comes twice, and none of an older version."""

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from noroshi.core.levels import RuleTrigger
from noroshi.core.model import Limits, Reading
from noroshi.core.translation import plain
from noroshi.engine.monitoring.schedule import CheckTrigger
from noroshi.ports import Outcome, StoreError, Unmeasurable, Volume
from noroshi.stores.memory.store import MemoryStore
from noroshi.stores.sqlite.store import SqliteStore
from noroshi.testing import FakeHost, FaultyStore
from tests.flow.scene import NOTE, RULE, VOLUMES, Options, Scene, disk_monitor

CRITICAL = "[CRITICAL] web1: disk"
DAILY = replace(disk_monitor().cadence, period=timedelta(days=1))


def daily(**other):
    return disk_monitor(**{"cadence": DAILY} | other)


class SlowHost(FakeHost):
    """Its volumes are full, and it answers when the test lets it."""

    def __init__(self):
        super().__init__([Volume("/a", size=100, free=5)])
        self.asked, self.answers = asyncio.Event(), asyncio.Event()

    async def volumes(self):
        self.asked.set()
        await self.answers.wait()
        return await super().volumes()


class NoSpool(MemoryStore):
    """Cannot tell at first which mails wait."""

    def __init__(self):
        super().__init__()
        self.failures = 1

    async def queue(self):
        if self.failures:
            self.failures -= 1
            raise StoreError("disk I/O error")
        return await super().queue()


async def test_a_turn_that_falls_due_as_a_decision_is_weighed_is_not_left_out():
    """As a silence ends at the very time of a daily check."""
    scene = Scene()
    scene.used = {"/a": 95}
    await scene.plan(daily())
    async with scene.life() as engine:
        await scene.seconds(engine, 20)
        block, before = engine.watcher.block, scene.measured
        wall, steady = scene.time.now, scene.time.steady_seconds
        block.add(steady + 0.7, "m", CheckTrigger.CADENCE, wall + timedelta(seconds=0.7))
        block.wake("m", steady + 0.6, wall + timedelta(seconds=0.6))
        await scene.seconds(engine, 5)
    assert scene.measured == before + 1


async def test_while_nothing_can_be_written_down_turns_do_not_multiply(caplog):
    caplog.set_level(logging.CRITICAL)
    scene = Scene(store=FaultyStore(MemoryStore()))
    scene.used = {"/a": 10}
    await scene.plan(disk_monitor())
    async with scene.life() as engine:
        await scene.seconds(engine, 60)
        scene.used, scene.store.is_failing = {"/a": 95}, True
        await scene.seconds(engine, 1200)
        assert len(engine.watcher.block.queue) <= 2
        scene.store.is_failing = False
        await scene.seconds(engine, 10)
    assert scene.subjects == [f"[sent directly] {CRITICAL}", CRITICAL]


async def test_a_reminder_that_is_put_off_again_and_again_is_planned_once():
    rule = replace(RULE, trigger=RuleTrigger.EACH, repeat=timedelta(minutes=5))
    scene = Scene()
    scene.used = {"/a": 95}
    await scene.plan(disk_monitor(rules=(rule,)))
    async with scene.life() as engine:
        await scene.seconds(engine, 3600)
        assert len(engine.watcher.block.queue) < 10


async def test_a_reminder_comes_in_time_though_its_monitor_was_edited():
    scene = Scene()
    scene.used = {"/a": 95}
    await scene.plan(daily())
    async with scene.life() as engine:
        await scene.seconds(engine, 60)
        await scene.plan(daily(title="Disks"))
        await scene.seconds(engine, 1800)
    assert scene.subjects == [CRITICAL] * 2
    assert scene.measured == 1


async def test_what_could_not_be_written_down_is_not_forgotten_when_its_monitor_is_edited(
    caplog,
):
    caplog.set_level(logging.CRITICAL)
    scene = Scene(store=FaultyStore(MemoryStore()))
    scene.used = {"/a": 10}
    hourly = replace(DAILY, period=timedelta(hours=1))
    await scene.plan(disk_monitor(cadence=hourly))
    async with scene.life() as engine:
        await scene.seconds(engine, 30)
        scene.used, scene.store.is_failing = {"/a": 95}, True
        while scene.measured < 2:
            await scene.second(engine)
        scene.store.is_failing = False
        await scene.plan(disk_monitor(cadence=hourly, title="Disks"))
        await scene.seconds(engine, 10)
    assert scene.subjects == [CRITICAL]


async def test_a_rule_that_is_added_hears_at_once_of_what_is_bad():
    scene = Scene()
    scene.used = {"/a": 95}
    await scene.plan(daily(rules=()))
    async with scene.life() as engine:
        await scene.seconds(engine, 30)
        await scene.plan(daily())
        await scene.seconds(engine, 10)
    assert scene.subjects == [CRITICAL]
    assert scene.measured == 1


@pytest.mark.parametrize("days", [-1, 1], ids=["back", "on"])
async def test_a_reminder_comes_in_its_time_though_the_clock_was_set_by_a_day(days):
    scene = Scene()
    scene.used = {"/a": 95}
    await scene.plan(daily())
    async with scene.life() as engine:
        await scene.seconds(engine, 60)
        scene.time.jump(days=days)
        await scene.seconds(engine, 1600)
        assert scene.subjects == [CRITICAL]
        await scene.seconds(engine, 160)
    assert scene.subjects == [CRITICAL] * 2


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"limits": {"used": Limits(critical=99)}}, id="limits"),
        pytest.param({"rules": ()}, id="rules"),
        pytest.param({"options": Options(target="there")}, id="target"),
    ],
)
async def test_what_is_being_measured_while_a_version_comes_is_judged_by_that(other):
    scene, host = Scene(), SlowHost()
    scene.host = lambda _monitor: host
    await scene.plan(disk_monitor())
    async with scene.life() as engine:
        await engine.hold()
        scene.time.pass_by(seconds=10)
        await engine.tick()
        await host.asked.wait()
        await scene.plan(disk_monitor(**other))
        await engine.hold()
        host.answers.set()
        await asyncio.gather(*engine.watcher.running_checks)
        assert await scene.store.queue() == []


async def test_a_node_whose_store_failed_at_the_start_is_ready_once_it_works():
    scene = Scene(store=NoSpool())
    async with scene.life() as engine:
        with pytest.raises(StoreError):
            await engine.hold()
        assert not engine.ready.is_set()
        await engine.hold()
        assert engine.ready.is_set()


@pytest.mark.parametrize(
    "outcome",
    [
        pytest.param(Outcome((Reading("used", 1, item="\ud83d"),)), id="half a character"),
        pytest.param(Outcome((), {"seen": object()}), id="no JSON"),
        pytest.param(Outcome((), {"seen": "x" * 300_000}), id="too much"),
        pytest.param(
            Outcome((Reading("used", 1, lines=("\udce3",)),)), id="half a character in a line"
        ),
        pytest.param(Unmeasurable(plain("no \udce3")), id="a fault of half a character"),
        pytest.param(Unmeasurable(plain("no"), {"seen": "\udce3"}), id="a fault's memory"),
        pytest.param(
            Unmeasurable(plain("no"), {"seen": "x" * 300_000}), id="too much with a fault"
        ),
    ],
)
async def test_what_no_store_could_keep_is_a_fault_of_its_check_and_of_no_other(
    outcome, caplog, tmp_path
):
    caplog.set_level(logging.CRITICAL)

    async def run(_options, _host, _memory):
        if isinstance(outcome, Unmeasurable):
            raise outcome
        return outcome

    scene = Scene(store=SqliteStore.open(tmp_path / "noroshi.db", reserve=0))
    scene.checks = (VOLUMES, replace(VOLUMES, kind="odd", run=run))
    scene.used = {"/a": 10}
    odd = disk_monitor(id="n", name="odd", kind="odd", limits={"used": Limits(critical=1)})
    await scene.plan(disk_monitor(), odd)
    async with scene.life() as engine:
        await scene.seconds(engine, 30)
    assert scene.subjects == ["[UNKNOWN] web1: odd"]
    assert (await scene.store.samples("m"))[0].fault is None
    await scene.store.close()


async def test_a_mail_that_cannot_be_finished_goes_as_it_was_drafted(caplog):
    caplog.set_level(logging.CRITICAL)

    async def finish(_payload):
        raise ValueError("a line without an end")

    scene = Scene()
    scene.actions = (replace(NOTE, finish=finish),)
    await scene.run(a=95)
    assert scene.subjects == [CRITICAL]
    assert (
        scene.smtp.sent_envelopes[0].payload["plain"] == "ValueError('a line without an end')"
    )
