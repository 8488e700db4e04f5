"""Show instants on pages: short to read, and whole, with the zone, for a closer look and for
programs. They are by the clock of the node's machine, which need not be the reader's."""

from __future__ import annotations

from datetime import datetime, timedelta
from html import escape
from typing import Self

from noroshi.core.template_texts import Html
from noroshi.core.translation import Mark, MarkedText, marks_of

TIME = '<time datetime="{}" title="{}">{}</time>'
UTC = "UTC"


class Moment(MarkedText):
    """Hold the text that is read of an instant, marked as that instant: it is known wherever the
    text is put into others."""

    __slots__ = ()

    def __new__(cls, text: str, at: datetime) -> Self:
        """Make the text of an instant; `at` is in this machine's zone."""
        return super().__new__(cls, text, (Mark(0, len(text), at),))


def timed(text: str) -> str:
    """Return a text with an element for each moment in it; one without any as it is."""
    parts, end = list[str](), 0
    for mark in marks_of(text):
        if isinstance(mark.meaning, datetime):
            parts += (escape(text[end : mark.start]), _element(text, mark, mark.meaning))
            end = mark.end
    return Html("".join((*parts, escape(text[end:])))) if parts else text


def _element(text: str, mark: Mark, at: datetime) -> str:
    parts = (at.isoformat(timespec="seconds"), full_time(at), text[mark.start : mark.end])
    return TIME.format(*map(escape, parts))


def iso_text(at: datetime) -> str:
    """Return an instant for the script of a page, as the API writes it."""
    return at.isoformat().replace("+00:00", "Z")


def full_time(at: datetime) -> str:
    """Return an instant with the year, the seconds and the zone."""
    return f"{at:%Y-%m-%d %H:%M:%S} {zone_of(at)}"


def zone_of(at: datetime) -> str:
    """Return the letters of the time zone, if there are any, and the offset from UTC at that
    time."""
    from_utc = at.utcoffset() or timedelta()
    minutes = round(from_utc.total_seconds() / 60)
    hours, minutes_over = divmod(abs(minutes), 60)
    offset = (
        f"{UTC}{'-' if minutes < 0 else '+'}{hours:02}:{minutes_over:02}" if minutes else UTC
    )
    letters = at.tzname() or ""
    return f"{letters} ({offset})" if letters.isalpha() and letters != UTC else offset
