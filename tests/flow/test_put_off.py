"""Mails that were put off: they wait no longer than there is a reason to."""

from datetime import timedelta

from noroshi.core.delivery import BACKOFF
from noroshi.core.mail import Answer, Fault, Receipt, Verdict
from noroshi.testing import ScriptedTransport
from tests.flow.scene import Scene, disk_monitor
from tests.flow.storm import Storm
from tests.flow.test_sending import LETTER

SECOND = timedelta(seconds=1)


async def test_tries_that_a_kill_cut_off_are_no_reason_to_wait_longer():
    scene = Scene(Verdict.DEFERRED)
    await scene.plan(disk_monitor())
    await scene.store.post(LETTER)
    for _ in range(len(BACKOFF)):  # each of these lives is killed with the mail on the line
        node = await scene.store.begin("node", scene.time.now)
        assert await scene.store.claim_parcel(node, "smtp1", scene.time.now)
    async with scene.life() as engine:
        await scene.second(engine)
    (row,) = await scene.store.waiting()
    assert row.due - scene.time.now <= BACKOFF[0]


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
        assert storm.smtp.sent == []
        verdict = Verdict.ACCEPTED
        await storm.store.retry("m0001.1/r/ops", storm.time.now)
        await storm.seconds(engine, 40)
    assert len(storm.smtp.sent) == 2


async def test_a_monitor_whose_first_mail_nobody_takes_is_told_of_all_the_same():
    """Refused by the first route, the mail waits for the second, which is down for hours."""
    storm = Storm(one_by_one=0, routes=("smtp1", "smtp2"))
    now = lambda: storm.time.now  # noqa: E731
    storm.smtp = Moody(
        now,
        lambda mail: (
            Verdict.REFUSED if not storm.smtp.sent and not mail.members else Verdict.ACCEPTED
        ),
    )
    storm.backup = Moody(now, lambda mail: Verdict.ROUTE_DOWN)
    await storm.watch(1)
    storm.used = {"/": 50}
    async with storm.life() as engine:
        await storm.seconds(engine, 61)
        storm.used = {"/": 85}
        await storm.seconds(engine, 600)
        assert storm.smtp.sent == []
        storm.used = {"/": 96}
        await storm.seconds(engine, 61)
    (mail,) = storm.smtp.sent
    assert len(mail.members) == 2 and await storm.store.waiting() == []


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
        assert storm.smtp.sent == []
        storm.used = {"/": 96}
        await storm.seconds(engine, 61)
    (mail,) = storm.smtp.sent
    assert len(mail.members) == 2 and mail.lane.name == "CRITICAL"
