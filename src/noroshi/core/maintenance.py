"""Planned work: windows of time, once or each week, by the clock on the wall of a zone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import NamedTuple

from noroshi.core.cadence import WEEK, zone_of

DAY = timedelta(days=1)


class Span(NamedTuple):
    """Hold the instants from a beginning up to, but not with, an end; both in UTC."""

    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyWindow:
    """Plan work on some days of the week (Monday is 0), counted by the day of the beginning. A
    window that does not end later in the day than it begins ends on the day after."""

    begins: time
    ends: time
    zone: str
    days: frozenset[int] = WEEK
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OneTimeWindow:
    """Plan work from one time of a day to another, as the clock there shows them: without an
    offset."""

    begins: datetime
    ends: datetime
    zone: str
    title: str = ""


Window = WeeklyWindow | OneTimeWindow


@lru_cache(maxsize=1000)
def span_of(window: Window, now: datetime) -> Span | None:
    """Return the span of a window that is under way, else the next one; None: the window is
    over for good.

    The window of an instance is asked for once for each of its monitors, with the same `now`.
    """
    return next((span for span in _spans(window, now) if span.ends > now), None)


def ends_of(windows: Iterable[Window], now: datetime) -> datetime | None:
    """Return until when one of them lasts; None: none is under way."""
    spans = filter(None, (span_of(window, now) for window in windows))
    return max((span.ends for span in spans if span.begins <= now), default=None)


def turns_of(windows: Iterable[Window], now: datetime) -> Iterator[datetime]:
    """Yield the next instants at which one of them begins or ends."""
    for span in filter(None, (span_of(window, now) for window in windows)):
        yield span.begins if span.begins > now else span.ends


def _spans(window: Window, now: datetime) -> Iterator[Span]:
    """Yield the spans in the order in which they begin."""
    zone = zone_of(window.zone)
    if isinstance(window, OneTimeWindow):
        yield _span(window.begins, window.ends, zone)
        return
    today = now.astimezone(zone).date()
    for day_offset in range(-2, 9):  # two: it may have begun yesterday, and be an hour longer
        day = today + day_offset * DAY
        if day.weekday() in window.days:
            yield _of_day(window, day, zone)


def _of_day(window: WeeklyWindow, day: date, zone: tzinfo) -> Span:
    last = day if window.ends > window.begins else day + DAY
    begins = datetime.combine(day, window.begins)
    return _span(begins, datetime.combine(last, window.ends), zone)


def _span(begins: datetime, ends: datetime, zone: tzinfo) -> Span:
    """Return a span by the wall clock, so that a night is an hour shorter or longer with it.

    What comes twice is begun at the first time and ended at the second. What summer time skips
    begins an hour later, as what is started at a fixed time does (PEP 495), and lasts as long.
    """
    first = begins.replace(tzinfo=zone).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) != begins:
        return Span(first, first + (ends - begins))
    candidates = (ends.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return Span(first, max(candidates))
