"""A moment ahead as people write it: a length from now, a time of day, a day, or an instant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from noroshi.core.definitions.value_syntax import day_and_time, duration, moment

TOMORROW = ("tomorrow", "明日")
DAY = timedelta(days=1)


def read_length(text: str) -> timedelta | None:
    """ "30m", "2h", "1d12h"; None if it is none, or none at all."""
    length = duration(text.strip())
    return length or None


def read_moment(text: str, local_now: datetime) -> datetime | None:
    """Return the instant that a text means, seen from `local_now`, a time of the clock on the
    wall without an offset: the next "08:00", "tomorrow 08:00", "2026-12-25 06:00"; or an
    instant with an offset of its own.

    Without an offset in the text the result has none either, for a caller that knows the zone.
    None: the text means no instant.
    """
    text = " ".join(text.split())
    time_of_day = moment(text)
    if time_of_day is not None:
        today = datetime.combine(local_now.date(), time_of_day)
        return today if today > local_now else today + DAY
    day_word, _, time_text = text.partition(" ")
    time_of_day = moment(time_text) if day_word.lower() in TOMORROW else None
    if time_of_day is not None:
        return datetime.combine(local_now.date() + DAY, time_of_day)
    return day_and_time(text) or _instant(text)


def _instant(text: str) -> datetime | None:
    """Read an instant in ISO 8601, as browsers and programs send it."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    if "T" not in text.upper():
        return None  # a day alone: at which time?
    return instant if instant.tzinfo is None else instant.astimezone(UTC)
