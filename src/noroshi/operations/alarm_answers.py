"""Answers of the operations about alarms: plain values, texts in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from noroshi.core.alarms import Remarked
from noroshi.core.levels import Level, Reason
from noroshi.core.translation import NOTHING, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """The person who has an alarm, since when, how bad it was then, and what they said."""

    who: str
    at: datetime
    level: Level
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceShown:
    """Nothing is told of what is at `place` ("" is everything), so many monitors now; `over`: it has
    ended, by hand if `ended_by` says who."""

    id: str
    place: str
    begins: datetime
    ends: datetime
    why: str
    who: str
    monitors: int
    over: bool = False
    ended_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowShown:
    """Planned work: the window that is under way, or the next one, of so many monitors."""

    place: str
    title: str
    begins: datetime
    ends: datetime
    under_way: bool
    weekly: bool
    monitors: int
    daily: bool = False
    """On every day of each week."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRemarked:
    """One of several alarms of which something was to be said; `refused` says why it was not,
    `kind` which sort of refusal that is ("": it was said)."""

    monitor: str
    item: str
    kind: str = ""
    refused: Message = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class RemarkShown:
    """A remark on a monitor, or on one of the monitor's items; `level` is the level at that
    time."""

    at: datetime
    who: str
    sort: Remarked
    path: str
    item: str
    level: Level
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldOf:
    """The last answer of a rule, the reason, and whom the rule last notified and when (None:
    nobody)."""

    rule: str
    contacts: tuple[str, ...]
    reason: Reason | None
    because: Message
    at: datetime | None
    level: Level | None
    times: int
    called: str = ""
    """The rule's name where people read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRow:
    """One item that is not well. `silent` and `maintenance` are until when nothing is told."""

    path: str
    title: str
    item: str
    level: Level
    since: datetime | None
    words: Message
    acknowledged: Holder | None
    silent: datetime | None
    maintenance: datetime | None
    told: tuple[ToldOf, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarms:
    """All that is not well, worst first, and what is not told."""

    at: datetime
    rows: tuple[AlarmRow, ...]
    silences: tuple[SilenceShown, ...]
    maintenance: tuple[WindowShown, ...]
