"""What the operations answer with: plain values, texts in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from noroshi.core.model import NOTHING, Level, Verdict
from noroshi.core.problems import Problem
from noroshi.core.words import Words
from noroshi.ports import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemStatus:
    """How one item is, since when (None: it was never otherwise), and what stands behind it."""

    item: str
    level: Level
    since: datetime | None
    words: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorStatus:
    """How one monitor is; `known` once it has been judged. `measured` is when it last was,
    None if that was not looked up, as for those that are OK among very many."""

    path: str
    title: str
    kind: str
    level: Level
    known: bool
    measured: datetime | None
    items: tuple[ItemStatus, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteStatus:
    """How one route is: well, down, not signed in, or needs somebody (the sign-in is refused).

    `waiting` envelopes may use it. `renewed` is when its sign-in last was, if it has one.
    """

    name: str
    title: str
    kind: str
    state: str
    since: datetime | None = None
    until: datetime | None = None
    why: Words = NOTHING
    waiting: int = 0
    renewed: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many envelopes are in the spool, and for how many alarms they stand."""

    waiting: int
    out: int
    held: int
    set_aside: int
    alarms: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Everything at one time. `troubles` are Noroshi's own."""

    node: str
    version: int
    at: datetime
    level: Level
    monitors: tuple[MonitorStatus, ...]
    routes: tuple[RouteStatus, ...]
    queue: Counts
    troubles: tuple[Words, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What a set of definitions would change over version `base`, and what is wrong with it."""

    base: int
    differences: tuple[Words, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """The version that is current now, and what it changed; with no change it is the old one."""

    version: int
    differences: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Exported:
    """The definitions of the current version."""

    version: int
    documents: tuple[Document, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One plug-in: its family (monitor, action, route), its options as JSON Schema."""

    family: str
    kind: str
    title: Words
    help: Words
    options: Mapping[str, Any]
    readings: Mapping[str, Words]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """A sign-in under way: the page to open, and what of it the vault has already."""

    route: str
    account: str
    url: str
    secret: str
    secret_kept: bool


@dataclass(frozen=True, slots=True)
class Sent:
    """The envelopes that are safely queued now."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """One envelope in short. `state`: waiting, out, held, set aside, accepted or dropped.

    `next` is when it may next be lent, and `because` why not now.
    """

    id: str
    state: str
    contact: str
    to: tuple[str, ...]
    subject: str
    routes: tuple[str, ...]
    attempts: int
    born: datetime
    next: datetime | None
    because: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the other side said about one address."""

    address: str
    verdict: Verdict
    code: int
    enhanced: str
    text: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt that came to an end."""

    at: datetime
    provider_id: str
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One envelope in full, with what each attempt brought."""

    queued: Queued
    text: str
    reached: tuple[str, ...]
    alarms: tuple[str, ...]
    thread: tuple[str, ...]
    tried: tuple[Attempt, ...]
