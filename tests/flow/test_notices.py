"""What happens to an instance or to Noroshi itself is told once, whatever becomes of the node."""

import asyncio
import json
from collections import Counter
from dataclasses import replace
from datetime import time, timedelta

import pytest

from noroshi.core.cadence import FixedTimes
from noroshi.core.mail import Route, Verdict
from noroshi.core.model import Contact, Instance
from noroshi.core.notices.notice import Failure, Happening, Notification
from noroshi.core.own_instance import OWN_INSTANCE, QUEUE
from noroshi.core.translation import plain
from noroshi.engine.notices.notifier import LAST_POSTED
from noroshi.engine.notices.version_batching import QUIET_SECONDS
from noroshi.ports import Document, Version
from noroshi.stores.memory.store import MemoryStore
from noroshi.testing import FaultyStore, Killed
from tests.flow.scene import NOTE, OPS, RULE, FixedPlan, Scene, disk_monitor

SAM = Contact(id="sam", addresses=("sam@example.com",))
WEB2, OWN = Instance(name="web2"), Instance(name=OWN_INSTANCE)
NO_OPS = {"ops@example.com": Verdict.REFUSED, "sam@example.com": Verdict.ACCEPTED}
NO_OLD = {
    "ops@example.com": Verdict.ACCEPTED,
    "old@example.com": Verdict.REFUSED,
    "sam@example.com": Verdict.ACCEPTED,
}


def told(*events, **other):
    given = {"id": "n", "contacts": (OPS,), "routes": ("smtp1",), "action": "note"} | other
    return Notification(events=frozenset(events), **given)


def _say(_contact, about):
    return {"subject": about.happening.value, "text": "", "about": about}


class Told(Scene):
    """A scene in whose plan notifications stand; their payload is what they tell of."""

    def __init__(self, *smtp, **other):
        super().__init__(*smtp, **other)
        self.actions = (replace(NOTE, notice=_say),)

    async def version(
        self, *notifications, monitors=None, rules=(), documents=(), note="", who="sato"
    ):
        monitors = (disk_monitor(),) if monitors is None else monitors
        current = await self.store.current()
        given = Version(
            number=current.number + 1,
            documents=documents,
            author=who,
            saved_at=self.time.now,
            note=note,
        )
        ids = [monitor.id for monitor in monitors]
        number = await self.store.publish(given, ids, current.number)
        self.plans[number] = FixedPlan(
            {monitor.id: monitor for monitor in monitors},
            {name: Route(name=name, kind="scripted") for name in ("smtp1", "smtp2")},
            {rule.id: rule for rule in rules},
            {one.id: one for one in notifications},
        )

    async def ends(self):
        """One life that is told to stop, as by SIGTERM."""
        async with self.life() as engine:
            await self.second(engine)
            engine.dispatcher.start()
            await engine._close()

    @property
    def abouts(self):
        sent = (*self.smtp.sent_envelopes, *self.backup.sent_envelopes)
        return [e.payload["about"] for e in sent if "about" in e.payload]

    def of(self, happening):
        return [about for about in self.abouts if about.happening is happening]


def document(name, **content):
    return Document(f"instances/{name}", json.dumps({"group": [], **content}))


async def test_a_start_and_a_stop_are_told_with_what_is_watched():
    scene = Told()
    web2 = disk_monitor(id="m2", instance=WEB2)
    both = told(Happening.STARTED, Happening.STOPPED)
    await scene.version(both, monitors=(disk_monitor(), web2))
    await scene.ends()
    assert [about.happening.value for about in scene.abouts] == ["started", "stopped"]
    names = [[one.name for one in about.instances] for about in scene.abouts]
    assert names == [["web1", "web2"]] * 2


async def test_each_life_is_told_of_once_however_long_it_is():
    scene = Told()
    await scene.version(told(Happening.STARTED))
    await scene.run(minutes=2, a=10)
    await scene.run(minutes=2, a=10)
    assert len(scene.of(Happening.STARTED)) == 2


async def test_what_cannot_leave_before_the_end_leaves_after_the_next_start():
    scene = Told(Verdict.DEFERRED, Verdict.ACCEPTED)
    await scene.version(told(Happening.STOPPED))
    await scene.ends()
    assert [row.envelope.payload["subject"] for row in await scene.store.queue()] == ["stopped"]
    await scene.run(minutes=2, a=10)
    assert [e.id for e in scene.smtp.sent_envelopes] == ["notice/stopped/node.1/n/ops"] * 2
    assert await scene.store.queue() == []


async def test_an_instance_that_a_version_adds_or_removes_is_told():
    scene = Told()
    both = told(Happening.STARTED, Happening.STOPPED)
    await scene.version(both)
    async with scene.life() as engine:
        await scene.second(engine)
        await scene.version(
            both, monitors=(disk_monitor(), disk_monitor(id="m2", instance=WEB2))
        )
        await scene.seconds(engine, 4)
        await scene.version(both)
        await scene.seconds(engine, 4)
    said = [(e.id, e.payload["about"].instances[0].name) for e in scene.smtp.sent_envelopes]
    assert said == [
        ("notice/started/node.1/n/ops", "web1"),
        ("notice/started/v2.20260401T060001Z/n/ops", "web2"),
        ("notice/stopped/v3.20260401T060005Z/n/ops", "web2"),
    ]


async def test_nobody_watched_is_told_before_any_alarm_with_the_fixed_times_that_were_missed():
    scene = Told()
    nightly = disk_monitor(
        id="m2", name="backup", cadence=FixedTimes(times=(time(7),), zone="UTC")
    )
    await scene.version(told(Happening.UNWATCHED), monitors=(disk_monitor(), nightly))
    await scene.run(minutes=1, a=10)
    scene.time.pass_by(hours=3)
    await scene.run(minutes=1, a=95)
    [gap] = scene.of(Happening.UNWATCHED)
    assert scene.subjects[0] == "unwatched"
    assert timedelta(hours=3) <= gap.ended_at - gap.happened_at < timedelta(hours=3, seconds=5)
    assert [one.path for one in gap.missed] == ["web1/g/backup"]
    assert (gap.node, gap.has_agents) == ("node", False)


async def test_what_an_agent_measures_is_not_missed_while_the_hub_is_away():
    scene = Told()
    scene.agent_of = lambda monitor: monitor.instance.source
    of_agent = disk_monitor(
        id="m2",
        instance=Instance(name="fs01", source="fs01"),
        cadence=FixedTimes(times=(time(7),), zone="UTC"),
    )
    await scene.version(told(Happening.UNWATCHED), monitors=(disk_monitor(), of_agent))
    await scene.run(minutes=1, a=10)
    scene.time.pass_by(hours=3)
    await scene.run(minutes=1, a=95)
    [gap] = scene.of(Happening.UNWATCHED)
    assert gap.has_agents and not gap.missed


async def test_a_short_restart_is_no_time_in_which_nobody_watched():
    scene = Told()
    await scene.version(told(Happening.UNWATCHED))
    await scene.run(minutes=1, a=10)
    scene.time.pass_by(seconds=100)
    await scene.run(minutes=1, a=10)
    assert scene.abouts == []


async def test_without_a_notification_for_it_the_rules_contacts_hear_that_nobody_watched():
    scene = Told()
    await scene.version(rules=(replace(RULE, contacts=(OPS, SAM)),))
    await scene.run(minutes=1, a=10)
    scene.time.pass_by(hours=3)
    await scene.run(minutes=1, a=10)
    assert [e.id for e in scene.smtp.sent_envelopes] == [
        "notice/unwatched/node.2/-/ops",
        "notice/unwatched/node.2/-/sam",
    ]


async def test_a_process_that_stood_still_says_so():
    scene = Told()
    await scene.version(told(Happening.UNWATCHED))
    async with scene.life() as engine:
        await scene.seconds(engine, 5)
        scene.time.pass_by(hours=1)
        await scene.seconds(engine, 10)
    [gap] = scene.of(Happening.UNWATCHED)
    assert gap.was_suspended and gap.ended_at - gap.happened_at >= timedelta(hours=1)


async def test_what_a_version_changes_is_told_with_who_and_why():
    scene = Told()
    asked = told(Happening.CHANGED)
    await scene.version(asked, documents=(document("web1", every="1m"),))
    async with scene.life() as engine:
        await scene.second(engine)
        changed = (document("web1", every="5m"),)
        await scene.version(asked, documents=changed, note="too often")
        await scene.seconds(engine, 8)
        scene.time.pass_by(seconds=QUIET_SECONDS)
        await scene.seconds(engine, 8)
    first, about = scene.of(Happening.CHANGED)
    assert (first.version, first.is_offline_change) == (1, True)
    assert (about.version, about.author, about.note.ja) == (2, "sato", "too often")
    assert [(name, words.en) for name, words in about.differences] == [
        ("web1", '~ instances/web1: every "1m" → "5m"')
    ]


async def three_versions(scene, asked, engine):
    """As a setup makes them, with some seconds between."""
    for every, note in (("2m", "setup"), ("3m", "setup"), ("4m", "")):
        await scene.version(asked, documents=(document("web1", every=every),), note=note)
        await scene.seconds(engine, 20)


async def test_of_many_versions_that_come_at_once_none_is_left_out():
    scene, asked = Told(), told(Happening.CHANGED)
    await scene.version(asked, documents=(document("web1", every="1m"),))
    async with scene.life() as engine:
        await scene.second(engine)
        for minutes in range(2, 32):
            every = (document("web1", every=f"{minutes}m"),)
            await scene.version(asked, documents=every)
        await scene.seconds(engine, 8)
        scene.time.pass_by(seconds=QUIET_SECONDS)
        await scene.seconds(engine, 8)
    _, several = scene.of(Happening.CHANGED)
    assert (several.first, several.version) == (2, 31)
    assert [words.en for _, words in several.differences] == [
        '~ instances/web1: every "1m" → "31m"'
    ]


async def test_versions_that_one_person_makes_one_after_the_other_are_told_as_one():
    scene, asked = Told(), told(Happening.CHANGED)
    await scene.version(asked, documents=(document("web1", every="1m"),))
    async with scene.life() as engine:
        await scene.second(engine)
        await three_versions(scene, asked, engine)
        assert len(scene.of(Happening.CHANGED)) == 1  # of the start
        await scene.version(asked, documents=(document("web1", every="5m"),), who="eri")
        await scene.seconds(engine, 8)
        scene.time.pass_by(seconds=QUIET_SECONDS)
        await scene.seconds(engine, 8)
    _, several, hers = scene.of(Happening.CHANGED)
    assert (several.first, several.version, several.note.en) == (2, 4, "setup")
    assert [words.en for _, words in several.differences] == [
        '~ instances/web1: every "1m" → "4m"'
    ]
    assert (hers.first, hers.version, hers.author) == (0, 5, "eri")
    await scene.run(minutes=1, a=10)
    assert len(scene.of(Happening.CHANGED)) == 3  # nothing of it is told again


@pytest.mark.parametrize("told_to_stop", [True, False])
async def test_what_waits_to_be_told_together_is_told_though_the_node_ends(told_to_stop):
    scene, asked = Told(), told(Happening.CHANGED)
    await scene.version(asked, documents=(document("web1", every="1m"),))
    async with scene.life() as engine:
        await scene.second(engine)
        await three_versions(scene, asked, engine)
        if told_to_stop:
            engine.dispatcher.start()
            await engine._close()
    await scene.run(minutes=1, a=10)
    found = [(one.first, one.version) for one in scene.of(Happening.CHANGED)]
    one_by_one = [(0, 1), (0, 2), (0, 3), (0, 4)]
    assert found == ([(0, 1), (2, 4)] if told_to_stop else one_by_one)


MANY = 25  # more than are looked at where nobody knows what was told


async def many_versions(scene, asked, engine):
    """Faster than they are told, for longer than an earlier life is looked back upon."""
    for every in range(MANY):
        await scene.version(asked, documents=(document("web1", every=f"{every}m"),))
        await scene.seconds(engine, 3)


@pytest.mark.parametrize("first", [0, 1], ids=["before any version", "before another one"])
async def test_of_many_versions_that_wait_to_be_told_a_crash_loses_none(first):
    scene, asked = Told(), told(Happening.CHANGED)
    if first:
        await scene.version(asked, documents=(document("web1"),))
    async with scene.life() as engine:
        await scene.second(engine)
        await many_versions(scene, asked, engine)
    assert len(scene.of(Happening.CHANGED)) == first  # the others wait
    await scene.run(minutes=1, a=10)
    found = [one.version for one in scene.of(Happening.CHANGED)]
    assert found == list(range(1, MANY + first + 1))
    await scene.run(minutes=1, a=10)
    assert len(scene.of(Happening.CHANGED)) == len(found)  # nothing of it is told again


@pytest.mark.parametrize("noted", ["1.20200101T000000Z", "900.20260401T060000Z", "", "?"])
async def test_where_nobody_knows_what_was_told_it_goes_by_when_the_node_was_there(noted):
    scene, asked = Told(), told(Happening.CHANGED)
    await scene.version(asked, documents=(document("web1"),))
    async with scene.life() as engine:
        await scene.second(engine)
        await many_versions(scene, asked, engine)
    await scene.store.put_value(LAST_POSTED, noted)
    scene.time.pass_by(hours=1)
    await scene.version(asked, documents=(document("web1", every="9m"),))
    await scene.run(minutes=1, a=10)
    found = [one.version for one in scene.of(Happening.CHANGED)]
    assert found[0] == 1 and found[1] > MANY // 2 and found[-1] == MANY + 2


async def test_versions_that_were_applied_while_no_node_ran_are_each_told_at_the_next_start():
    scene = Told()
    asked = told(Happening.CHANGED)
    await scene.version(asked)
    await scene.run(minutes=1, a=10)
    scene.time.pass_by(hours=1)
    for every in ("2m", "3m"):
        await scene.version(asked, documents=(document("web1", every=every),))
    await scene.run(minutes=1, a=10)
    await scene.run(minutes=1, a=10)
    assert [(one.version, one.is_offline_change) for one in scene.of(Happening.CHANGED)] == [
        (2, True),
        (3, True),
    ]


async def test_a_version_whose_number_was_given_before_a_restore_is_told_by_a_mail_of_its_own():
    ids = []
    scene, asked = Told(), told(Happening.CHANGED)
    for _store in ("the one that was lost", "its backup"):
        await scene.version(asked, documents=(document("web1", every="1m"),))
        await scene.run(minutes=1, a=10)
        ids += [e.id for e in scene.smtp.sent_envelopes]
        scene.store, scene.smtp.sent_envelopes = MemoryStore(), []
    assert len(ids) == len(set(ids)) == 2


EIGHT = FixedTimes(times=(time(8),), zone="UTC")


async def test_all_is_well_is_told_at_its_time_of_day():
    scene = Told()  # it begins at six
    scene.pace = 30
    await scene.version(told(Happening.WELL, report_times=EIGHT))
    async with scene.life() as engine:
        scene.used = {"/a": 10}
        while scene.time.now.hour < 9:
            await scene.seconds(engine, 3)
    [report] = scene.of(Happening.WELL)
    assert (report.healthy_count, report.unhealthy, report.unmeasured_count) == (1, (), 0)
    assert scene.smtp.sent_envelopes[0].id == "notice/all-is-well/2026-04-01T08:00Z/n/ops"


async def test_a_report_names_what_is_bad_and_what_became_of_the_alarms():
    scene = Told()
    await scene.version(told(Happening.WELL, report_times=EIGHT))
    await scene.run(minutes=1, a=95)
    scene.time.pass_by(minutes=118.9)
    await scene.run(minutes=3, a=95)
    [report] = scene.of(Happening.WELL)
    assert [one.path for one in report.unhealthy] == ["web1/g/disk"]
    assert report.tally["accepted"] >= 1
    assert (report.waiting_count, report.set_aside_count) == (0, 0)


async def test_a_report_names_the_nodes_own_monitors_for_a_reader_of_any_language():
    scene = Told()
    scene.checks = tuple(replace(one, kind=QUEUE) for one in scene.checks)
    queue = disk_monitor(name="queue", kind=QUEUE, title="Mail queue", instance=OWN)
    await scene.version(told(Happening.WELL, report_times=EIGHT), monitors=(queue,))
    await scene.run(minutes=1, a=95)
    scene.time.pass_by(minutes=118.9)
    await scene.run(minutes=3, a=95)
    [report] = scene.of(Happening.WELL)
    assert [one.title.ja for one in report.unhealthy] == ["送信キュー"]


class Losing(MemoryStore):
    """A store of whose alarms two are nowhere."""

    async def totals(self):
        return {**await super().totals(), "lost": 2}


async def test_a_report_counts_the_alarms_that_are_nowhere():
    scene = Told(store=Losing())
    await scene.version(told(Happening.WELL, report_times=EIGHT))
    await scene.run(minutes=1, a=10)
    scene.time.pass_by(minutes=118.9)
    await scene.run(minutes=3, a=10)
    [report] = scene.of(Happening.WELL)
    assert (report.tally, report.lost_count, report.all_lost) == ({}, 2, 2)


async def test_a_clock_that_was_far_ahead_at_the_start_holds_up_no_report():
    scene = Told()
    scene.time.jump(days=3)
    await scene.version(told(Happening.WELL, report_times=EIGHT))
    await scene.run(minutes=1, a=10)
    async with scene.life() as engine:
        await scene.seconds(engine, 10)
        scene.time.jump(days=-3)
        await scene.seconds(engine, 100)
        scene.time.pass_by(hours=2)
        await scene.seconds(engine, 10)
    assert [about.due.hour for about in scene.of(Happening.WELL)] == [8]


@pytest.mark.parametrize(
    ("hours", "times"), [pytest.param(6, 1, id="late"), pytest.param(15, 0, id="too late")]
)
async def test_a_report_whose_time_passed_while_no_node_ran_comes_late_or_not_at_all(
    hours, times
):
    scene = Told()
    await scene.version(told(Happening.WELL, report_times=EIGHT))
    await scene.run(minutes=1, a=10)
    scene.time.pass_by(hours=hours)
    await scene.run(minutes=3, a=10)
    await scene.run(minutes=3, a=10)
    assert len(scene.of(Happening.WELL)) == times


@pytest.mark.parametrize(
    "renamed",
    [{"id": "nightly"}, {"contacts": (replace(OPS, id="sre"),)}],
    ids=["it", "its contact"],
)
async def test_a_report_comes_once_though_a_name_changes_and_the_node_starts_again(renamed):
    scene = Told()
    await scene.version(told(Happening.WELL, report_times=EIGHT))
    await scene.run(minutes=1, a=10)
    scene.time.pass_by(minutes=119)
    await scene.run(minutes=3, a=10)
    await scene.version(told(Happening.WELL, report_times=EIGHT, **renamed))
    await scene.run(minutes=3, a=10)
    assert len(scene.of(Happening.WELL)) == 1


async def test_a_new_notification_tells_nothing_of_the_time_before_it():
    scene = Told()
    scene.time.pass_by(hours=4)  # it is ten
    await scene.version()
    async with scene.life() as engine:
        await scene.seconds(engine, 100)
        await scene.version(told(Happening.WELL, report_times=EIGHT))
        await scene.seconds(engine, 100)
    assert scene.abouts == []


async def test_a_mail_that_no_route_takes_is_told_to_somebody_else():
    scene = Told(NO_OPS)
    scene.backup.script = [NO_OPS]
    await scene.version(told(Happening.ASIDE, contacts=(OPS, SAM), routes=("smtp1", "smtp2")))
    await scene.run(minutes=2, a=95)
    sent = [
        e
        for e in (*scene.smtp.sent_envelopes, *scene.backup.sent_envelopes)
        if "about" in e.payload
    ]
    assert [(e.id, e.contact) for e in sent] == [("notice/set-aside/m.1/r/ops/n/sam", "sam")]
    assert scene.of(Happening.ASIDE)[0].mail == "m.1/r/ops"


async def test_a_notice_that_no_route_takes_leads_to_no_end_of_notices():
    scene = Told(Verdict.REFUSED)
    scene.backup.script = [Verdict.REFUSED]
    asked = told(Happening.ASIDE, Happening.FAILED, Happening.STARTED, contacts=(OPS, SAM))
    await scene.version(asked)
    await scene.run(minutes=5, a=95)
    aside = Counter(row.envelope.id.split("/")[1] for row in await scene.store.queue())
    # The alarm and both starts lie aside; each is told to the other contact, and no more.
    assert aside == {"r": 1, "started": 2, "set-aside": 3, "action-failed": 2}
    assert all(row.state == "set aside" for row in await scene.store.queue())


async def test_a_route_that_refuses_mail_is_told_of_once_a_day():
    scene = Told(Verdict.REFUSED)
    asked = told(Happening.FAILED, contacts=(SAM,), routes=("smtp2",))
    await scene.version(asked)
    for used in (95, 10, 95):
        await scene.run(minutes=2, a=used)
    [failed] = scene.of(Happening.FAILED)
    assert (failed.failure, failed.name, failed.contact) == (Failure.ROUTE, "smtp1", "ops")


async def test_an_address_that_is_refused_while_others_are_reached_is_told_of():
    scene = Told()
    both = replace(OPS, addresses=("ops@example.com", "old@example.com"))
    monitor = disk_monitor(rules=(replace(RULE, contacts=(both,)),))
    scene.smtp.script = [NO_OLD]
    await scene.version(told(Happening.FAILED, contacts=(SAM,)), monitors=(monitor,))
    await scene.run(minutes=1, a=95)
    [failed] = scene.of(Happening.FAILED)
    assert (failed.failure, failed.name) == (Failure.ADDRESS, "ops")
    assert failed.addresses == ("old@example.com",)


async def test_an_address_that_is_refused_as_the_route_goes_down_is_told_of():
    """Whoever is left is tried again, and who was refused is not: nobody would hear of it."""
    scene = Told()
    both = replace(OPS, addresses=("ops@example.com", "old@example.com"))
    monitor = disk_monitor(rules=(replace(RULE, contacts=(both,)),))
    scene.smtp.script = [NO_OLD | {"ops@example.com": Verdict.ROUTE_DOWN}, NO_OLD]
    await scene.version(told(Happening.FAILED, contacts=(SAM,)), monitors=(monitor,))
    await scene.run(minutes=3, a=95)
    [failed] = scene.of(Happening.FAILED)
    assert (failed.failure, failed.name) == (Failure.ADDRESS, "ops")
    assert failed.addresses == ("old@example.com",)


async def test_each_address_of_a_contact_that_is_refused_is_told_of_once_a_day():
    scene = Told()
    addresses = ("ops@example.com", "old@example.com", "gone@example.com")
    monitor = disk_monitor(
        rules=(replace(RULE, contacts=(replace(OPS, addresses=addresses),)),)
    )
    gone = {"gone@example.com": Verdict.REFUSED}
    scene.smtp.script = [NO_OLD, gone, NO_OLD, gone, NO_OLD | gone, NO_OLD]
    asked = told(Happening.FAILED, contacts=(SAM,), routes=("smtp2",))
    await scene.version(asked, monitors=(monitor,))
    for used in (95, 10, 95, 10, 95, 10):
        await scene.run(minutes=2, a=used)
    assert [one.addresses for one in scene.of(Happening.FAILED)] == [
        ("old@example.com",),
        ("gone@example.com",),
        ("old@example.com", "gone@example.com"),
    ]


async def test_a_text_that_failed_is_told_of_once_a_day():
    async def finish(payload):
        return {**payload, "template_failed": "boom is undefined"}

    scene = Told()
    scene.actions = (replace(NOTE, notice=_say, finish=finish),)
    await scene.version(told(Happening.FAILED))
    for used in (95, 10, 95):
        await scene.run(minutes=2, a=used)
    [failed] = scene.of(Happening.FAILED)
    assert (failed.failure, failed.name, failed.reason) == (
        Failure.TEXT,
        "r",
        plain("boom is undefined"),
    )


async def test_a_text_that_failed_is_told_of_once_a_day_whatever_its_rule_is_called():
    async def finish(payload):
        return {**payload, "template_failed": "boom is undefined"}

    scene = Told()
    scene.actions = (replace(NOTE, notice=_say, finish=finish),)
    for title, used in (("Night", 95), ("Day/2", 10)):
        rules = (replace(RULE, title=title),)
        monitor = disk_monitor(rules=rules)
        await scene.version(told(Happening.FAILED), monitors=(monitor,), rules=rules)
        await scene.run(minutes=2, a=used)
    [failed] = scene.of(Happening.FAILED)
    assert failed.name == "Night"


async def test_a_text_of_a_notice_that_fails_keeps_nothing_from_being_told():
    def broken(_contact, _about):
        raise RuntimeError("a bug")

    scene = Told()
    scene.actions = (replace(NOTE, notice=broken),)
    await scene.version(told(Happening.STARTED))
    await scene.run(minutes=1, a=10)
    assert scene.subjects == ["[Noroshi] started"]


@pytest.mark.parametrize("answer_lost", [False, True])
async def test_killed_between_any_two_steps_what_was_set_aside_is_told_once(answer_lost):
    longest = 60
    for n in range(1, longest):
        scene = Told()
        scene.smtp.script = scene.backup.script = [NO_OPS]
        await scene.version(told(Happening.ASIDE, contacts=(SAM,)))
        inner = scene.store
        scene.store = killing = FaultyStore(inner, dies_at=n, answer_lost=answer_lost)
        try:
            await scene.run(minutes=0.5, a=95)
        except Killed:
            pass
        assert len(killing.calls) >= n  # so it was killed
        scene.store = inner
        await scene.run(minutes=1.5, a=95)
        rows = {row.envelope.id: row.state for row in await inner.queue()}
        assert rows == {"m.1/r/ops": "set aside"}, n
        ids = Counter(e.id for e in (*scene.smtp.sent_envelopes, *scene.backup.sent_envelopes))
        notices = {id: count for id, count in ids.items() if id.startswith("notice/")}
        assert notices.keys() == {"notice/set-aside/m.1/r/ops/n/sam"}, n
        assert notices["notice/set-aside/m.1/r/ops/n/sam"] <= 2, n


@pytest.mark.parametrize("answer_lost", [False, True])
async def test_killed_between_any_two_steps_a_start_and_a_change_are_told(answer_lost):
    longest = 40
    for n in range(1, longest):
        scene = Told()
        asked = told(Happening.CHANGED, Happening.UNWATCHED)
        await scene.version(asked)
        await scene.run(minutes=0.2, a=10)
        scene.time.pass_by(hours=3)
        await scene.version(asked, documents=(document("web1", every="2m"),))
        inner = scene.store
        scene.store = killing = FaultyStore(inner, dies_at=n, answer_lost=answer_lost)
        try:
            await scene.run(minutes=0.2, a=10)
        except Killed:
            pass
        assert len(killing.calls) >= n  # so it was killed
        scene.store = inner
        await scene.run(minutes=1, a=10)
        assert {one.version for one in scene.of(Happening.CHANGED)} == {2}, n
        gaps = scene.of(Happening.UNWATCHED)
        assert gaps and all(
            gap.ended_at - gap.happened_at >= timedelta(hours=3) for gap in gaps
        ), n


async def test_a_store_that_takes_nothing_keeps_no_notice_from_being_told_later():
    scene = Told(store=FaultyStore(MemoryStore()))
    await scene.version(told(Happening.STARTED))
    async with scene.life() as engine:
        scene.store.is_failing = True
        await scene.seconds(engine, 5)
        scene.store.is_failing = False
        await scene.seconds(engine, 30)
    assert [about.happening for about in scene.abouts] == [Happening.STARTED]


async def test_a_node_that_is_told_to_stop_hands_its_last_mails_over():
    scene = Told()
    await scene.version(told(Happening.STOPPED))
    async with scene.life() as engine:
        working = asyncio.create_task(engine.run())
        await engine.ready.wait()
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
    assert scene.subjects == ["stopped"]
