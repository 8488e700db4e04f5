"""Answers of the operations on the node itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from noroshi.core.levels import Level
from noroshi.core.translation import Message
from noroshi.hosts.footprint import PlaceShown
from noroshi.operations.status_answers import MonitorStatus
from noroshi.ports import QueueFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class BackedUp:
    """A backup that was written: `size` in bytes; `waiting` mails wait in it."""

    path: str
    size: int
    at: datetime
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The health of the node. `seconds`: how long it has run; `late` and `clock_set` in
    seconds, as of its last minute and hour; `size` and `free` in bytes: the store, and what its
    volume has left. `own` are the monitors by which it watches itself."""

    node: str
    level: Level
    version: str
    python: str
    system: str
    zone: str
    at: datetime
    began: datetime
    seconds: float
    late: float
    clock_set: float
    trouble: Message | None
    size: int
    free: int
    queue: QueueFacts
    definitions: int
    own: tuple[MonitorStatus, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LastBackup:
    """The last copy of the store that was asked for here: where, when, and by whom."""

    path: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The addresses where the node listens, its files and folders, what goes out; and its last
    backup."""

    places: tuple[PlaceShown, ...]
    backup: LastBackup | None
