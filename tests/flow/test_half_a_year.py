"""What time does to a sign-in: 200 days on a clock of our own, the lab and the node over sockets."""

import logging
from collections import Counter
from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest

from tests.flow.whole_node import FIRST, SECOND, whole

FAILED = "[CRITICAL] web1 backup: backup reported a failure at {at:%Y-%m-%d %H:%M} +00:00"
HELD = "by the first alone"


@pytest.fixture
async def it(tmp_path, caplog):
    caplog.set_level(logging.CRITICAL)
    async with whole(tmp_path) as it:
        yield it


async def begin(it, **account):
    """Both routes signed in, and a job that reports."""
    await it.begin(lab=account)
    await it.job(ok=True)
    await it.wait(minutes=1)
    assert it.mails == ()


async def job_fails(it):
    """The subject of its alarm."""
    await it.job(ok=False)
    subject = FAILED.format(at=it.time.now)
    await it.wait(minutes=2)
    return subject


async def nothing_is_lost_nor_twice(it):
    assert set(Counter(mail.message_id for mail in it.mails).values()) == {1}
    sum = await it.ledger()
    assert (sum.lost, sum.waiting, sum.accepted) == (0, 0, sum.raised)
    assert await it.queue() == ()


async def test_after_200_silent_days_an_alarm_goes_as_on_the_first(it):
    await begin(it)
    await it.silent(200)
    assert it.mails == ()
    assert it.time.now - (await it.route(FIRST)).renewed < timedelta(days=8)
    alarm = await job_fails(it)
    assert it.subjects_by(FIRST) == [alarm] == it.subjects


async def test_a_secret_s_end_is_announced_and_what_it_held_leaves_by_a_new_one(it):
    start, life = it.time.now, timedelta(days=180)
    await begin(it, secret_ends=str((start + life).date()))
    it.turn("secret", str((start + life).date()))
    await it.silent(179)
    assert it.by(FIRST) == []
    days = [(parsedate_to_datetime(mail.date) - start).days for mail in it.by(SECOND)]
    assert [180 - day for day in days] == [60, 30, 14, 7, 1]

    await it.silent(3)
    alarm = await job_fails(it)
    await it.send(HELD, FIRST)
    await it.wait(minutes=2)
    assert it.by(FIRST) == []
    told = it.by(SECOND)[len(days) :]
    assert alarm in [mail.subject for mail in told]
    own, *_ = [mail for mail in told if mail.subject.endswith(": cannot sign in")]
    assert "The client secret has expired" in own.text
    await it.silent(17)
    assert [one.subject for one in await it.queue()] == [HELD]

    await it.define(lab={"secret_ends": str((start + 2 * life).date())})
    await it.new_secret()
    await it.wait(minutes=2)
    assert it.subjects_by(FIRST)[0] == HELD
    await it.job(ok=True)
    await it.wait(minutes=2)
    assert it.subjects_by(FIRST)[-1].startswith("[RECOVERED] web1 backup")
    await nothing_is_lost_nor_twice(it)
