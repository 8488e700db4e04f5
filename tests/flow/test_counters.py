"""What a check counts from look to look is counted once, whatever becomes of a write."""

import logging

import pytest

from noroshi.core.model import Limits, Reading, Sample
from noroshi.core.translation import plain
from noroshi.engine.monitoring.sample_buffer import PORTION
from noroshi.ports import Check, Outcome, StoreError
from noroshi.stores.memory.store import MemoryStore
from tests.flow.scene import Options, Scene, disk_monitor


@pytest.fixture(autouse=True)
def _quiet(caplog):
    caplog.set_level(logging.CRITICAL)


class Log:
    """A file that grows; its check remembers how far it has read."""

    def __init__(self):
        self.lines = 0
        self.check = Check(
            kind="disk",
            title=plain("Log"),
            help=plain("Log"),
            options=Options,
            limits={},
            names={},
            run=self.look,
        )

    async def look(self, _options, _host, memory):
        new = self.lines - memory.get("read", 0)
        return Outcome((Reading("lines", new),), {"read": self.lines})


class Full:
    """A store that takes no change (`full`), or takes it and does not say so (`mute`)."""

    def __init__(self):
        self.inner, self.full, self.mute = MemoryStore(), False, False

    def __getattr__(self, name):
        return getattr(self.inner, name)

    async def append(self, samples, fence=None):
        if self.full:
            raise StoreError("full")
        await self.inner.append(samples, fence)

    async def commit(self, fence, change):
        if self.full:
            raise StoreError("full")
        kept = await self.inner.commit(fence, change)
        if self.mute:
            raise StoreError("the answer was lost")
        return kept


@pytest.mark.parametrize("how", ["full", "mute"])
async def test_each_line_is_counted_once_in_the_history(how):
    log, store = Log(), Full()
    scene = Scene(store=store)
    scene.checks = (log.check,)
    await scene.plan(disk_monitor(limits={"lines": Limits(critical=100)}))
    async with scene.life() as engine:

        async def minutes(count, lines):
            for _ in range(count * 6):
                log.lines += lines
                await scene.seconds(engine, 10)

        await minutes(3, 1)
        setattr(store, how, True)
        await minutes(2, 1)
        await minutes(2, 50)
        await minutes(2, 0)
        setattr(store, how, False)
        await minutes(3, 1)
        await scene.seconds(engine, 70)
    found = await store.samples("m", 1000)
    assert sum(reading.value for one in found for reading in one.readings) == log.lines


async def test_what_waited_for_the_store_is_tried_by_portions_and_none_of_it_is_lost():
    scene, tried = Scene(store=Full()), []
    append = scene.store.append

    async def counted(samples, fence=None):
        tried.append(len(samples))
        await append(samples, fence)

    scene.store.append = counted
    async with scene.life() as engine:
        for n in range(3 * PORTION):
            reading = Reading("lines", float(n))
            engine.watcher.samples.add(f"m{n % 100}", Sample(scene.time.now, (reading,)))
        scene.store.full = True
        await engine.attempt(engine.flush)
        await engine.attempt(engine.flush)
        assert max(tried) < PORTION + 200
        scene.store.full = False
        await engine.attempt(engine.flush)
    for monitor in range(100):
        found = await scene.store.samples(f"m{monitor}", 1000)
        values = [one.readings[0].value for one in reversed(found)]
        assert values == list(range(monitor, 3 * PORTION, 100))
