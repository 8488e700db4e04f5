"""Storms, outages and allowances: what reaches the reader, on a clock of our own."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from noroshi.core.cadence import FixedInterval
from noroshi.core.mail import Answer, Fault, Lane, Pace, Receipt, Verdict
from noroshi.ports import StoreError
from noroshi.stores.memory.store import MemoryStore
from noroshi.stores.sqlite.store import SqliteStore
from noroshi.testing import FaultyStore, Killed, ScriptedTransport
from tests.flow.storm import EXCHANGE, Storm, counts

ACCEPTED, DOWN, NO = Verdict.ACCEPTED, Verdict.ROUTE_DOWN, Verdict.REFUSED
HOURLY = FixedInterval(timedelta(hours=1))


async def test_five_hundred_alarms_in_a_minute_are_at_most_ten_mails_that_name_each_once():
    storm = Storm()
    await storm.watch(500)
    storm.used = {"/": 50}
    async with storm.life() as engine:
        await storm.seconds(engine, 61)
        storm.used = {"/": 96}
        began = storm.time.now
        await storm.seconds(engine, 60)
        within = len(storm.smtp.sent_envelopes)
        first = storm.smtp.sent_envelopes[0].born - began
        await storm.seconds(engine, 120)
    assert first <= timedelta(seconds=2)
    assert within <= 10
    names = storm.named(storm.smtp.sent_envelopes)
    assert sorted(names) == [f"disk-{n:04}" for n in range(500)]
    assert await counts(storm.store) == {"accepted": 500}


async def test_few_alarms_come_one_by_one():
    storm = Storm()
    await storm.watch(3)
    storm.used = {"/": 96}
    async with storm.life() as engine:
        await storm.seconds(engine, 60)
    assert [bool(mail.members) for mail in storm.smtp.sent_envelopes] == [False] * 3


async def test_a_contact_who_wants_all_one_by_one_gets_them_within_the_allowance():
    storm = Storm(one_by_one=0)
    await storm.watch(100)
    storm.used = {"/": 96}
    async with storm.life() as engine:
        await storm.seconds(engine, 60)
        within = len(storm.smtp.sent_envelopes)
        await storm.seconds(engine, 240)
    assert within <= 30
    assert sorted(storm.named(storm.smtp.sent_envelopes)) == [
        f"disk-{n:04}" for n in range(100)
    ]


def answers(storm, fault=Fault.SIGN_IN):
    """A transport that answers by what `storm.fault` says at that moment."""

    class Transport(ScriptedTransport):
        async def send(self, envelope):
            if storm.fault is None:
                return await super().send(envelope)
            answer = Answer(DOWN, "no", fault=storm.fault, early=self.early)
            return Receipt(at=self.wall(), answers=dict.fromkeys(envelope.to, answer))

        early = False

        async def probe(self):
            down = Answer(DOWN, "no", fault=storm.fault, early=True)
            return down if storm.fault else Answer(ACCEPTED)

    storm.fault = fault
    return Transport(lambda: storm.time.now)


@pytest.mark.parametrize("count", [200, pytest.param(2000, marks=pytest.mark.long)])
async def test_a_day_without_a_route_is_told_in_few_mails_the_critical_first(count):
    storm = Storm()
    storm.smtp = answers(storm, Fault.NETWORK)
    storm.pace = 600
    await storm.watch(count, HOURLY)
    storm.used = {"/": 96}
    async with storm.life() as engine:
        await storm.seconds(engine, 24 * 6)
        assert storm.smtp.sent_envelopes == []
        assert await counts(storm.store) == {"": count}
        storm.fault, storm.pace = None, 1
        await storm.seconds(engine, 600)
    assert len(storm.smtp.sent_envelopes) <= 10
    assert sorted(storm.named(storm.smtp.sent_envelopes)) == [
        f"disk-{n:04}" for n in range(count)
    ]
    assert storm.smtp.sent_envelopes[0].lane is Lane.CRITICAL
    assert await counts(storm.store) == {"accepted": count}


async def test_what_comes_bit_by_bit_while_a_route_is_down_is_told_in_one_mail():
    storm = Storm()
    storm.smtp = answers(storm, Fault.NETWORK)
    await storm.watch(5)
    async with storm.life() as engine:
        for minute in range(30):
            storm.used |= {f"/{minute}": 96}
            await storm.seconds(engine, 60)
        assert await counts(storm.store) == {"": 150}
        storm.fault = None
        await storm.seconds(engine, 200)
    assert len(storm.smtp.sent_envelopes) == 1
    assert await counts(storm.store) == {"accepted": 150}


async def test_a_missing_sign_in_holds_the_queue_costs_no_attempt_and_survives_a_restart():
    storm = Storm()
    storm.smtp = answers(storm)
    await storm.watch(1)
    storm.used = {"/": 96}
    async with storm.life() as engine:
        await storm.seconds(engine, 120)
    async with storm.life() as engine:
        await storm.seconds(engine, 60)
        (rest,) = await storm.store.route_outages()
        (row,) = await storm.store.queue()
        assert (rest.fault, row.envelope.attempts, row.state) == (Fault.SIGN_IN, 0, "")
        storm.fault = None
        await storm.store.retry(row.envelope.id, storm.time.now)  # somebody signed in
        await storm.seconds(engine, 5)
    (mail,) = storm.smtp.sent_envelopes
    assert mail.payload["subject"].startswith("[CRITICAL] web1 disk-0000")


async def test_a_route_for_which_nothing_waits_is_looked_at_until_it_is_well_again():
    storm = Storm(routes=("smtp1", "smtp2"))
    storm.smtp = answers(storm, Fault.NETWORK)
    storm.smtp.early = True
    await storm.watch(1)
    storm.used = {"/": 96}
    async with storm.life() as engine:
        await storm.seconds(engine, 61)
        assert len(storm.backup.sent_envelopes) == 1
        assert [rest.route for rest in await storm.store.route_outages()] == ["smtp1"]
        storm.time.pass_by(minutes=3)
        await engine.dispatcher.probe("smtp1")
        assert [rest.route for rest in await storm.store.route_outages()] == ["smtp1"]
        storm.fault = None
        storm.time.pass_by(minutes=3)
        await engine.dispatcher.probe("smtp1")
    assert await storm.store.route_outages() == []
    assert storm.smtp.sent_envelopes == []


async def test_what_recovered_before_its_mail_could_leave_is_one_mail_with_both_times():
    storm = Storm()
    storm.smtp = answers(storm)
    await storm.watch(1)
    async with storm.life() as engine:
        for used, seconds in ((50, 61), (96, 900), (40, 61)):
            storm.used = {"/": used}
            await storm.seconds(engine, seconds)
        storm.fault = None
        first, *_ = await storm.store.queue()
        await storm.store.retry(first.envelope.id, storm.time.now)
        await storm.seconds(engine, 5)
    (mail,) = storm.smtp.sent_envelopes
    subject, text = mail.payload["subject"], mail.payload["text"]
    assert re.search(
        r"^\[RECOVERED\] web1 disk-0000 /: was CRITICAL for 1\d min( \d+ s)?$", subject
    )
    assert re.search(
        r"web1 disk-0000 /: was CRITICAL from 06:0\d:\d\d \+00:00 to 06:1\d:\d\d \+00:00", text
    )
    assert await counts(storm.store) == {"accepted": 2}


@pytest.mark.parametrize("of", ["memory", "sqlite"])
async def test_what_follows_a_digest_is_in_its_thread_and_a_digest_in_that_of_the_first_mail(
    of, tmp_path
):
    storm = Storm(store=KINDS[of](tmp_path / "n.db"))
    await storm.watch(7)
    async with storm.life() as engine:
        for used, seconds in ((50, 61), (96, 1800), (40, 300)):
            storm.used = {"/": used}
            await storm.seconds(engine, seconds)
    known = {mail.known_as for mail in storm.smtp.sent_envelopes}
    followed = [mail for mail in storm.smtp.sent_envelopes if mail.thread]
    assert all(set(mail.thread) <= known for mail in followed)  # mails that did leave
    assert {bool(mail.members) for mail in followed} == {False, True}
    (digest,) = (mail for mail in storm.smtp.sent_envelopes if mail.members and not mail.thread)
    assert digest.known_as in {one for mail in followed for one in mail.thread}
    await storm.store.close()


async def test_a_digest_that_is_refused_by_every_route_is_set_aside_whole():
    storm = Storm(NO)
    await storm.watch(10)
    storm.used = {"/": 96}
    async with storm.life() as engine:
        await storm.seconds(engine, 120)
    tally = await counts(storm.store)
    assert tally == {"set aside": 10}
    waiting = [await storm.store.envelope(r.envelope.id) for r in await storm.store.queue()]
    assert sorted(storm.named([row.envelope for row, _ in waiting])) == [
        f"disk-{n:04}" for n in range(10)
    ]


async def test_two_routes_of_one_mailbox_share_its_allowance():
    storm = Storm(one_by_one=0, routes=("smtp1", "smtp2"))
    await storm.watch(60)
    number = (await storm.store.current()).number
    shared = {name: replace(r, pace=EXCHANGE) for name, r in storm.plans[number].routes.items()}
    storm.plans[number] = replace(storm.plans[number], routes=shared)
    storm.used = {"/": 96}
    async with storm.life() as engine:
        await storm.seconds(engine, 59)
    assert len(storm.smtp.sent_envelopes) + len(storm.backup.sent_envelopes) <= 30


async def test_after_a_restart_what_was_sent_before_counts():
    storm = Storm(one_by_one=0)
    await storm.watch(100)
    storm.used = {"/": 96}
    times = []
    for _ in range(6):
        async with storm.life() as engine:
            for second in range(10):
                before = len(storm.smtp.sent_envelopes)
                await storm.second(engine, second)
                times += [second] * (len(storm.smtp.sent_envelopes) - before)
    assert len(times) <= 30


async def test_a_used_up_day_rests_the_route_and_the_next_one_takes_over():
    day = Pace(account="m365", recipients_a_day=2)
    storm = Storm(pace=day, one_by_one=0, routes=("smtp1", "smtp2"))
    await storm.watch(4)
    storm.used = {"/": 96}
    async with storm.life() as engine:
        await storm.seconds(engine, 60)
    assert len(storm.smtp.sent_envelopes) == 2 and len(storm.backup.sent_envelopes) == 2
    resting = await storm.store.route_outages()
    assert {rest.fault for rest in resting} <= {Fault.QUOTA}
    assert resting[0].open_until - storm.time.now > timedelta(hours=23)


async def test_a_used_up_hour_rests_the_route_and_the_next_one_takes_over():
    hour = Pace(account="azure", mails_an_hour=2)
    storm = Storm(pace=hour, one_by_one=0, routes=("smtp1", "smtp2"))
    await storm.watch(4)
    storm.used = {"/": 96}
    async with storm.life() as engine:
        await storm.seconds(engine, 60)
    assert len(storm.smtp.sent_envelopes) == 2 and len(storm.backup.sent_envelopes) == 2
    (resting,) = await storm.store.route_outages()
    assert resting.fault is Fault.QUOTA and "2 messages within an hour" in resting.reason.en
    left = resting.open_until - storm.time.now
    assert timedelta(minutes=55) < left < timedelta(hours=1)


KINDS = {"memory": lambda path: MemoryStore(), "sqlite": SqliteStore.open}


@pytest.mark.parametrize("lost", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("kind", ["memory", pytest.param("sqlite", marks=pytest.mark.long)])
async def test_killed_between_any_two_steps_of_a_digest_no_member_is_lost_or_told_twice(
    tmp_path, kind, lost
):
    """The answer of the n-th call of the store never came, or the call itself."""
    for dies_at in range(1, 60):
        inner = KINDS[kind](tmp_path / f"{dies_at}.db")
        storm = Storm(store=FaultyStore(inner, dies_at=dies_at, answer_lost=lost))
        killing = storm.store
        await _until_killed(storm, inner)
        assert len(killing.calls) >= dies_at  # so it was killed
        storm.store = inner
        async with storm.life() as engine:
            await storm.seconds(engine, 180)
        assert sorted(storm.named(storm.accepted)) == [f"disk-{n:04}" for n in range(8)]
        assert await counts(inner) == {"accepted": 8}
        assert not await inner.faults()
        await inner.close()


async def _until_killed(storm, inner):
    store, storm.store = storm.store, inner
    await storm.watch(8)
    storm.store = store
    storm.used = {"/": 96}
    try:
        async with storm.life() as engine:
            await storm.seconds(engine, 70)
    except BaseExceptionGroup as group:
        if group.subgroup(Killed) is None:
            raise
    except Killed:
        pass


async def test_a_digest_that_is_put_off_or_held_is_in_no_other_one_s_way():
    class FirstPutOff(ScriptedTransport):
        first = None

        async def send(self, envelope):
            self.first = self.first or (envelope if envelope.members else None)
            if envelope != self.first:
                return await super().send(envelope)
            answer = Answer(Verdict.DEFERRED, "later")
            return Receipt(at=self.wall(), answers=dict.fromkeys(envelope.to, answer))

    storm = Storm()
    storm.smtp = FirstPutOff(lambda: storm.time.now)
    await storm.watch(20)
    storm.used = {"/": 96}
    async with storm.life() as engine:
        while storm.smtp.first is None:
            await storm.second(engine)
        assert await storm.store.hold(storm.smtp.first.id, "sam")
        await storm.seconds(engine, 400)
    told = storm.named([storm.smtp.first, *storm.smtp.sent_envelopes])
    assert sorted(told) == [f"disk-{n:04}" for n in range(20)]


async def test_a_digest_whose_routes_are_down_is_in_no_other_one_s_way():
    storm = Storm(routes=("smtp1", "smtp2"))
    storm.smtp = answers(storm, Fault.NETWORK)
    await storm.watch(20)
    number = (await storm.store.current()).number
    plan = storm.plans[number]
    by_one = {
        id: replace(m, rules=(replace(m.rules[0], routes=(("smtp1", "smtp2")[n % 2],)),))
        for n, (id, m) in enumerate(plan.monitors.items())
    }
    storm.plans[number] = replace(plan, monitors=by_one)
    storm.used = {"/": 96}
    async with storm.life() as engine:
        await storm.seconds(engine, 400)
    assert sorted(storm.named(storm.backup.sent_envelopes)) == [
        f"disk-{n:04}" for n in range(1, 20, 2)
    ]


async def test_a_clock_that_is_set_back_while_no_node_runs_lets_nobody_wait_for_the_old_time():
    storm = Storm()
    await storm.watch(20)
    storm.used = {"/": 96}
    async with storm.life() as engine:
        await storm.seconds(engine, 61)
        assert any(mail.members for mail in storm.smtp.sent_envelopes)
    storm.time.jump(days=-1)
    before, storm.used = len(storm.smtp.sent_envelopes), {"/": 40}
    async with storm.life() as engine:
        await storm.seconds(engine, 200)
    told = storm.smtp.sent_envelopes[before:]
    assert set(storm.named(told)) == {f"disk-{n:04}" for n in range(20)}


@pytest.mark.parametrize("call", ["pending_for", "replace_by_digest"])
@pytest.mark.parametrize("written", [False, True], ids=["not written", "only the answer lost"])
async def test_a_store_that_fails_while_a_digest_is_made_delays_no_alarm(call, written):
    class Fails(MemoryStore):
        failures = 2

    async def fail(self, *given):
        done = await getattr(MemoryStore, call)(self, *given) if written else None
        if self.failures:
            self.failures -= 1
            raise StoreError("database is locked")
        return done if written else await getattr(MemoryStore, call)(self, *given)

    setattr(Fails, call, fail)
    storm = Storm(store=Fails())
    await storm.watch(20)
    storm.used = {"/": 96}
    async with storm.life() as engine:
        await storm.seconds(engine, 120)
    assert sorted(storm.named(storm.smtp.sent_envelopes)) == [f"disk-{n:04}" for n in range(20)]
