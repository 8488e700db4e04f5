"""Clocks that are set, a process that is stopped, and the two odd nights of summer time: nobody
is blind, nothing is told twice, and nothing comes in a burst."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from noroshi.core.cadence import FixedInterval, FixedTimes
from noroshi.core.levels import RuleTrigger
from noroshi.core.mail import Verdict
from noroshi.ports import StoreError
from noroshi.stores.memory.store import MemoryStore
from noroshi.testing import FaultyStore, ManualClocks
from tests.flow.scene import NOTE, RULE, Scene, disk_monitor
from tests.flow.storm import EXCHANGE, Storm

CRITICAL = "[CRITICAL] web1: disk"
EACH = replace(RULE, trigger=RuleTrigger.EACH, repeat=None)
HOURLY, MINUTELY, FAST = (FixedInterval(timedelta(seconds=s)) for s in (3600, 60, 5))
BERLIN, TOKYO = "Europe/Berlin", "Asia/Tokyo"


def at(*times, zone="UTC"):
    return FixedTimes(times=tuple(time.fromisoformat(t) for t in times), zone=zone)


class Watched(Scene):
    """Remembers when each monitor was looked at, by the wall clock and by the steady one."""

    def __init__(self, *smtp, start=None, store=None):
        super().__init__(*smtp, store=store)
        if start is not None:
            self.time = ManualClocks(start)
            self.smtp.wall = self.backup.wall = lambda: self.time.now
        self.looks = []

    def host(self, monitor):
        self.looks.append((monitor.id, self.time.now, self.time.steady_seconds))
        return super().host(monitor)

    def looked(self, id, since=0.0):
        return [wall for name, wall, steady in self.looks if name == id and steady >= since]

    def gaps(self, id):
        seen = [steady for name, _wall, steady in self.looks if name == id]
        return [b - a for a, b in pairwise(seen)]


@pytest.mark.parametrize("hours", [-1, 1], ids=["an hour back", "an hour on"])
async def test_a_clock_that_is_set_blinds_nobody_and_repeats_nothing(hours):
    scene = Watched()
    scene.used = {"/a": 95}
    monitors = [
        disk_monitor(id=f"{name}{n}", name=f"{name}{n}", cadence=cadence)
        for name, cadence in (("fast", FAST), ("minutely", MINUTELY), ("hourly", HOURLY))
        for n in range(5)
    ]
    await scene.plan(*monitors)
    async with scene.life() as engine:
        await scene.seconds(engine, 600)
        assert Counter(scene.subjects).most_common(1)[0][1] == 1
        scene.time.jump(hours=hours)
        await scene.seconds(engine, 1150)
        told = Counter(scene.subjects)
        assert len(told) == 15 and set(told.values()) == {1}
        await scene.seconds(engine, 700)
    assert set(Counter(scene.subjects).values()) == {2}
    for monitor in monitors:
        if monitor.cadence is not HOURLY:
            longest = 2 * monitor.cadence.period.total_seconds()
            assert max(scene.gaps(monitor.id)) <= longest


@pytest.mark.parametrize("hours", [-1, 1], ids=["an hour back", "an hour on"])
async def test_a_mail_that_waits_goes_at_its_time_though_the_clock_is_set(hours):
    scene = Watched(Verdict.DEFERRED, Verdict.ACCEPTED)
    scene.used = {"/a": 95}
    await scene.plan(disk_monitor(cadence=FAST, rules=(replace(RULE, repeat=None),)))
    async with scene.life() as engine:
        while not scene.smtp.sent_envelopes:
            await scene.second(engine)
        deferred = scene.time.steady_seconds
        scene.time.jump(hours=hours)
        while len(scene.smtp.sent_envelopes) < 2:
            await scene.second(engine)
        assert 28 <= scene.time.steady_seconds - deferred <= 36
        await scene.seconds(engine, 120)
    first, second = scene.smtp.sent_envelopes
    assert first.id == second.id


class Unheard(MemoryStore):
    """The answers to so many steps of the clock are lost."""

    lost_answers = 0

    async def shift(self, *step):
        await super().shift(*step)
        if self.lost_answers:
            self.lost_answers -= 1
            raise StoreError("the answer was lost")


async def test_a_mail_that_waits_goes_at_its_time_though_the_answer_to_a_step_is_lost():
    scene = Watched(Verdict.DEFERRED, Verdict.ACCEPTED, store=Unheard())
    scene.used = {"/a": 95}
    await scene.plan(disk_monitor(cadence=FAST, rules=(replace(RULE, repeat=None),)))
    async with scene.life() as engine:
        while not scene.smtp.sent_envelopes:
            await scene.second(engine)
        deferred = scene.time.steady_seconds
        scene.store.lost_answers = 2
        scene.time.jump(hours=-2)
        await scene.second(engine)
        scene.time.jump(hours=1)  # once more, before the first step is heard of
        while len(scene.smtp.sent_envelopes) < 2:
            await scene.second(engine)
        assert 28 <= scene.time.steady_seconds - deferred <= 36
        assert not scene.store.lost_answers


@pytest.mark.parametrize("hours", [-1, 1], ids=["an hour back", "an hour on"])
async def test_a_route_that_rests_is_tried_at_its_time_though_the_clock_is_set(hours):
    scene = Watched(*[Verdict.ROUTE_DOWN] * 200)
    scene.used = {"/a": 95}
    await scene.plan(disk_monitor(cadence=FAST), routes=("smtp1",))
    async with scene.life() as engine:
        await scene.seconds(engine, 300)
        before = len(scene.smtp.sent_envelopes)
        scene.time.jump(hours=hours)
        await scene.seconds(engine, 120)
        assert 1 <= len(scene.smtp.sent_envelopes) - before <= 8


HOURS = pytest.mark.parametrize("hours", [-1, 1], ids=["an hour back", "an hour on"])


@HOURS
async def test_an_alarm_that_is_written_before_the_set_clock_is_seen_goes_at_once(hours):
    scene = Watched()
    scene.used = {"/a": 10}
    await scene.plan(disk_monitor(cadence=FAST))
    async with scene.life() as engine:
        await scene.seconds(engine, 60)
        scene.used = {"/a": 95}
        scene.time.pass_by(seconds=5)
        scene.time.jump(hours=hours)
        engine.watcher.start_due(engine.watcher.block)
        await asyncio.gather(*engine.watcher.running_checks)
        await scene.seconds(engine, 5)
        assert scene.subjects == [CRITICAL]
        await scene.seconds(engine, 1700)
        assert scene.subjects == [CRITICAL]
        await scene.seconds(engine, 200)
    assert scene.subjects == [CRITICAL] * 2


@HOURS
async def test_an_alarm_that_waits_for_a_lock_while_the_clock_is_set_is_repeated_in_time(hours):
    scene = Watched(store=FaultyStore(MemoryStore()))
    scene.used = {"/a": 10}
    await scene.plan(disk_monitor(cadence=FAST))
    async with scene.life() as engine:
        await scene.seconds(engine, 60)
        scene.used = {"/a": 95}
        scene.time.pass_by(seconds=5)
        scene.store.lock()
        await engine.tick()
        for _ in range(9):
            await asyncio.sleep(0)
        assert "commit" in scene.store.calls[-2:]
        scene.time.jump(hours=hours)
        await engine.tick()
        scene.store.unlock()
        await asyncio.gather(*engine.watcher.running_checks)
        await scene.seconds(engine, 1700)
        assert scene.subjects == [CRITICAL]
        await scene.seconds(engine, 200)
    assert scene.subjects == [CRITICAL] * 2


@HOURS
async def test_an_alarm_whose_text_is_made_while_the_clock_is_set_goes_at_once(hours):
    scene, drafted, goes_on = Watched(), asyncio.Event(), asyncio.Event()

    async def finish(payload):
        drafted.set()
        await goes_on.wait()
        return payload

    scene.actions = (replace(NOTE, finish=finish),)
    scene.used = {"/a": 95}
    await scene.plan(disk_monitor(cadence=FAST))
    async with scene.life() as engine:
        await engine.hold()
        scene.time.pass_by(seconds=10)
        await engine.tick()
        await drafted.wait()
        scene.time.jump(hours=hours)
        await engine.tick()
        await engine.hold()
        goes_on.set()
        await scene.seconds(engine, 1700)
        assert scene.subjects == [CRITICAL]
        await scene.seconds(engine, 200)
    assert scene.subjects == [CRITICAL] * 2


@HOURS
@pytest.mark.parametrize("trouble", [Verdict.ROUTE_DOWN, Verdict.DEFERRED])
async def test_a_mail_that_comes_back_before_the_set_clock_is_seen_waits_no_hour(
    trouble, hours
):
    scene, sent, answers = Watched(trouble, Verdict.ACCEPTED), asyncio.Event(), asyncio.Event()

    async def hang(envelope):
        sent.set()
        await answers.wait()
        return await send(envelope)

    send, scene.smtp.send = scene.smtp.send, hang
    scene.used = {"/a": 95}
    await scene.plan(disk_monitor(cadence=FAST), routes=("smtp1",))
    async with scene.life() as engine:
        for _ in range(12):
            await engine.tick()
            await engine.attempt(engine.hold)
            await asyncio.gather(*engine.watcher.running_checks)
            scene.time.pass_by(seconds=1)
        out = asyncio.create_task(engine.dispatcher.send_one("smtp1"))
        await sent.wait()
        scene.time.jump(hours=hours)
        answers.set()
        for _ in range(5):
            await asyncio.sleep(0)
        await engine.tick()
        await engine.hold()
        await out
        await scene.seconds(engine, 40)
    assert [mail.id for mail in scene.smtp.sent_envelopes] == ["m.1/r/ops"] * 2


@pytest.mark.parametrize("trouble", [Verdict.ROUTE_DOWN, Verdict.DEFERRED])
async def test_a_clock_that_is_set_back_while_no_node_runs_holds_up_no_mail(trouble):
    scene = Watched(trouble, Verdict.ACCEPTED)
    scene.used = {"/a": 95}
    await scene.plan(disk_monitor(cadence=FAST), routes=("smtp1",))
    async with scene.life() as engine:
        while not scene.smtp.sent_envelopes:
            await scene.second(engine)
    scene.time.jump(hours=-1)
    async with scene.life() as engine:
        await scene.seconds(engine, 40)
        first, second = scene.smtp.sent_envelopes
        assert first.id == second.id
        await scene.seconds(engine, 1790)
    assert [mail.id for mail in scene.smtp.sent_envelopes[2:]] == ["m.2/r/ops"]


@pytest.mark.parametrize("hours", [-1, 1], ids=["an hour back", "an hour on"])
async def test_a_clock_that_is_set_while_a_turn_cannot_be_written_brings_no_reminder(hours):
    scene = Watched(store=FaultyStore(MemoryStore()))
    scene.used = {"/a": 95}
    await scene.plan(disk_monitor(patience=5))
    async with scene.life() as engine:
        await scene.seconds(engine, 600)
        assert scene.subjects == [CRITICAL]
        scene.store.read_only, scene.used = True, {"/a": 10}
        await scene.seconds(engine, 70)
        scene.time.jump(hours=hours)
        await scene.seconds(engine, 5)
        scene.store.read_only, scene.used = False, {"/a": 95}
        await scene.seconds(engine, 200)
    assert scene.subjects == [CRITICAL]


@pytest.mark.parametrize(
    ("a_minute", "one_by_one"),
    [pytest.param(4, 0, id="the mailbox's allowance"), pytest.param(30, 1, id="the reader")],
)
async def test_mails_of_a_clock_that_was_ahead_hold_up_nobody_after_a_restart(
    a_minute, one_by_one
):
    storm = Storm(pace=replace(EXCHANGE, mails_a_minute=a_minute), one_by_one=one_by_one)
    await storm.watch(8, cadence=FAST)
    storm.used = {"/a": 10}
    async with storm.life() as engine:
        await storm.seconds(engine, 60)
        storm.time.jump(hours=6)
        storm.used = {"/a": 96}
        await storm.seconds(engine, 50)
        storm.time.jump(hours=-6)
        await storm.seconds(engine, 3)
    began, storm.used = storm.time.now, {"/a": 10}
    assert (await storm.store.accepted_since(began))[-1].accepted_at - began > timedelta(
        hours=5
    )
    async with storm.life() as engine:
        await storm.seconds(engine, 150)
    assert [row.envelope.id for row in await storm.store.queue()] == []


async def test_a_clock_set_on_while_a_mail_is_out_holds_up_nobody():
    """Its receipt has the new time already when all that was sent moves with the clock."""
    storm = Storm(one_by_one=1)
    await storm.watch(2, cadence=FAST)
    storm.used = {"/a": 10}
    answers = asyncio.Event()
    send = storm.smtp.send

    async def hang(envelope):
        await answers.wait()
        return await send(envelope)

    async with storm.life() as engine:
        await storm.seconds(engine, 60)
        storm.smtp.send, storm.used = hang, {"/a": 96}
        while not engine.watcher.running_checks:
            await engine.tick()
            storm.time.pass_by(seconds=1)
        await asyncio.gather(*engine.watcher.running_checks)
        out = asyncio.create_task(engine.dispatcher.send_one("smtp1"))
        for _ in range(20):
            await asyncio.sleep(0)
        storm.time.jump(hours=6)
        answers.set()
        await out
        await engine.tick()
        await engine.hold()
        storm.smtp.send = send
        await storm.seconds(engine, 70)
    assert len(storm.smtp.sent_envelopes) == 2


async def test_after_an_hour_without_the_processor_each_looks_once_and_none_in_a_burst():
    scene = Watched()
    scene.used = {"/a": 10}
    ids = [f"m{n}" for n in range(120)]
    rules = (replace(RULE, repeat=None),)
    await scene.plan(*[disk_monitor(id=id, name=id, rules=rules) for id in ids])
    async with scene.life() as engine:
        await scene.seconds(engine, 90)
        scene.time.pass_by(hours=1)
        woke = scene.time.steady_seconds
        scene.used = {"/a": 95}
        await scene.seconds(engine, 61)
    assert {len(scene.looked(id, since=woke)) for id in ids} == {1}
    seconds = Counter(steady for _id, _wall, steady in scene.looks if steady >= woke)
    assert max(seconds.values()) <= 12
    assert set(Counter(scene.subjects).values()) == {1} and len(scene.subjects) == 120


@pytest.mark.parametrize("jump", ["pass_by", "jump"], ids=["stopped or asleep", "set on"])
async def test_after_an_hour_away_reminders_come_spread_and_once(jump):
    scene = Watched()
    scene.used = {"/a": 95}
    ids = [f"m{n}" for n in range(60)]
    await scene.plan(*[disk_monitor(id=id, name=id) for id in ids])
    async with scene.life() as engine:
        await scene.seconds(engine, 90)
        assert len(scene.smtp.sent_envelopes) == 60
        getattr(scene.time, jump)(hours=1)
        await scene.seconds(engine, 1800)
    reminders = scene.smtp.sent_envelopes[60:]
    assert len({mail.order for mail in reminders}) == len(reminders) == 60
    assert max(Counter(mail.born for mail in reminders).values()) <= 12


@pytest.mark.parametrize("jump", ["pass_by", "jump"], ids=["stopped or asleep", "set on"])
async def test_a_fixed_time_that_passed_meanwhile_is_made_up_for_within_a_minute(jump):
    scene = Watched()
    scene.used = {"/a": 10}
    await scene.plan(disk_monitor(cadence=at("06:30"), rules=(EACH,)))
    async with scene.life() as engine:
        await scene.seconds(engine, 60)
        getattr(scene.time, jump)(hours=1)
        scene.used, woke = {"/a": 95}, scene.time.steady_seconds
        await scene.seconds(engine, 61)
        assert len(scene.looked("m", since=woke)) == 1
        await scene.seconds(engine, 600)
    assert len(scene.looked("m", since=woke)) == 1
    assert scene.subjects == [CRITICAL]


async def test_a_fixed_time_that_fell_into_a_stall_of_seconds_is_not_lost():
    scene = Watched(start=datetime(2026, 4, 1, 5, 59, tzinfo=UTC))
    scene.used = {"/a": 10}
    await scene.plan(disk_monitor(cadence=at("06:00")))
    async with scene.life() as engine:
        await scene.seconds(engine, 58)
        began = scene.time.steady_seconds
        scene.time.pass_by(seconds=4)
        await scene.seconds(engine, 70)
    assert len(scene.looked("m", since=began)) == 1


async def test_a_machine_on_which_all_comes_seconds_late_is_watched_all_the_same():
    scene = Watched()
    scene.used, scene.pace = {"/a": 95}, 5
    monitors = [disk_monitor(id=f"m{n}", name=f"m{n}", cadence=MINUTELY) for n in range(9)]
    await scene.plan(*monitors)
    async with scene.life() as engine:
        await scene.seconds(engine, 120)
    for monitor in monitors:
        assert 10 <= len(scene.looked(monitor.id)) <= 12
        assert max(scene.gaps(monitor.id)) <= 70


@pytest.mark.parametrize(
    ("back", "again"),
    [pytest.param(60, 0, id="an hour"), pytest.param(24 * 60 + 15, 1, id="a day")],
)
async def test_a_clock_set_back_repeats_a_fixed_time_only_if_it_was_wrong_by_far(back, again):
    scene = Watched(start=datetime(2026, 4, 1, 5, 55, tzinfo=UTC))
    scene.used = {"/a": 95}
    await scene.plan(disk_monitor(cadence=at("06:00"), rules=(EACH,)))
    async with scene.life() as engine:
        await scene.seconds(engine, 600)
        first, before = scene.time.steady_seconds, len(scene.subjects)
        scene.time.jump(minutes=-back)
        while scene.time.now.astimezone(UTC).time() < time(6, 10):
            await scene.second(engine)
    assert len(scene.looked("m", since=first)) == again
    assert len(scene.subjects) - before == again


NIGHTS = [
    pytest.param(
        BERLIN,
        datetime(2026, 3, 28, 23, 0, tzinfo=UTC),
        # 02:30 does not exist; it comes an hour later by the clock, which is 03:30.
        ["00:30+01:00", "01:30+01:00", "03:30+02:00", "04:30+02:00"],
        id="Berlin's short night",
    ),
    pytest.param(
        BERLIN,
        datetime(2026, 10, 24, 22, 0, tzinfo=UTC),
        # 02:30 exists twice; it is meant the first time.
        ["00:30+02:00", "01:30+02:00", "02:30+02:00", "03:30+01:00", "04:30+01:00"],
        id="Berlin's long night",
    ),
    pytest.param(
        TOKYO,
        datetime(2026, 3, 28, 15, 0, tzinfo=UTC),
        ["00:30+09:00", "01:30+09:00", "02:30+09:00", "03:30+09:00", "04:30+09:00"],
        id="a night in Tokyo",
    ),
]


@pytest.mark.parametrize(("zone", "midnight", "expected"), NIGHTS)
async def test_each_fixed_time_of_a_night_comes_once(zone, midnight, expected):
    scene = Watched(start=midnight)
    scene.used, scene.pace = {"/a": 95}, 2
    fixed = at("00:30", "01:30", "02:30", "03:30", "04:30", zone=zone)
    await scene.plan(
        disk_monitor(cadence=fixed, rules=(EACH,)),
        disk_monitor(id="fast", name="fast", cadence=MINUTELY, rules=()),
    )
    async with scene.life() as engine:
        await scene.seconds(engine, 30)  # what is new is looked at once at the start
        began, before = scene.time.steady_seconds, len(scene.subjects)
        while scene.time.now.astimezone(ZoneInfo(zone)).time() < time(4, 45):
            await scene.second(engine)
    looks = [wall.astimezone(ZoneInfo(zone)) for wall in scene.looked("m", since=began)]
    assert [look.isoformat()[11:16] + look.isoformat()[-6:] for look in looks] == expected
    assert len(scene.subjects) - before == len(expected)
    assert max(scene.gaps("fast")) <= 62
