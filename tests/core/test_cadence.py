"""When a monitor is due, on a grid that a restart does not move."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from noroshi.core.cadence import (
    FixedInterval,
    FixedTimes,
    first_after,
    next_due,
    next_on_grid,
    phase,
)
from tests.sweeps import sweep

NOW = datetime(2026, 4, 1, 6, 0, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def times(cadence, start, count):
    found, now = [], start
    for _ in range(count):
        now = next_due("m", cadence, now)
        found.append(now)
    return found


def test_the_grid_is_fixed_whenever_one_looks_at_it():
    first = next_due("m", FixedInterval(MINUTE), NOW)
    assert next_due("m", FixedInterval(MINUTE), first - timedelta(milliseconds=1)) == first
    assert next_due("m", FixedInterval(MINUTE), first) == first + MINUTE
    assert (
        next_due("m", FixedInterval(MINUTE), first + 59.5 * timedelta(seconds=1))
        == first + MINUTE
    )


@sweep(
    "cadence",
    [
        FixedInterval(MINUTE),
        FixedInterval(timedelta(seconds=7) / 3),
        FixedTimes(times=(time(6),), zone="Asia/Tokyo"),
    ],
)
@sweep("late", [-0.001, 0, 0.05, 59.9, 60, 3600.5, 90_000])
def test_a_turn_leaves_the_next_one_of_the_same_grid(cadence, late):
    for id in ("a", "b", "c"):
        at = next_due(id, cadence, NOW)
        now = at + timedelta(seconds=late)
        assert next_on_grid(id, cadence, at, now) == next_due(id, cadence, max(now, at))


def test_missed_turns_are_not_made_up_for():
    first = next_due("m", FixedInterval(MINUTE), NOW)
    assert next_due("m", FixedInterval(MINUTE), first + 10 * MINUTE) == first + 11 * MINUTE


def test_ids_spread_over_the_interval():
    cells = [int(phase(f"monitor-{n}") * 10) for n in range(2000)]
    assert min(cells.count(cell) for cell in range(10)) > 150


@pytest.mark.parametrize(
    ("at", "now", "due"),
    [
        pytest.param("09:00", "2026-04-01T08:59", "2026-04-01T09:00", id="later today"),
        pytest.param("09:00", "2026-04-01T09:00", "2026-04-02T09:00", id="just now is over"),
        pytest.param("00:30", "2026-04-01T23:00", "2026-04-02T00:30", id="after midnight"),
    ],
)
def test_fixed_times_in_tokyo(at, now, due):
    tokyo = FixedTimes(times=(time.fromisoformat(at),), zone="Asia/Tokyo")
    nine_hours = timedelta(hours=9)
    now, due = (datetime.fromisoformat(t).replace(tzinfo=UTC) - nine_hours for t in (now, due))
    assert next_due("m", tokyo, now) == due


def test_several_times_come_in_their_order_whatever_the_order_given():
    cadence = FixedTimes(times=(time(18), time(6)), zone="UTC")
    assert [t.hour for t in times(cadence, NOW - MINUTE, 3)] == [6, 18, 6]


def test_only_on_the_days_asked_for():
    mondays = FixedTimes(times=(time(9),), zone="UTC", days=frozenset({0}))
    assert [t.isoweekday() for t in times(mondays, NOW, 3)] == [1, 1, 1]


def test_a_time_that_summer_time_skips_comes_an_hour_later_and_once():
    cadence = FixedTimes(times=(time(2, 30),), zone="Europe/Berlin")
    before = datetime(2026, 3, 28, 12, tzinfo=UTC)
    found = times(cadence, before, 2)
    assert found == [
        datetime(2026, 3, 29, 1, 30, tzinfo=UTC),  # 03:30 by the wall clock
        datetime(2026, 3, 30, 0, 30, tzinfo=UTC),
    ]


def test_a_time_that_comes_twice_is_meant_once():
    cadence = FixedTimes(times=(time(2, 30),), zone="Europe/Berlin")
    found = times(cadence, datetime(2026, 10, 24, 12, tzinfo=UTC), 2)
    assert found == [
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 26, 1, 30, tzinfo=UTC),
    ]


HALF_PAST_TWO = FixedTimes(times=(time(2, 30),), zone="Europe/Berlin")


@pytest.mark.parametrize(
    ("cadence", "last", "due"),
    [
        pytest.param(
            FixedInterval(MINUTE), "2026-04-01T06:00:07", "2026-04-01T06:01:07", id="interval"
        ),
        pytest.param(
            FixedInterval(timedelta(days=1)),
            "2026-03-28T12:00",
            "2026-03-29T12:00",
            id="a day is 24 hours, also over an odd night",
        ),
        pytest.param(HALF_PAST_TWO, "2026-04-01T00:29", "2026-04-01T00:30", id="a minute on"),
        pytest.param(HALF_PAST_TWO, "2026-04-01T00:30", "2026-04-02T00:30", id="at its time"),
        pytest.param(HALF_PAST_TWO, "2026-03-28T02:00", "2026-03-29T01:30", id="skipped"),
        pytest.param(HALF_PAST_TWO, "2026-10-25T00:30", "2026-10-26T01:30", id="twice, once"),
    ],
)
def test_what_happened_is_to_happen_again(cadence, last, due):
    last, due = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (last, due))
    assert first_after(cadence, last) == due
    assert first_after(cadence, last.astimezone(ZoneInfo("Europe/Berlin"))) == due
