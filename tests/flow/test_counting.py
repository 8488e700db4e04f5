"""What a check counts from look to look is counted once, whatever becomes of a write."""

import logging

import pytest

from noroshi.core.model import Limits, Reading
from noroshi.core.words import plain
from noroshi.ports import Check, Outcome, StoreError
from noroshi.stores.memory import MemoryStore
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

    async def append(self, samples):
        if self.full:
            raise StoreError("full")
        await self.inner.append(samples)

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
