"""Connection slots: how many mails may be on their way at once, and what is claimed ahead of them."""

import asyncio
from dataclasses import replace

import pytest

from noroshi.core.digest import ALARM_ROWS
from noroshi.core.mail import Pace, Route, Verdict
from noroshi.engine.dispatch.connection_slots import ConnectionSlots
from noroshi.engine.dispatch.dispatcher import WORKERS
from noroshi.stores.memory.store import MemoryStore
from tests.flow.scene import OPS, Scene, disk_monitor
from tests.flow.test_sending import LETTER

PACE = Pace(account="m365", connections=3)
FIRST, SECOND = (Route(name=name, connections=2, pace=PACE) for name in ("first", "second"))


async def waiting_for(slots, *routes):
    tasks = [asyncio.create_task(slots.acquire(route)) for route in routes]
    await asyncio.sleep(0)
    return tasks


async def test_a_route_has_no_more_lines_than_connections():
    slots = ConnectionSlots()
    tasks = await waiting_for(slots, FIRST, FIRST, FIRST)
    assert [task.done() for task in tasks] == [True, True, False]
    assert slots.all_busy(FIRST) and not slots.all_busy(SECOND)
    slots.release(FIRST)
    await tasks[2]


async def test_routes_of_one_account_share_its_lines():
    slots = ConnectionSlots()
    tasks = await waiting_for(slots, FIRST, FIRST, SECOND, SECOND)
    assert [task.done() for task in tasks] == [True, True, True, False]
    slots.release(FIRST)
    await tasks[3]


async def test_a_server_without_an_account_shares_nothing():
    lone, other = (Route(name=name, pace=Pace(connections=1)) for name in ("a", "b"))
    slots = ConnectionSlots()
    tasks = await waiting_for(slots, lone, other)
    assert all(task.done() for task in tasks)


async def test_who_came_first_has_a_line_first():
    slots, got = ConnectionSlots(), []
    await waiting_for(slots, FIRST, FIRST)

    async def ask(name):
        await slots.acquire(FIRST)
        got.append(name)

    tasks = [asyncio.create_task(ask(name)) for name in "abc"]
    for _ in tasks:
        await asyncio.sleep(0)
        slots.release(FIRST)
    await asyncio.gather(*tasks)
    assert got == ["a", "b", "c"]


@pytest.mark.parametrize("given", [False, True], ids=["while it waits", "as it is given one"])
async def test_a_line_that_nobody_waits_for_any_more_is_free_for_the_next(given):
    slots = ConnectionSlots()
    *_, gone, next_one = await waiting_for(slots, FIRST, FIRST, FIRST, FIRST)
    if given:
        slots.release(FIRST)
    gone.cancel()
    await asyncio.wait([gone])
    if not given:
        slots.release(FIRST)
    await next_one
    assert gone.cancelled()


class Slow(MemoryStore):
    """It writes nothing down until it is told to."""

    def __init__(self):
        super().__init__()
        self.goes_on = asyncio.Event()
        self.lent, self.given_back, self.settled = [], [], []
        self.moved = asyncio.Condition()

    async def claim_parcel(self, *given):
        parcel = await super().claim_parcel(*given)
        if parcel is not None:
            await self._see(self.lent, parcel)
        return parcel

    async def release_lease(self, parcel, now):
        await self._see(self.given_back, parcel)
        return await super().release_lease(parcel, now)

    async def settle(self, *given):
        await self.goes_on.wait()
        held = await super().settle(*given)
        await self._see(self.settled, given[0])
        return held

    async def _see(self, where, parcel):
        async with self.moved:
            where.append(parcel.envelope.id)
            self.moved.notify_all()

    async def until(self, well):
        async with self.moved:
            await self.moved.wait_for(well)


class Line:
    """A transport that holds each mail until it is let go; each takes so many seconds."""

    def __init__(self, scene, seconds=0.1):
        self.accepts, self.may_go = scene.smtp.send, asyncio.Semaphore(0)
        self.scene, self.seconds = scene, seconds
        self.at_once, self.most = 0, 0
        scene.smtp.send = self.send

    def let_go(self, mails=99):
        for _ in range(mails):
            self.may_go.release()

    async def send(self, envelope):
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        try:
            await self.may_go.acquire()
            self.scene.time.pass_by(seconds=self.seconds)
            return await self.accepts(envelope)
        finally:
            self.at_once -= 1


MAILS = [replace(LETTER, id=f"m.{n}/r/ops", order=f"o{n}") for n in range(9)]
MORE = replace(LETTER, id="m.9/r/ops", order="o9")


@pytest.fixture(params=[0.1])
async def busy(request):
    """A route with one line, which is busy, and more mails than may be asked for ahead."""
    scene = Scene(store=Slow())
    line = Line(scene, request.param)
    await scene.plan(disk_monitor(), routes=("smtp1",))
    async with scene.life() as engine:
        await engine.hold()
        await scene.store.post(*MAILS)
        engine.dispatcher.start()
        await scene.store.until(lambda: len(scene.store.lent) >= 2)
        yield scene, line, engine
        await engine.dispatcher.close()


async def test_while_one_mail_is_written_down_the_next_is_on_the_line(busy):
    scene, line, _ = busy
    line.let_go()
    await scene.store.until(lambda: len(scene.store.lent) >= 3)
    assert len(scene.smtp.sent_envelopes) == 2
    assert (len(await scene.store.queue()), line.most) == (len(MAILS), 1)
    scene.store.goes_on.set()


async def test_what_is_not_written_down_is_never_more_than_two_mails_a_line(busy):
    scene, line, _ = busy
    line.let_go()
    await scene.store.until(lambda: len(scene.store.lent) >= 3)
    for _ in range(100):
        await asyncio.sleep(0)
    assert len(scene.smtp.sent_envelopes) == 2
    scene.store.goes_on.set()


async def wake(scene):
    await scene.store.post(MORE)
    for _ in range(100):
        await asyncio.sleep(0)


async def test_a_server_that_takes_its_time_has_one_mail_asked_for_ahead(busy):
    scene, line, _ = busy
    line.let_go(1)
    await scene.store.until(lambda: len(scene.store.lent) >= 3)
    await wake(scene)
    assert len(scene.store.lent) == 3
    line.let_go()
    scene.store.goes_on.set()


@pytest.mark.parametrize("busy", [0.01], indirect=True)
async def test_a_server_that_is_quicker_than_our_disk_has_as_many_as_there_are_slots(busy):
    scene, line, _ = busy
    line.let_go(1)
    await scene.store.until(lambda: len(scene.store.lent) >= 3)
    await wake(scene)
    assert len(scene.store.lent) == 1 + WORKERS
    line.let_go()
    await wake(scene)
    assert (len(scene.smtp.sent_envelopes), line.most) == (WORKERS, 1)
    scene.store.goes_on.set()


async def test_what_was_asked_for_ahead_is_given_back_when_its_route_goes_to_rest(busy):
    scene, line, _ = busy
    scene.store.goes_on.set()
    scene.smtp.script = [Verdict.ROUTE_DOWN]
    line.let_go()
    await scene.store.until(lambda: scene.store.given_back)
    assert [mail.id for mail in scene.smtp.sent_envelopes] == [MAILS[0].id]
    assert scene.store.given_back == [MAILS[1].id]


@pytest.mark.parametrize("busy", [20], indirect=True)
async def test_mails_stay_in_order_where_the_server_takes_longer_than_one_may_wait(busy):
    scene, line, _ = busy
    scene.store.goes_on.set()
    for count in range(1, len(MAILS) + 1):
        line.let_go(1)
        await scene.store.until(lambda count=count: len(scene.store.settled) == count)
    assert [mail.id for mail in scene.smtp.sent_envelopes] == [mail.id for mail in MAILS]


async def test_what_was_asked_for_ahead_is_given_back_when_the_node_stops(busy):
    scene, line, engine = busy
    scene.store.goes_on.set()
    closing = asyncio.create_task(engine.dispatcher.close())
    await asyncio.sleep(0)
    line.let_go()
    await closing
    assert [mail.id for mail in scene.smtp.sent_envelopes] == [MAILS[0].id]
    row = next(row for row in await scene.store.queue() if row.envelope.id == MAILS[1].id)
    assert (row.is_leased, row.envelope.attempts) == (False, 0)


async def test_while_all_that_a_new_contact_may_get_is_out_no_more_is_taken_for_it():
    scene = Scene(store=Slow())
    line = Line(scene)
    scene.store.goes_on.set()
    mails = [replace(mail, payload={**mail.payload, ALARM_ROWS: [{}]}) for mail in MAILS]
    await scene.plan(disk_monitor(), routes=("smtp1",))
    number = (await scene.store.current()).number
    one_by_one = replace(OPS, one_by_one=1)
    scene.plans[number] = replace(scene.plans[number], contacts={"ops": one_by_one})
    async with scene.life() as engine:
        await engine.hold()
        await scene.store.post(mails[0])
        first = asyncio.create_task(engine.dispatcher.send_one("smtp1"))
        await scene.store.until(lambda: scene.store.lent)
        await scene.store.post(*mails[1:])
        assert not await engine.dispatcher.send_one("smtp1")
        line.let_go()
        await first
    assert scene.store.given_back == []


class Together(MemoryStore):
    """Its answers come when a thread has done all that was asked for at once."""

    async def claim_parcel(self, *given):
        parcel = await super().claim_parcel(*given)
        await asyncio.sleep(0)
        return parcel

    async def pending_for(self, parcel):
        await asyncio.sleep(0)
        return await super().pending_for(parcel)


async def test_several_slots_at_once_give_a_contact_no_more_one_by_one_than_it_may_get():
    scene = Scene(store=Together())
    mails = [replace(mail, payload={**mail.payload, ALARM_ROWS: [{}]}) for mail in MAILS[:3]]
    await scene.plan(disk_monitor(), routes=("smtp1",))
    number = (await scene.store.current()).number
    contacts = {"ops": replace(OPS, one_by_one=1)}
    routes = {"smtp1": Route(name="smtp1", kind="scripted", connections=3)}
    scene.plans[number] = replace(scene.plans[number], routes=routes, contacts=contacts)
    async with scene.life() as engine:
        await engine.hold()
        await scene.store.post(*mails)
        await asyncio.gather(*[engine.dispatcher.send_one("smtp1") for _ in mails])
    assert len(scene.smtp.sent_envelopes) == 1


async def test_one_mail_alone_finds_out_whether_a_route_that_was_down_is_well_again():
    scene = Scene(store=Slow())
    line, mails = Line(scene), MAILS[:6]
    await scene.plan(disk_monitor(), routes=("smtp1",))
    number = (await scene.store.current()).number
    routes = {"smtp1": Route(name="smtp1", kind="scripted", connections=3)}
    scene.plans[number] = replace(scene.plans[number], routes=routes)
    async with scene.life() as engine:
        await engine.hold()
        await scene.store.post(*mails)
        engine.dispatcher.routes["smtp1"].circuit_open_until = scene.time.now
        engine.dispatcher.start()
        for _ in range(50):
            await asyncio.sleep(0)
        assert len(scene.store.lent) == 1
        line.let_go()
        scene.store.goes_on.set()
        await scene.store.until(lambda: len(scene.store.lent) == len(mails))
        await engine.dispatcher.close()
    assert len(scene.smtp.sent_envelopes) == len(mails)
