"""Monitors that agents measure are left alone by the hub's engine, and taken back as they are."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace

from noroshi.core.judgement import event_of
from noroshi.core.levels import Level
from noroshi.core.model import Cause, Change, Instance, ItemState, Reading, State
from noroshi.core.report import Position, Report, ReportRow
from noroshi.engine import Engine, ProcessCalls
from noroshi.plugins import Plugins
from tests.flow.scene import Scene, disk_monitor

NODE = disk_monitor()
AGENT = disk_monitor(instance=Instance(name="web1", source="fs01"))


class Hub(Scene):
    """A scene in which some sources are agents."""

    def __init__(self):
        super().__init__()
        self.agents = {"fs01"}
        self.names_by_id = {"1": "fs01"}

    async def names(self):
        return frozenset(self.agents)

    def agent_of(self, monitor):
        source = monitor.instance.source
        return source if source in self.agents else ""

    @asynccontextmanager
    async def life(self):
        plugins = Plugins(self.checks, self.actions, (), agent_of=self.agent_of)
        process = ProcessCalls(
            compile_plan=self.compile,
            open_transport=self.transport,
            host_of=self.host,
            jitter=lambda: 0.0,
            agents=self.names,
            agent_name=lambda id: self.names_by_id.get(id, ""),
        )
        engine = Engine(self.store, plugins, self.time.clocks, process)
        try:
            yield engine
        finally:
            for turn in engine.watcher.running_checks:
                turn.cancel()

    async def report(self, serial, level, percent):
        """The agent finds a level."""
        now = self.time.now
        cause = Cause(reading=Reading("used", percent, "%", "/a"))
        item = ItemState(level=level, level_since=now, cause=cause)
        event = event_of(AGENT, f"m.{serial}", "/a", ItemState(), item, now)
        state = State(items={"/a": item}, serial=serial)
        start = (await self.store.received_positions()).get("1", Position())
        row = ReportRow(epoch=0, seq=start.seq + 1, kind="change", written_at=now, body="{}")
        report = Report(start=start, rows=(row,), last=Position(seq=row.seq))
        change = Change(monitor="m", state=state, events=(event,))
        await self.store.receive("1", report, {row.seq: change})

    async def level(self):
        return (await self.store.states())["m"].level


async def test_a_monitor_of_an_agent_is_neither_measured_nor_judged():
    hub = Hub()
    hub.used = {"/a": 95}
    await hub.plan(AGENT)
    async with hub.life() as engine:
        await hub.seconds(engine, 300)
        assert hub.measured == 0
        await hub.report(1, Level.CRITICAL, 95.0)
        await hub.seconds(engine, 3600)
    assert (hub.measured, hub.mails, await hub.level()) == (0, [], Level.CRITICAL)


async def test_a_monitor_that_moves_to_an_agent_is_closed_and_keeps_nothing_of_the_hub():
    hub = Hub()
    hub.used = {"/a": 95}
    await hub.plan(NODE)
    async with hub.life() as engine:
        await hub.seconds(engine, 120)
        assert hub.subjects == ["[CRITICAL] web1: disk"]
        await hub.plan(AGENT)
        measured = hub.measured
        await hub.seconds(engine, 3600)
        assert hub.measured == measured
    state = (await hub.store.states())["m"]
    assert (state.items, state.serial) == ({}, 2)
    assert len(hub.subjects) == 2 and "CRITICAL" not in hub.subjects[1]


async def test_a_monitor_of_the_network_that_moves_to_an_agent_is_left_as_it_is():
    hub = Hub()
    hub.used = {"/a": 95}
    await hub.plan(replace(NODE, goes_to="192.0.2.7"))
    async with hub.life() as engine:
        await hub.seconds(engine, 120)
        assert hub.subjects == ["[CRITICAL] web1: disk"]
        await hub.plan(replace(AGENT, goes_to="192.0.2.7"))
        await hub.seconds(engine, 3600)
    assert hub.subjects == ["[CRITICAL] web1: disk"]
    assert await hub.level() is Level.CRITICAL


async def test_a_monitor_that_moves_back_begins_afresh_after_what_the_agent_reported_last():
    hub = Hub()
    hub.used = {"/a": 95}
    await hub.plan(NODE)
    async with hub.life() as engine:
        await hub.seconds(engine, 120)
        await hub.plan(AGENT)
        await hub.seconds(engine, 10)
        await hub.report(7, Level.WARNING, 85.0)
        await hub.plan(NODE)
        await hub.seconds(engine, 120)
    events = await hub.store.events()
    assert [int(event.id.split(".")[1]) for event in events][:3] == [9, 8, 7]
    assert [event.after for event in events][:3] == [Level.CRITICAL, Level.OK, Level.WARNING]
    assert hub.subjects[-1] == "[CRITICAL] web1: disk"


async def test_an_agent_that_comes_or_goes_changes_who_measures_without_a_new_version():
    hub = Hub()
    hub.used, hub.agents = {"/a": 10}, set()
    await hub.plan(AGENT)
    async with hub.life() as engine:
        await hub.seconds(engine, 70)
        measured = hub.measured
        assert measured > 0
        hub.agents = {"fs01"}
        await hub.seconds(engine, 300)
        assert hub.measured <= measured + 1
        measured, hub.agents = hub.measured, set()
        await hub.seconds(engine, 300)
        assert measured + 4 <= hub.measured <= measured + 6


async def test_a_monitor_of_an_agent_that_is_removed_is_retired_by_the_hub():
    hub = Hub()
    await hub.plan(AGENT)
    async with hub.life() as engine:
        await hub.seconds(engine, 10)
        await hub.report(1, Level.CRITICAL, 95.0)
        await hub.plan(disk_monitor(id="other", name="other"))
        await hub.seconds(engine, 10)
    assert list(await hub.store.states()) == ["other"]
    newest = next(event for event in await hub.store.events() if event.monitor == "m")
    assert (newest.before, newest.after) == (Level.CRITICAL, Level.OK)


async def test_a_kind_that_changes_as_the_monitor_moves_back_begins_afresh():
    hub = Hub()
    await hub.plan(AGENT)
    hub.used = {"/b": 10}
    async with hub.life() as engine:
        await hub.seconds(engine, 10)
        await hub.report(1, Level.CRITICAL, 95.0)
        await hub.plan(replace(NODE, goes_to="elsewhere"))
        await hub.seconds(engine, 30)
    assert list((await hub.store.states())["m"].items) == ["/b"]


async def test_a_start_leaves_the_monitors_of_agents_alone_too():
    hub = Hub()
    await hub.plan(AGENT)
    await hub.report(1, Level.CRITICAL, 95.0)
    for _life in range(2):
        async with hub.life() as engine:
            await hub.seconds(engine, 120)
    assert (hub.measured, await hub.level()) == (0, Level.CRITICAL)


async def test_a_monitor_that_moves_from_one_agent_to_another_keeps_nothing_of_the_first():
    hub = Hub()
    hub.agents, hub.names_by_id["2"] = {"fs01", "fs02"}, "fs02"
    await hub.plan(AGENT)
    async with hub.life() as engine:
        await hub.seconds(engine, 5)
        await hub.report(1, Level.CRITICAL, 95.0)
        assert await hub.store.reporters() == {"m": "1"}
        await hub.plan(replace(AGENT, instance=Instance(name="web1", source="fs02")))
        engine.wake_up()
        await hub.seconds(engine, 5)
        state = (await hub.store.states())["m"]
        assert (state.items, state.serial > 1) == ({}, True)
        assert await hub.store.reporters() == {}
        assert engine.watcher.block.reported_monitors["m"].instance.source == "fs02"
        assert hub.measured == 0


async def test_a_monitor_whose_agent_has_another_name_or_joined_again_stays_as_it_is():
    hub = Hub()
    await hub.plan(AGENT)
    async with hub.life() as engine:
        await hub.seconds(engine, 5)
        await hub.report(1, Level.CRITICAL, 95.0)
        hub.agents, hub.names_by_id = {"files"}, {"1": "files"}
        await hub.plan(replace(AGENT, instance=Instance(name="web1", source="files")))
        engine.wake_up()
        await hub.seconds(engine, 5)
        assert await hub.level() is Level.CRITICAL
        hub.names_by_id = {"1": "files", "2": "files"}  # the server was set up anew
        await hub.plan(AGENT, replace(AGENT, id="n", name="other"))
        await hub.plan(replace(AGENT, instance=Instance(name="web1", source="files")))
        engine.wake_up()
        await hub.seconds(engine, 5)
        assert await hub.level() is Level.CRITICAL
