"""Times as a person reads them: the clock's time, the date only when it is not today."""

from __future__ import annotations

from datetime import datetime, timedelta

from noroshi.core.translation import NOTHING, Message, _

SECONDS = _("{n} s")
MINUTES = _("{n} min")
HOURS = _("{n} h")
DAYS = _("{n} d")
STEPS = ((86400, DAYS), (3600, HOURS), (60, MINUTES))
TWICE = 2
"""A unit is used from twice its length on: 90 s, then 2 min."""


def clock(at: datetime | None, now: datetime) -> str:
    """Return an instant of an answer in this machine's zone; "" for none."""
    if at is None:
        return ""
    moment, today = at.astimezone(), now.astimezone()
    if moment.date() == today.date():
        return moment.strftime("%H:%M:%S")
    return moment.strftime("%m-%d %H:%M" if moment.year == today.year else "%Y-%m-%d %H:%M")


def elapsed_time(since: datetime | None, now: datetime) -> Message:
    """Return how long ago, or how long until, in one unit."""
    if since is None:
        return NOTHING
    return span(abs(now - since))


def span(time: timedelta) -> Message:
    """Return a length of time in one unit."""
    seconds = int(time.total_seconds())
    for length, words in STEPS:
        if seconds >= TWICE * length:
            return words.fill(n=seconds // length)
    return SECONDS.fill(n=seconds)
