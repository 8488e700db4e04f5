"""Answers of the operations that examine a route or this computer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from noroshi.core.translation import Message
from noroshi.ports.examination import Remedy, Stage

AGENT_CONTACT = "connected"
"""The name of the stage that tells whether an agent was heard."""


@dataclass(frozen=True, slots=True)
class StageName:
    """A stage that is to come."""

    name: str
    title: Message


@dataclass(frozen=True, slots=True)
class KnownDown:
    """Mails do not leave by a route: since when, why, how many wait for it, one of them to try
    again by, and when that is done next. Not `down`: the route is well, and those mails alone
    were put off. `early`: a stage finds it too, so where all are passed it looks mended; else
    `remedy` is what mends it, if the other side has said enough."""

    since: datetime
    why: Message
    waiting: int
    down: bool = True
    early: bool = False
    mail: str = ""
    until: datetime | None = None
    remedy: Remedy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """An examination: of a route, of an instance, or of this computer (both ""); the stages so
    far, from the requested one on, and the names of all stages. `down` is what the node knew of the route
    beforehand."""

    id: str
    route: str
    title: Message
    kind: str
    mark: Message
    where: str
    at: datetime
    names: tuple[StageName, ...]
    down: KnownDown | None = None
    stages: tuple[Stage, ...] = ()
    over: bool = False
    instance: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """The stages that have come since, and whether that is all; when it was begun, and all that
    it will have."""

    stages: tuple[Stage, ...]
    over: bool
    at: datetime
    names: tuple[StageName, ...]
