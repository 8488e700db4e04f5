"""Values as people write them: durations, times of day, names, addresses, zones."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
DURATION = re.compile(r"(?:(\d{1,5})d)?(?:(\d{1,7})h)?(?:(\d{1,7})m)?(?:(\d{1,7})s)?")
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
MOMENT = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
# What may stand in an envelope's address without quoting (RFC 5321, Dot-string), and no more:
# blanks, commas and angle brackets are a slip in a definition, or somebody's trick.
ADDRESS = re.compile(r"[^\s@<>(),;:\\\"\[\]]{1,64}@[^\s@<>(),;:\\\"\[\]/]{1,253}")
DAYS: Mapping[str, int] = {
    day: number for number, day in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
}
REMEMBERED, LONGEST = 4096, 64
"""The most texts that are remembered with their values, and the length of the longest: to
remember all that was ever asked would fill the memory."""


def duration(text: str) -> timedelta | None:
    """ "30s", "5m", "1h30m", "1d"; None if it is none."""
    return _duration(text) if len(text) <= LONGEST else None


@lru_cache(REMEMBERED)
def _duration(text: str) -> timedelta | None:
    match = DURATION.fullmatch(text)
    if match is None or not text:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def moment(text: str) -> time | None:
    """Read a time of day, "07:30"; None if it is none."""
    match = MOMENT.fullmatch(text)
    return time(int(match[1]), int(match[2])) if match else None


def day_and_time(text: str) -> datetime | None:
    """Read a day with a time of day, "2026-12-24 22:00"; None if it is none."""
    day, separator, at = text.partition(" ")
    time = moment(at)
    if not separator or time is None or ISO_DAY.fullmatch(day) is None:
        return None
    try:
        return datetime.combine(date.fromisoformat(day), time)
    except ValueError:  # the 30th of February
        return None


def is_name(text: str) -> bool:
    """Return True if a text may name a definition: the name is that of a file, too."""
    return NAME.fullmatch(text) is not None


def is_address(text: str) -> bool:
    """Return True if the text has the form of a mail address."""
    if ADDRESS.fullmatch(text) is None or not text.isprintable():
        return False
    local, _, domain = text.partition("@")
    return not any(not label for part in (local, domain) for label in part.split("."))


def is_zone(text: str) -> bool:
    """Return whether this computer knows the time zone."""
    return len(text) <= LONGEST and _is_zone(text)


@lru_cache(REMEMBERED)
def _is_zone(text: str) -> bool:
    try:
        ZoneInfo(text)
    except (ValueError, OSError, LookupError):  # a path, a folder of zones, an unknown one
        return False
    return True
