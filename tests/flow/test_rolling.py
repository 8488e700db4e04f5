"""Outages that roll on: nobody waits a minute for company, and no storm becomes a flood."""

from dataclasses import replace
from datetime import timedelta

from noroshi.core.cadence import FixedInterval
from noroshi.core.levels import Level
from noroshi.ports import Volume
from noroshi.testing import FakeHost
from tests.flow.storm import EXCHANGE, Storm, counts

QUARTER = timedelta(seconds=15)


class Rolling(Storm):
    """Monitors that turn bad each by itself."""

    def __init__(self, **given):
        super().__init__(**given)
        self.levels = {}

    def host(self, monitor):
        return FakeHost([Volume("/", size=100, free=100 - self.levels.get(monitor.id, 10))])

    async def waits(self):
        """How long each critical alarm waited until a mail that tells it was accepted."""
        return [
            (one.receipts[-1].at if one.receipts else self.time.now) - one.event.at
            for one in await self.store.ledger(1000)
            if one.event.after is Level.CRITICAL
        ]


async def test_in_an_outage_that_rolls_on_no_critical_alarm_waits_longer_than_15_seconds():
    """One monitor more each 2 s, for two minutes."""
    rolling = Rolling()
    await rolling.watch(60, FixedInterval(timedelta(seconds=5)))
    async with rolling.life() as engine:
        await rolling.seconds(engine, 10)
        for n in range(60):
            rolling.levels[f"m{n:04}"] = 96
            await rolling.seconds(engine, 2)
        await rolling.seconds(engine, 30)
    waits = await rolling.waits()
    assert len(waits) == 60 and max(waits) <= QUARTER
    assert len(rolling.smtp.sent_envelopes) <= 3 + 150 / 10


async def test_what_was_a_warning_first_waits_no_longer_once_it_is_critical():
    """Its warning waits for company, and nothing of a monitor overtakes."""
    rolling = Rolling()
    await rolling.watch(120, FixedInterval(timedelta(seconds=5)))
    async with rolling.life() as engine:
        await rolling.seconds(engine, 10)
        for n in range(120):
            rolling.levels[f"m{n:04}"] = 85
            if n >= 10:
                rolling.levels[f"m{n - 10:04}"] = 96
            await rolling.seconds(engine, 2)
        await rolling.seconds(engine, 30)
    waits = await rolling.waits()
    assert len(waits) == 110 and max(waits) <= QUARTER


async def test_what_is_not_critical_waits_for_company_ever_longer():
    rolling = Rolling()
    await rolling.watch(120, FixedInterval(timedelta(seconds=5)))
    async with rolling.life() as engine:
        await rolling.seconds(engine, 10)
        for n in range(120):
            rolling.levels[f"m{n:04}"] = 85
            await rolling.seconds(engine, 2)
    assert len(rolling.smtp.sent_envelopes) <= 10


async def test_five_hundred_that_begin_within_15_seconds_are_at_most_ten_mails():
    rolling = Rolling()
    await rolling.watch(500, FixedInterval(QUARTER))
    async with rolling.life() as engine:
        await rolling.seconds(engine, 16)
        rolling.levels |= {f"m{n:04}": 96 for n in range(500)}
        await rolling.seconds(engine, 120)
    assert len(rolling.smtp.sent_envelopes) <= 10
    assert await counts(rolling.store) == {"accepted": 500}
    assert max(await rolling.waits()) <= QUARTER


async def test_a_storm_that_goes_on_leaves_half_of_the_day_s_allowance():
    """Else a mailbox that may send no more until tomorrow would tell of nothing."""
    storm = Rolling(pace=replace(EXCHANGE, recipients_a_day=40))
    await storm.watch(300, FixedInterval(timedelta(seconds=5)))
    async with storm.life() as engine:
        await storm.seconds(engine, 10)
        for n in range(300):
            storm.levels[f"m{n:04}"] = 96
            await storm.seconds(engine, 2)
        await storm.seconds(engine, 330)
    assert 20 <= len(storm.smtp.sent_envelopes) < 30
    assert await counts(storm.store) == {"accepted": 300}
