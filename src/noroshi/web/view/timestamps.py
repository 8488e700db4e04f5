"""Show instants on pages: short to read, and whole, with the zone, for a closer look and for
programs. They are by the clock of the node's machine, which need not be the reader's."""

from __future__ import annotations

from datetime import datetime, timedelta
from html import escape

TIME = '<time datetime="{}" title="{}">{}</time>'
UTC = "UTC"


class Html(str):
    """Hold markup that is ready, for templates: all that is not ours in it is escaped."""

    __slots__ = ()

    def __html__(self) -> str:
        return self


class Moment(str):
    """Hold an instant, and the text that is read of it."""

    __slots__ = ("at",)
    at: datetime

    def __new__(cls, text: str, at: datetime) -> Moment:
        """Make the text of an instant; `at` is in this machine's zone."""
        moment = super().__new__(cls, text)
        moment.at = at
        return moment


def timed(text: str, moment: str | None = None) -> str:
    """Return the element of a moment, by itself or where it stands in a sentence; else the
    text."""
    one = text if moment is None else moment
    if not isinstance(one, Moment):
        return text
    parts = (one.at.isoformat(timespec="seconds"), full_time(one.at), str(one))
    element = TIME.format(*map(escape, parts))
    if moment is None:
        return Html(element)
    before, match, after = str(text).partition(str(one))
    return Html(f"{escape(before)}{element}{escape(after)}") if match else text


def full_time(at: datetime) -> str:
    """Return an instant with the year, the seconds and the zone."""
    return f"{at:%Y-%m-%d %H:%M:%S} {zone_of(at)}"


def zone_of(at: datetime) -> str:
    """Return the zone's letters, where it has some, and its offset from UTC then."""
    from_utc = at.utcoffset() or timedelta()
    minutes = round(from_utc.total_seconds() / 60)
    hours, minutes_over = divmod(abs(minutes), 60)
    offset = (
        f"{UTC}{'-' if minutes < 0 else '+'}{hours:02}:{minutes_over:02}" if minutes else UTC
    )
    letters = at.tzname() or ""
    return f"{letters} ({offset})" if letters.isalpha() and letters != UTC else offset
