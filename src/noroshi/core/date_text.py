"""Write an instant as mails and notices show it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from noroshi.core.translation import Message, _

DAYS = _("Mon Tue Wed Thu Fri Sat Sun")
DAY = _("{weekday} {day} {month} {year} {time}")
MONTHS: Sequence[Message] = (
    _("Jan"),
    _("Feb"),
    _("Mar"),
    _("Apr"),
    _("May"),
    _("Jun"),
    _("Jul"),
    _("Aug"),
    _("Sep"),
    _("Oct"),
    _("Nov"),
    _("Dec"),
)


def moment(at: datetime, zone: tzinfo, language: str) -> str:
    """Return date, weekday, time of day and offset: no time is told without its offset."""
    at = at.astimezone(zone)
    day = DAYS.say(language).split()[at.weekday()]
    date = {"day": at.day, "month": MONTHS[at.month - 1], "year": at.year}
    return DAY.fill(weekday=day, **date, time=clock(at, zone)).say(language)


def clock(at: datetime, zone: tzinfo) -> str:
    """Return the time of day with its offset."""
    at = at.astimezone(zone)
    return f"{at:%H:%M:%S} {at.isoformat()[-6:]}"
