"""What hangs keeps nothing else waiting: the slots of checks that hold a process, and lateness."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from noroshi.engine.liveness import Punctuality
from noroshi.engine.monitoring.check_slots import HALF, MOST_CHECKS, SLOTS, CheckSlots, RunPace
from noroshi.testing import FakeHost
from tests.flow.scene import VOLUMES, Scene, disk_monitor


class Runs:
    """Runs of monitors in their slots, in the order in which they begin."""

    def __init__(self) -> None:
        self.slots, self.begun, self.tasks = (
            CheckSlots(slow=0.3),
            list[str](),
            dict[str, asyncio.Task](),
        )
        self.ends = dict[str, asyncio.Event]()

    def begin(self, *ids: str) -> None:
        for id in ids:
            self.ends[id] = asyncio.Event()
            self.tasks[id] = asyncio.create_task(self._run(id))

    async def _run(self, id: str) -> None:
        async with self.slots.slot(id):
            self.begun.append(id)
            await self.ends[id].wait()

    async def end(self, *ids: str) -> None:
        for id in ids:
            self.ends[id].set()
            await self.tasks[id]

    async def cut_off(self) -> None:
        for task in self.tasks.values():
            task.cancel()
        await asyncio.gather(*self.tasks.values(), return_exceptions=True)


@pytest.fixture
async def runs():
    runs = Runs()
    yield runs
    await runs.cut_off()


async def until(claim) -> None:
    while not claim():  # noqa: ASYNC110  only the loop's own time makes a run slow
        await asyncio.sleep(0.01)


HANGING = [f"hangs-{n}" for n in range(MOST_CHECKS + 4)]


async def test_as_many_as_there_are_slots_run_at_a_time(runs):
    runs.begin(*"abcdef")
    await until(lambda: len(runs.begun) == SLOTS)
    await runs.end("b")
    await until(lambda: len(runs.begun) == SLOTS + 1)
    assert runs.begun == list("abcde")


async def test_a_good_one_begins_behind_many_new_ones_that_hang_before_any_of_them_ends(runs):
    runs.begin(*HANGING[:10], "good", *HANGING[10:])
    await until(lambda: "good" in runs.begun)
    assert not any(task.done() for task in runs.tasks.values())


async def test_no_more_hang_at_a_time_than_may(runs):
    runs.begin("good")
    await runs.end("good")
    runs.begin(*HANGING)
    await until(lambda: len(runs.begun) == 1 + MOST_CHECKS)
    await asyncio.sleep(0.05)
    assert len(runs.begun) == 1 + MOST_CHECKS
    await until(lambda: runs.slots.pace(runs.begun[-1]) is RunPace.SLOW)
    runs.begin("good")  # its last run was brisk, so that it need not wait for their end
    await runs.end("good")
    assert not any(runs.tasks[id].done() for id in HANGING)


async def test_those_whose_last_run_hung_have_half_of_the_slots_and_the_good_one_begins_at_once(
    runs,
):
    runs.begin(*HANGING[:5])
    await until(lambda: all(runs.slots.pace(id) is RunPace.SLOW for id in HANGING[:5]))
    await runs.end(*HANGING[:5])
    runs.begun.clear()
    runs.begin(*HANGING[:5], "good", "better")
    await until(lambda: "better" in runs.begun)
    assert runs.begun == [*HANGING[:HALF], "good", "better"]


async def test_one_that_is_well_again_has_all_slots_again(runs):
    runs.begin("ill")
    await until(lambda: runs.slots.pace("ill") is RunPace.SLOW)
    await runs.end("ill")
    runs.begin("ill")
    await runs.end("ill")
    assert runs.slots.pace("ill") is RunPace.BRISK


async def test_who_is_ended_while_it_waits_takes_no_slot(runs):
    runs.begin(*"abcdef")
    await until(lambda: len(runs.begun) == SLOTS)
    runs.tasks["e"].cancel()
    await runs.end("a")
    await until(lambda: "f" in runs.begun)
    await runs.end(*"bcdf")
    runs.begin(*"ghij")
    await until(lambda: runs.begun[-SLOTS:] == list("ghij"))


def test_who_waits_for_a_slot_is_late_while_it_waits_and_after_it():
    punctuality = Punctuality()
    punctuality.record_wait("a", 10.0)
    punctuality.record_wait("b", 12.0)
    assert punctuality.lateness(15.0) == 5.0
    punctuality.record_slot("a", 17.0)
    assert punctuality.lateness(18.0) == 7.0
    punctuality.record_slot("b", 18.0)
    assert punctuality.lateness(20.0) == 7.0
    punctuality.record_wait("c", 20.0)
    punctuality.drop_wait("c")
    assert punctuality.lateness(90.0) == 7.0
    assert punctuality.lateness(500.0) == 0.0


class Hanging(FakeHost):
    """It answers nobody."""

    async def volumes(self):
        await asyncio.Event().wait()


async def test_a_monitor_that_waits_for_a_slot_is_late_to_the_own_watch():
    scene = Scene()
    scene.checks = (replace(VOLUMES, blocks=True),)
    scene.host = lambda monitor: Hanging()
    timeout = timedelta(hours=1)
    async with scene.life() as engine:
        looks = [
            asyncio.create_task(
                engine.watcher.measure(disk_monitor(id=f"m{n}", timeout=timeout), {})
            )
            for n in range(SLOTS + 1)
        ]
        await asyncio.sleep(0)
        scene.time.pass_by(seconds=40)
        late = engine.watcher.punctuality.lateness(scene.time.steady_seconds)
        for look in looks:
            look.cancel()
        await asyncio.gather(*looks, return_exceptions=True)
    assert late == 40
    scene.time.pass_by(minutes=10)
    assert engine.watcher.punctuality.lateness(scene.time.steady_seconds) == 0


async def test_all_that_run_and_wait_can_be_ended_in_the_same_moment(runs):
    runs.begin(*"abcdef")
    await until(lambda: len(runs.begun) == SLOTS)
    for task in runs.tasks.values():
        task.cancel()
    ended = await asyncio.gather(*runs.tasks.values(), return_exceptions=True)
    assert [type(error) for error in ended] == [asyncio.CancelledError] * 6
    runs.begin(*"ghijk")  # nobody who was ended holds a slot
    await until(lambda: len(runs.begun) == 2 * SLOTS)


@pytest.mark.parametrize("pace", [RunPace.UNKNOWN, RunPace.SLOW])
async def test_more_brisk_ones_than_there_are_slots_for_keep_nobody_out_for_ever(runs, pace):
    if pace is RunPace.SLOW:
        runs.begin("other")
        await until(lambda: runs.slots.pace("other") is RunPace.SLOW)
        await runs.end("other")
    names = [f"brisk-{n}" for n in range(100)]
    for name in names:
        runs.begin(name)
        await runs.end(name)
    runs.begun.clear()
    runs.begin(*names[:SLOTS])
    await until(lambda: len(runs.begun) == SLOTS)
    runs.begin("other", names[SLOTS])
    for ended, name in zip(names, names[SLOTS + 1 :], strict=False):  # one more always waits
        runs.begin(name)
        await asyncio.sleep(0)
        if "other" in runs.begun:
            break
        await runs.end(ended)
    assert "other" in runs.begun
