"""Heartbeat: check that a job reports on schedule (`noroshi beat`), and that it succeeds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Any

from noroshi.core.cadence import FixedInterval, FixedTimes, first_after
from noroshi.core.definitions.problems import InvalidValueError
from noroshi.core.definitions.value_syntax import DAYS, duration, is_name, moment
from noroshi.core.marked_names import with_settings
from noroshi.core.model import Limits, Reading
from noroshi.core.printable import visible_text
from noroshi.core.translation import COMMA, Message, _, joined, plain
from noroshi.ports import Beat, Check, Host, Outcome, options

LEAST, MOST = timedelta(seconds=10), timedelta(days=366)
NEVER = _("{job} has never reported; it was expected by {due}")
MISSED = _("{job} has not reported since {last}; it was expected by {due}")
NOT_YET = _("{job} has not reported yet; it is expected by {due}")
REPORTED = _("{job} reported at {last}; the next report is expected by {due}")
FAILED = _("{job} reported a failure at {last}{said}")
WENT_WELL = _("{job} reported success at {last}{said}")


@options
class Options:
    job: str
    """Name of the job, as in `noroshi beat NAME`: a-z, 0-9, - and _."""
    every: str = ""
    """Maximum time between two reports, such as 1h or 1d."""
    at: tuple[str, ...] = ()
    """Start times of the job in the instance's time zone, such as 02:00. Set either these or
    `every`."""
    days: tuple[str, ...] = ()
    """Days of the week for those start times."""
    grace: str = "30m"
    """Grace period after a report is due."""

    def __post_init__(self) -> None:
        if not is_name(self.job):
            raise InvalidValueError(
                with_settings(_("{job} may contain only a-z, 0-9, - and _"), "job")
            )
        if bool(self.every) == bool(self.at):
            raise InvalidValueError(
                with_settings(_("exactly one of {every} and {at} must be set"), "every", "at")
            )
        if self.days and not self.at:
            raise InvalidValueError(
                with_settings(_("{days} can be set only with {at}"), "days", "at")
            )
        _check_schedule(self)

    def due_after(self, last: datetime, zone: str) -> datetime:
        """Return when the job must next begin after an instant; grace comes on top."""
        return first_after(self._cadence(zone), last)

    def _cadence(self, zone: str) -> FixedInterval | FixedTimes:
        if self.every:
            return FixedInterval(_length(self.every))
        days = frozenset(DAYS[day] for day in self.days) or frozenset(DAYS.values())
        return FixedTimes(times=tuple(map(_moment, self.at)), zone=zone, days=days)


def _check_schedule(schedule: Options) -> None:
    """Raise ValueError for a setting that cannot be read or is out of bounds."""
    for text in filter(None, (schedule.every, schedule.grace)):
        _length(text)
    if schedule.every and not LEAST <= _length(schedule.every) <= MOST:
        raise InvalidValueError(
            with_settings(_("{every} must be between 10s and 366d"), "every")
        )
    if _length(schedule.grace) > MOST:
        raise InvalidValueError(with_settings(_("{grace} must be at most 366d"), "grace"))
    for text in schedule.at:
        _moment(text)
    for day in schedule.days:
        if day not in DAYS:
            raise InvalidValueError(
                _("“{day}” is not a day of the week; use one of {days}").fill(
                    day=visible_text(day), days=joined(map(plain, DAYS), COMMA)
                )
            )


def _length(text: str) -> timedelta:
    length = duration(text)
    if length is None:
        raise InvalidValueError(
            _("“{text}” is not a duration; use a format such as 30m or 1d").fill(
                text=visible_text(text)
            )
        )
    return length


def _moment(text: str) -> time:
    time_of_day = moment(text)
    if time_of_day is None:
        raise InvalidValueError(
            _('“{text}” is not a time of day; use a format such as "02:00"').fill(
                text=visible_text(text)
            )
        )
    return time_of_day


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Hold the state of a job at one look: the last report, and when the next one is due.

    All in UTC, as the clock of a zone goes back an hour once a year; `zone` is for showing.
    """

    job: str
    last: Beat | None
    due: datetime
    deadline: datetime
    now: datetime
    zone: tzinfo

    @property
    def overdue(self) -> bool:
        return self.now >= self.deadline

    def shown_time(self, instant: datetime) -> str:
        """Return the time as all times are shown: with the offset."""
        local_time = instant.astimezone(self.zone)
        return f"{local_time:%Y-%m-%d %H:%M} {local_time.isoformat()[-6:]}"


async def run(options: Options, host: Host, memory: Mapping[str, Any]) -> Outcome:
    """Measure how late a job is. The memory holds from when the delay counts: the last report,
    or the first look."""
    local_now, last = await host.now(), await host.beat(options.job)
    zone, now = local_now.tzinfo or UTC, local_now.astimezone(UTC)
    report = last.at.isoformat() if last else ""
    start = _start(report, last, now, memory)
    due = options.due_after(start, str(zone))
    account = Account(
        job=options.job,
        last=last,
        due=due,
        deadline=due + _length(options.grace),
        now=now,
        zone=zone,
    )
    return Outcome(tuple(_readings(account)), {"report": report, "from": start.isoformat()})


def _start(
    report: str, last: Beat | None, now: datetime, memory: Mapping[str, Any]
) -> datetime:
    """Return the start of the wait, never later than now: when the clock was set back, a report
    of the time that is still to come again would otherwise hold off every alarm until then."""
    if memory.get("report") == report:
        return min(datetime.fromisoformat(memory["from"]), now)
    return min(last.at, now) if last else now


def _readings(account: Account) -> Iterator[Reading]:
    yield Reading("overdue", int(account.overdue), note=_due_text(account))
    late_minutes = max(0.0, (account.now - account.due).total_seconds() / 60)
    yield Reading("late", round(late_minutes, 1), "min")
    if account.last is not None:
        yield Reading(
            "failed", int(not account.last.ok), note=_outcome_text(account, account.last)
        )


def _due_text(account: Account) -> Message:
    due = account.shown_time(account.deadline)
    if account.last is None:
        return (NEVER if account.overdue else NOT_YET).fill(job=account.job, due=due)
    last = account.shown_time(account.last.at)
    return (MISSED if account.overdue else REPORTED).fill(job=account.job, last=last, due=due)


def _outcome_text(account: Account, last: Beat) -> Message:
    detail = f": {last.text}" if last.text else ""
    reported_at = account.shown_time(last.at)
    return (WENT_WELL if last.ok else FAILED).fill(
        job=account.job, last=reported_at, said=detail
    )


CHECK = Check(
    kind="heartbeat",
    title=_("Heartbeat"),
    help=_(
        "Checks whether a job, such as a backup, reports on time with `noroshi beat NAME`, and "
        "whether it reports a failure."
    ),
    options=Options,
    limits={"overdue": Limits(critical=1), "failed": Limits(critical=1)},
    units={"late": "min"},
    yes_no=frozenset({"overdue", "failed"}),
    names={"overdue": _("Overdue"), "late": _("Late by"), "failed": _("Reported a failure")},
    run=run,
)
