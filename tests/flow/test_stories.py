"""From a full disk to a mail that a provider took, and all that may go wrong on the way."""

import logging
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from noroshi.core.levels import Level
from noroshi.core.mail import Verdict
from noroshi.core.model import Limits, Suppression
from noroshi.ports import Volume
from noroshi.stores.memory.store import MemoryStore
from noroshi.stores.sqlite.store import SqliteStore
from noroshi.testing import FakeHost, FaultyStore, Killed
from tests.flow.scene import RULE, Scene, disk_monitor

CRITICAL, RECOVERED = "[CRITICAL] web1: disk", "[OK] web1: disk"


def fast(**other):
    return disk_monitor(**{"cadence": EVERY_5_S} | other)


EVERY_5_S = replace(disk_monitor().cadence, period=timedelta(seconds=5))
HOURLY = replace(disk_monitor().cadence, period=timedelta(hours=1))


async def test_one_mail_for_a_change_and_one_for_the_recovery():
    scene = Scene()
    await scene.run(a=50)
    await scene.run(minutes=3, a=95)
    await scene.run(minutes=2, a=50)
    assert scene.subjects == [CRITICAL, RECOVERED]


async def test_two_volumes_each_have_their_say():
    scene = Scene()
    await scene.run(a=95, b=10)
    await scene.run(a=95, b=95)
    await scene.run(a=10, b=95)
    await scene.run(a=10, b=10)
    told = [(subject, text.split(":")[0]) for subject, text in scene.mails]
    assert told == [(CRITICAL, "/a"), (CRITICAL, "/b"), (RECOVERED, "/a"), (RECOVERED, "/b")]
    events = [(e.item, e.after) for e in reversed(await scene.store.events("m"))]
    assert events == [
        ("/a", Level.CRITICAL),
        ("/b", Level.CRITICAL),
        ("/a", Level.OK),
        ("/b", Level.OK),
    ]


async def test_two_volumes_in_one_turn_are_one_mail():
    scene = Scene()
    await scene.run(a=95, b=85)
    ((_, text),) = scene.mails
    assert text.splitlines() == ["/a: OK>CRITICAL NEW_LEVEL", "/b: OK>WARNING NEW_LEVEL"]


async def test_reminds_while_it_lasts_even_between_two_measurements():
    scene = Scene()
    await scene.run(minutes=150, monitor=disk_monitor(cadence=HOURLY), a=95)
    assert len(scene.subjects) == 5
    assert scene.measured < 5


async def test_a_turn_that_changes_nothing_writes_nothing():
    scene = Scene(store=FaultyStore(MemoryStore()))
    await scene.run(a=50)
    before = scene.store.calls.count("commit")
    await scene.run(minutes=30, a=51)
    assert scene.store.calls.count("commit") == before > 0
    assert len(await scene.store.samples("m", 100)) == 31 + 1


async def test_a_silence_is_heard_and_ends_by_itself():
    scene = Scene()
    await scene.plan(disk_monitor())
    await scene.store.set_suppression(
        "m", Suppression(silenced=scene.time.now + timedelta(minutes=10))
    )
    await scene.run(minutes=9, a=95)
    assert scene.subjects == []
    await scene.run(minutes=2, a=95)
    assert scene.subjects == [CRITICAL]


async def test_a_route_that_is_down_rests_and_the_next_one_takes_over_and_gives_back():
    scene = Scene(Verdict.ROUTE_DOWN, Verdict.ACCEPTED)
    await scene.run(minutes=4, a=95)
    await scene.run(minutes=2, a=10)
    assert [e.id for e in scene.backup.sent_envelopes] == ["m.1/r/ops"]
    assert [(e.id, e.attempts) for e in scene.smtp.sent_envelopes] == [
        ("m.1/r/ops", 0),
        ("m.2/r/ops", 0),
    ]


async def test_a_deferred_mail_is_the_same_mail_and_its_recovery_does_not_overtake_it():
    scene = Scene(Verdict.DEFERRED, Verdict.DEFERRED, Verdict.ACCEPTED)
    await scene.run(minutes=1, a=95)
    await scene.run(minutes=4, a=10)
    assert [e.id for e in scene.smtp.sent_envelopes] == ["m.1/r/ops"] * 3 + ["m.2/r/ops"]


async def test_what_every_route_refuses_is_set_aside_and_kept():
    scene = Scene(Verdict.REFUSED)
    scene.backup.script = [Verdict.REFUSED]
    await scene.run(minutes=2, a=95)
    (row,) = await scene.store.queue()
    assert (row.envelope.id, row.state) == ("m.1/r/ops", "set aside")


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
async def test_a_restart_forgets_nothing_and_tells_nothing_twice(kind, tmp_path):
    scene = Scene()
    for used in (50, 95, 95, 10):
        if kind == "sqlite":
            scene.store = SqliteStore.open(tmp_path / "n.db")
        await scene.run(a=used)
        if kind == "sqlite":
            await scene.store.close()
    assert scene.subjects == [CRITICAL, RECOVERED]


@pytest.mark.parametrize("answer_lost", [False, True])
async def test_killed_between_any_two_steps_no_alarm_is_lost(answer_lost):
    longest = 90
    for n in range(1, longest):
        scene = Scene()
        inner = scene.store
        await scene.plan(fast())
        scene.store = killing = FaultyStore(inner, dies_at=n, answer_lost=answer_lost)
        try:
            await scene.run(minutes=0.5, a=95)
        except Killed:
            pass
        assert len(killing.calls) >= n  # so it was killed
        scene.store = inner
        await scene.run(minutes=0.5, a=95)
        sent = Counter(e.id for e in scene.smtp.sent_envelopes)
        assert sent.keys() == {"m.1/r/ops"}, n
        assert sent["m.1/r/ops"] <= 2, n
        assert [row for row in await inner.queue() if not row.state] == []


async def test_a_commit_whose_answer_was_lost_swallows_no_later_event(caplog):
    caplog.set_level(logging.CRITICAL)
    scene = Scene(store=FaultyStore(MemoryStore()))
    scene.used = {"/a": 85}
    await scene.plan(fast())
    async with scene.life() as engine:
        await scene.second(engine)
        scene.store.loses_answers = True
        await scene.seconds(engine, 6)
        scene.store.loses_answers = False
        scene.used = {"/a": 95}
        await scene.seconds(engine, 12)
    assert scene.subjects == ["[WARNING] web1: disk", CRITICAL]


async def test_a_node_that_lost_its_block_writes_nothing_and_takes_a_new_one():
    scene = Scene()
    scene.used = {"/a": 95}
    await scene.plan(fast())
    async with scene.life() as engine:
        await engine.hold()
        stolen = engine.watcher.block.fence
        other = await scene.store.begin("other", scene.time.now)
        scene.time.pass_by(seconds=60)
        theirs = await scene.store.lease_monitors(other, scene.time.now)
        assert theirs.states.keys() == {"m"}
        await scene.seconds(engine, 12)
        assert scene.subjects == []
        await scene.store.end(other, scene.time.now)
        await scene.seconds(engine, 15)
        assert engine.watcher.block.fence != stolen
    assert scene.subjects == [CRITICAL]


@pytest.mark.parametrize("hours", [-1, 1])
async def test_when_the_wall_clock_is_set_nobody_is_blind_and_nothing_is_told_twice(hours):
    scene = Scene()
    scene.used = {"/a": 95, "/b": 10}
    await scene.plan(disk_monitor(rules=(replace(RULE, repeat=None),)))
    async with scene.life() as engine:
        await scene.seconds(engine, 120)
        scene.time.jump(hours=hours)
        scene.used["/b"], before = 95, scene.measured
        await scene.seconds(engine, 120)
    assert scene.measured - before in (2, 3)
    assert scene.subjects == [CRITICAL, CRITICAL]


async def test_after_a_long_sleep_each_monitor_runs_once_and_spread():
    scene = Scene()
    scene.used = {"/a": 10}
    await scene.plan(disk_monitor())
    async with scene.life() as engine:
        await scene.seconds(engine, 60)
        scene.time.pass_by(hours=1)
        before = scene.measured
        await scene.seconds(engine, 60)
    assert scene.measured - before == 1


async def test_a_store_that_fails_does_not_end_the_watch(caplog):
    caplog.set_level(logging.CRITICAL)
    scene = Scene(store=FaultyStore(MemoryStore()))
    scene.used = {"/a": 10}
    await scene.plan(fast())
    async with scene.life() as engine:
        for second in range(60):
            scene.store.is_failing = 10 <= second < 40
            scene.used["/a"] = 95 if second > 15 else 10
            await scene.second(engine, second)
    assert scene.measured >= 11
    assert scene.subjects == [f"[sent directly] {CRITICAL}", CRITICAL]
    times = [sample.measured_at for sample in await scene.store.samples("m", 100)]
    assert times == sorted(set(times), reverse=True)  # none of them twice


async def test_after_a_restart_a_reminder_does_not_wait_for_the_next_measurement():
    scene = Scene()
    await scene.run(minutes=20, monitor=disk_monitor(cadence=HOURLY), a=95)
    scene.time.pass_by(minutes=20)
    before, measured = len(scene.subjects), scene.measured
    await scene.run(minutes=0.1, a=95)
    assert (len(scene.subjects), scene.measured) == (before + 1, measured)


async def test_what_is_applied_takes_effect_without_a_restart():
    scene = Scene()
    scene.used = {"/a": 85}
    async with scene.life() as engine:
        await scene.plan(fast(limits={"used": Limits(critical=90)}))
        await scene.seconds(engine, 12)
        assert scene.subjects == []
        await scene.plan(fast(limits={"used": Limits(critical=80)}))
        await scene.seconds(engine, 12)
    assert scene.subjects == [CRITICAL]


async def test_a_monitor_that_is_removed_is_closed_and_its_waiting_mail_stays():
    scene = Scene(Verdict.DEFERRED, Verdict.ACCEPTED)
    scene.used = {"/a": 95}
    await scene.plan(fast(), fast(id="n", name="other"))
    async with scene.life() as engine:
        await scene.seconds(engine, 8)
        await scene.plan(fast())
        await scene.seconds(engine, 120)
    assert [e.id for e in scene.smtp.sent_envelopes][-1] == "n.2/r/ops"
    assert "n" not in await scene.store.states()


async def test_a_changed_target_closes_what_was_open_and_begins_afresh():
    scene = Scene()
    scene.used = {"/a": 95}
    await scene.plan(fast())
    async with scene.life() as engine:
        await scene.seconds(engine, 12)
        changed = replace(fast().options, target="there")
        await scene.plan(fast(options=changed))
        await scene.seconds(engine, 20)
    assert scene.subjects == [CRITICAL, RECOVERED, CRITICAL]


async def test_a_check_that_goes_to_another_computer_begins_afresh():
    scene = Scene()
    scene.used = {"/a": 95}
    await scene.plan(fast(goes_to="192.0.2.1"))
    async with scene.life() as engine:
        await scene.seconds(engine, 12)
        await scene.plan(fast(goes_to="192.0.2.2"))
        await scene.seconds(engine, 20)
    assert scene.subjects == [CRITICAL, RECOVERED, CRITICAL]


async def test_another_address_is_nothing_to_what_is_measured_on_the_computer_itself():
    scene = Scene()
    scene.used = {"/a": 95}
    await scene.plan(fast())
    async with scene.life() as engine:
        await scene.seconds(engine, 12)
        await scene.plan(fast(instance=replace(fast().instance, address="192.0.2.2")))
        await scene.seconds(engine, 20)
    assert scene.subjects == [CRITICAL]


async def test_mail_for_a_route_that_was_removed_goes_by_the_next_one():
    scene = Scene(Verdict.ROUTE_DOWN)
    scene.used = {"/a": 95}
    await scene.plan(fast(rules=(replace(RULE, routes=("smtp1",)),)))
    async with scene.life() as engine:
        await scene.seconds(engine, 12)
        assert scene.backup.sent_envelopes == []
        await scene.plan(fast(rules=(replace(RULE, routes=("smtp1",)),)), routes=("smtp2",))
        await scene.seconds(engine, 12)
        (resting,) = await scene.store.route_outages()
    assert resting.reason.en == "route “smtp1” no longer exists"
    assert resting.reason.ja == "経路「smtp1」は定義から削除されています"


async def test_a_day_without_a_mail_server_loses_nothing_and_nothing_overtakes():
    scene = Scene(Verdict.ROUTE_DOWN)
    rule = replace(RULE, routes=("smtp1",), repeat=None)
    await scene.plan(disk_monitor(rules=(rule,)), disk_monitor(id="n", rules=(rule,)))
    async with scene.life() as engine:
        for hour in range(24):
            scene.used = {"/a": 95 if hour % 2 else 10}
            for _ in range(1440):  # of 2.5 s: just short of what counts as having slept
                await scene.second(engine)
                scene.time.pass_by(seconds=1.5)
        tried = len(scene.smtp.sent_envelopes)
        scene.smtp.sent_envelopes.clear()
        scene.smtp.script = [Verdict.ACCEPTED]
        await scene.seconds(engine, 200)
    assert tried < 900
    sent = [e.id for e in scene.smtp.sent_envelopes]
    assert Counter(sent).most_common(1)[0][1] == 1
    for monitor in "mn":
        mine = [int(id.split("/")[0].split(".")[1]) for id in sent if id.startswith(monitor)]
        assert mine == list(range(1, 24))


async def test_a_check_that_fails_is_unknown_and_the_others_go_on():
    scene = Scene()

    def host(monitor):
        broken = monitor.id == "n"
        return FakeHost(None if broken else [Volume("/a", 100, 90)])

    scene.host = host
    await scene.plan(fast(), fast(id="n", name="other"))
    async with scene.life() as engine:
        await scene.seconds(engine, 12)
    assert scene.subjects == ["[UNKNOWN] web1: other"]


async def test_a_number_that_is_none_is_a_fault_and_never_looks_well():
    scene = Scene()
    await scene.run(a=float("nan"))
    assert scene.subjects == ["[UNKNOWN] web1: disk"]


async def test_what_was_due_while_nobody_watched_is_looked_at_soon_after_the_start():
    scene = Scene()
    await scene.run(minutes=1, monitor=disk_monitor(cadence=HOURLY), a=10)
    scene.time.pass_by(hours=1)
    before = scene.measured
    await scene.run(minutes=0.1, a=95)
    assert scene.measured == before + 1
    assert scene.subjects == [CRITICAL]


async def test_what_was_not_due_meanwhile_waits_for_its_time():
    scene = Scene()
    await scene.run(minutes=20, monitor=disk_monitor(cadence=HOURLY), a=10)
    before = scene.measured
    await scene.run(minutes=0.1, a=10)
    assert scene.measured == before
