"""Mails that were deferred: they wait no longer than there is a reason to."""

from dataclasses import replace
from datetime import timedelta

from noroshi.core.delivery import BACKOFF, SHORTEST
from noroshi.core.mail import Answer, Fault, Receipt, Verdict
from noroshi.testing import ScriptedTransport
from tests.flow.scene import Scene, disk_monitor
from tests.flow.storm import Storm, counts
from tests.flow.test_sending import LETTER

SECOND = timedelta(seconds=1)


async def test_tries_that_a_kill_cut_off_are_no_reason_to_wait_longer():
    scene = Scene(Verdict.DEFERRED)
    await scene.plan(disk_monitor())
    await scene.store.post(LETTER)
    for _ in range(len(BACKOFF)):  # each of these lives is killed with the mail on the line
        node = await scene.store.begin("node", scene.time.now)
        scene.time.pass_by(seconds=SHORTEST.total_seconds())  # in which others go first
        assert await scene.store.claim_parcel(node, "smtp1", scene.time.now)
    async with scene.life() as engine:
        await scene.seconds(engine, SHORTEST.seconds + 1)
    (row,) = await scene.store.queue()
    assert row.due - scene.time.now <= BACKOFF[0] and row.receipt_count == 1


class Moody(ScriptedTransport):
    """Answers with what `mood` says of a mail at that moment."""

    def __init__(self, wall, mood):
        super().__init__(wall)
        self.mood, self.tries = mood, []

    async def send(self, envelope):
        self.tries.append(envelope)
        verdict = self.mood(envelope)
        if verdict is Verdict.ACCEPTED:
            return await super().send(envelope)
        answer = Answer(verdict, "no", fault=Fault.NETWORK)
        return Receipt(at=self.wall(), answers=dict.fromkeys(envelope.to, answer))


async def test_what_was_put_off_for_an_hour_goes_once_its_route_accepts_another_mail():
    storm = Storm(one_by_one=0)
    verdict = Verdict.DEFERRED
    storm.smtp = Moody(lambda: storm.time.now, lambda mail: verdict)
    await storm.watch(2)
    storm.used = {"/": 50}
    async with storm.life() as engine:
        await storm.seconds(engine, 61)
        storm.used = {"/": 96}
        await storm.seconds(engine, 7200)
        assert storm.smtp.sent_envelopes == []
        verdict = Verdict.ACCEPTED
        await storm.store.retry("m0001.1/r/ops", storm.time.now)
        await storm.seconds(engine, 40)
    assert len(storm.smtp.sent_envelopes) == 2


async def test_a_monitor_whose_first_mail_nobody_takes_is_told_of_all_the_same():
    """Refused by the first route, the mail waits for the second, which is down for hours."""
    storm = Storm(one_by_one=0, routes=("smtp1", "smtp2"))
    now = lambda: storm.time.now  # noqa: E731
    storm.smtp = Moody(
        now,
        lambda mail: (
            Verdict.REFUSED
            if not storm.smtp.sent_envelopes and not mail.members
            else Verdict.ACCEPTED
        ),
    )
    storm.backup = Moody(now, lambda mail: Verdict.ROUTE_DOWN)
    await storm.watch(1)
    storm.used = {"/": 50}
    async with storm.life() as engine:
        await storm.seconds(engine, 61)
        storm.used = {"/": 85}
        await storm.seconds(engine, 600)
        assert storm.smtp.sent_envelopes == []
        storm.used = {"/": 96}
        await storm.seconds(engine, 61)
    (mail,) = storm.smtp.sent_envelopes
    assert len(mail.members) == 2 and await storm.store.queue() == []


async def test_a_monitor_whose_first_mail_is_put_off_is_told_of_what_is_new_within_a_minute():
    storm = Storm(one_by_one=0)
    storm.smtp = Moody(
        lambda: storm.time.now,
        lambda mail: Verdict.ACCEPTED if mail.members else Verdict.DEFERRED,
    )
    await storm.watch(1)
    storm.used = {"/": 50}
    async with storm.life() as engine:
        await storm.seconds(engine, 61)
        storm.used = {"/": 85}
        await storm.seconds(engine, 3 * 3600)
        assert storm.smtp.sent_envelopes == []
        storm.used = {"/": 96}
        await storm.seconds(engine, 61)
    (mail,) = storm.smtp.sent_envelopes
    assert len(mail.members) == 2 and mail.lane.name == "CRITICAL"


async def test_what_waits_behind_a_digest_that_nobody_takes_is_told_with_it_as_a_new_mail():
    """A server may refuse one mail again and again, by its text or its size, and take others."""
    storm = Storm(one_by_one=1)
    first = []

    def mood(mail):
        if mail.members and not first:
            first.append(mail)
        bad = first and mail.known_as == first[0].known_as
        return Verdict.DEFERRED if bad else Verdict.ACCEPTED

    storm.smtp = Moody(lambda: storm.time.now, mood)
    await storm.watch(12)
    storm.used = {"/": 50}
    async with storm.life() as engine:
        await storm.seconds(engine, 61)
        storm.used = {"/": 85}
        await storm.seconds(engine, 3 * 3600)
        (row,) = await storm.store.queue()
        storm.used = {"/": 96}
        await storm.seconds(engine, 150)
        assert await storm.store.queue() == []
    old = row.envelope.members
    (new,) = [mail for mail in storm.smtp.sent_envelopes if mail.members[: len(old)] == old]
    assert len(new.members) > len(old) > 1 and new.lane.name == "CRITICAL"
    assert new.known_as != first[0].known_as and f"queue show {new.id}" in new.payload["text"]
    assert await counts(storm.store) == {"accepted": 24}
    assert not await storm.store.faults()


def asks_for(storm, pause):
    """Answer each mail that it shall be tried again after `pause`, until `storm.open`."""

    class Server(ScriptedTransport):
        tries = ()

        async def send(self, envelope):
            self.tries += (self.wall(),)
            if storm.open:
                return await super().send(envelope)
            answer = Answer(Verdict.DEFERRED, "later", 429, again=self.wall() + pause)
            return Receipt(at=self.wall(), answers=dict.fromkeys(envelope.to, answer))

    storm.open = False
    return Server(lambda: storm.time.now)


async def test_a_time_that_the_server_named_is_kept_whatever_comes_behind():
    storm, hour = Storm(one_by_one=0), timedelta(hours=1)
    storm.smtp = asks_for(storm, hour)
    await storm.watch(1)
    storm.used = {"/": 50}
    async with storm.life() as engine:
        await storm.seconds(engine, 61)
        storm.used = {"/": 85}
        await storm.seconds(engine, 600)
        (first,) = storm.smtp.tries
        storm.open, storm.used = True, {"/": 96}
        await storm.seconds(engine, 3600)
    assert storm.smtp.tries[1] - first >= hour
    assert len(storm.smtp.sent_envelopes[0].members) == 2


async def test_a_time_that_the_server_named_and_that_is_past_holds_nothing_back():
    """Its own back-off is longer by then, and the route accepts mails again."""
    storm = Storm(one_by_one=0)
    storm.smtp = asks_for(storm, timedelta(minutes=1))
    await storm.watch(1)
    storm.used = {"/": 50}
    async with storm.life() as engine:
        await storm.seconds(engine, 61)
        storm.used = {"/": 85}
        await storm.seconds(engine, 4 * 3600)
        (row,) = await storm.store.queue()
        await storm.seconds(engine, 120)  # no try is less than a minute old
        assert row.due - storm.time.now > timedelta(minutes=10)
        storm.open = True
        await storm.store.post(replace(LETTER, id="other", born=storm.time.now))
        await storm.seconds(engine, 60)
    assert len(storm.smtp.sent_envelopes) == 2


async def flapping(storm, hours, levels=(85, 50)):
    """A monitor that changes its level each minute for so long. Return the tries of each hour."""
    await storm.watch(1)
    tries = []
    async with storm.life() as engine:
        for _ in range(hours):
            before = len(storm.smtp.tries)
            for minute in range(60):
                storm.used = {"/": levels[minute % len(levels)]}
                await storm.seconds(engine, 60 // storm.pace)
            tries.append(len(storm.smtp.tries) - before)
    return tries


def defers(storm):
    """Answer each mail that it shall come later, by all routes."""
    storm.smtp = storm.backup = Moody(lambda: storm.time.now, lambda mail: Verdict.DEFERRED)
    storm.pace = 5
    return storm


async def test_pauses_go_on_growing_for_a_monitor_that_changes_again_and_again():
    tries = await flapping(defers(Storm(one_by_one=0)), 4)
    assert tries[0] <= 8 and tries[-1] <= 2


async def test_so_they_do_where_it_is_critical_again_and_again_but_no_longer_than_minutes():
    tries = await flapping(defers(Storm(one_by_one=0)), 4, (96, 50))
    assert 6 <= tries[-1] <= 12


async def test_so_they_do_where_a_second_route_defers_it_too():
    tries = await flapping(defers(Storm(one_by_one=0, routes=("smtp1", "smtp2"))), 6)
    assert tries[-1] <= 8


async def test_a_second_route_has_its_turn_though_something_new_comes_all_the_time():
    storm = Storm(one_by_one=0, routes=("smtp1", "smtp2"))
    storm.smtp = Moody(lambda: storm.time.now, lambda mail: Verdict.DEFERRED)
    storm.pace = 5
    await flapping(storm, 1)
    assert storm.backup.sent_envelopes


async def test_a_critical_alarm_is_told_within_a_minute_though_hours_of_others_were_put_off():
    storm = defers(Storm(one_by_one=0))
    storm.smtp.mood = lambda mail: (
        Verdict.ACCEPTED if mail.lane.name == "CRITICAL" else Verdict.DEFERRED
    )
    await flapping(storm, 4)
    storm.used = {"/": 96}
    async with storm.life() as engine:
        storm.pace = 1
        await storm.seconds(engine, 61)
    (mail,) = storm.smtp.sent_envelopes
    assert mail.members


async def test_a_critical_alarm_is_told_within_minutes_though_earlier_ones_were_put_off():
    storm = defers(Storm(one_by_one=0))
    await flapping(storm, 4, (96, 50))
    storm.smtp.mood, storm.used = lambda mail: Verdict.ACCEPTED, {"/": 96}
    async with storm.life() as engine:
        await storm.seconds(engine, 6 * 60 // storm.pace)
    assert storm.smtp.sent_envelopes and await storm.store.queue() == []
