"""The lab's time: a clock that is handed in, and moved on or back by whom the lab obeys.

Everything in the lab goes by it: tokens, limits of a minute and of a day, what an administrator
changed and Exchange has not noticed yet. Waiting for a moment ends when the clock has come to
it, however it came there.
"""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta

from noroshi_lab.lab.directory import Clock

_LOOK = 0.02  # seconds of the machine between two looks at a clock that may be moved by anybody
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_SPAN = re.compile(r"([+-]?)((?:\d{1,9}(?:\.\d{1,6})?[smhd])+)")
_PART = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)([smhd])")
_FIRST, _LAST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2190, 1, 1, tzinfo=UTC)


class LabClock:
    """Tell the time of an underlying clock, moved by an offset."""

    def __init__(self, beneath: Clock) -> None:
        self._beneath = beneath
        self.moved = timedelta()
        self.skew = timedelta()  # by how much the lab is ahead of who speaks with it

    def __call__(self) -> datetime:
        """Return the present time."""
        return self._beneath() + self.moved + self.skew

    def move(self, by: timedelta) -> None:
        """Move the clock on, or back."""
        self.moved += by

    def set(self, to: datetime) -> None:
        """Set the clock to a moment, from which it goes on."""
        self.moved = to - self._beneath() - self.skew

    async def until(self, moment: datetime) -> None:
        """Wait until the clock has come to a moment."""
        # Looked at again and again: no one tells when a handed-in clock is moved.
        while (remaining := (moment - self()).total_seconds()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(min(remaining, _LOOK))


def read_span(text: str) -> timedelta | None:
    """Parse 90d, -2h, 1d12h, 45s or 1.5h as a span of time; None if it is none."""
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        return None
    parts = _PART.findall(found[2])
    seconds = sum(float(count) * _UNITS[unit] for count, unit in parts)
    span = timedelta(seconds=min(seconds, 200 * 365 * 86_400.0))
    return -span if found[1] == "-" else span


def write_span(span: timedelta) -> str:
    """Return the shortest way to say it that `read_span` reads: 90d, 1h30m, 0s."""
    seconds = abs(span.total_seconds())
    text = "-" if span < timedelta() else ""
    for unit, size in reversed(_UNITS.items()):
        count = seconds // size if unit != "s" else seconds
        seconds -= count * size
        text += f"{count:g}{unit}" if count else ""
    return text if text not in ("", "-") else "0s"


def read_moment(text: str, now: datetime) -> datetime | None:
    """Return a date, a date with a time (UTC unless it says another), or a span from now on."""
    span = read_span(text)
    try:
        moment = now + span if span is not None else datetime.fromisoformat(text.strip())
    except (ValueError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment if _FIRST <= moment <= _LAST else None
