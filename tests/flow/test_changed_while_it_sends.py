"""A route that is changed while what leaves by it waits for a slow disk, or a slow server."""

import asyncio
import logging

from noroshi.core.mail import Answer, Receipt, Verdict
from noroshi.ports import StoreError
from noroshi.stores.memory.store import MemoryStore
from tests.flow.scene import Scene, disk_monitor
from tests.flow.test_sending import LETTER, NEXT, hanging_line


class SlowDisk(MemoryStore):
    """What it is asked for takes until it may go on; some of it fails once before."""

    def __init__(self, *slow, fails=0):
        super().__init__()
        self.slow, self.fails = slow, fails
        self.reached, self.goes_on = asyncio.Event(), asyncio.Event()

    async def settle(self, *given):
        if self.fails:
            self.fails -= 1
            raise StoreError("database or disk is full")
        await self._slowly("settle")
        return await super().settle(*given)

    async def claim_parcel(self, *given):
        parcel = await super().claim_parcel(*given)
        if parcel is not None:
            await self._slowly("claim")
        return parcel

    async def _slowly(self, what):
        if what in self.slow:
            self.reached.set()
            await self.goes_on.wait()


async def change(scene, engine):
    await scene.plan(disk_monitor(), routes=("smtp1", "smtp2"), title="mended")
    await engine.hold()


async def changed_meanwhile(scene, engine):
    """The route is changed while the disk takes its time; what was begun by it before that."""
    begun = asyncio.create_task(engine.dispatcher.send_one("smtp1"))
    await scene.store.reached.wait()
    await change(scene, engine)
    scene.store.goes_on.set()
    return begun


async def sent_by_the_new_one(scene, engine):
    """All that can be sent now."""
    while await engine.dispatcher.send_one("smtp1"):
        pass
    return [mail.id for mail in scene.smtp.sent_envelopes]


async def test_what_was_accepted_is_written_down_however_long_the_disk_takes(caplog):
    caplog.set_level(logging.CRITICAL)
    scene = Scene(store=SlowDisk("settle"))
    await scene.plan(disk_monitor())
    async with scene.life() as engine:
        await engine.hold()
        await scene.store.post(LETTER)
        sending = await changed_meanwhile(scene, engine)
        await sending
        assert await sent_by_the_new_one(scene, engine) == [LETTER.id]
    assert await scene.store.queue() == []


async def test_what_was_being_asked_for_goes_by_the_new_one_at_once():
    scene = Scene(store=SlowDisk("claim"))
    await scene.plan(disk_monitor())
    async with scene.life() as engine:
        await engine.hold()
        await scene.store.post(LETTER)
        asking = await changed_meanwhile(scene, engine)
        assert not await asking
        assert await sent_by_the_new_one(scene, engine) == [LETTER.id]


async def test_what_is_broken_off_goes_by_the_new_one_though_the_disk_was_full_meanwhile(
    caplog,
):
    caplog.set_level(logging.CRITICAL)
    scene = Scene(store=SlowDisk(fails=1))
    await scene.plan(disk_monitor())
    accepts = scene.smtp.send
    hang, hanging, _ = hanging_line(scene)
    async with scene.life() as engine:
        await engine.hold()
        await scene.store.post(LETTER, NEXT)
        scene.smtp.send = hang
        slot = asyncio.create_task(engine.dispatcher.send_one("smtp1"))
        await hanging.wait()
        scene.smtp.send = accepts
        await change(scene, engine)
        await slot
        assert sorted(await sent_by_the_new_one(scene, engine)) == [LETTER.id, NEXT.id]


async def test_what_a_route_said_before_it_was_changed_keeps_the_new_one_from_nothing():
    scene = Scene(store=SlowDisk("settle"))
    await scene.plan(disk_monitor())
    accepts = scene.smtp.send

    async def refuse(envelope):
        down = Answer(Verdict.ROUTE_DOWN, "no such user")
        return Receipt(at=scene.time.now, answers=dict.fromkeys(envelope.to, down))

    async with scene.life() as engine:
        await engine.hold()
        await scene.store.post(LETTER)
        scene.smtp.send = refuse
        sending = await changed_meanwhile(scene, engine)
        scene.smtp.send = accepts
        await sending
        assert await sent_by_the_new_one(scene, engine) == [LETTER.id]
