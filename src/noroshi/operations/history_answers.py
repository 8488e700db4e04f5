"""Answers of the operations that look back, and at who is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from noroshi.core.levels import Level, Reason
from noroshi.core.translation import Message
from noroshi.operations.alarm_answers import RemarkShown
from noroshi.operations.status_answers import StoppedBy


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One event: an item went from one level to another, or was notified again. `ended`: the
    level is OK only as monitoring ended; "stopped", or "ended" for good. `path` is the
    monitor's path at that time, `path_now` the present one; "" if the monitor is gone."""

    id: str
    at: datetime
    path: str
    item: str
    before: Level
    after: Level
    words: Message
    ended: str = ""
    path_now: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """The decision of a rule about an item: it told, or why it did not."""

    rule: str
    item: str
    reason: Reason
    because: Message
    at: datetime
    speaks: bool = False
    called: str = ""
    """The rule's name where people read; of a rule that is gone, what it was known by."""


@dataclass(frozen=True, slots=True)
class Log:
    """Events, newest first, what the rules last decided, what they decided before that, and
    what people said, both newest first."""

    events: tuple[Happened, ...]
    decisions: tuple[Decided, ...]
    earlier: tuple[Decided, ...] = ()
    remarks: tuple[RemarkShown, ...] = ()
    stopped: StoppedBy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRow:
    """A contact that is told: by which rules and notifications, and of how many monitors."""

    name: str
    title: str
    addresses: tuple[str, ...]
    language: str
    zone: str
    rules: tuple[str, ...]
    notifications: tuple[str, ...]
    monitors: int
    called: tuple[str, ...] = ()
    """The names of those rules and notifications where people read."""
