"""Answers of the operations about definitions: plain values, texts in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from noroshi.core.definitions.document import Document
from noroshi.core.definitions.problems import Problem
from noroshi.core.translation import Message
from noroshi.definitions.changes import Difference


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """The changes that a set of definitions would make over version `base`, as lines and value
    by value, what is wrong with it, and what somebody should know before it is applied.
    `refused`: why `apply` would take it for a mistake. `more`: so many differences there are
    beside the first thousand, which are told."""

    base: int
    differences: tuple[Message, ...]
    problems: tuple[Problem, ...]
    cautions: tuple[Message, ...] = ()
    refused: Message | None = None
    changed_values: tuple[Difference, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMonitor:
    """One that is not there yet."""

    path: str
    title: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """The version that is current now, and what it changed, as lines and value by value; with no
    change it is the old one. `monitors`: of what was only tried, those that it would add. `more`:
    so many differences there are beside the first thousand, which are told."""

    version: int
    differences: tuple[Message, ...]
    cautions: tuple[Message, ...] = ()
    changed_values: tuple[Difference, ...] = ()
    monitors: tuple[NewMonitor, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """One version of the definitions in short."""

    number: int
    at: datetime | None
    who: str
    note: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class OneVersion:
    """The changes of a version over the one before it, and those of going `back` to it; both
    also value by value. `more_changed`, `more_back`: so many there are of each beside the first
    thousand, which are told."""

    row: VersionRow
    changed: tuple[Message, ...]
    back: tuple[Message, ...]
    current: int
    changed_values: tuple[Difference, ...] = ()
    back_values: tuple[Difference, ...] = ()
    more_changed: int = 0
    more_back: int = 0


@dataclass(frozen=True, slots=True)
class Exported:
    """The definitions of the current version."""

    version: int
    documents: tuple[Document, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionsShown:
    """Definitions of one version by key (instances/web1): what each says, as TOML would say it,
    and the digest that a change of it names; "" for what is not there."""

    version: int
    documents: Mapping[str, Any]
    etags: Mapping[str, str]
