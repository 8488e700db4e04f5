"""What time it is at the hub, by its answers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from noroshi.agent.enrolment import keep_enrolment
from noroshi.agent.hub_clock import HubClock
from noroshi.agent.hub_notifications import HubNotifications
from noroshi.core.definitions.compiler import Plan
from noroshi.stores.memory.store import MemoryStore
from noroshi.testing import ManualClocks
from tests.flow.agents import ENROLMENT

FIVE = timedelta(minutes=5)


class Between:
    """An agent and its hub, whose clock is ahead by `hub_offset`."""

    def __init__(self, hub_offset=timedelta(0)):
        self.time, self.hub_offset = ManualClocks(), hub_offset
        self.clock = HubClock(self.time.clocks)

    @property
    def hub_now(self):
        return self.time.now + self.hub_offset

    def ask(self, there=0.0, back=0.0):
        """A question that is so many seconds on its way, and the answer."""
        asked_at = self.time.steady_seconds
        self.time.pass_by(seconds=there)
        answered_at = self.hub_now.timestamp()
        self.time.pass_by(seconds=back)
        self.clock.note_answer(answered_at, asked_at)

    @property
    def error(self):
        return (self.clock.now() - self.hub_now).total_seconds()


@pytest.mark.parametrize("minutes", [5, -5, 60 * 24 * 400])
def test_the_offset_is_known_with_the_first_answer(minutes):
    between = Between(timedelta(minutes=minutes))
    between.ask(there=0.1, back=0.1)
    assert abs(between.error) <= 0.2
    between.time.pass_by(hours=3)
    assert abs(between.error) <= 0.2


def test_clocks_that_agree_have_no_offset_however_slow_the_link_is():
    between = Between()
    for there, back in ((0.0, 3.0), (3.0, 0.0), (0.2, 0.1), (40.0, 0.0)):
        between.ask(there, back)
        assert between.clock.offset == timedelta(0)


def test_an_answer_that_fits_changes_nothing():
    between = Between(FIVE)
    between.ask(there=0.1, back=0.1)
    offset = between.clock.offset
    for there, back in ((0.3, 0.4), (36.0, 0.2), (0.1, 0.1)):
        between.ask(there, back)
        assert between.clock.offset == offset


@pytest.mark.parametrize("seconds", [300, -300, 3600])
def test_the_hubs_time_goes_on_while_this_computers_clock_is_set(seconds):
    between = Between(FIVE)
    between.ask()
    at_hub = between.hub_now
    between.time.jump(seconds=seconds)
    assert between.clock.now() == at_hub
    between.time.pass_by(seconds=10)
    assert between.clock.now() == at_hub + timedelta(seconds=10)


@pytest.mark.parametrize("seconds", [300, -300])
def test_a_hub_whose_clock_is_set_is_followed_with_its_next_answer(seconds):
    between = Between(FIVE)
    between.ask()
    between.hub_offset += timedelta(seconds=seconds)
    between.ask(there=0.1, back=0.1)
    assert abs(between.error) <= 0.2


@pytest.mark.parametrize("clock", [0.0, -1.0, 1e12, float("nan"), float("inf")])
def test_a_clock_that_cannot_be_right_is_not_believed(clock):
    between = Between()
    between.clock.note_answer(clock, between.time.steady_seconds)
    assert between.clock.offset == timedelta(0)


async def started(store, time):
    notifications = HubNotifications(store, time.clocks, Plan)
    await notifications.load()
    await notifications.begin(ENROLMENT)
    return notifications


async def test_the_next_life_begins_with_the_offset_of_the_last_one():
    store, time = MemoryStore(), ManualClocks()
    await keep_enrolment(store, ENROLMENT)
    notifications = await started(store, time)
    notifications.hub_clock.note_answer((time.now + FIVE).timestamp(), time.steady_seconds)
    await notifications.step()
    later = ManualClocks(time.now + timedelta(hours=1))
    assert (await started(store, later)).hub_offset() == FIVE


async def test_a_hub_that_is_left_has_no_clock_here():
    store, time = MemoryStore(), ManualClocks()
    await keep_enrolment(store, ENROLMENT)
    notifications = await started(store, time)
    notifications.hub_clock.note_answer((time.now + FIVE).timestamp(), time.steady_seconds)
    await notifications.step()
    await notifications.leave()
    assert (await started(store, time)).hub_offset() == timedelta(0)
