"""Hold what people say of alarms: who has one, what is silent and until when, and comments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from noroshi.core.levels import Level
from noroshi.core.model import NOT_SUPPRESSED, Event, ItemState, Monitor, Suppression

SLACK = timedelta(minutes=1)
"""A clock that is set back by less changes nothing."""
NODE = ""
"""The place that is everything."""
OF_HUB = "hub/"
"""With this begins the id, on an agent, of a silence that was made at its hub."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """Somebody has this item's alarm, as it was at `level`: who, since when, in which words.
    `of_hub`: it was acknowledged at the hub of this node."""

    monitor: str
    item: str
    level: Level
    who: str
    at: datetime
    words: str = ""
    of_hub: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Keep alarms of a place from being told until an instant. A place is an instance,
    instance/group, a monitor (then `monitor` is its id, which a new name does not change), or
    NODE."""

    id: str
    place: str
    monitor: str = ""
    begins: datetime
    ends: datetime
    why: str
    who: str
    ended_by: str = ""
    """The person who ended the silence early."""

    def is_active(self, now: datetime) -> bool:
        """Return True if the silence is in force. One that is yet to begin was made while the
        clock was ahead: it would last for as long as the clock was."""
        return self.begins - SLACK <= now < self.ends

    def covers(self, monitor: Monitor) -> bool:
        """Return True if the monitor is at the place of the silence. One of a hub covers the
        monitors that the hub gave, and none of the node's own."""
        if self.id.startswith(OF_HUB) and not monitor.instance.of_hub:
            return False
        if self.monitor or self.place == NODE:
            return self.monitor in ("", monitor.id)
        return f"{monitor.path}/".startswith(f"{self.place}/")


# Its name is that of its schema in the OpenAPI document.
class Remarked(Enum):
    """The sort of a remark. The values are stored."""

    COMMENT = "comment"
    ACKNOWLEDGED = "acknowledged"
    TAKEN_BACK = "taken back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Hold a person's remark on a monitor or on one of its items ("" is the monitor itself, or
    the measuring), kept with the monitor's history; `level` is the level at that time."""

    monitor: str
    item: str
    sort: Remarked
    at: datetime
    who: str
    words: str = ""
    level: Level = Level.OK

    @property
    def acknowledgement(self) -> Acknowledgement:
        """Return the acknowledgement that the remark makes: its author has the alarm."""
        return Acknowledgement(
            monitor=self.monitor,
            item=self.item,
            level=self.level,
            who=self.who,
            at=self.at,
            words=self.words,
        )


@dataclass(frozen=True, slots=True)
class Suppressions:
    """All silences that are not over and all acknowledgements, at one time."""

    silences: tuple[Silence, ...] = ()
    acknowledged: tuple[Acknowledgement, ...] = ()


NO_SUPPRESSIONS = Suppressions()


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgementOfHub:
    """Hold an acknowledgement of a hub for its agent. `serial` is that of the monitor's state as
    the hub had it: an event after that may have ended it."""

    acknowledgement: Acknowledgement
    serial: int

    def still_holds(self, item: ItemState | None, later_events: Iterable[Event]) -> bool:
        """Return whether it holds at the agent: for the item as it is, after the events since
        `serial`."""
        acknowledgement = self.acknowledgement
        if item is None or item.level is Level.OK:
            return False
        is_as_bad = item.level.severity <= acknowledgement.level.severity
        return is_as_bad and all(survives(acknowledgement, event) for event in later_events)


def survives(acknowledged: Acknowledgement, event: Event) -> bool:
    """Return True if an acknowledgement outlives an event of its item: it ends with the
    problem, and as soon as the problem is worse than what the person has seen. Of an item that
    vanished and was forgotten no end was seen: its acknowledgement ends when another problem
    begins."""
    if event.item != acknowledged.item or event.monitor != acknowledged.monitor:
        return True
    if Level.OK in (event.before, event.after):
        return False
    return event.after.severity <= acknowledged.level.severity


def without_ended(suppressions: Suppressions, events: Iterable[Event]) -> Suppressions:
    """Leave out the acknowledgements that ended by these events."""
    acknowledgements, events = suppressions.acknowledged, tuple(events)
    remaining = tuple(
        acknowledgement
        for acknowledgement in acknowledgements
        if all(survives(acknowledgement, event) for event in events)
    )
    return (
        suppressions
        if len(remaining) == len(acknowledgements)
        else replace(suppressions, acknowledged=remaining)
    )


def suppression_by_monitor(
    suppressions: Suppressions, monitors: Iterable[Monitor], initial: Mapping[str, Suppression]
) -> dict[str, Suppression]:
    """Return the suppression of each monitor that has any; `initial` is what is there apart
    from silences and acknowledgements."""
    levels_by_monitor = dict[str, dict[str, Level]]()
    for acknowledgement in suppressions.acknowledged:
        levels_by_monitor.setdefault(acknowledgement.monitor, {})[acknowledgement.item] = (
            acknowledgement.level
        )
    by_monitor = dict(initial)
    for monitor in monitors if suppressions.silences or levels_by_monitor else ():
        initial_suppression = initial.get(monitor.id, NOT_SUPPRESSED)
        ends = silent_until(suppressions.silences, monitor, initial_suppression.silenced)
        levels = levels_by_monitor.get(monitor.id, {})
        suppression = replace(initial_suppression, silenced=ends, acknowledged=levels)
        if suppression != NOT_SUPPRESSED:
            by_monitor[monitor.id] = suppression
    return by_monitor


def silent_until(
    silences: Iterable[Silence], monitor: Monitor, initial_end: datetime | None = None
) -> datetime | None:
    """Return the end of the last of the silences that cover a monitor; None without any."""
    ends = (silence.ends for silence in silences if silence.covers(monitor))
    return max((*ends, *(() if initial_end is None else (initial_end,))), default=None)


def monitors_at(place: str, monitors: Iterable[Monitor]) -> Iterator[Monitor]:
    """Yield the monitors at an instance, an instance/group or a path; all at NODE."""
    for monitor in monitors:
        if place == NODE or f"{monitor.path}/".startswith(f"{place}/"):
            yield monitor
