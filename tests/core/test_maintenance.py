"""Planned work: when it is, by the clock on the wall, on ordinary and on odd nights."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from noroshi.core.maintenance import (
    OneTimeWindow,
    Span,
    WeeklyWindow,
    ends_of,
    span_of,
    turns_of,
)
from tests.sweeps import sweep

BERLIN, TOKYO = "Europe/Berlin", "Asia/Tokyo"
SAT, SUN = 5, 6


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def weekly(begins, ends, *days, zone=BERLIN):
    given = {"days": frozenset(days)} if days else {}
    return WeeklyWindow(
        begins=time.fromisoformat(begins), ends=time.fromisoformat(ends), zone=zone, **given
    )


def once(begins, ends, zone=BERLIN):
    begins, ends = (datetime.fromisoformat(text) for text in (begins, ends))
    return OneTimeWindow(begins=begins, ends=ends, zone=zone)


# In Berlin the clock goes from 2:00 to 3:00 on 29 March 2026, and from 3:00 back to 2:00 on
# 25 October 2026, both at 1:00 UTC.
@sweep(
    ("window", "now", "begins", "ends"),
    [
        pytest.param(
            weekly("22:00", "06:00", zone=TOKYO),
            "2026-04-01T06:00",
            "2026-04-01T13:00",
            "2026-04-01T21:00",
            id="the next one, in its own zone",
        ),
        pytest.param(
            weekly("22:00", "06:00", zone=TOKYO),
            "2026-04-01T20:59:59",
            "2026-04-01T13:00",
            "2026-04-01T21:00",
            id="the one that began yesterday there",
        ),
        pytest.param(
            weekly("22:00", "06:00", zone=TOKYO),
            "2026-04-01T21:00",
            "2026-04-02T13:00",
            "2026-04-02T21:00",
            id="its end is no longer in it",
        ),
        pytest.param(
            weekly("01:00", "05:00", SUN),
            "2026-06-03T00:00",
            "2026-06-06T23:00",
            "2026-06-07T03:00",
            id="on its day of the week alone",
        ),
        pytest.param(
            weekly("22:00", "06:00", SAT),
            "2026-03-28T20:00",
            "2026-03-28T21:00",
            "2026-03-29T04:00",
            id="the short night: seven hours, up to 6:00",
        ),
        pytest.param(
            weekly("22:00", "06:00", SAT),
            "2026-10-25T04:59",
            "2026-10-24T20:00",
            "2026-10-25T05:00",
            id="the long night: nine hours, up to 6:00",
        ),
        pytest.param(
            weekly("01:30", "02:30", SUN),
            "2026-10-25T01:00",
            "2026-10-24T23:30",
            "2026-10-25T01:30",
            id="an end that comes twice is meant the second time",
        ),
        pytest.param(
            weekly("02:15", "03:30", SUN),
            "2026-10-24T12:00",
            "2026-10-25T00:15",
            "2026-10-25T02:30",
            id="a beginning that comes twice is meant the first time",
        ),
        pytest.param(
            weekly("02:15", "03:30", SUN),
            "2026-03-28T12:00",
            "2026-03-29T01:15",
            "2026-03-29T02:30",
            id="a beginning that is skipped comes an hour later, and it lasts as long",
        ),
        pytest.param(
            weekly("01:00", "02:30", SUN),
            "2026-03-28T12:00",
            "2026-03-29T00:00",
            "2026-03-29T01:30",
            id="an end that is skipped comes an hour later by the clock",
        ),
        pytest.param(
            weekly("00:00", "00:00", SUN, zone=TOKYO),
            "2026-06-07T00:00",
            "2026-06-06T15:00",
            "2026-06-07T15:00",
            id="a whole day",
        ),
        pytest.param(
            once("2026-12-24 22:00", "2026-12-25 06:00", TOKYO),
            "2026-04-01T00:00",
            "2026-12-24T13:00",
            "2026-12-24T21:00",
            id="once",
        ),
    ],
)
def test_a_window_is_the_one_under_way_or_the_next(window, now, begins, ends):
    assert span_of(window, at(now)) == Span(at(begins), at(ends))


def test_what_was_once_is_over_for_good():
    window = once("2026-12-24 22:00", "2026-12-25 06:00", TOKYO)
    assert span_of(window, at("2026-12-24T21:00")) is None


def test_of_several_the_last_end_counts():
    windows = (weekly("01:00", "03:00", zone=TOKYO), weekly("02:00", "05:00", zone=TOKYO))
    assert ends_of(windows, at("2026-04-01T17:30")) == at("2026-04-01T20:00")
    assert ends_of(windows, at("2026-04-01T20:00")) is None


def test_a_turn_is_where_one_begins_or_ends():
    windows = (weekly("01:00", "03:00", zone=TOKYO), weekly("02:00", "05:00", zone=TOKYO))
    now = at("2026-04-01T16:30")
    assert list(turns_of(windows, now)) == [at("2026-04-01T18:00"), at("2026-04-01T17:00")]


@pytest.mark.parametrize("night", ["2026-03-28T20:00", "2026-10-24T20:00"])
def test_whenever_the_clock_reads_within_it_on_an_odd_night_it_is_under_way(night):
    window, start = weekly("01:00", "05:00", SUN), at(night)
    for minutes in range(0, 12 * 60, 5):
        now = start + timedelta(minutes=minutes)
        reads = now.astimezone(ZoneInfo(BERLIN)).time()
        inside = time(1) <= reads < time(5)
        assert (ends_of((window,), now) is not None) == inside


def test_a_window_that_many_monitors_have_is_worked_out_once():
    before = span_of.cache_info().misses
    for _ in range(100):
        assert ends_of([weekly("22:00", "06:00", zone=TOKYO)], at("2026-04-01T20:00:01"))
    assert span_of.cache_info().misses == before + 1
