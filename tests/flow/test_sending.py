"""Slots and parcels: what happens to a mail that is out when something goes wrong around it."""

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta

from noroshi.core.delivery import BACKOFF, OpenCircuit
from noroshi.core.mail import Answer, Envelope, Fault, Verdict
from noroshi.core.translation import plain
from noroshi.engine.dispatch.dispatcher import LONGEST_SEND, MARGIN, SPARE
from noroshi.ports import PARCEL_LEASE, StoreError
from noroshi.stores.memory.store import MemoryStore
from noroshi.stores.sqlite.database import WAITS_FOR_A_LOCK
from noroshi.transports.smtp.connection import Patience
from tests.flow.scene import RULE, VOLUMES, Scene, disk_monitor

HOUR = timedelta(hours=1)
LETTER = Envelope(
    id="m.1/r/ops",
    routes=("smtp1",),
    contact="ops",
    to=("ops@example.com",),
    order="m/ops",
    alarms=("m.1/r/ops",),
    payload={"subject": "full", "text": "full"},
    born=Scene().time.now,
)


def test_a_mail_that_waited_and_was_long_on_its_way_is_written_down_before_it_is_lent_again():
    lease, its = PARCEL_LEASE.total_seconds(), Patience()
    assert lease > SPARE + LONGEST_SEND + WAITS_FOR_A_LOCK  # with seconds left
    assert lease == SPARE + LONGEST_SEND + MARGIN
    on_its_way = its.connect + its.sign_in + 3 * its.command + its.final  # MAIL, RCPT, DATA
    assert on_its_way < LONGEST_SEND


class Interrupted(MemoryStore):
    """Lends a parcel, and only then is told whether the answer gets through."""

    def __init__(self):
        super().__init__()
        self.lent, self.goes_on = asyncio.Event(), asyncio.Event()
        self.lets_through = ""

    async def claim_parcel(self, *given):
        parcel = await super().claim_parcel(*given)
        self.lent.set()
        if parcel is None or parcel.envelope.id != self.lets_through:
            await self.goes_on.wait()
        return parcel


class SettlesLate(MemoryStore):
    """Its disk is full when the first answers are to be written down."""

    def __init__(self):
        super().__init__()
        self.failures = 2

    async def settle(self, *given):
        if self.failures:
            self.failures -= 1
            raise StoreError("database or disk is full")
        return await super().settle(*given)


async def test_an_answer_that_cannot_be_written_down_is_kept_until_it_can(caplog):
    caplog.set_level(logging.CRITICAL)
    scene = Scene(store=SettlesLate())
    await scene.plan(disk_monitor())
    async with scene.life() as engine:
        await engine.hold()
        await scene.store.post(LETTER)
        assert await engine.dispatcher.send_one("smtp1")
        assert await scene.store.queue() == []
        scene.time.pass_by(minutes=10)
        assert not await engine.dispatcher.send_one("smtp1")
    assert len(scene.smtp.sent_envelopes) == 1


class StuckOnOne(MemoryStore):
    """Of one mail the answer is not written down until there is room."""

    def __init__(self):
        super().__init__()
        self.room, self.lent, self.stuck = False, asyncio.Event(), asyncio.Event()

    async def claim_parcel(self, *given):
        parcel = await super().claim_parcel(*given)
        if parcel is not None and parcel.envelope.id == NEXT.id:
            self.lent.set()
        return parcel

    async def settle(self, parcel, *given):
        if parcel.envelope.id == LETTER.id and not self.room:
            self.stuck.set()
            raise StoreError("database or disk is full")
        return await super().settle(parcel, *given)


NEXT = replace(LETTER, id="m.2/r/ops", order="other")


async def test_what_waited_long_behind_another_mail_is_not_sent_by_two(caplog):
    caplog.set_level(logging.CRITICAL)
    scene = Scene(store=StuckOnOne())
    await scene.plan(disk_monitor())
    async with scene.life() as engine:
        await engine.hold()
        await scene.store.post(LETTER, NEXT)
        engine.dispatcher.start()
        await scene.store.lent.wait()
        scene.time.pass_by(minutes=10)
        now = scene.time.now
        others = [await scene.store.claim_parcel(engine.node, "smtp1", now) for _ in "12"]
        assert [one.envelope.id for one in others] == [LETTER.id, NEXT.id]
        scene.store.room = True
        await engine.dispatcher.close()
    assert [mail.id for mail in scene.smtp.sent_envelopes] == [LETTER.id]


async def test_a_parcel_that_was_just_taken_is_sent_though_its_slot_is_stopped():
    scene = Scene(store=Interrupted())
    await scene.plan(disk_monitor())
    async with scene.life() as engine:
        await engine.hold()
        await scene.store.post(LETTER)
        slot = asyncio.create_task(engine.dispatcher.send_one("smtp1"))
        await scene.store.lent.wait()
        slot.cancel()
        await asyncio.wait([slot])
        scene.store.goes_on.set()
        await engine.dispatcher.close()
    assert await scene.store.queue() == []


async def test_what_hangs_on_a_route_that_is_changed_goes_at_once_by_the_new_one():
    scene, hanging = Scene(), asyncio.Event()
    await scene.plan(disk_monitor())

    async def hang(_envelope):
        hanging.set()
        await asyncio.Event().wait()

    async with scene.life() as engine:
        await engine.hold()
        await scene.store.post(LETTER)
        accepts, scene.smtp.send = scene.smtp.send, hang
        slot = asyncio.create_task(engine.dispatcher.send_one("smtp1"))
        await hanging.wait()
        scene.smtp.send = accepts
        await scene.plan(disk_monitor(), routes=("smtp1", "smtp2"), title="mended")
        await engine.hold()
        await asyncio.wait([slot])
        assert await engine.dispatcher.send_one("smtp1")
    assert await scene.store.queue() == []


async def test_what_is_out_while_the_clock_is_set_is_not_lent_a_second_time():
    scene = Scene()
    await scene.plan(disk_monitor())
    async with scene.life() as engine:
        await engine.hold()
        await scene.store.post(LETTER)
        out = await scene.store.claim_parcel(engine.node, "smtp1", scene.time.now)
        scene.time.jump(hours=1)
        assert not await engine.dispatcher.send_one("smtp1")
        await engine.tick()
        assert not await engine.dispatcher.send_one("smtp1")
        await engine.hold()
        assert not await engine.dispatcher.send_one("smtp1")
        await scene.store.post(replace(LETTER, id="m.2/r/ops", order="other"))
        assert await engine.dispatcher.send_one("smtp1")
    assert [letter.id for letter in scene.smtp.sent_envelopes] == ["m.2/r/ops"]
    assert out.envelope == LETTER


async def test_mail_written_to_a_route_that_has_just_been_removed_is_not_forgotten():
    scene = Scene()
    await scene.plan(disk_monitor())
    async with scene.life() as engine:
        await engine.hold()
        await scene.plan(disk_monitor(rules=(RULE,)), routes=("smtp2",))
        await engine.hold()
        await scene.store.post(LETTER)
        assert await engine.dispatcher.send_one("smtp1")
    (resting,) = await scene.store.route_outages()
    assert resting.reason.en == "route “smtp1” no longer exists"
    assert resting.reason.ja == "経路「smtp1」は定義から削除されています"


async def test_a_node_that_stops_ends_what_it_measures_while_it_lets_a_mail_go_out():
    scene = Scene()
    out, begun, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()
    await scene.plan(disk_monitor())
    accepts = scene.smtp.send

    async def measure_until_stopped(_options, _host, _memory):
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def send_when_that_has_ended(envelope):
        out.set()
        await ended.wait()
        return await accepts(envelope)

    scene.checks = (replace(VOLUMES, run=measure_until_stopped),)
    scene.smtp.send = send_when_that_has_ended
    async with scene.life() as engine:
        node = asyncio.create_task(engine.run())
        await engine.ready.wait()
        await scene.store.post(LETTER)
        await out.wait()
        scene.time.pass_by(seconds=10)
        await begun.wait()
        node.cancel()
        await asyncio.wait([node])
    assert await scene.store.queue() == []


async def _down(scene, engine, **other):
    """A route that rests, with a fault that only a person mends."""
    await engine.hold()
    now = scene.time.now
    why = plain("sign in again")
    given = {"fault": Fault.SIGN_IN, "can_probe": True} | other
    rest = OpenCircuit(now - HOUR, now + HOUR, why, **given)
    await scene.store.record_probe("smtp1", rest)
    engine.dispatcher.routes["smtp1"].circuit_open_until = rest.open_until


async def test_what_is_broken_off_says_nothing_of_a_route_that_was_down():
    scene, hanging = Scene(), asyncio.Event()
    await scene.plan(disk_monitor())

    async def hang(_envelope):
        hanging.set()
        await asyncio.Event().wait()

    async with scene.life() as engine:
        await _down(scene, engine)
        (before,) = await scene.store.route_outages()
        await scene.store.post(LETTER)
        scene.time.pass_by(hours=2)
        scene.smtp.send = hang
        slot = asyncio.create_task(engine.dispatcher.send_one("smtp1"))
        await hanging.wait()
        await engine.dispatcher.close()
        await asyncio.wait([slot])
    (after,) = await scene.store.route_outages()
    assert (after.down_since, after.fault, after.reason) == (
        before.down_since,
        before.fault,
        before.reason,
    )
    ((row, receipts),) = [await scene.store.envelope(LETTER.id)]
    assert (row.state, row.is_leased, len(receipts)) == ("", False, 1)


async def test_a_route_that_somebody_mended_is_looked_at_at_once_though_nothing_waits_for_it():
    scene = Scene()
    await scene.plan(disk_monitor())
    async with scene.life() as engine:
        await _down(scene, engine)
        assert not await engine.dispatcher.probe("smtp1")
        assert await scene.store.wake("smtp1", scene.time.now)
        assert await engine.dispatcher.probe("smtp1")
    assert await scene.store.route_outages() == []


async def test_a_look_that_fails_by_a_bug_is_not_repeated_at_once():
    scene, looks = Scene(), []
    await scene.plan(disk_monitor())

    async def fail():
        looks.append(scene.time.now)
        raise ValueError("a bug")

    scene.smtp.probe = fail
    async with scene.life() as engine:
        await _down(scene, engine)
        scene.time.pass_by(hours=2)
        for _ in range(60):
            await engine.attempt(lambda: engine.dispatcher.probe("smtp1"))
            scene.time.pass_by(seconds=1)
    (rest,) = await scene.store.route_outages()
    assert len(looks) == 1
    assert (rest.fault, rest.can_probe) == (Fault.SIGN_IN, True)


async def test_an_answer_that_waits_for_the_disk_longer_than_its_lease_is_not_asked_for_again(
    caplog,
):
    caplog.set_level(logging.CRITICAL)
    scene = Scene(store=StuckOnOne())
    await scene.plan(disk_monitor())
    async with scene.life() as engine:
        await engine.hold()
        await scene.store.post(LETTER)
        first = asyncio.create_task(engine.dispatcher.send_one("smtp1"))
        await scene.store.stuck.wait()
        scene.time.pass_by(minutes=10)
        again = asyncio.create_task(engine.dispatcher.send_one("smtp1"))
        await asyncio.wait([again], timeout=0.1)
        scene.store.room = True
        await asyncio.gather(first, again)
    row, receipts = await scene.store.envelope(LETTER.id)
    assert [mail.id for mail in scene.smtp.sent_envelopes] == [LETTER.id]
    assert (row.state, row.is_leased, len(receipts)) == ("accepted", False, 1)


def hanging_line(scene):
    """A line that takes a mail, and answers for it only once it may go on."""
    accepts, hanging, goes_on = scene.smtp.send, asyncio.Event(), asyncio.Event()

    async def hang(envelope):
        hanging.set()
        await goes_on.wait()
        return await accepts(envelope)

    return hang, hanging, goes_on


async def test_a_mail_that_is_on_its_way_while_the_machine_sleeps_is_not_sent_by_another_slot():
    scene = Scene()
    await scene.plan(disk_monitor())
    hang, hanging, goes_on = hanging_line(scene)
    async with scene.life() as engine:
        await engine.hold()
        await scene.store.post(LETTER)
        scene.smtp.send = hang
        first = asyncio.create_task(engine.dispatcher.send_one("smtp1"))
        await hanging.wait()
        scene.time.pass_by(minutes=10)  # both clocks: a process that was stopped, too
        again = asyncio.create_task(engine.dispatcher.send_one("smtp1"))
        await asyncio.wait([again], timeout=0.1)
        goes_on.set()
        await asyncio.gather(first, again)
    row, receipts = await scene.store.envelope(LETTER.id)
    assert [mail.id for mail in scene.smtp.sent_envelopes] == [LETTER.id]
    assert (row.state, row.is_leased, len(receipts)) == ("accepted", False, 1)


class LendsAtOnce(MemoryStore):
    """What is settled is lent to another slot before that is answered."""

    def __init__(self):
        super().__init__()
        self.others = []

    async def settle(self, *given):
        held = await super().settle(*given)
        while self.others:
            await self.others.pop()()
        return held


async def test_what_another_route_is_lent_as_soon_as_the_first_one_is_down_goes_by_that():
    scene = Scene(Verdict.ROUTE_DOWN, store=LendsAtOnce())
    await scene.plan(disk_monitor())
    async with scene.life() as engine:
        await engine.hold()
        await scene.store.post(replace(LETTER, routes=("smtp1", "smtp2")))
        scene.store.others = [lambda: engine.dispatcher.send_one("smtp2")]
        assert await engine.dispatcher.send_one("smtp1")
        assert await engine.dispatcher.send_one("smtp2")
    row, _ = await scene.store.envelope(LETTER.id)
    assert (len(scene.backup.sent_envelopes), row.state) == (1, "accepted")


class ForgetsRests(MemoryStore):
    """Cannot tell once which routes rest."""

    failures = 0

    async def route_outages(self):
        if self.failures:
            self.failures -= 1
            raise StoreError("disk I/O error")
        return await super().route_outages()


async def _taken_up_at_the_second_try(scene, engine, **plan):
    await scene.plan(disk_monitor(), **plan)
    scene.store.failures = 1
    for _ in "12":
        await engine.attempt(engine.hold)


async def test_a_route_that_was_changed_is_tried_at_once_though_the_store_failed_meanwhile(
    caplog,
):
    caplog.set_level(logging.CRITICAL)
    scene = Scene(store=ForgetsRests())
    await scene.plan(disk_monitor())
    async with scene.life() as engine:
        await _down(scene, engine)
        await _taken_up_at_the_second_try(scene, engine, title="mended")
    (rest,) = await scene.store.route_outages()
    assert rest.open_until == scene.time.now


async def test_mail_to_a_route_that_was_removed_while_the_store_failed_is_not_forgotten(caplog):
    caplog.set_level(logging.CRITICAL)
    scene = Scene(store=ForgetsRests())
    await scene.plan(disk_monitor())
    async with scene.life() as engine:
        await engine.hold()
        await _taken_up_at_the_second_try(scene, engine, routes=("smtp2",))
        await scene.store.post(LETTER)
        assert await engine.dispatcher.send_one("smtp1")


async def test_a_route_is_not_looked_at_while_a_mail_tells_how_it_is():
    scene = Scene()
    await scene.plan(disk_monitor())
    hang, hanging, goes_on = hanging_line(scene)
    async with scene.life() as engine:
        await _down(scene, engine)
        scene.time.pass_by(hours=2)
        await scene.store.post(LETTER)
        scene.smtp.send = hang
        slot = asyncio.create_task(engine.dispatcher.send_one("smtp1"))
        await hanging.wait()
        assert not await engine.dispatcher.probe("smtp1")
        goes_on.set()
        assert await slot
    assert await scene.store.route_outages() == []


async def test_a_look_at_a_route_is_one_of_its_connections():
    scene, looking, goes_on = Scene(), asyncio.Event(), asyncio.Event()
    await scene.plan(disk_monitor())

    async def hang():
        looking.set()
        await goes_on.wait()
        return Answer(Verdict.ACCEPTED)

    async with scene.life() as engine:
        await _down(scene, engine)
        scene.time.pass_by(hours=2)
        scene.smtp.probe = hang
        slot = asyncio.create_task(engine.dispatcher.probe("smtp1"))
        await looking.wait()
        await scene.store.post(LETTER)
        mail = asyncio.create_task(engine.dispatcher.send_one("smtp1"))
        await asyncio.wait([mail], timeout=0.1)
        assert scene.smtp.sent_envelopes == []
        goes_on.set()
        assert await slot and await mail
    assert [mail.id for mail in scene.smtp.sent_envelopes] == [LETTER.id]


async def test_a_mail_that_is_retried_just_after_a_worker_looked_for_one_is_tried():
    scene = Scene(Verdict.ROUTE_DOWN)
    await scene.plan(disk_monitor())
    async with scene.life() as engine:
        await _down(scene, engine)
        await scene.store.post(LETTER)
        assert not await engine.dispatcher.send_one("smtp1")
        assert await scene.store.retry(LETTER.id, scene.time.now)
        assert await engine.dispatcher.probe("smtp1")
    assert [mail.id for mail in scene.smtp.sent_envelopes] == [LETTER.id]


def hanging_probe(scene):
    """A probe that finds the route down, once it may go on."""
    probes, hanging, goes_on = scene.smtp.probe, asyncio.Event(), asyncio.Event()

    async def hang():
        hanging.set()
        await goes_on.wait()
        return await probes()

    scene.smtp.probe = hang
    return hanging, goes_on


async def test_a_mail_that_is_retried_while_its_route_is_probed_is_tried():
    scene = Scene(Verdict.ROUTE_DOWN)
    await scene.plan(disk_monitor())
    hanging, goes_on = hanging_probe(scene)
    async with scene.life() as engine:
        await _down(scene, engine)
        scene.time.pass_by(hours=2)
        probe = asyncio.create_task(engine.dispatcher.probe("smtp1"))
        await hanging.wait()
        await scene.store.post(LETTER)
        scene.time.pass_by(seconds=1)
        assert await scene.store.retry(LETTER.id, scene.time.now)
        goes_on.set()
        assert await probe
        assert await engine.dispatcher.send_one("smtp1")
        assert not await engine.dispatcher.send_one("smtp1")
    assert [mail.id for mail in scene.smtp.sent_envelopes] == [LETTER.id]


async def test_no_worker_takes_a_mail_whose_route_is_probed():
    scene = Scene(Verdict.ROUTE_DOWN)
    await scene.plan(disk_monitor())
    hanging, goes_on = hanging_probe(scene)
    async with scene.life() as engine:
        await _down(scene, engine)
        scene.time.pass_by(hours=2)
        engine.dispatcher.start()
        await hanging.wait()
        await scene.store.post(LETTER)
        for _ in range(20):
            await asyncio.sleep(0)  # the turns in which a worker would take it
        assert await scene.store.retry(LETTER.id, scene.time.now)
        goes_on.set()
        await engine.dispatcher.close()


async def test_a_mail_that_is_retried_while_another_one_finds_the_route_down_wakes_the_route():
    scene = Scene(Verdict.ROUTE_DOWN)
    await scene.plan(disk_monitor())
    hang, hanging, goes_on = hanging_line(scene)
    async with scene.life() as engine:
        await _down(scene, engine)
        scene.time.pass_by(hours=2)
        await scene.store.post(LETTER, NEXT)
        sends, scene.smtp.send = scene.smtp.send, hang
        slot = asyncio.create_task(engine.dispatcher.send_one("smtp1"))
        await hanging.wait()
        scene.time.pass_by(seconds=1)
        assert await scene.store.retry(NEXT.id, scene.time.now)
        scene.time.pass_by(seconds=1)
        goes_on.set()
        assert await slot
        scene.smtp.send = sends
        assert await engine.dispatcher.send_one("smtp1")
        assert not await engine.dispatcher.send_one("smtp1")
    assert len(scene.smtp.sent_envelopes) == 2


class SettlesOnceThereIsRoom(MemoryStore):
    """Its disk is full until there is room."""

    def __init__(self):
        super().__init__()
        self.room, self.stuck = False, asyncio.Event()

    async def settle(self, *given):
        if not self.room:
            self.stuck.set()
            raise StoreError("database or disk is full")
        return await super().settle(*given)


async def test_what_is_put_off_while_it_cannot_be_written_down_is_so_by_the_clock_as_it_is_then(
    caplog,
):
    caplog.set_level(logging.CRITICAL)
    scene = Scene(Verdict.DEFERRED, store=SettlesOnceThereIsRoom())
    await scene.plan(disk_monitor())
    async with scene.life() as engine:
        await engine.hold()
        await scene.store.post(LETTER)
        task = asyncio.create_task(engine.dispatcher.send_one("smtp1"))
        await scene.store.stuck.wait()
        scene.time.jump(hours=-1)
        await engine.tick()
        await engine.hold()
        scene.store.room = True
        await task
    (row,) = await scene.store.queue()
    assert row.due == scene.time.now + BACKOFF[0]


async def test_what_was_being_asked_for_as_its_route_went_down_does_not_try_it_once_more():
    scene = Scene(Verdict.ROUTE_DOWN, store=Interrupted())
    await scene.plan(disk_monitor())
    async with scene.life() as engine:
        await engine.hold()
        await scene.store.post(NEXT)
        asking = asyncio.create_task(engine.dispatcher.send_one("smtp1"))
        await scene.store.lent.wait()
        await scene.store.post(LETTER)
        scene.store.lets_through = LETTER.id
        assert await engine.dispatcher.send_one("smtp1")
        scene.store.goes_on.set()
        assert not await asking
    assert [mail.id for mail in scene.smtp.sent_envelopes] == [LETTER.id]
    assert [row.is_leased for row in await scene.store.queue()] == [False, False]
