"""Take, give back and make up for monitors, as a node that shares them; and start checks when it may."""

from dataclasses import replace
from datetime import timedelta

from noroshi.core.cadence import FixedInterval, next_due
from noroshi.core.database_absence import SAFE_LEASE
from noroshi.core.model import Instance
from noroshi.engine import EngineSettings
from noroshi.engine.monitoring.schedule import MonitorBlock
from noroshi.engine.monitoring.sharing import STOOD_STILL, Sharing
from noroshi.ports import SHARED_LEASE, Renewal
from noroshi.stores.memory.store import MemoryStore
from tests.contracts.sample_records import DAWN
from tests.flow.scene import VOLUMES, Scene, disk_monitor

LEASE = SHARED_LEASE.total_seconds()


def renewed(at):
    sharing = Sharing("one")
    sharing.record_renewal(Renewal({}, 1, nodes=("one", "two"), sender="one"), at)
    return sharing


def test_a_node_starts_nothing_once_another_one_may_have_its_monitors():
    sharing = renewed(100.0)
    assert sharing.may_start(100.0 + SAFE_LEASE - 0.1) and SAFE_LEASE < LEASE
    assert not sharing.may_start(100.0 + SAFE_LEASE)


def test_a_node_whose_database_is_away_watches_on_unless_it_stood_still_meanwhile():
    sharing = renewed(100.0)
    sharing.record_failure()
    assert sharing.may_start(1000.0)
    sharing.record_tick(1000.0, STOOD_STILL + 1)
    assert not sharing.may_start(1000.0), "others may have gone on: it asks first"
    sharing.record_failure()
    assert sharing.may_start(1000.0)


def test_as_the_database_is_back_a_node_takes_nothing_until_the_others_have_renewed():
    sharing = renewed(100.0)
    assert sharing.may_take(102.0)
    sharing.record_failure()
    sharing.record_renewal(Renewal({}, 1, nodes=("one",), sender="one"), 200.0)
    assert not sharing.may_take(200.0) and not sharing.may_take(200.0 + LEASE)
    assert sharing.may_take(200.1 + LEASE)


def test_a_node_that_stood_still_until_others_had_its_monitors_takes_its_share_at_once():
    sharing = renewed(100.0)
    sharing.record_loss()
    assert not sharing.may_start(200.0)
    sharing.record_renewal(Renewal({}, 1, nodes=("one", "two"), sender="two"), 200.0)
    assert sharing.may_take(200.0) and sharing.may_start(200.0)


class SharedMemory(MemoryStore):
    """Shared with nodes of these names, of which the first sends; what it lends was alone for so long."""

    nodes_alive, alone = ("node",), timedelta(0)

    async def renew(self, fence, now):
        renewal = await super().renew(fence, now)
        if renewal is None:
            return None
        return replace(renewal, nodes=self.nodes_alive, sender=self.nodes_alive[0])

    async def lease_monitors(self, node, now, fence=0, left_out=()):
        block = await super().lease_monitors(node, now, fence, left_out)
        return replace(block, unwatched=dict.fromkeys(block.states, self.alone))


def shared():
    scene = Scene(store=SharedMemory())
    scene.settings = EngineSettings(is_shared=True)
    scene.used = {"/a": 95}
    return scene


def elsewhere(**other):
    return disk_monitor(goes_to="192.0.2.1", **other)


async def test_what_was_stopped_while_no_node_held_it_is_closed_by_the_one_that_takes_it():
    scene = shared()
    await scene.plan(elsewhere())
    async with scene.life() as engine:
        await scene.seconds(engine, 70)
    await scene.plan(elsewhere(disabled=True))
    async with scene.life() as engine:
        await scene.seconds(engine, 10)
    assert [text for _, text in scene.mails] == [
        "/a: OK>CRITICAL NEW_LEVEL",
        "/a: CRITICAL>OK ENDED",
    ]


async def test_what_fell_due_while_no_node_held_it_is_made_up_for_and_nothing_else():
    scene = shared()
    hourly = FixedInterval(timedelta(hours=1))
    many = [
        elsewhere(id=f"m{n}", instance=Instance(name=f"web{n}"), cadence=hourly)
        for n in range(40)
    ]
    await scene.plan(*many)
    async with scene.life() as engine:
        await scene.seconds(engine, 20)  # each for the first time
    assert scene.measured == len(many)
    for alone, fewest, most in ((0, 0, 1), (30, 12, 28), (60, 40, 41)):
        scene.store.alone, before = timedelta(minutes=alone), scene.measured
        async with scene.life() as engine:
            await scene.seconds(engine, 10)
        assert fewest <= scene.measured - before <= most


def test_what_fell_due_is_made_up_for_however_long_it_took_to_take_the_monitors():
    monitor = elsewhere()
    due = next_due(monitor.id, monitor.cadence, DAWN)
    alone, took = timedelta(seconds=10), timedelta(seconds=5)
    lent_at = due + alone - timedelta(seconds=1)
    block = MonitorBlock(1, {monitor.id: monitor})
    block.catch_up_each({monitor.id: alone}, lent_at, 0.0, lent_at + took)
    assert block.retries == {monitor.id}
    block = MonitorBlock(1, {monitor.id: monitor})
    block.catch_up_each({monitor.id: alone - took}, lent_at, 0.0, lent_at + took)
    assert not block.retries, "who had it before has measured it"


async def test_a_node_gives_to_another_what_is_its_share_and_takes_it_back_once_that_is_gone():
    scene = shared()
    ids = [f"m{n}" for n in range(40)]
    await scene.plan(*(elsewhere(id=id, instance=Instance(name=f"web{id}")) for id in ids))
    async with scene.life() as engine:
        await scene.seconds(engine, 10)
        assert engine.watcher.block.states.keys() == set(ids)
        scene.store.nodes_alive = ("node", "other")
        await scene.seconds(engine, 10)
        kept = set(engine.watcher.block.states)
        assert 5 < len(kept) < 35
        other = await scene.store.begin("other", scene.time.now)
        theirs = await scene.store.lease_monitors(other, scene.time.now)
        assert theirs.states.keys() == set(ids) - kept
        before = scene.measured
        await scene.seconds(engine, 60)
        assert scene.measured - before == len(kept)
        await scene.store.end(other, scene.time.now)
        scene.store.nodes_alive = ("node",)
        await scene.seconds(engine, 10)
        assert engine.watcher.block.states.keys() == set(ids)


async def test_a_monitor_that_is_of_another_kind_than_as_it_was_handed_over_begins_anew():
    scene = shared()
    scene.checks = [VOLUMES, replace(VOLUMES, kind="load")]
    await scene.plan(elsewhere())
    async with scene.life() as engine:
        await scene.seconds(engine, 70)
        block, scene.store.nodes_alive = engine.watcher.block, ("other",)
        await scene.seconds(engine, 10)
        assert not block.states, "it is handed to the other node"
        scene.store.nodes_alive = ("node",)
        await scene.plan(elsewhere(kind="load"))
        scene.used = {"/b": 10}
        await scene.seconds(engine, 70)
        assert set(block.states["m"].items) == {"/b"}
        await scene.seconds(engine, 600)
    assert [text for _, text in scene.mails] == [
        "/a: OK>CRITICAL NEW_LEVEL",
        "/a: CRITICAL>OK ENDED",
    ], "and nobody misses what the former kind found"


async def test_a_monitor_that_became_of_another_kind_while_no_node_ran_begins_anew():
    scene = Scene()
    scene.used = {"/a": 95}
    scene.checks = [VOLUMES, replace(VOLUMES, kind="load")]
    await scene.plan(disk_monitor())
    async with scene.life() as engine:
        await scene.seconds(engine, 70)
    await scene.plan(disk_monitor(kind="load"))
    scene.used = {"/b": 10}
    async with scene.life() as engine:
        await scene.seconds(engine, 70)
        assert set(engine.watcher.block.states["m"].items) == {"/b"}
