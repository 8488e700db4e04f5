"""Count what an account may still send, as a value made from the ledger.

Exchange Online, "Sending limits": 30 messages a minute and mailbox, 10,000 recipients in 24
hours that slide. What is above them is deferred, or refused until the next day. Azure
Communication Services counts by the hour as well ("Service limits", Email).
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import itemgetter

from noroshi.core.mail import Pace

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Spending:
    """Hold the mails that an account sent: the instants of mails within the last minute, or
    hour where that has a limit, and the number of recipients in each minute of the last day."""

    mails: tuple[datetime, ...] = ()
    recipients: tuple[tuple[datetime, int], ...] = ()


def spend_mail(pace: Pace, spending: Spending, at: datetime, recipients: int) -> Spending:
    """Add one more mail; what is too long ago is forgotten, and where minute and hour have no
    limit nothing is kept of them: a fast way out has tens of thousands of mails in one."""
    minute = at.replace(second=0, microsecond=0)
    window_start = at - (HOUR if pace.mails_an_hour else MINUTE)
    recent_mails = spending.mails[
        bisect_right(spending.mails, window_start) :
    ]  # both are in order
    day = spending.recipients[bisect_right(spending.recipients, at - DAY, key=itemgetter(0)) :]
    if day and day[-1][0] == minute:
        day, recipients = day[:-1], day[-1][1] + recipients
    mails = (*recent_mails, at) if pace.mails_a_minute or pace.mails_an_hour else ()
    return Spending(mails, (*day, (minute, recipients)))


def shifted_spending(spending: Spending, offset: timedelta) -> Spending:
    """Move the instants after the wall clock was set."""
    mails = tuple(at + offset for at in spending.mails)
    return replace(
        spending,
        mails=mails,
        recipients=tuple((at + offset, n) for at, n in spending.recipients),
    )


# What is dated ahead of now comes of a clock that was set while a mail was under way: it does not
# count, or it would until that time has come.


def mails_left(pace: Pace, spending: Spending, now: datetime) -> int | None:
    """Return how many mails may leave within this minute; None: as many as there are. An hour
    that is used up for longer than a minute is left out: the route is of no use for so long."""
    hour = _remaining(pace.mails_an_hour, spending, HOUR, now)
    if hour == 0 and _free_by_hour(pace, spending, now) > now + MINUTE:
        hour = None
    minute = _remaining(pace.mails_a_minute, spending, MINUTE, now)
    return min(
        (remaining for remaining in (minute, hour) if remaining is not None), default=None
    )


def free_at(pace: Pace, spending: Spending, now: datetime) -> datetime:
    """Return from when on a mail may leave; now, or earlier than that, where it may at once."""
    minute = _free_time(pace.mails_a_minute, spending, MINUTE, now)
    return max(minute, _free_by_hour(pace, spending, now), _free_by_day(pace, spending, now))


def half_is_left(pace: Pace, spending: Spending, now: datetime) -> bool:
    """Return whether less than half is used of what may be sent within an hour and a day."""
    hour = _remaining(pace.mails_an_hour, spending, HOUR, now)
    day = sum(count for _, count in _recipients_of_day(spending, now))
    fits_hour = hour is None or 2 * hour > pace.mails_an_hour
    return fits_hour and (not pace.recipients_a_day or 2 * day < pace.recipients_a_day)


def is_hour_used_up(pace: Pace, spending: Spending, now: datetime) -> bool:
    """Return True if the mails of the hour, rather than the recipients of the day, run out."""
    return _free_by_hour(pace, spending, now) > _free_by_day(pace, spending, now)


def _free_by_hour(pace: Pace, spending: Spending, now: datetime) -> datetime:
    return _free_time(pace.mails_an_hour, spending, HOUR, now)


def _remaining(limit: int, spending: Spending, period: timedelta, now: datetime) -> int | None:
    return max(0, limit - len(_recent_mails(spending, period, now))) if limit else None


def _free_time(limit: int, spending: Spending, period: timedelta, now: datetime) -> datetime:
    if _remaining(limit, spending, period, now) != 0:
        return now
    return _recent_mails(spending, period, now)[-limit] + period


def _recent_mails(spending: Spending, period: timedelta, now: datetime) -> list[datetime]:
    return [at for at in spending.mails if now - period < at <= now]


def _free_by_day(pace: Pace, spending: Spending, now: datetime) -> datetime:
    """Return when as much of the last day is over as it takes for one more recipient."""
    if not pace.recipients_a_day:
        return now
    recent_recipients = _recipients_of_day(spending, now)
    used_count = sum(count for _, count in recent_recipients)
    if used_count < pace.recipients_a_day:
        return now
    for at, count in recent_recipients:
        used_count -= count
        if used_count < pace.recipients_a_day:
            return at + MINUTE + DAY  # its minute is over only then
    return now


def _recipients_of_day(spending: Spending, now: datetime) -> list[tuple[datetime, int]]:
    return [(at, count) for at, count in spending.recipients if now - DAY < at <= now]
