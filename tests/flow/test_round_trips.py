"""A mail a day is seen arrived; one that comes back is told by another route. By our own clock."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from noroshi.core.mail import Fault, Origin, Route, Verdict
from noroshi.core.model import Contact
from noroshi.core.notices.notice import Happening, Notification
from noroshi.core.translation import plain
from noroshi.ports import RouteError, Version
from noroshi.ports.mailbox import (
    BounceReport,
    FailedRecipient,
    MailboxSource,
    ReceivedReport,
    ReportBatch,
)
from noroshi.round_trips import mails_of, trip_of
from noroshi.stores.memory.store import MemoryStore
from noroshi.stores.sqlite.store import SqliteStore
from noroshi.testing import DAWN, FaultyStore, Killed
from tests.flow.scene import NOTE, OPS, RULE, FixedPlan, Scene, disk_monitor

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SAM = Contact(id="sam", addresses=("sam@example.com",))
BOTH = Contact(id="both", addresses=("a@example.com", "B@example.com"))
ADDRESS = "alerts@example.com"
TODAY = "round-trip/smtp1/2026-04-01/JTHISONE"
REFUSED = RouteError(plain("403 Access is denied"), 403, Fault.PERMISSION)
LATE = timedelta(minutes=15)


class Mailbox:
    """A mailbox on the story's own clock: whatever was sent to it is there after `delay`."""

    def __init__(self, scene, transports, delay=timedelta(seconds=7)):
        self.scene, self.transports, self.delay = scene, transports, delay
        self.bounces, self.asked, self.trouble = [], [], None
        self.closed, self.hanging, self.reached = 0, None, asyncio.Event()

    async def find(self, mail):
        await self._answer("find")
        for transport in self.transports:
            for envelope in transport.sent_envelopes:
                if (
                    f"<{envelope.id}@example.com>" in mail.message_ids
                    and self.delay is not None
                ):
                    arrives = envelope.born + self.delay
                    return arrives if arrives <= self.scene.time.now else None
        return None

    async def read(self, since):
        await self._answer("read")
        came = tuple(one for one in self.bounces if one.received_at >= since)
        newest = max((one.received_at for one in came), default=since)
        return ReportBatch(reports=came, read_until=max(since, newest - LATE))

    async def close(self):
        self.closed += 1

    async def _answer(self, what):
        self.asked.append((what, self.scene.time.now))
        if self.hanging is not None:
            self.reached.set()
            await self.hanging.wait()
        if self.trouble is not None:
            raise self.trouble

    def bounce(self, mail, *lost):
        who = tuple(FailedRecipient(address=address, diagnostic=said) for address, said in lost)
        report = BounceReport(message_ids=("<else@x>", f"<{mail}@example.com>"), recipients=who)
        self.bounces.append(ReceivedReport(report=report, received_at=self.scene.time.now))

    def count(self, what):
        return sum(one == what for one, _ in self.asked)


def _say(_contact, about):
    return {"subject": about.happening.value, "text": "", "about": about}


class Post(Scene):
    """smtp1's account may read its mailbox; smtp2's may not."""

    def __init__(self, *smtp, delay=timedelta(seconds=7), **given):
        super().__init__(*smtp, **{"store": MemoryStore(Origin("JTHISONE"))} | given)
        self.actions = (replace(NOTE, notice=_say),)
        self.mailbox = Mailbox(self, [self.smtp], delay)
        self.boxes = {"smtp1": self.box()}

    def box(self, settings=1, account="m365", mailbox=None):
        box = mailbox or self.mailbox
        return MailboxSource(
            account=account, address=ADDRESS, settings=settings, open=lambda: box
        )

    async def version(self, *notifications, monitors=(), routes=("smtp1", "smtp2"), rules=()):
        number = (await self.store.current()).number
        ids = [monitor.id for monitor in monitors]
        number = await self.store.publish(Version(number=number + 1), ids, number)
        self.plans[number] = FixedPlan(
            {monitor.id: monitor for monitor in monitors},
            {name: Route(name=name, kind="scripted") for name in routes},
            {rule.id: rule for rule in rules},
            {one.id: one for one in notifications},
        )

    async def lives(self, minutes=2, pace=1):
        """One life of so many minutes, in which a disk is full."""
        self.used, self.pace = {"/a": 95}, pace
        async with self.life() as engine:
            await self.seconds(engine, int(minutes * 60 / pace))

    @property
    def trips(self):
        sent = (*self.smtp.sent_envelopes, *self.backup.sent_envelopes)
        return [envelope.id for envelope in sent if envelope.id.startswith("round-trip/")]

    @property
    def told(self):
        sent = (*self.smtp.sent_envelopes, *self.backup.sent_envelopes)
        return [e.payload["about"] for e in sent if "about" in e.payload]

    @property
    def returns(self):
        """The mails that told of a return."""
        sent = (*self.smtp.sent_envelopes, *self.backup.sent_envelopes)
        return [e for e in sent if e.id.startswith("notice/came-back/")]

    async def trip(self, route="smtp1"):
        """What is known of the route's mails."""
        return trip_of(await mails_of(self.store, route, self.time.now), None, DAWN)


async def arrivals(store, mail):
    (found,) = await store.latest_by_prefix(mail, 1)
    return [(one.address, one.state, one.text) for one in found.arrivals]


# There


async def test_a_mail_is_in_the_language_of_most_contacts():
    scene = Post()
    await scene.version()
    (current,) = (plan for number, plan in scene.plans.items() if number)
    current.contacts["sato"] = Contact(id="sato", addresses=("s@example.jp",), language="ja")
    await scene.lives(minutes=1)
    (mail,) = [e for e in scene.smtp.sent_envelopes if e.id in scene.trips]
    assert mail.payload["language"] == "ja" and "到達確認メール" in mail.payload["subject"]


async def test_a_mail_goes_to_the_own_mailbox_by_that_route_alone_and_is_seen_arrived():
    scene = Post()
    await scene.version()
    await scene.lives(minutes=1)
    (mail,) = [e for e in scene.smtp.sent_envelopes if e.id in scene.trips]
    assert (mail.id, mail.to, mail.routes) == (TODAY, (ADDRESS,), ("smtp1",))
    assert mail.alarms == () and scene.backup.sent_envelopes == []
    assert await arrivals(scene.store, TODAY) == [(ADDRESS, "seen arrived", "")]
    assert (await scene.trip()).duration == 7 and await scene.store.queue() == []


async def test_mails_of_a_clock_that_was_ahead_do_not_pass_for_today_s():
    """Seen on a day that is yet to come, they would hide that nothing arrives any more."""
    scene = Post()
    await scene.version()
    async with scene.life() as engine:
        scene.time.jump(days=40)
        await scene.seconds(engine, 60)
        scene.time.jump(days=-40)
        await scene.seconds(engine, 60)
    scene.mailbox.delay = None
    scene.time.pass_by(days=3)
    async with scene.life() as engine:
        await scene.seconds(engine, 60)
    trip = await scene.trip()
    assert (
        scene.time.now - trip.counts_from >= DAY and "is not in the mailbox" in trip.trouble.en
    )


async def test_a_mailbox_that_a_clock_that_was_ahead_could_not_read_is_read_from_then_on():
    scene = Post()
    await scene.version()
    scene.time.jump(days=40)
    scene.mailbox.trouble = RouteError(plain("no answer"))
    async with scene.life() as engine:
        await scene.seconds(engine, 30)
        scene.time.jump(days=-40)
        scene.mailbox.trouble = None
        await scene.seconds(engine, 360)
        scene.mailbox.bounce(TODAY, (ADDRESS, "550 5.1.1"))
        await scene.seconds(engine, 1200)
    assert [state for _, state, _ in await arrivals(scene.store, TODAY)][-1] == "came back"


async def test_a_route_whose_account_may_not_read_its_mailbox_sends_none():
    scene = Post()
    scene.boxes = {}
    await scene.version()
    await scene.lives(minutes=2)
    assert scene.trips == [] and scene.mailbox.asked == []


async def test_one_mail_a_day_however_often_the_node_is_started():
    scene = Post()
    await scene.version()
    for _ in range(3):
        await scene.lives(minutes=2)
    assert scene.trips == [TODAY]
    scene.time.pass_by(hours=18)
    await scene.lives(minutes=2)
    assert scene.trips == [TODAY, TODAY.replace("04-01", "04-02")]


async def test_a_day_passes_and_the_next_mail_goes_in_the_same_life():
    scene = Post()
    await scene.version()
    await scene.lives(minutes=20 * 60, pace=30)
    assert scene.trips == [TODAY, TODAY.replace("04-01", "04-02")]
    assert (await scene.trip()).last_arrival.day == 2


async def test_it_is_looked_for_soon_then_each_minute_for_an_hour_and_then_seldom():
    scene = Post(delay=None)
    await scene.version()
    await scene.lives(minutes=180, pace=5)
    looks = [at - DAWN for what, at in scene.mailbox.asked if what == "find"]
    assert 10 <= sum(look < 2 * MINUTE for look in looks) <= 13
    assert 55 <= sum(2 * MINUTE <= look < HOUR for look in looks) <= 59
    assert 10 <= sum(look >= HOUR for look in looks) <= 14
    scene.mailbox.delay = 2 * HOUR
    await scene.lives(minutes=12, pace=5)
    assert (await scene.trip()).duration == 2 * 3600


async def test_once_it_was_seen_it_is_looked_for_no_more():
    scene = Post()
    await scene.version()
    await scene.lives(minutes=60)
    assert scene.mailbox.count("find") <= 2


async def test_two_routes_of_one_account_are_each_seen_and_the_mailbox_is_read_once():
    scene = Post()
    scene.mailbox.transports.append(scene.backup)
    scene.boxes["smtp2"] = scene.box()
    await scene.version()
    await scene.lives(minutes=5)
    assert [(await scene.trip(name)).duration for name in ("smtp1", "smtp2")] == [7, 7]
    assert scene.mailbox.count("read") <= 5


async def test_a_mail_that_could_not_leave_gives_way_to_the_next_day_s_and_nobody_is_told():
    scene = Post(Verdict.REFUSED, Verdict.ACCEPTED)
    everybody = tuple(Happening)
    asked = Notification(
        id="n", events=frozenset(everybody), contacts=(SAM,), routes=("smtp2",), action="note"
    )
    await scene.version(replace(asked, events=asked.events - {Happening.STARTED}))
    await scene.lives(minutes=1)
    (row,) = await scene.store.queue()
    assert (row.envelope.id, row.state) == (TODAY, "set aside")
    assert "has not been sent: refused" in (await scene.trip()).trouble.en
    scene.time.pass_by(hours=18)
    await scene.lives(minutes=1)
    assert await scene.store.queue() == []
    assert (await scene.store.envelope(TODAY))[0].state == "dropped"
    assert {about.happening for about in scene.told} <= {Happening.UNWATCHED, Happening.CHANGED}


async def test_an_installation_keeps_its_name_so_that_two_in_one_mailbox_are_told_apart():
    scene = Post()
    await scene.version()
    await scene.lives(minutes=1)
    scene.store.origin = Origin("ANOTHER1")
    await scene.lives(minutes=1)
    assert scene.trips == [TODAY, TODAY.replace("JTHISONE", "ANOTHER1")]


# What stands against it


async def test_a_mailbox_that_cannot_be_read_is_noted_and_left_alone_for_a_while():
    scene = Post()
    scene.mailbox.trouble = REFUSED
    await scene.version()
    await scene.lives(minutes=20)
    assert 3 <= len(scene.mailbox.asked) <= 5
    assert "403 Access is denied" in (await scene.store.get_values())["inbox/m365"]
    scene.mailbox.trouble = None
    await scene.lives(minutes=1)
    assert "403" not in (await scene.store.get_values())["inbox/m365"]
    assert (await scene.trip()).last_arrival is not None


async def test_a_mailbox_without_a_token_is_read_soon_after_somebody_has_signed_in():
    scene = Post()
    scene.mailbox.trouble = RouteError(plain("nobody has signed in"), fault=Fault.SIGN_IN)
    await scene.version()
    await scene.lives(minutes=2)
    scene.mailbox.trouble = None
    async with scene.life() as engine:
        await scene.seconds(engine, 20)
    assert (await scene.trip()).last_arrival is not None


async def test_a_server_that_says_when_is_not_asked_before():
    scene = Post()
    scene.mailbox.trouble = RouteError(plain("429"), 429, Fault.SERVER, DAWN + HOUR)
    await scene.version()
    await scene.lives(minutes=50, pace=5)
    assert len(scene.mailbox.asked) == 1


async def test_one_mailbox_s_trouble_is_no_other_s():
    scene = Post()
    other = Mailbox(scene, [scene.backup])
    scene.boxes["smtp2"] = scene.box(account="other", mailbox=other)
    scene.mailbox.trouble = REFUSED
    await scene.version()
    await scene.lives(minutes=1)
    assert (await scene.trip("smtp2")).last_arrival and not (
        await scene.trip("smtp1")
    ).last_arrival


async def test_alarms_leave_while_a_mailbox_is_silent():
    scene = Post()
    scene.mailbox.hanging = asyncio.Event()
    await scene.version(monitors=(disk_monitor(),))
    scene.used = {"/a": 95}
    async with scene.life() as engine:
        await engine.hold()
        looking = asyncio.create_task(engine.mailbox_poller.step())
        await scene.mailbox.reached.wait()
        scene.boxes = {}
        await scene.version(monitors=(disk_monitor(),))
        await scene.seconds(engine, 60)
        assert [e.id for e in scene.smtp.sent_envelopes if e.alarms] == ["m.1/r/ops"]
        assert scene.mailbox.closed == 0  # somebody is still at it
        scene.mailbox.hanging.set()
        await looking
    assert scene.mailbox.closed == 1


async def test_other_settings_open_the_mailbox_anew_and_the_same_ones_do_not():
    scene = Post()
    await scene.version()
    async with scene.life() as engine:
        await scene.seconds(engine, 10)
        await scene.version()
        await scene.seconds(engine, 10)
        assert scene.mailbox.closed == 0
        scene.boxes["smtp1"] = scene.box(settings=2)
        await scene.version()
        await scene.seconds(engine, 10)
        assert scene.mailbox.closed == 1
        await engine._close()
    assert scene.mailbox.closed == 2


# And back


async def an_alarm_that_comes_back(scene, contact=OPS, lost=(("ops@example.com", "550 no"),)):
    """It is accepted by smtp1, and a report of it comes in."""
    rule = replace(RULE, contacts=(contact,), repeat=None)
    monitor = disk_monitor(rules=(rule,))
    others = replace(RULE, id="s", contacts=(SAM,), routes=("smtp1", "smtp2"))
    await scene.version(monitors=(monitor,), rules=(rule, others))
    await scene.lives(minutes=2)
    (told,) = {e.id for e in scene.smtp.sent_envelopes if e.id.endswith(f"/r/{contact.id}")}
    scene.mailbox.bounce(told, *lost)


async def test_an_alarm_that_comes_back_is_told_to_others_by_another_route():
    scene = Post()
    await an_alarm_that_comes_back(scene)
    await scene.lives(minutes=2)
    (entry,) = [e for e in await scene.store.ledger() if e.alarm == "m.1/r/ops"]
    assert [(a.address, a.state, a.text) for a in entry.arrivals] == [
        ("ops@example.com", "came back", "550 no")
    ]
    (telling,) = [e for e in scene.backup.sent_envelopes if "about" in e.payload]
    about = telling.payload["about"]
    assert (about.mail, about.contact, about.route) == ("m.1/r/ops", "ops", "smtp1")
    assert (about.address, about.reason.en) == ("ops@example.com", "550 no")
    assert about.subject == "[CRITICAL] web1: disk" and about.accepted_at < about.happened_at
    assert (telling.contact, telling.routes) == ("sam", ("smtp2", "smtp1"))


async def test_each_report_is_told_once_however_often_it_is_read_and_the_node_started():
    scene = Post()
    await an_alarm_that_comes_back(scene)
    for _ in range(3):
        await scene.lives(minutes=15, pace=5)
    assert len(scene.returns) == 1


async def test_a_report_comes_while_no_node_runs_and_is_told_after_the_start():
    scene = Post()
    await an_alarm_that_comes_back(scene)
    scene.time.pass_by(days=5)
    await scene.lives(minutes=1)
    assert len(scene.returns) == 1


async def test_what_comes_back_soon_is_told_soon_and_else_the_mailbox_is_read_seldom():
    scene = Post()
    await an_alarm_that_comes_back(scene)
    before = scene.mailbox.count("read")
    async with scene.life() as engine:
        await scene.seconds(engine, 70)
        assert len(scene.told) == 1
        await scene.seconds(engine, 3600)
    assert scene.mailbox.count("read") - before <= 10 + 6


@pytest.mark.parametrize(
    ("lost", "known"),
    [
        pytest.param(
            [("A@EXAMPLE.COM", "no")], [("a@example.com", "no")], id="as we have written it"
        ),
        pytest.param(
            [("a@example.com", "x"), ("b@example.com", "y")],
            [("a@example.com", "x"), ("B@example.com", "y")],
            id="both",
        ),
        pytest.param(
            [("one@list", "x"), ("two@list", "y")], [("", "one@list: x")], id="none of ours"
        ),
        pytest.param([("", "Undeliverable")], [("", "Undeliverable")], id="nobody named"),
    ],
)
async def test_whom_a_report_names_is_told_as_we_have_written_it(lost, known):
    scene = Post()
    await an_alarm_that_comes_back(scene, BOTH, lost)
    await scene.lives(minutes=2)
    found = [(address, said) for address, _, said in await arrivals(scene.store, "m.1/r/both")]
    assert sorted(found) == sorted(known)
    assert len(scene.told) == len(known)


async def test_of_one_recipient_whoever_is_named_it_is_that_one():
    scene = Post()
    await an_alarm_that_comes_back(scene, OPS, [("ops@inside.example", "5.2.2 full")])
    await scene.lives(minutes=2)
    assert await arrivals(scene.store, "m.1/r/ops") == [
        ("ops@example.com", "came back", "ops@inside.example: 5.2.2 full")
    ]


async def test_a_report_of_a_mail_that_is_not_ours_is_nothing():
    scene = Post()
    await scene.version()
    scene.mailbox.bounce("somebody-elses", ("x@y", "no"))
    await scene.lives(minutes=2)
    assert (
        scene.told == []
        and await scene.store.find_by_message_id(("<somebody-elses@x>",)) is None
    )


async def test_what_tells_of_a_return_and_comes_back_itself_leads_to_no_end_of_mails():
    scene = Post()
    await an_alarm_that_comes_back(scene)
    await scene.lives(minutes=2)
    (telling,) = [e for e in scene.backup.sent_envelopes if "about" in e.payload]
    scene.mailbox.bounce(telling.id, ("sam@example.com", "no"))
    await scene.lives(minutes=15, pace=5)
    assert len(scene.returns) == 1
    assert await arrivals(scene.store, telling.id) == [("sam@example.com", "came back", "no")]


async def test_a_round_trip_s_own_mail_that_comes_back_is_told_by_its_route_s_monitor_alone():
    scene = Post(delay=None)
    await scene.version(rules=(RULE,))
    await scene.lives(minutes=1)
    scene.mailbox.bounce(TODAY, (ADDRESS, "5.2.2 full"))
    await scene.lives(minutes=2)
    assert scene.told == []
    assert (await scene.trip()).trouble.en.endswith("bounced: 5.2.2 full")


# Killed at any time


@pytest.mark.parametrize("answer_lost", [False, True])
async def test_killed_between_any_two_steps_each_return_is_told_once_and_no_mail_twice(
    answer_lost, caplog
):
    caplog.set_level(logging.CRITICAL)
    for n in range(1, 120):
        scene = Post()
        await an_alarm_that_comes_back(scene)
        inner, sent = scene.store, len(scene.trips)
        scene.store = killing = FaultyStore(inner, dies_at=n, answer_lost=answer_lost)
        try:
            await scene.lives(minutes=0.5)
        except Killed:
            pass
        assert len(killing.calls) >= n  # so it was killed
        scene.store = inner
        await scene.lives(minutes=1)
        tellings = {e.id for e in scene.backup.sent_envelopes if "about" in e.payload}
        assert tellings == {"notice/came-back/m.1/r/ops/ops@example.com/-/sam"}, n
        assert len(scene.trips) == sent == 1, n
        (entry,) = [e for e in await inner.ledger() if e.alarm == "m.1/r/ops"]
        assert len(entry.arrivals) == 1, n


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
async def test_a_restart_repeats_nothing(kind, tmp_path):
    scene = Post()
    path = tmp_path / "n.db"

    async def life(story):
        scene.store = SqliteStore.open(path, reserve=0) if kind == "sqlite" else scene.store
        await story()
        if kind == "sqlite":
            await scene.store.close()

    # That of a version whose installations had eight letters.
    earlier = SqliteStore.open(path, reserve=0)
    await earlier.put_value("installation", "JTHISONE")
    await earlier.close()
    await life(lambda: an_alarm_that_comes_back(scene))
    for _ in range(3):
        await life(lambda: scene.lives(minutes=2))
    assert scene.trips == [TODAY]
    assert len(scene.returns) == 1


async def test_a_store_that_takes_nothing_for_a_time_loses_no_return(caplog):
    caplog.set_level(logging.CRITICAL)
    scene = Post()
    await an_alarm_that_comes_back(scene)
    scene.store = FaultyStore(scene.store)
    async with scene.life() as engine:
        await scene.second(engine)
        scene.store.read_only = True
        await scene.seconds(engine, 60)
        scene.store.read_only = False
        await scene.seconds(engine, 90)
    assert len(scene.returns) == 1


async def test_a_mail_from_the_far_future_hides_no_report():
    scene = Post()
    await an_alarm_that_comes_back(scene)
    (report,) = scene.mailbox.bounces
    wrong = BounceReport(message_ids=("<else@x>",), recipients=())
    scene.mailbox.bounces = [
        ReceivedReport(report=wrong, received_at=scene.time.now + 3650 * DAY)
    ]
    await scene.lives(minutes=15, pace=5)
    scene.mailbox.bounces.append(replace(report, received_at=scene.time.now))
    await scene.lives(minutes=15, pace=5)
    assert len(scene.returns) == 1


async def test_a_mailbox_that_is_read_by_a_bug_is_left_alone_for_a_while(caplog):
    caplog.set_level(logging.CRITICAL)
    scene = Post()
    scene.mailbox.trouble = ValueError("a bug")
    await scene.version()
    await scene.lives(minutes=20)
    assert 3 <= len(scene.mailbox.asked) <= 5
    assert "ValueError" in (await scene.store.get_values())["inbox/m365"]


async def test_a_mail_of_a_route_that_is_no_more_waits_for_nothing():
    scene = Post(Verdict.ROUTE_DOWN)
    await scene.version()
    await scene.lives()
    assert [row.envelope.id for row in await scene.store.queue()] == [TODAY]
    await scene.version(routes=("smtp2",))
    await scene.lives()
    assert await scene.store.queue() == []


async def test_a_mail_to_a_mailbox_that_is_read_no_more_waits_for_nothing():
    scene = Post(Verdict.ROUTE_DOWN)
    await scene.version()
    await scene.lives()
    scene.boxes = {}
    await scene.version()
    await scene.lives()
    assert await scene.store.queue() == []


async def test_a_route_that_is_removed_and_defined_again_has_seen_nothing_yet():
    post = Post()
    await post.version()
    async with post.life() as engine:
        await post.seconds(engine, 60)
        assert (await post.trip()).last_arrival is not None
        await post.version(routes=("smtp2",))
        await post.seconds(engine, 60)
        post.mailbox.delay = None  # by the new one nothing arrives
        await post.version()
        await post.seconds(engine, 60)
        assert (await post.trip()).last_arrival is None
    sent = [mail.id for mail in post.smtp.sent_envelopes if mail.id.startswith(TODAY)]
    assert len(set(sent)) == len(sent) == 2


async def test_a_route_whose_mailbox_is_another_one_has_seen_nothing_yet_nor_missed_anything():
    post = Post(delay=None)
    await post.version()
    await post.lives()
    post.time.pass_by(days=3)
    other = Mailbox(post, [post.smtp])
    box = post.box(account="other", mailbox=other)
    post.boxes = {"smtp1": replace(box, address="other@example.com")}
    await post.version()
    began = post.time.now
    async with post.life() as engine:
        await post.seconds(engine, 1)
        (mail,) = await mails_of(post.store, "smtp1", post.time.now)
        assert mail.row.envelope.to == ("other@example.com",)
        await post.seconds(engine, 60)
        assert (await post.trip()).last_arrival >= began
