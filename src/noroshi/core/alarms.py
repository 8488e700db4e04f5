"""What people say of alarms: who has one, what is to be silent and until when, and comments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from noroshi.core.levels import Level
from noroshi.core.model import NOT_SUPPRESSED, Event, Monitor, Suppression

SLACK = timedelta(minutes=1)
"""A clock that is set back by less changes nothing."""
NODE = ""
"""The place that is everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """Somebody has this item's alarm, as it was at `level`: who, since when, in which words."""

    monitor: str
    item: str
    level: Level
    who: str
    at: datetime
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Until an instant nothing is told of what is at a place: an instance, instance/group, a
    monitor (then `monitor` is its id, which a new name does not change), or NODE."""

    id: str
    place: str
    monitor: str = ""
    begins: datetime
    ends: datetime
    why: str
    who: str
    ended_by: str = ""
    """Who ended it by hand before its time."""

    def holds(self, now: datetime) -> bool:
        """Return whether it is in force. One that is yet to begin was said while the clock was
        ahead: it would last for as long as the clock was."""
        return self.begins - SLACK <= now < self.ends

    def covers(self, monitor: Monitor) -> bool:
        """Whether the monitor is at its place."""
        if self.monitor or self.place == NODE:
            return self.monitor in ("", monitor.id)
        return f"{monitor.path}/".startswith(f"{self.place}/")


class Remarked(Enum):
    """Which sort of remark it is. The values are stored."""

    COMMENT = "comment"
    ACKNOWLEDGED = "acknowledged"
    TAKEN_BACK = "taken back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What somebody said of a monitor or of one of its items ("" is the monitor itself, or
    its measuring), kept with its history; `level` is how it was then."""

    monitor: str
    item: str
    sort: Remarked
    at: datetime
    who: str
    words: str = ""
    level: Level = Level.OK

    @property
    def holding(self) -> Acknowledged:
        """That whoever said it has the alarm."""
        return Acknowledged(
            monitor=self.monitor,
            item=self.item,
            level=self.level,
            who=self.who,
            at=self.at,
            words=self.words,
        )


@dataclass(frozen=True, slots=True)
class Suppressions:
    """All that people say at one time: silences that are not over, and who has what."""

    silences: tuple[Silence, ...] = ()
    acknowledged: tuple[Acknowledged, ...] = ()


NO_SUPPRESSIONS = Suppressions()


def outlives(acknowledged: Acknowledged, event: Event) -> bool:
    """Whether an acknowledgement goes on after what happened to its item: it ends with the
    problem, and as soon as that is worse than what the person has seen. Of one that vanished
    and was forgotten no end was seen: it ends when another problem begins."""
    if event.item != acknowledged.item or event.monitor != acknowledged.monitor:
        return True
    if Level.OK in (event.before, event.after):
        return False
    return event.after.severity <= acknowledged.level.severity


def after(said: Suppressions, events: Iterable[Event]) -> Suppressions:
    """What people say, without the acknowledgements that ended by what happened."""
    events = tuple(events)
    kept = tuple(a for a in said.acknowledged if all(outlives(a, event) for event in events))
    return said if len(kept) == len(said.acknowledged) else replace(said, acknowledged=kept)


def suppression_by_monitor(
    said: Suppressions, monitors: Iterable[Monitor], known: Mapping[str, Suppression]
) -> dict[str, Suppression]:
    """How each monitor stands by what people say, for those of whom something is said;
    `known` is what is said of them otherwise."""
    of = dict[str, dict[str, Level]]()
    for one in said.acknowledged:
        of.setdefault(one.monitor, {})[one.item] = one.level
    found = dict(known)
    for monitor in monitors if said.silences or of else ():
        standing = known.get(monitor.id, NOT_SUPPRESSED)
        ends = silent_until(said.silences, monitor, standing.silenced)
        here = replace(standing, silenced=ends, acknowledged=of.get(monitor.id, {}))
        if here != NOT_SUPPRESSED:
            found[monitor.id] = here
    return found


def silent_until(
    silences: Iterable[Silence], monitor: Monitor, known: datetime | None = None
) -> datetime | None:
    """Until when the last of the silences that cover a monitor lasts."""
    ends = (silence.ends for silence in silences if silence.covers(monitor))
    return max((*ends, *(() if known is None else (known,))), default=None)


def names_at(place: str, monitors: Iterable[Monitor]) -> Iterator[Monitor]:
    """The monitors at an instance, an instance/group or a path; all at NODE."""
    for monitor in monitors:
        if place == NODE or f"{monitor.path}/".startswith(f"{place}/"):
            yield monitor
