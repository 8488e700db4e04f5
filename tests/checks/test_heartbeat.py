"""The heartbeat check: schedules, odd nights, clocks that were set, and what a job said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from noroshi import schema
from noroshi.checks import heartbeat
from noroshi.core.judgement import judge
from noroshi.core.levels import Level
from noroshi.ports import Beat, Unmeasurable
from noroshi.testing import FakeHost
from tests.sweeps import sweep

NOON = datetime(2026, 4, 1, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
DAILY = {"job": "backup", "every": "1d", "grace": "30m"}
NIGHTLY = {"job": "backup", "at": ("02:30",), "grace": "1h"}


def instant(text, zone=UTC):
    return datetime.fromisoformat(text).replace(tzinfo=zone)


async def look(options, now, beat=None, memory=None):
    host = FakeHost(beats={"backup": beat} if beat else {}, now=now)
    given = schema.read(heartbeat.Options, options)
    outcome = await heartbeat.run(given, host, memory or {})
    return {reading.name: reading for reading in outcome.readings}, outcome.memory


async def is_overdue(options, now, last, memory=None):
    found, _ = await look(options, now, Beat(at=last) if last else None, memory)
    return bool(found["overdue"].value)


def level(reading):
    return judge(reading, heartbeat.CHECK.limits[reading.name])


@pytest.mark.parametrize(
    ("passed", "overdue", "late"),
    [
        pytest.param(timedelta(), 0, 0, id="it has just reported"),
        pytest.param(timedelta(hours=23), 0, 0, id="before the time"),
        pytest.param(timedelta(days=1, minutes=29), 0, 29, id="within the grace"),
        pytest.param(timedelta(days=1, minutes=30), 1, 30, id="the grace is over"),
        pytest.param(timedelta(days=3), 1, 2 * 24 * 60, id="days later"),
    ],
)
async def test_an_interval_counts_from_the_last_report(passed, overdue, late):
    found, _ = await look(DAILY, NOON + passed, Beat(at=NOON))
    assert (found["overdue"].value, found["late"].value) == (overdue, late)
    assert level(found["overdue"]) is (Level.CRITICAL if overdue else Level.OK)


@pytest.mark.parametrize(
    ("last", "now", "overdue"),
    [
        pytest.param("2026-04-01T02:40", "2026-04-02T03:29", False, id="within the grace"),
        pytest.param("2026-04-01T02:40", "2026-04-02T03:30", True, id="the grace is over"),
        pytest.param("2026-04-02T02:31", "2026-04-02T12:00", False, id="it came in time"),
        pytest.param(
            "2026-04-02T02:29", "2026-04-02T12:00", True, id="it came before its time"
        ),
        # 29 March 2026, Berlin: 02:30 is skipped, and comes at 03:30 summer time.
        pytest.param("2026-03-28T02:40", "2026-03-29T04:29", False, id="skipped, in grace"),
        pytest.param("2026-03-28T02:40", "2026-03-29T04:30", True, id="skipped, overdue"),
        # 25 October 2026, Berlin: 02:30 comes twice, and the first time is meant.
        pytest.param("2026-10-24T02:40", "2026-10-25T02:29", False, id="twice, not yet"),
        pytest.param("2026-10-24T02:40", "2026-10-25T03:00", True, id="twice, overdue"),
    ],
)
async def test_fixed_times_are_those_of_the_instances_zone(last, now, overdue):
    last, now = instant(last, BERLIN), instant(now, BERLIN)
    assert await is_overdue(NIGHTLY, now, last) is overdue


@pytest.mark.parametrize(
    ("minutes", "overdue"), [(59, False), (60, True)], ids=["in grace", "overdue"]
)
async def test_grace_is_as_long_in_the_night_that_has_an_hour_more(minutes, overdue):
    """02:30 summer time and an hour is 02:30 winter time: the same on the clock."""
    due = instant("2026-10-25T02:30", BERLIN).astimezone(UTC)
    now = (due + timedelta(minutes=minutes)).astimezone(BERLIN)
    last = instant("2026-10-24T02:40", BERLIN)
    assert await is_overdue(NIGHTLY, now, last) is overdue


@pytest.mark.parametrize(
    ("now", "overdue"),
    [("2026-04-05T12:00", False), ("2026-04-06T03:29", False), ("2026-04-06T03:30", True)],
    ids=["on Sunday", "on Monday within the grace", "on Monday"],
)
async def test_days_that_are_not_asked_for_are_nobodys_fault(now, overdue):
    weekdays = {**NIGHTLY, "days": ("mon", "tue", "wed", "thu", "fri")}
    friday = instant("2026-04-03T02:40")
    assert await is_overdue(weekdays, instant(now), friday) is overdue


async def test_a_job_that_never_reported_counts_from_the_first_look():
    found, memory = await look(DAILY, NOON)
    assert (found["overdue"].value, list(found)) == (0, ["overdue", "late"])
    assert found["overdue"].note.en == (
        "backup has not reported yet; it is expected by 2026-04-02 12:30 +00:00"
    )
    later = NOON + timedelta(days=1, minutes=30)
    found, _ = await look(DAILY, later, memory=memory)
    assert level(found["overdue"]) is Level.CRITICAL
    assert found["overdue"].note.en.startswith("backup has never reported")


async def test_a_late_report_ends_it():
    _, memory = await look(DAILY, NOON, Beat(at=NOON - timedelta(days=2)))
    assert not await is_overdue(DAILY, NOON, NOON, memory)


async def test_a_report_from_the_future_does_not_hold_off_the_alarm():
    """The clock was set back by a month after the report: in a day it is overdue all the same."""
    ahead = NOON + timedelta(days=30)
    _, memory = await look(DAILY, NOON, Beat(at=ahead))
    assert not await is_overdue(DAILY, NOON + timedelta(hours=23), ahead, memory)
    assert await is_overdue(DAILY, NOON + timedelta(hours=25), ahead, memory)


async def test_a_first_look_in_the_future_does_not_hold_off_the_alarm():
    _, memory = await look(DAILY, NOON + timedelta(days=30))
    _, memory = await look(DAILY, NOON, memory=memory)
    assert await is_overdue(DAILY, NOON + timedelta(hours=25), None, memory)


async def test_a_job_that_says_it_failed_is_critical_and_quoted():
    here = NOON.astimezone(ZoneInfo("Asia/Tokyo"))
    found, _ = await look(DAILY, here, Beat(at=NOON, ok=False, text="no space on tape"))
    assert level(found["overdue"]) is Level.OK
    assert level(found["failed"]) is Level.CRITICAL
    note = found["failed"].note
    assert note.en == ("backup reported a failure at 2026-04-01 21:00 +09:00: no space on tape")
    assert note.ja == (
        "backup から 2026-04-01 21:00 +09:00 に失敗の報告がありました: no space on tape"
    )


async def test_a_job_that_went_well_is_quoted_too():
    found, _ = await look(DAILY, NOON, Beat(at=NOON, text="12 GiB"))
    assert level(found["failed"]) is Level.OK
    assert (
        found["failed"].note.en == "backup reported success at 2026-04-01 12:00 +00:00: 12 GiB"
    )


async def test_reports_that_cannot_be_read_are_no_missing_reports():
    with pytest.raises(Unmeasurable):
        await heartbeat.run(heartbeat.Options(**DAILY), FakeHost(beats=None), {})


@sweep(
    ("wrong", "said"),
    [
        ({"job": "Back up", "every": "1d"}, "job may contain only"),
        ({"job": "b"}, "one of every and at"),
        ({"job": "b", "every": "1d", "at": ["02:00"]}, "one of every and at"),
        ({"job": "b", "every": "1d", "days": ["mon"]}, "days can be set only with at"),
        ({"job": "b", "every": "soon"}, "“soon” is not a duration"),
        ({"job": "b", "every": "9s"}, "every must be between 10s and 366d"),
        ({"job": "b", "every": "1d", "grace": "x"}, "“x” is not a duration"),
        ({"job": "b", "every": "1d", "grace": "400d"}, "grace must be at most"),
        ({"job": "b", "at": ["24:00"]}, "“24:00” is not a time of day"),
        ({"job": "b", "at": ["02:00"], "days": ["tag"]}, "“tag” is not a day of the week"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_options_that_cannot_be_are_refused(wrong, said):
    with pytest.raises(schema.Invalid, match=said):
        schema.read(heartbeat.Options, wrong)
