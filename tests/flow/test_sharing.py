"""Take, give back and make up for monitors, as a node that shares them; and start checks when it may."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from noroshi.core.cadence import FixedInterval, next_due
from noroshi.core.database_absence import SAFE_LEASE
from noroshi.core.levels import Level
from noroshi.core.model import Instance, ItemState, State
from noroshi.core.translation import plain
from noroshi.engine import EngineSettings
from noroshi.engine.engine import TICK
from noroshi.engine.monitoring.schedule import CheckTrigger, MonitorBlock
from noroshi.engine.monitoring.sharing import (
    BEYOND_END,
    RENEW,
    STOOD_STILL,
    Sharing,
    seconds_to_next_renewal,
)
from noroshi.ports import NO_LOAN, SHARED_LEASE, Block, Loan, Renewal, StoreError
from noroshi.schema import Invalid, Problem
from noroshi.stores.memory.store import MemoryStore
from tests.contracts.sample_records import DAWN
from tests.flow.scene import VOLUMES, Scene, disk_monitor

LEASE = SHARED_LEASE.total_seconds()


def renewed(at):
    sharing = Sharing("one")
    sharing.record_renewal(Renewal({}, 1, nodes=("one", "two"), sender="one"), at)
    return sharing


def test_a_node_renews_its_lease_early_if_the_lease_of_another_one_may_be_over_then():
    def seconds(next_end):
        return seconds_to_next_renewal(Renewal({}, 1, next_end=next_end))

    assert seconds(None) == RENEW
    assert seconds(timedelta(seconds=7)) == RENEW
    assert seconds(timedelta(seconds=0.5)) == 0.5 + BEYOND_END


def test_a_node_starts_nothing_once_another_one_may_have_its_monitors():
    sharing = renewed(100.0)
    assert sharing.may_start(100.0 + SAFE_LEASE - 0.1) and SAFE_LEASE < LEASE
    assert not sharing.may_start(100.0 + SAFE_LEASE)


def test_a_node_whose_database_is_away_watches_on_unless_it_stood_still_meanwhile():
    sharing = renewed(100.0)
    sharing.record_failure(102.0)
    assert sharing.may_start(1000.0)
    sharing.record_tick(1000.0, STOOD_STILL + 1)
    assert not sharing.may_start(1000.0), "others may have gone on: it asks first"
    sharing.record_failure(999.0)
    assert not sharing.may_start(1000.0), "the question timed out as it stood still"
    sharing.record_failure(1000.0)
    assert sharing.may_start(1000.0)


def test_as_the_database_is_back_a_node_takes_nothing_until_the_others_have_renewed():
    sharing = renewed(100.0)
    assert sharing.may_take_over(102.0)
    sharing.record_failure(102.0)
    sharing.record_renewal(Renewal({}, 1, nodes=("one",), sender="one"), 200.0)
    assert not sharing.may_take_over(200.0) and not sharing.may_take_over(200.0 + LEASE)
    assert sharing.may_take_over(200.1 + LEASE)


def test_a_node_that_stood_still_until_others_had_its_monitors_takes_its_share_at_once():
    sharing = renewed(100.0)
    sharing.record_loss()
    assert not sharing.may_start(200.0)
    sharing.record_renewal(Renewal({}, 1, nodes=("one", "two"), sender="two"), 200.0)
    assert sharing.may_take_over(200.0) and sharing.may_start(200.0)


class SharedMemory(MemoryStore):
    """Shared with nodes of these names, of which the first sends; what it lends was alone for so long."""

    nodes_alive, alone, unusable = ("node",), timedelta(0), frozenset()

    async def renew(self, fence, now):
        renewal = await super().renew(fence, now)
        if renewal is None:
            return None
        return replace(
            renewal, nodes=self.nodes_alive, sender=self.nodes_alive[0], unusable=self.unusable
        )

    async def lease_monitors(self, node, now, loan=NO_LOAN, left_out=()):
        block = await super().lease_monitors(node, now, loan, left_out)
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
    assert lent(monitor, alone, lent_at, lent_at + took).retries == {monitor.id}
    known = lent(monitor, alone - took, lent_at, lent_at + took)
    assert not known.retries, "who had it before has measured it"


def lent(monitor, alone, lent_at, now):
    """A block with a monitor that nobody had watched for so long as it was lent."""
    block = MonitorBlock(1)
    leased = Block({monitor.id: State()}, {}, 1, {monitor.id: alone})
    block.add_leased(leased, {}, lent_at)
    block.monitors[monitor.id] = monitor
    block.catch_up_unwatched(0.0, now)
    return block


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


class Disturbed(SharedMemory):
    """Cannot take back what a node gives, as long as there is an error; it keeps what was given."""

    error = None

    def __init__(self):
        super().__init__()
        self.given = {}

    async def give_back(self, fence, watched_until):
        if self.error is not None:
            raise self.error
        self.given |= watched_until
        await super().give_back(fence, watched_until)


@pytest.mark.parametrize("error", [StoreError(plain("away")), ValueError("a bug")])
async def test_a_node_watches_what_another_one_should_have_as_long_as_it_cannot_give_it_back(
    error,
):
    scene = shared()
    scene.store = Disturbed()
    await scene.plan(elsewhere())
    async with scene.life() as engine:
        await scene.seconds(engine, 70)
        scene.store.nodes_alive, scene.store.error = ("other",), error
        before = scene.measured
        await scene.seconds(engine, 180)
        assert scene.measured - before >= 3
        scene.store.error = None
        await scene.seconds(engine, 10)
        assert not engine.watcher.block.states


def test_a_turn_that_was_left_out_before_a_monitor_was_given_back_is_the_other_nodes():
    monitor = elsewhere()
    due = next_due(monitor.id, monitor.cadence, DAWN)
    block = lent(monitor, timedelta(0), DAWN, DAWN)
    block.states[monitor.id] = State(items={"/a": ItemState(level=Level.OK)})
    block.schedule(monitor.id, 0.0, DAWN)
    block.leave(frozenset({monitor.id}), 0.0, DAWN)
    seconds = (due - DAWN).total_seconds()
    check = block.pop_due(seconds, due)
    assert not block.needs_check(check)
    block.skip(check, seconds)
    later = due + timedelta(seconds=7)
    (until,) = block.watched_until([monitor.id], later).values()
    assert until < due and next_due(monitor.id, monitor.cadence, until) == due
    block.leave(frozenset(), seconds + 7, later)
    assert block.retries == {monitor.id}, "or it stays after all, and is made up for"


def well(monitor):
    """A block with a monitor that is well and has its place in the schedule."""
    block = lent(monitor, timedelta(0), DAWN, DAWN)
    block.states[monitor.id] = State(items={"/a": ItemState(level=Level.OK)})
    block.schedule(monitor.id, 0.0, DAWN)
    return block


def test_a_turn_that_was_due_and_had_not_begun_as_a_monitor_was_given_back_is_the_other_nodes():
    monitor = elsewhere()
    due, block = next_due(monitor.id, monitor.cadence, DAWN), well(monitor)
    (until,) = block.watched_until([monitor.id], due).values()
    assert next_due(monitor.id, monitor.cadence, until) == due
    earlier = due - timedelta(milliseconds=1)
    assert block.watched_until([monitor.id], earlier) == {monitor.id: earlier}


def test_a_word_that_fell_due_while_a_monitor_was_to_leave_is_weighed_once_it_stays():
    monitor = elsewhere()
    block = well(monitor)
    block.states[monitor.id] = State(items={"/a": ItemState(level=Level.CRITICAL)})
    block.queue = []
    block.wake(monitor.id, 5.0, DAWN + timedelta(seconds=5))
    block.leave(frozenset({monitor.id}), 1.0, DAWN + timedelta(seconds=1))
    later = DAWN + timedelta(seconds=7)
    check = block.pop_due(7.0, later)
    assert not block.needs_check(check)
    block.skip(check, 7.0)
    block.leave(frozenset(), 8.0, later)
    check = block.pop_due(8.0, later)
    assert check.trigger is CheckTrigger.REEVALUATE and block.needs_check(check)


async def test_a_check_that_is_cut_off_as_a_node_stops_is_the_other_nodes():
    scene, begun = shared(), asyncio.Event()

    async def hang(_options, _host, _memory):
        begun.set()
        await asyncio.Event().wait()

    scene.store, scene.checks = Disturbed(), [replace(VOLUMES, run=hang)]
    monitor = elsewhere(cadence=FixedInterval(timedelta(hours=1)))
    await scene.plan(monitor)
    async with scene.life() as engine:
        for seconds in (0, 1, 10):
            scene.time.pass_by(seconds=seconds)
            await engine.hold()
        await engine.tick()
        await begun.wait()
        running = asyncio.create_task(engine.run())
        await asyncio.sleep(0)
        running.cancel()
        await asyncio.wait((running,))
    assert next_due("m", monitor.cadence, scene.store.given["m"]) <= scene.time.now


async def test_a_check_that_is_cut_off_as_a_node_with_a_file_stops_is_its_next_lifes():
    scene, hanging, begun = Scene(), False, asyncio.Event()

    async def look(*arguments):
        if hanging:
            begun.set()
            await asyncio.Event().wait()
        return await VOLUMES.run(*arguments)

    hourly = FixedInterval(timedelta(hours=1))
    scene.checks, scene.used = [replace(VOLUMES, run=look)], {"/a": 10}
    await scene.plan(
        disk_monitor(cadence=hourly), disk_monitor(id="n", name="other", cadence=hourly)
    )
    async with scene.life() as engine:
        await scene.seconds(engine, 20)  # each for the first time
        due = next_due("m", hourly, scene.time.now)
        while scene.time.now < due - timedelta(seconds=1):
            await scene.second(engine)
        hanging = True
        while not begun.is_set():
            scene.time.pass_by(seconds=1)
            await engine.tick()
            await asyncio.sleep(0)
        running = asyncio.create_task(engine.run())
        await asyncio.sleep(0)
        running.cancel()
        await asyncio.wait((running,))
    before, hanging = scene.measured, False
    async with scene.life() as engine:
        await scene.seconds(engine, 10)
    assert scene.measured == before + 1, "and no other"


class Absent(SharedMemory):
    """Cannot be reached at times."""

    is_away = False

    async def renew(self, fence, now):
        if self.is_away:
            raise StoreError(plain("away"))
        return await super().renew(fence, now)


async def test_as_the_database_is_back_a_node_takes_what_was_given_back_and_waits_for_the_rest():
    scene = shared()
    scene.store = Absent()
    names = {"m": "web1", "n": "web2"}
    await scene.plan(*(elsewhere(id=id, instance=Instance(name=n)) for id, n in names.items()))
    other = await scene.store.begin("other", scene.time.now)
    theirs = await scene.store.lease_monitors(other, scene.time.now)
    async with scene.life() as engine:
        await scene.seconds(engine, 10)
        block = engine.watcher.block
        assert not block.states
        scene.store.is_away = True
        await scene.seconds(engine, 60)
        scene.store.is_away = False
        await scene.store.give_back(theirs.fence, {"m": scene.time.now})
        await scene.seconds(engine, 6)
        assert block.states.keys() == {"m"}
        await scene.seconds(engine, 12)
        assert block.states.keys() == {"m", "n"}


class LargeVersions(Scene):
    """To make a version ready takes so many seconds."""

    lag = 0

    async def compile(self, version):
        self.time.pass_by(seconds=self.lag)
        return await super().compile(version)


async def test_a_node_whose_lease_was_over_as_it_was_lent_more_writes_under_the_new_one():
    scene = LargeVersions()
    await scene.plan(disk_monitor())
    async with scene.life() as engine:
        await scene.seconds(engine, 70)
        await scene.plan(disk_monitor())
        scene.lag = 20
        pause = await engine.hold()
        assert pause <= TICK, "what it holds is asked for at once"
        scene.lag = 0
        await engine.hold()
        fence = engine.watcher.block.fence
        assert await scene.store.renew(fence, scene.time.now)


async def test_a_monitor_that_was_lent_as_the_store_failed_gets_its_place_in_the_schedule():
    """What follows the loan asks the store, too: what was lent must not be forgotten then."""
    scene = shared()
    scene.store.nodes_alive = ("other",)
    await scene.plan(elsewhere())
    async with scene.life() as engine:
        await scene.seconds(engine, 10)
        block, now = engine.watcher.block, scene.time.now
        leased = await scene.store.lease_monitors(
            engine.node, now, Loan(block.fence, block.held_ids)
        )
        block.add_leased(leased, {}, now)
        scene.store.nodes_alive = ("node",)
        before = scene.measured
        await scene.seconds(engine, 70)
        assert scene.measured > before


async def expect_a_new_beginning(scene, changed):
    """Hand the monitor to another node, and take it back as another one."""
    await scene.plan(elsewhere())
    async with scene.life() as engine:
        await scene.seconds(engine, 70)
        block, scene.store.nodes_alive = engine.watcher.block, ("other",)
        await scene.seconds(engine, 10)
        assert not block.states, "it is handed to the other node"
        scene.store.nodes_alive = ("node",)
        await scene.plan(changed)
        scene.used = {"/b": 10}
        await scene.seconds(engine, 70)
        assert set(block.states["m"].items) == {"/b"}
        await scene.seconds(engine, 600)
    assert [text for _, text in scene.mails] == [
        "/a: OK>CRITICAL NEW_LEVEL",
        "/a: CRITICAL>OK ENDED",
    ], "and nobody misses what the former one found"


async def test_a_monitor_that_is_of_another_kind_than_as_it_was_handed_over_begins_anew():
    scene = shared()
    scene.checks = [VOLUMES, replace(VOLUMES, kind="load")]
    await expect_a_new_beginning(scene, elsewhere(kind="load"))


async def test_a_monitor_of_another_target_than_as_it_was_handed_over_begins_anew():
    await expect_a_new_beginning(shared(), replace(elsewhere(), goes_to="192.0.2.2"))


async def test_a_monitor_of_the_same_target_keeps_its_state_as_it_is_handed_over():
    scene = shared()
    await scene.plan(elsewhere())
    async with scene.life() as engine:
        await scene.seconds(engine, 70)
        scene.store.nodes_alive = ("other",)
        await scene.seconds(engine, 10)
        scene.store.nodes_alive = ("node",)
        await scene.plan(elsewhere(title="another title"))
        await scene.seconds(engine, 600)
    assert [text for _, text in scene.mails] == ["/a: OK>CRITICAL NEW_LEVEL"]


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


class Unknown(Scene):
    """This node cannot use the version of that number."""

    unusable_version = 0

    async def compile(self, version):
        if version.number == self.unusable_version:
            raise Invalid((Problem("instances/web.toml", plain("no such kind")),))
        return await super().compile(version)


class Told(SharedMemory):
    """Keeps what a node tells of the version that it cannot use."""

    def __init__(self):
        super().__init__()
        self.told = []

    async def record_unusable(self, node, version, reason):
        self.told.append((version, reason.en))


async def test_a_node_that_cannot_use_a_version_tells_the_others_once_and_again_when_it_can():
    scene = Unknown(store=Told())
    scene.settings = EngineSettings(is_shared=True)
    await scene.plan(elsewhere())
    scene.unusable_version = 2
    async with scene.life() as engine:
        await scene.seconds(engine, 10)
        assert not scene.store.told
        await scene.plan(elsewhere(), elsewhere(id="n"))
        await scene.seconds(engine, 30)
        assert scene.store.told == [(2, "instances/web.toml: no such kind")]
        assert engine.watcher.block.states.keys() == {"m"}, "it goes on with what it has"
        scene.unusable_version = 0
        await scene.seconds(engine, 30)
        assert scene.store.told[1:] == [(0, "")]
        assert engine.watcher.block.states.keys() == {"m", "n"}


async def test_a_node_takes_what_another_lacks_and_leaves_it_what_it_has_until_it_lacks_nothing():
    scene = shared()
    known, new = ([f"{kind}{n}" for n in range(20)] for kind in ("known", "new"))
    monitors = [elsewhere(id=id, instance=Instance(name=f"web{id}")) for id in known + new]
    scene.store.nodes_alive = ("node", "other")
    await scene.plan(*monitors[:20])
    async with scene.life() as engine:
        await scene.seconds(engine, 10)
        block = engine.watcher.block
        own, other = set(block.states), await scene.store.begin("other", scene.time.now)
        theirs = await scene.store.lease_monitors(other, scene.time.now)
        assert own and theirs.states and own | theirs.states.keys() == set(known)
        await scene.plan(*monitors)
        scene.store.unusable = frozenset({"other"})
        for _ in range(3):
            await scene.seconds(engine, 5)
            await scene.store.renew(theirs.fence, scene.time.now)
        assert block.states.keys() == own | set(new)
        scene.store.unusable = frozenset()
        await scene.seconds(engine, 10)
        loan = Loan(theirs.fence, theirs.states.keys())
        await scene.store.renew(theirs.fence, scene.time.now)
        more = await scene.store.lease_monitors(other, scene.time.now, loan)
        assert more.states and more.states.keys() < set(new)


async def test_a_node_that_cannot_use_the_definitions_keeps_what_it_has():
    scene = shared()
    scene.store.nodes_alive = ("node", "other")
    ids = [f"m{n}" for n in range(20)]
    await scene.plan(*(elsewhere(id=id, instance=Instance(name=f"web{id}")) for id in ids))
    async with scene.life() as engine:
        await scene.seconds(engine, 10)
        own = set(engine.watcher.block.states)
        scene.store.unusable = frozenset({"node"})
        await scene.seconds(engine, 30)
        assert own and engine.watcher.block.states.keys() == own


async def test_a_node_that_cannot_use_the_version_at_its_start_tells_the_others():
    scene = Unknown(store=Told())
    scene.settings = EngineSettings(is_shared=True)
    await scene.plan(elsewhere())
    scene.unusable_version = 1
    async with scene.life() as engine:
        await scene.seconds(engine, 10)
        assert engine.watcher.block is None
        assert [number for number, _ in scene.store.told] == [1]
