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


def read_moment(text: str, here: datetime) -> datetime | None:
    """Return when that is, seen from `here`, a time of the clock on the wall without an offset:
    the next "08:00", "tomorrow 08:00", "2026-12-25 06:00"; or an instant with its own offset.

    What has none is by the wall's clock again, for whoever knows its zone. None: it is none.
    """
    text = " ".join(text.split())
    at = moment(text)
    if at is not None:
        today = datetime.combine(here.date(), at)
        return today if today > here else today + DAY
    first, _, rest = text.partition(" ")
    at = moment(rest) if first.lower() in TOMORROW else None
    if at is not None:
        return datetime.combine(here.date() + DAY, at)
    return day_and_time(text) or _instant(text)


def _instant(text: str) -> datetime | None:
    """Read an instant in ISO 8601, as browsers and programs send it."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    if "T" not in text.upper():
        return None  # a day alone: at which time?
    return found if found.tzinfo is None else found.astimezone(UTC)
