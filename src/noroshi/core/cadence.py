"""Compute when a monitor is due: a function of its id, its cadence and now, and of nothing
stored.

The grid hangs on the wall clock's epoch, so a restart neither shifts nor bunches it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from zlib import crc32
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WEEK = frozenset(range(7))


@dataclass(frozen=True, slots=True)
class FixedInterval:
    """Repeat at a fixed interval; the monitor's id says at which instant of it."""

    period: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedTimes:
    """Repeat at fixed times of day in a zone, on some days of the week (Monday is 0)."""

    times: tuple[time, ...]
    zone: str
    days: frozenset[int] = WEEK


Cadence = FixedInterval | FixedTimes


def zone_of(name: str) -> tzinfo:
    """Return the zone of that name; UTC for one that this machine does not know."""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        return UTC


def next_due(id: str, cadence: Cadence, now: datetime) -> datetime:
    """Return the first instant after `now` at which the monitor is due, in UTC."""
    match cadence:
        case FixedInterval(period):
            return _next_cell(now, period, period * phase(id))
        case FixedTimes():
            return first_after(cadence, now)


def previous_due(id: str, cadence: Cadence, now: datetime) -> datetime | None:
    """Return the last instant up to `now` at which the monitor was due, in UTC; None: there was
    none."""
    match cadence:
        case FixedInterval(period):
            return _next_cell(now, period, period * phase(id)) - period
        case FixedTimes():
            return last_up_to(cadence, now)


def next_on_grid(id: str, cadence: Cadence, at: datetime, now: datetime) -> datetime:
    """Return the next instant for a monitor that was due at `at`: one interval on, unless that
    is over as well.

    A turn leaves the one after it thousands of times a second; the grid's beginning does not
    change meanwhile, so it need not be reckoned anew.
    """
    if isinstance(cadence, FixedInterval) and (next_time := at + cadence.period) > now:
        return next_time
    return next_due(id, cadence, max(now, at))


def first_after(cadence: Cadence, start: datetime) -> datetime:
    """Return when something that happened at `start` is to happen next, in UTC.

    Unlike a monitor's turn it hangs on no grid: an interval counts from the last time.
    """
    match cadence:
        case FixedInterval(period):
            return start.astimezone(UTC) + period
        case FixedTimes():
            return min(at for at in _occasions(cadence, start) if at > start)


def last_up_to(cadence: FixedTimes, now: datetime) -> datetime | None:
    """Return the last time of a cadence that has come, in UTC; None: the cadence has no times
    at all."""
    return max((at for at in _occasions(cadence, now, -8) if at <= now), default=None)


def phase(id: str) -> float:
    """Return the position of a monitor within its interval, from 0 to 1. The id alone decides
    it, so that monitors are spread."""
    return crc32(id.encode()) / 2**32


def spacing(cadence: Cadence) -> timedelta:
    """Return how far apart two turns are, as a person would say it: a day for fixed times."""
    return cadence.period if isinstance(cadence, FixedInterval) else timedelta(days=1)


def _next_cell(now: datetime, period: timedelta, offset: timedelta) -> datetime:
    cells = (now - EPOCH - offset) // period + 1
    return EPOCH + offset + cells * period


def _occasions(cadence: FixedTimes, now: datetime, first: int = -1) -> Iterator[datetime]:
    """Yield the occasions of ten days, from the day `first` days after today: of the week
    ahead, or of the one behind. A week counts eight days, as the last occasion of one may have
    passed."""
    zone = ZoneInfo(cadence.zone)
    today = now.astimezone(zone).date()
    for day_offset in range(first, first + 10):
        day = today + timedelta(days=day_offset)
        if day.weekday() in cadence.days:
            # A time that summer time skips comes an hour later by the wall clock; one that
            # comes twice is meant the first time (fold=0). Both are PEP 495's reading.
            for moment in cadence.times:
                yield datetime.combine(day, moment, zone).astimezone(UTC)
