"""Count how many mails a contact may get one by one before they are put together.

A person reads three mails a minute; what follows in a storm comes as digests, each after a
longer pause, until it is calm again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)
SINGLES = 3
"""Mails within a minute that come one by one, unless the contact says otherwise."""
PAUSES = tuple(timedelta(seconds=s) for s in (10, 10, 10, 20, 40, 80, 160, 300))
"""After the first digest in a row, the second ...: 500 alarms in a minute are seven mails."""
URGENT = timedelta(seconds=12)
"""The longest of these pauses for what is critical: with all that it takes to leave, that is at
most 15 seconds."""
CALM = 2
"""The rate is calm after that many pauses without a mail, and no sooner than after a minute."""


@dataclass(frozen=True, slots=True)
class Reader:
    """The mails that a contact got lately: when the last mails came one by one, when the very
    last one came, and how many digests in a row there were."""

    singles: tuple[datetime, ...] = ()
    last: datetime | None = None
    digests: int = 0


NEW = Reader()


def count_mail(reader: Reader, at: datetime, *, digest: bool) -> Reader:
    """Add one more mail."""
    current = _as_of(reader, at)
    if digest:
        return Reader(current.singles, at, current.digests + 1)
    return Reader((*current.singles, at), at, current.digests)


def shifted_reader(reader: Reader, offset: timedelta) -> Reader:
    """Move the instants after the wall clock was set."""
    last = reader.last + offset if reader.last else None
    return replace(reader, singles=tuple(at + offset for at in reader.singles), last=last)


def room(reader: Reader, now: datetime, limit: int = SINGLES, *, urgent: bool = False) -> int:
    """Return how many mails may come one by one now; 0: none, nor a digest.
    `urgent`: one of them is critical."""
    if reader is NEW:
        return max(1, limit)
    recent = _as_of(_so_far(reader, now), now)
    if _free_at(recent, now, limit, urgent=urgent) > now:
        return 0
    return 1 if recent.digests else max(1, limit - len(recent.singles))


def _free_at(recent: Reader, now: datetime, limit: int, *, urgent: bool) -> datetime:
    if recent.last is None or (not recent.digests and len(recent.singles) < limit):
        return now
    pause = _pause(recent)
    return recent.last + (min(pause, URGENT) if urgent else pause)


def _so_far(reader: Reader, now: datetime) -> Reader:
    """Leave out mails dated ahead of now, which come of a clock that was set while a mail was
    under way: they would count until that time has come."""
    singles = tuple(at for at in reader.singles if at <= now)
    last = reader.last
    if last is not None and last > now:
        last = max(singles, default=None)
    return replace(reader, singles=singles, last=last)


def _as_of(reader: Reader, now: datetime) -> Reader:
    """Return what still counts of it."""
    if reader.last is None or now - reader.last >= max(MINUTE, CALM * _pause(reader)):
        return NEW
    recent = tuple(at for at in reader.singles if at > now - MINUTE)
    return replace(reader, singles=recent)


def _pause(reader: Reader) -> timedelta:
    return PAUSES[min(max(reader.digests - 1, 0), len(PAUSES) - 1)]
