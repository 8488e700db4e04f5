"""Answers of the operations on the node itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from noroshi.core.levels import Level
from noroshi.core.translation import Message
from noroshi.hosts.footprint import PlaceShown
from noroshi.operations.status_answers import MonitorStatus, NodeStatus
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
    """The health of the node. `seconds`: how long the node has run; `late` and `clock_set` in
    seconds, over the last minute and hour; `size` of the store and `free` space on the volume
    in bytes. `own` are the monitors by which the node watches itself. `nodes` are all that share the
    database."""

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
    nodes: tuple[NodeStatus, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LastBackup:
    """The last copy of the store that was asked for here: where, when, and by whom."""

    path: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The addresses where the node listens, the files and folders, the outgoing connections,
    and the last backup."""

    places: tuple[PlaceShown, ...]
    backup: LastBackup | None
