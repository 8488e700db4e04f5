"""Maintenance as definitions say it: windows of planned work, once or each week."""

from __future__ import annotations

from datetime import datetime, timedelta

from noroshi.core.cadence import WEEK
from noroshi.core.definitions.problems import Place
from noroshi.core.definitions.schema import GroupDef, InstanceDef, MonitorDef, WindowDef
from noroshi.core.definitions.value_checks import all_days, title
from noroshi.core.definitions.value_syntax import DAYS, day_and_time, moment
from noroshi.core.maintenance import OneTimeWindow, WeeklyWindow, Window
from noroshi.core.translation import _

LONGEST = timedelta(days=90)
"""The longest window: who wants silence for longer takes the monitor out, as nothing may be
silent and forgotten."""

NO_TIME = _(
    '“{given}” is neither a time of day, such as "22:00", nor a date and time, such as '
    '"2026-12-24 22:00"'
)
ONE_OF_BOTH = _(
    "“{given}” has no date, but “{other}” has one: specify a date for both, or for neither"
)
DAYS_OF_ONCE = _("is only for recurring maintenance; the start and end have dates here")
BACKWARDS = _("“{given}” is not after the start, “{other}”")
TOO_LONG = _(
    "lasts longer than 90 days; for a longer time, stop monitoring instead (enabled = false)"
)


def maintenance(
    definition: InstanceDef | GroupDef | MonitorDef, zone: str, place: Place
) -> tuple[Window, ...]:
    """Return the windows of one level. The windows of the levels above are added to them:
    planned work on a computer is planned work on all that is on it."""
    windows = (
        _window(window_def, zone, place.at("maintenance", window_def.title or str(number)))
        for number, window_def in enumerate(definition.maintenance, 1)
    )
    return tuple(window for window in windows if window is not None)


def _window(definition: WindowDef, zone: str, place: Place) -> Window | None:
    title(definition.title, place)
    all_days(definition.days, place.at("days"))
    times = [
        (moment(text), day_and_time(text)) for text in (definition.begins, definition.ends)
    ]
    for (at, day), name in zip(times, ("begins", "ends"), strict=True):
        if at is None and day is None:
            place.at(name).say(NO_TIME, given=getattr(definition, name))
            return None
    (from_time, from_day), (to_time, to_day) = times
    if from_day is not None and to_day is not None:
        return _one_time_window(definition, from_day, to_day, zone, place)
    if from_time is None or to_time is None:
        clock_time, other_text = (
            (definition.begins, definition.ends)
            if from_time
            else (definition.ends, definition.begins)
        )
        place.say(ONE_OF_BOTH, given=clock_time, other=other_text)
        return None
    days = frozenset(DAYS[day] for day in definition.days if day in DAYS) or WEEK
    return WeeklyWindow(
        begins=from_time, ends=to_time, zone=zone, days=days, title=definition.title
    )


def _one_time_window(
    definition: WindowDef, begins: datetime, ends: datetime, zone: str, place: Place
) -> Window | None:
    if definition.days:
        place.at("days").say(DAYS_OF_ONCE)
    if ends <= begins:
        place.at("ends").say(BACKWARDS, given=definition.ends, other=definition.begins)
    elif ends - begins > LONGEST:
        place.say(TOO_LONG)
    else:
        return OneTimeWindow(begins=begins, ends=ends, zone=zone, title=definition.title)
    return None
