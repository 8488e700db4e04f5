"""Definitions as a person writes them: one dataclass for each sort of file, nothing inherited.

What is watched and who is told stands here; how it leaves, in `schema_mail`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from noroshi.core.definitions.definition import Definition
from noroshi.core.definitions.schema_mail import AccountDef, CloudDef, NetworkDef, RouteDef

EventName = Literal[
    "started",
    "stopped",
    "settings-changed",
    "action-failed",
    "set-aside",
    "came-back",
    "all-is-well",
    "unwatched",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsDef(Definition):
    warning: float | None = None
    """From this value on the reading is at WARNING."""
    critical: float | None = None
    """From this value on the reading is at CRITICAL."""
    rising: bool | None = None
    """Whether high values are bad, or low ones. Unless given, what the kind says of the reading."""
    margin: float = 0.0
    """How far back behind a limit the value must go before the level ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowDef(Definition):
    """Planned work: nothing is told while it goes on."""

    title: str = ""
    """What is done then, where people read."""
    begins: str
    """When it begins, in the instance's time zone: 22:00 each week, or once, 2026-12-24 22:00."""
    ends: str
    """When it ends, in the same way; a time of day that is earlier is that of the next day."""
    days: tuple[str, ...] = ()
    """On which days of the week it begins; all of them unless given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorDef(Definition):
    id: str = ""
    """Made by Noroshi at the first `apply`; keep it, as state and history belong to it."""
    name: str
    """ID within the group (a-z, 0-9, - and _)."""
    title: str = ""
    """Name shown on pages and in mails."""
    kind: str
    """Which kind of monitor it is: port, disk, process ..."""
    every: str = ""
    """How often it is measured: 30s, 5m, 1h30m, 1d; at least 1s."""
    at: tuple[str, ...] | str = ()
    """At which times of day, in the instance's time zone, instead of an interval: 07:30."""
    days: tuple[str, ...] = ()
    """On which days of the week it is measured at those times."""
    timeout: str = "20s"
    """How long a measurement may take."""
    patience: int = 1
    """How many measurements in a row it takes to believe a new level, 1 to 100."""
    may_vanish: bool = False
    """Whether items (a volume, a process) may go away without an alarm."""
    rules: tuple[str, ...] | None = None
    """Which rules act on it; without any, nobody is told."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """What its kind wants to know."""
    limits: Mapping[str, LimitsDef] = field(default_factory=dict)
    """Limits by reading; an empty table switches the kind's own limits off."""
    maintenance: tuple[WindowDef, ...] = ()
    """Planned work on it, beside its group's and its instance's."""
    network: str = ""
    """For a web page: which network it goes through; directly unless one is given."""
    enabled: bool = True
    """Switched off: it is not measured until it is switched on again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDef(Definition):
    name: str
    """Its name within the instance: a-z, 0-9, - and _."""
    title: str = ""
    """Name shown on pages and in mails."""
    every: str = ""
    """The interval of all its monitors that give none of their own."""
    at: tuple[str, ...] | str = ()
    """The times of day of all its monitors that give none of their own."""
    days: tuple[str, ...] = ()
    """On which days of the week it is measured at those times."""
    rules: tuple[str, ...] | None = None
    """For all its monitors that say nothing else; without any, nobody is told."""
    limits: Mapping[str, Mapping[str, LimitsDef]] = field(default_factory=dict)
    """By kind and reading, for all its monitors that say nothing else."""
    maintenance: tuple[WindowDef, ...] = ()
    """Planned work on all its monitors, beside the instance's."""
    enabled: bool = True
    """Switched off: none of its monitors is measured, whatever they say themselves."""
    monitor: tuple[MonitorDef, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceDef(Definition):
    name: str
    title: str = ""
    """Name shown on pages and in mails."""
    address: str = "127.0.0.1"
    """Where network checks reach it: a name or an IP address."""
    zone: str = "UTC"
    """Its time zone, as in Asia/Tokyo."""
    every: str = ""
    """For all its monitors that say nothing else; 1m if nobody says anything."""
    at: tuple[str, ...] | str = ()
    """The times of day of all its monitors that give none of their own."""
    days: tuple[str, ...] = ()
    """On which days of the week it is measured at those times."""
    rules: tuple[str, ...] | None = None
    """The rules of all its monitors that name none of their own."""
    limits: Mapping[str, Mapping[str, LimitsDef]] = field(default_factory=dict)
    """By kind and reading, for all its monitors that say nothing else."""
    maintenance: tuple[WindowDef, ...] = ()
    """Planned work on the whole of it."""
    enabled: bool = True
    """Switched off: its monitoring is stopped; nothing of it is measured."""
    group: tuple[GroupDef, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BlueprintMonitorDef(MonitorDef):
    title_ja: str = ""
    """The title in Japanese, for who adds it in Japanese."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlueprintGroupDef(GroupDef):
    title_ja: str = ""
    """The title in Japanese, for who adds it in Japanese."""
    monitor: tuple[BlueprintMonitorDef, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BlueprintDef(Definition):
    """Groups to add to an instance; ${name} in their texts stands for what is asked for."""

    name: str
    title: str = ""
    """Name shown on pages and in mails."""
    title_ja: str = ""
    """The same in Japanese."""
    help: str = ""
    """What it watches, in a sentence."""
    help_ja: str = ""
    """The same in Japanese."""
    asks: Mapping[str, str] = field(default_factory=dict)
    """What is asked for when it is added, with what is taken otherwise; "" must be said."""
    group: tuple[BlueprintGroupDef, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactDef(Definition):
    name: str
    title: str = ""
    """Who it is, where people read."""
    addresses: tuple[str, ...]
    """Mail addresses; each is told."""
    language: Literal["ja", "en"] = "en"
    """In which language."""
    zone: str = "UTC"
    """In which time zone times are written, as in Asia/Tokyo."""
    one_by_one: int = 3
    """How many alarms within a minute come one by one, before those that follow are put together; 0: all do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDef(Definition):
    id: str = ""
    """To which rule belongs what it has told, if that is another one than its name; written when it is renamed, and kept."""
    name: str
    title: str = ""
    """Name shown on pages and in mails."""
    action: str
    """What is done: mail ..."""
    contacts: tuple[str, ...]
    """Who is told."""
    routes: tuple[str, ...]
    """By which ways out, the first that can."""
    on: tuple[Literal["warning", "critical", "unknown"], ...] = (
        "warning",
        "critical",
        "unknown",
    )
    """At which levels."""
    when: Literal["change", "each", "first", "nth"] = "change"
    """At which measurements of a problem it is told of."""
    nth: int | None = None
    """If it is told at the n-th measurement: at which in a row, 1 to 999."""
    most: int = 999
    """How often a level is told of at most, 1 to 999."""
    repeat: str = ""
    """How long until it is told again while it stays so, as in 30m; at least 1m."""
    recovered: bool = True
    """Whether the end of a problem is told too."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """What the action wants to know: subject, text ..."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationDef(Definition):
    name: str
    title: str = ""
    """Name shown on pages and in mails."""
    events: tuple[EventName, ...]
    """What is told of."""
    contacts: tuple[str, ...]
    """Who is told."""
    routes: tuple[str, ...]
    """By which ways out, the first that can."""
    instances: tuple[str, ...] = ()
    """Of which instances; all of them unless given."""
    action: str = "mail"
    """What is done: mail ..."""
    at: tuple[str, ...] | str = ()
    """At which times of day it is told that all is well, as in 08:00."""
    days: tuple[str, ...] = ()
    """On which days of the week that is told."""
    zone: str = "UTC"
    """In which time zone those times are, as in Asia/Tokyo."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Definitions:
    """All definitions of one version, by name."""

    instances: Mapping[str, InstanceDef] = field(default_factory=dict)
    contacts: Mapping[str, ContactDef] = field(default_factory=dict)
    rules: Mapping[str, RuleDef] = field(default_factory=dict)
    notifications: Mapping[str, NotificationDef] = field(default_factory=dict)
    routes: Mapping[str, RouteDef] = field(default_factory=dict)
    networks: Mapping[str, NetworkDef] = field(default_factory=dict)
    accounts: Mapping[str, AccountDef] = field(default_factory=dict)
    clouds: Mapping[str, CloudDef] = field(default_factory=dict)
    blueprints: Mapping[str, BlueprintDef] = field(default_factory=dict)
