"""Nodes that share a database date by its clock."""

import logging
from datetime import UTC, datetime, timedelta

from noroshi.app.shared_clock import SharedClock
from noroshi.ports import Clocks

NOON = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


class Times:
    """A computer and its database, each with its own clock."""

    def __init__(self):
        self.passed, self.own, self.database, self.takes = 0.0, NOON, NOON, 0.0

    def pass_by(self, seconds):
        self.passed += seconds
        self.own += seconds * SECOND
        self.database += seconds * SECOND

    async def read(self):
        self.pass_by(self.takes / 2)
        read = self.database
        self.pass_by(self.takes / 2)
        return read


async def test_a_node_whose_clock_is_off_dates_by_the_databases_and_says_so(caplog):
    caplog.set_level(logging.INFO)
    times = Times()
    clock = SharedClock(Clocks(lambda: times.own, lambda: times.passed), times.read)
    await clock.look()
    assert clock.wall() == NOON and not caplog.messages

    times.own += HOUR
    times.pass_by(10)
    assert clock.wall() == NOON + 10 * SECOND, "its own clock was set"
    for _ in range(3):
        await clock.look()
    assert len(caplog.messages) == 1 and "+3600.0 s" in caplog.messages[0]
    assert clock.wall() == NOON + 10 * SECOND

    times.database += HOUR
    await clock.look()
    assert clock.wall() == NOON + HOUR + 10 * SECOND, "it follows the database's"
    assert len(caplog.messages) == 2


async def test_a_slow_answer_of_the_database_sets_nobodys_clock():
    times = Times()
    clock = SharedClock(Clocks(lambda: times.own, lambda: times.passed), times.read)
    await clock.look()
    times.database += SECOND
    times.takes = 4.0
    await clock.look()
    assert clock.wall() == times.own
