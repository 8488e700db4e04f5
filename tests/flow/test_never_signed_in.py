"""An account that is defined and that nobody signs in: its mail leaves by another route once there
was time to do it, on a clock of our own."""

import logging
from datetime import timedelta

import pytest

from noroshi.core.levels import Level
from tests.flow.whole_node import FIRST, SECOND, SECRETS, life, sides
from tests.noroshi_lab.lab.story import AKI

GRACE = timedelta(minutes=15)
STEP, SLACK = timedelta(seconds=15), timedelta(minutes=1)
ACCOUNT = "noroshi/mail/account-elsewhere"


@pytest.fixture
async def it(tmp_path, caplog):
    caplog.set_level(logging.CRITICAL)
    async with sides(tmp_path) as both, life(*both) as it:
        await it.define()
        await it.put_secret(it.card.client_secret, SECRETS[FIRST])
        await it.sign_in(FIRST, (it.card.user, it.card.password))
        yield it


async def levels(it):
    return {one.path: one.level for one in (await it.app.service.status.status(AKI)).monitors}


def told(it):
    return [one for one in it.subjects_by(FIRST) if "account elsewhere" in one]


async def test_the_mail_leaves_when_the_time_to_set_up_is_over_and_once_alone(it):
    await it.wait(STEP, seconds=(GRACE - SLACK).total_seconds())
    assert (await levels(it))[ACCOUNT] == Level.CRITICAL and it.mails == ()
    await it.wait(STEP, seconds=(3 * SLACK).total_seconds())
    (subject,) = told(it)
    assert subject == "[CRITICAL] Noroshi account elsewhere: cannot sign in"
    assert it.by(SECOND) == []
    await it.wait(STEP, seconds=GRACE.total_seconds())
    assert told(it) == [subject]
    await it.put_secret(it.card.elsewhere.client_secret, SECRETS[SECOND])
    await it.sign_in(SECOND, (it.card.elsewhere.user, it.card.elsewhere.password))
    await it.wait(STEP, seconds=(3 * SLACK).total_seconds())
    assert [one.partition(" ")[0] for one in told(it)] == ["[CRITICAL]", "[RECOVERED]"]


async def test_no_mail_leaves_where_somebody_signs_in_within_that_time(it):
    await it.wait(STEP, seconds=(GRACE - SLACK).total_seconds())
    await it.put_secret(it.card.elsewhere.client_secret, SECRETS[SECOND])
    await it.sign_in(SECOND, (it.card.elsewhere.user, it.card.elsewhere.password))
    await it.wait(STEP, seconds=GRACE.total_seconds())
    assert told(it) == []
