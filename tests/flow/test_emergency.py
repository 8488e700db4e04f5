"""When the store can take nothing: the alarm leaves without the spool, and later in its own way."""

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta
from itertools import cycle

import pytest

from noroshi.core.mail import Verdict
from noroshi.core.model import Contact, Instance
from noroshi.stores.memory.store import MemoryStore
from noroshi.testing import FaultyStore, ScriptedTransport
from tests.flow.scene import NOTE, RULE, Options, Scene, disk_monitor

MARK = "[sent directly] "
CRITICAL, RECOVERED = "[CRITICAL] web1: disk", "[OK] web1: disk"
EN, JA = RULE.contacts[0], Contact(id="sato", addresses=("sato@example.jp",), language="ja")


@pytest.fixture(autouse=True)
def _quiet(caplog):
    caplog.set_level(logging.CRITICAL)


def broken_scene(*smtp):
    scene = Scene(*smtp, store=FaultyStore(MemoryStore()))
    scene.used = {"/a": 10}
    return scene


def fail(scene, how):
    setattr(scene.store, how, True)


def mend(scene):
    scene.store.is_failing = scene.store.read_only = False


@pytest.mark.parametrize("how", ["is_failing", "read_only"])
async def test_an_alarm_that_cannot_be_written_is_told_at_once_and_once_more_when_it_can(how):
    scene = broken_scene()
    await scene.plan(disk_monitor())
    async with scene.life() as engine:
        await scene.seconds(engine, 60)
        scene.used = {"/a": 95}
        fail(scene, how)
        began = scene.time.now
        await scene.seconds(engine, 90)
        assert scene.subjects == [MARK + CRITICAL]
        (urgent,) = scene.smtp.sent_envelopes
        assert urgent.born - began <= timedelta(seconds=70)
        await scene.seconds(engine, 600)
        assert scene.subjects == [MARK + CRITICAL]
        mend(scene)
        await scene.seconds(engine, 60)
    assert scene.subjects == [MARK + CRITICAL, CRITICAL]
    assert scene.smtp.sent_envelopes[1].thread == (urgent.id,)
    assert urgent.id != scene.smtp.sent_envelopes[1].id
    assert "database or disk is full" in urgent.payload["text"]


async def test_a_failure_that_is_over_at_the_second_try_needs_no_emergency():
    scene = broken_scene()
    await scene.plan(disk_monitor())
    async with scene.life() as engine:
        await scene.seconds(engine, 60)
        scene.used, scene.store.read_only = {"/a": 95}, True
        while not scene.store.calls.count("commit") > 1:
            await scene.second(engine)
        mend(scene)
        await scene.seconds(engine, 60)
    assert scene.subjects == [CRITICAL]


async def test_a_store_that_is_locked_for_half_a_minute_is_only_waited_for():
    scene = broken_scene()
    await scene.plan(disk_monitor(), disk_monitor(id="n", name="other", rules=()))
    async with scene.life() as engine:
        await scene.seconds(engine, 61)
        scene.used = {"/a": 95}
        scene.store.lock()
        engine.watcher.start_due(engine.watcher.block)
        for _ in range(30):
            scene.time.pass_by(seconds=1)
            engine.watcher.start_due(engine.watcher.block)
            await engine.attempt(engine.emergency.step)
        scene.store.unlock()
        await scene.seconds(engine, 60)
    assert scene.subjects == [CRITICAL]


async def test_all_of_an_instance_is_one_telling_for_each_contact_and_one_an_hour():
    rule = replace(RULE, contacts=(EN, JA), repeat=None)
    scene = broken_scene()
    scene.actions = (replace(NOTE, draft=_in_their_language),)
    monitors = [disk_monitor(id=i, name=f"disk-{i}", rules=(rule,)) for i in "abcd"]
    await scene.plan(*monitors)
    async with scene.life() as engine:
        await scene.seconds(engine, 61)
        scene.used, scene.store.is_failing = {"/a": 85}, True
        await scene.seconds(engine, 120)
        first = list(scene.smtp.sent_envelopes)
        assert sorted(mail.contact for mail in first) == ["ops", "sato"]
        scene.used = {"/a": 95}
        await scene.seconds(engine, 3300)
        assert scene.smtp.sent_envelopes == first
        await scene.seconds(engine, 400)
    second = scene.smtp.sent_envelopes[2:]
    assert sorted(mail.contact for mail in second) == ["ops", "sato"]
    (ops,) = (mail.payload for mail in second if mail.contact == "ops")
    assert ops["subject"].startswith(MARK) and ops["subject"].endswith(" and 6 more")
    assert ops["text"].count(">CRITICAL") == 4 and ops["text"].count(">WARNING") == 3
    (sato,) = (mail for mail in first if mail.contact == "sato")
    assert sato.payload["subject"].startswith("[直接送信] ")
    assert "データ ストアに書き込めないため" in sato.payload["text"]


def _in_their_language(options, contact, topic, alarms):
    return {**NOTE.draft(options, contact, topic, alarms), "language": contact.language}


def _if_recorded(options, contact, topic, alarms):
    return {
        **NOTE.draft(options, contact, topic, alarms),
        "text": f"stored: {topic.is_recorded}",
    }


async def test_a_mail_knows_whether_the_store_has_what_it_tells():
    scene = broken_scene()
    scene.actions = (replace(NOTE, draft=_if_recorded),)
    await scene.plan(disk_monitor())
    async with scene.life() as engine:
        await scene.seconds(engine, 61)
        scene.used, scene.store.is_failing = {"/a": 95}, True
        await scene.seconds(engine, 120)
        mend(scene)
        await scene.seconds(engine, 60)
    urgent, usual = (mail.payload["text"] for mail in scene.smtp.sent_envelopes)
    assert "stored: False" in urgent and usual == "stored: True"


async def test_another_instance_does_not_wait_for_the_hour_of_the_first():
    scene = broken_scene()
    db1 = disk_monitor(id="n", instance=Instance(name="db1"))
    await scene.plan(disk_monitor(), db1)
    async with scene.life() as engine:
        await scene.seconds(engine, 61)
        scene.used, scene.store.is_failing = {"/a": 95}, True
        await scene.seconds(engine, 120)
    assert sorted(scene.subjects) == [MARK + "[CRITICAL] db1: disk", MARK + CRITICAL]


async def test_the_first_route_that_accepts_it_takes_it():
    scene = broken_scene(Verdict.ROUTE_DOWN)
    await scene.plan(disk_monitor())
    async with scene.life() as engine:
        await scene.seconds(engine, 61)
        scene.used, scene.store.is_failing = {"/a": 95}, True
        await scene.seconds(engine, 120)
    assert [m.payload["subject"] for m in scene.backup.sent_envelopes] == [MARK + CRITICAL]


async def test_with_no_route_it_is_tried_again_each_minute_and_told_once():
    scene = broken_scene(*[Verdict.ROUTE_DOWN] * 3, Verdict.ACCEPTED)
    scene.backup = scene.smtp
    await scene.plan(disk_monitor(), routes=("smtp1",))
    async with scene.life() as engine:
        await scene.seconds(engine, 61)
        scene.used, scene.store.is_failing = {"/a": 95}, True
        await scene.seconds(engine, 600)
    assert scene.subjects == [MARK + CRITICAL] * 4


class Broken(ScriptedTransport):
    """Against its contract it raises."""

    async def send(self, envelope):
        await super().send(envelope)
        raise RuntimeError("a bug")


async def test_a_transports_bug_ends_neither_the_telling_nor_the_watch():
    scene = broken_scene()
    scene.smtp = Broken(lambda: scene.time.now)
    await scene.plan(disk_monitor())
    async with scene.life() as engine:
        await scene.seconds(engine, 61)
        scene.used, scene.store.is_failing, before = {"/a": 95}, True, scene.measured
        await scene.seconds(engine, 120)
    assert [m.payload["subject"] for m in scene.backup.sent_envelopes] == [MARK + CRITICAL]
    assert scene.measured - before > 10


async def test_what_is_over_when_the_store_is_back_is_told_as_over():
    scene = broken_scene()
    await scene.plan(disk_monitor())
    async with scene.life() as engine:
        await scene.seconds(engine, 61)
        scene.used, scene.store.is_failing = {"/a": 95}, True
        await scene.seconds(engine, 120)
        scene.used = {"/a": 10}
        mend(scene)
        await scene.seconds(engine, 120)
    assert scene.subjects == [MARK + CRITICAL, "[RECOVERED] web1 disk"]
    assert scene.smtp.sent_envelopes[1].thread == (scene.smtp.sent_envelopes[0].id,)


async def test_looks_in_a_row_are_counted_though_none_can_be_written():
    scene = broken_scene()
    await scene.plan(disk_monitor(patience=3))
    async with scene.life() as engine:
        await scene.seconds(engine, 61)
        scene.used, scene.store.is_failing = {"/a": 95}, True
        await scene.seconds(engine, 110)
        assert scene.subjects == []
        await scene.seconds(engine, 120)
        assert scene.subjects == [MARK + CRITICAL]
        mend(scene)
        await scene.seconds(engine, 240)
    assert scene.subjects == [MARK + CRITICAL, CRITICAL]
    assert scene.smtp.sent_envelopes[1].thread == (scene.smtp.sent_envelopes[0].id,)


async def test_while_nothing_can_be_written_watching_goes_on_for_all():
    scene = broken_scene()
    monitors = [disk_monitor(id=f"m{n}", name=f"disk-{n}") for n in range(20)]
    await scene.plan(*monitors)
    async with scene.life() as engine:
        await scene.seconds(engine, 61)
        scene.store.is_failing, before = True, scene.measured
        await scene.seconds(engine, 600)
        assert scene.measured - before == 200
        mend(scene)
        await scene.seconds(engine, 5)
        assert len(await scene.store.samples("m0", 1000)) >= 10


class Slow(ScriptedTransport):
    """Before its first answer something happens."""

    meanwhile = None

    async def send(self, envelope):
        happens, self.meanwhile = self.meanwhile, None
        if happens is not None:
            await happens()
        return await super().send(envelope)


def the_store_comes_back(scene, engine):
    async def happens():
        mend(scene)
        scene.time.pass_by(seconds=6)
        engine.watcher.start_due(engine.watcher.block)
        await asyncio.gather(*engine.watcher.running_checks)

    return happens


async def test_what_is_over_while_it_is_being_told_is_told_as_over():
    scene = broken_scene()
    scene.smtp = Slow(lambda: scene.time.now)
    await scene.plan(disk_monitor())
    async with scene.life() as engine:
        await scene.seconds(engine, 61)
        scene.used, scene.store.is_failing = {"/a": 95}, True
        back = the_store_comes_back(scene, engine)

        async def well_again():
            scene.used = {"/a": 10}
            await back()

        scene.smtp.meanwhile = well_again
        await scene.seconds(engine, 240)
    assert scene.subjects == [MARK + CRITICAL, "[RECOVERED] web1 disk"]


async def test_an_instance_that_is_written_while_another_is_told_is_told_in_its_own_way(caplog):
    caplog.set_level(logging.ERROR)
    scene = broken_scene()
    scene.smtp = Slow(lambda: scene.time.now)
    db1 = disk_monitor(id="n", instance=Instance(name="db1"))
    await scene.plan(disk_monitor(), db1)
    async with scene.life() as engine:
        await scene.seconds(engine, 61)
        scene.used, scene.store.is_failing = {"/a": 95}, True
        for _ in range(75):
            await engine.attempt(engine.tick)
            await asyncio.gather(*engine.watcher.running_checks)
            scene.time.pass_by(seconds=1)
        scene.smtp.meanwhile = the_store_comes_back(scene, engine)
        caplog.clear()
        await scene.seconds(engine, 60)
    assert [r.getMessage() for r in caplog.records] == []
    assert sum(subject.startswith(MARK) for subject in scene.subjects) == 1


def crowd(count):
    return tuple(Contact(id=f"c{n}", addresses=(f"c{n}@example.com",)) for n in range(count))


async def test_of_a_crowd_of_contacts_each_is_told():
    rule = replace(RULE, contacts=crowd(60), repeat=None)
    scene = broken_scene()
    await scene.plan(disk_monitor(rules=(rule,)))
    async with scene.life() as engine:
        await scene.seconds(engine, 61)
        scene.used, scene.store.is_failing = {"/a": 95}, True
        await scene.seconds(engine, 120)
    assert {mail.contact for mail in scene.smtp.sent_envelopes} == {c.id for c in rule.contacts}


async def test_what_swings_for_an_hour_is_told_as_it_stands_at_its_end():
    rule = replace(RULE, repeat=None)
    scene = broken_scene()
    await scene.plan(disk_monitor(rules=(rule,)))
    async with scene.life() as engine:
        await scene.seconds(engine, 61)
        scene.store.is_failing = True
        levels = cycle([("CRITICAL", 95), ("WARNING", 85), ("OK", 10)])
        while len(scene.smtp.sent_envelopes) < 2:
            now, scene.used["/a"] = next(levels)
            await scene.seconds(engine, 60)
    assert (
        scene.smtp.sent_envelopes[-1].payload["text"].splitlines()[-1] == f"[{now}] web1: disk"
    )


@pytest.mark.parametrize("how", ["removed", "another target"])
async def test_who_was_told_hears_that_the_monitor_is_watched_no_more(how):
    scene = broken_scene()
    await scene.plan(disk_monitor())
    async with scene.life() as engine:
        await scene.seconds(engine, 61)
        scene.used, scene.store.is_failing = {"/a": 95}, True
        await scene.seconds(engine, 120)
        mend(scene)
        scene.used = {"/a": 10}
        other = disk_monitor(options=Options(target="there"))
        await scene.plan(*([other] if how == "another target" else []))
        engine.wake_up()
        await engine.attempt(engine.hold)
        await scene.seconds(engine, 120)
    assert scene.subjects == [MARK + CRITICAL, "[NO LONGER MONITORED] web1 disk"]
    assert scene.smtp.sent_envelopes[1].thread == (scene.smtp.sent_envelopes[0].id,)


async def test_of_an_end_that_reached_one_contact_only_the_other_hears_when_the_store_is_back():
    rule = replace(RULE, contacts=(EN, JA), repeat=None)
    scene = broken_scene()
    await scene.plan(disk_monitor(rules=(rule,)))
    async with scene.life() as engine:
        await scene.seconds(engine, 61)
        scene.used, scene.store.is_failing = {"/a": 95}, True
        await scene.seconds(engine, 120)
        assert len(scene.smtp.sent_envelopes) == 2
        scene.used = {"/a": 10}
        only_ops = {EN.addresses[0]: Verdict.ACCEPTED, JA.addresses[0]: Verdict.REFUSED}
        scene.smtp.script = scene.backup.script = [only_ops]
        while len(scene.smtp.sent_envelopes) < 4:
            await scene.second(engine)
        scene.smtp.script = scene.backup.script = [Verdict.ACCEPTED]
        before = len(scene.smtp.sent_envelopes)
        mend(scene)
        await scene.seconds(engine, 120)
    assert [mail.contact for mail in scene.smtp.sent_envelopes[before:]] == ["sato"]
