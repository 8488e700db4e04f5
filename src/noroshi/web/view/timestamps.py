"""Instants as pages show them: short where one reads, whole, with the zone, to look at and for
programs. They are the clock of the machine on which the node runs, which need not be the reader's."""

from __future__ import annotations

from datetime import datetime, timedelta
from html import escape
from typing import Self

from noroshi.core.translation import Mark, MarkedText, marks_of

TIME = '<time datetime="{}" title="{}">{}</time>'
UTC = "UTC"


class Html(str):
    """Markup that is ready, for templates: all that is not ours in it is escaped."""

    __slots__ = ()

    def __html__(self) -> str:
        return self


class Moment(MarkedText):
    """Hold the text that is read of an instant, marked as that instant: it is known wherever the
    text is put into others."""

    __slots__ = ()

    def __new__(cls, shown: str, at: datetime) -> Self:
        """`at` is in this machine's zone."""
        return super().__new__(cls, shown, (Mark(0, len(shown), at),))


def timed(text: str) -> str:
    """Return a text with an element for each moment in it; one without any as it is."""
    parts, done = list[str](), 0
    for mark in marks_of(text):
        if isinstance(mark.meaning, datetime):
            parts += (escape(text[done : mark.start]), _element(text, mark, mark.meaning))
            done = mark.end
    return Html("".join((*parts, escape(text[done:])))) if parts else text


def _element(text: str, mark: Mark, at: datetime) -> str:
    parts = (at.isoformat(timespec="seconds"), whole(at), text[mark.start : mark.end])
    return TIME.format(*map(escape, parts))


def whole(at: datetime) -> str:
    """With the year, the seconds and the zone."""
    return f"{at:%Y-%m-%d %H:%M:%S} {zone_of(at)}"


def zone_of(at: datetime) -> str:
    """The zone's letters, where it has some, and how far it is from UTC then."""
    from_utc = at.utcoffset() or timedelta()
    minutes = round(from_utc.total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    told = f"{UTC}{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}" if minutes else UTC
    letters = at.tzname() or ""
    return f"{letters} ({told})" if letters.isalpha() and letters != UTC else told
