"""All of the lab is away for a day in which alarms are raised: what is told when it is back."""

import logging
import re
from collections import Counter
from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest

from tests.flow.whole_node import whole

MOST = 10
"""Four digests of 500 at most, and three mails that the node itself is well again."""
NAMES = re.compile(r"\bjob-\d{4}\b")
DOORS = ("microsoft", "elsewhere", "elsewhere-smtp")


@pytest.fixture
async def it(tmp_path, caplog):
    caplog.set_level(logging.CRITICAL)
    async with whole(tmp_path) as it:
        yield it


def jobs(count):
    """Every other one is critical if it fails, the others are a warning."""
    monitors = [
        {
            "name": f"job-{n:04}",
            "kind": "heartbeat",
            "options": {"job": f"job-{n:04}", "every": "366d"},
            "limits": {"failed": {"warning": 1} if n % 2 else {"critical": 1}},
        }
        for n in range(count)
    ]
    instance = {"every": "1h", "rules": ["ops"], "group": [{"name": "g", "monitor": monitors}]}
    return {"instances/web1": instance}


async def a_day_off(it, count):
    """Each hour some jobs fail, and nothing can leave."""
    for door in DOORS:
        it.turn(door, "refuses")
    for hour in range(24):
        for n in range(hour, count, 24):
            await it.job(f"job-{n:04}", ok=False)
        await it.now_and_then(2, timedelta(minutes=30))
    for door in DOORS:
        it.turn(door, "up")


def named(mails):
    return Counter(name for mail in mails for name in set(NAMES.findall(mail.text)))


def most_within_a_minute(mails):
    sent = [parsedate_to_datetime(mail.date) for mail in mails]
    return max(sum(timedelta() <= b - a < timedelta(minutes=1) for b in sent) for a in sent)


def is_critical(name):
    return int(name.removeprefix("job-")) % 2 == 0


def the_critical_ones_came_first(mails):
    """No mail after the first that names a warning names one that is critical."""
    told = [{is_critical(name) for name in NAMES.findall(mail.text)} for mail in mails]
    told = [levels for levels in told if levels]
    first = next(n for n, levels in enumerate(told) if False in levels)
    return not any(True in levels for levels in told[first + 1 :])


@pytest.mark.parametrize("count", [60, pytest.param(2000, marks=pytest.mark.long)])
async def test_what_a_day_without_any_server_raised_is_told_in_few_mails(it, count):
    contact = {"addresses": [it.card.reader]}
    await it.begin(jobs(count) | {"contacts/ops": contact})
    await it.wait(minutes=1)
    await a_day_off(it, count)
    assert it.mails == () and (await it.ledger()).waiting == count
    back = it.time.now
    await it.wait(minutes=10)
    assert named(it.mails) == dict.fromkeys((f"job-{n:04}" for n in range(count)), 1)
    assert the_critical_ones_came_first(it.mails)
    assert len(it.mails) <= MOST
    assert most_within_a_minute(it.mails) <= 30
    assert parsedate_to_datetime(it.mails[0].date) - back < timedelta(minutes=2)
    ledger = await it.ledger()
    assert (ledger.lost, ledger.waiting, ledger.accepted) == (0, 0, ledger.raised)
    assert await it.queue() == ()
