"""A new version is applied while monitors are due: none of them loses a check."""

from __future__ import annotations

from dataclasses import replace

from tests.flow.scene import Scene, disk_monitor


async def test_a_monitor_that_is_changed_while_it_is_due_is_measured_all_the_same():
    scene, monitor = Scene(), disk_monitor()
    scene.used = {"/a": 10}
    await scene.plan(monitor)
    async with scene.life() as engine:
        await scene.seconds(engine, 90)
        (due,) = {turn.due for turn in engine.watcher.block.queue if turn.id == monitor.id}
        scene.time.pass_by(seconds=due - engine.clocks.steady())
        measured = scene.measured
        await scene.plan(replace(monitor, patience=2))
        await engine.hold()
        assert scene.measured == measured
        await scene.second(engine, 1)
        assert scene.measured == measured + 1


async def test_a_monitor_that_is_changed_before_it_is_due_has_no_turn_more():
    scene, monitor = Scene(), disk_monitor()
    scene.used = {"/a": 10}
    await scene.plan(monitor)
    async with scene.life() as engine:
        await scene.seconds(engine, 90)
        (due,) = {turn.due for turn in engine.watcher.block.queue if turn.id == monitor.id}
        scene.time.pass_by(seconds=due - engine.clocks.steady() - 2)
        measured = scene.measured
        await scene.plan(replace(monitor, patience=2))
        await engine.hold()
        await scene.second(engine, 1)
        assert scene.measured == measured
