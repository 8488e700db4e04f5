"""The nouns of Noroshi, in the order in which one becomes the next.

Monitor -> Sample -> State -> Event -> Decision -> Alarm -> Envelope -> Parcel -> Receipt

The last three are in mail.py, the levels in levels.py. Everything here is an immutable value.
Nothing here reads a clock, a file or a socket.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from noroshi.core.cadence import Cadence, FixedInterval
from noroshi.core.levels import Level, Reason, RuleTrigger
from noroshi.core.mail import DIRECT, Envelope, Network
from noroshi.core.maintenance import Window
from noroshi.core.report import ReportDraft
from noroshi.core.ssh_login import SshLogin
from noroshi.core.translation import NOTHING, Message
from noroshi.core.winrm_login import WinrmLogin

MOST_TELLINGS = 999
MOST_LINES = 50
LONGEST_LINE = 1000


@dataclass(frozen=True, slots=True)
class Reading:
    """Hold one number that a check measured; `item` tells apart, say, two volumes.

    `lines` are what was found word for word (lines of a log), at most MOST_LINES of them.
    """

    name: str
    value: float
    unit: str = ""
    item: str = ""
    note: Message = NOTHING
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Two thresholds, in the reading's unit. `rising`: bad is high (disk used); else bad is low.

    `margin` is the hysteresis: how far back behind a threshold a value must go before
    the level it led to ends.
    """

    warning: float | None = None
    critical: float | None = None
    rising: bool = True
    margin: float = 0.0

    def __post_init__(self) -> None:
        low, high = self.warning, self.critical
        if self.margin < 0:
            raise ValueError(f"margin {self.margin:g} is below zero")
        if low is None or high is None:
            return
        if (high < low) if self.rising else (high > low):
            raise ValueError(f"critical {high:g} would be reached before warning {low:g}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person or list who is told, in their language and at their time of day.

    `one_by_one` is how many alarms within a minute come as mails of their own; 0: all.
    """

    id: str
    addresses: tuple[str, ...]
    title: str = ""
    language: str = "en"
    zone: str = "UTC"
    one_by_one: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Run `action` for each contact, by the first route that can, when a level in `levels` is
    reached.

    `most` bounds the tellings of one level of one problem; `nth` is for When.NTH alone.
    """

    id: str
    """The key of what it has told: it stays when the rule is renamed."""
    action: str
    contacts: tuple[Contact, ...]
    routes: tuple[str, ...]
    name: str = ""
    """The name of the contact's definition; "" if it has no definition, or one named like its
    id."""
    title: str = ""
    options: object = None
    levels: frozenset[Level] = frozenset({Level.WARNING, Level.CRITICAL, Level.UNKNOWN})
    trigger: RuleTrigger = RuleTrigger.CHANGE
    nth: int = 1
    most: int = MOST_TELLINGS
    repeat: timedelta | None = None
    notifies_recovery: bool = True
    of_hub: bool = False
    """The hub gave it: its alarms are reported to the hub, which notifies. `routes` are the node's
    own, by which it notifies while the hub is away."""

    @property
    def name_or_id(self) -> str:
        """Return the name that definitions and commands use."""
        return self.name or self.id

    @property
    def display_name(self) -> str:
        """Return the name that people read."""
        return self.title or self.name_or_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """Describe a monitored computer. Network checks reach it at `address`. `source` is where it
    is measured, as its definition says; core.sources decides. `ssh`, `winrm`: how to log in there.
    `of_hub`: the hub gave it, and what happens to it is reported there."""

    name: str
    title: str = ""
    address: str = "127.0.0.1"
    zone: str = "UTC"
    source: str = ""
    ssh: SshLogin | None = None
    winrm: WinrmLogin | None = None
    of_hub: bool = False

    @property
    def login(self) -> SshLogin | WinrmLogin | None:
        """Return how the computer is logged in to; None if it is not measured in this way."""
        if self.source == SSH_SOURCE:
            return self.ssh
        return self.winrm if self.source == WINRM_SOURCE else None


SSH_SOURCE = "ssh"
"""The `source` of an instance that is asked over SSH."""
WINRM_SOURCE = "winrm"
"""The `source` of an instance that is asked over WinRM."""
LOGIN_SOURCES = (SSH_SOURCE, WINRM_SOURCE)
MINUTELY = FixedInterval(timedelta(minutes=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitor:
    """Describe one thing watched, all inheritance worked out. `limits` are by name of the
    reading.

    `patience` is how many consecutive samples it takes to believe a new level; `goes_to` is the
    address that a network check contacts, "" for a check of the computer itself. `occurrences`
    are the readings of events, which are no states: found again, they are news. `maintenance`
    is planned work, that of the group and the instance included: nothing is told then.
    `disabled`: nothing is measured until somebody enables the monitor again. `network` is the
    way outside.
    """

    id: str
    name: str
    instance: Instance
    group: str
    kind: str
    options: object
    title: str = ""
    limits: Mapping[str, Limits] = field(default_factory=dict)
    cadence: Cadence = MINUTELY
    timeout: timedelta = timedelta(seconds=20)
    patience: int = 1
    may_vanish: bool = False
    rules: tuple[Rule, ...] = ()
    goes_to: str = ""
    occurrences: frozenset[str] = frozenset()
    group_title: str = ""
    maintenance: tuple[Window, ...] = ()
    disabled: bool = False
    network: Network = DIRECT

    @property
    def path(self) -> str:
        """Return where a person finds it: instance/group/monitor."""
        return f"{self.instance.name}/{self.group}/{self.name}"

    def has_same_target(self, other: Monitor) -> bool:
        """Return whether what the other one measured is about what this one measures, too."""
        return self._target == other._target

    @property
    def _target(self) -> tuple[object, ...]:
        is_by_login = self.instance.login is not None
        computer = self.instance.address if is_by_login else ""
        return (self.kind, self.options, self.goes_to, computer)


@dataclass(frozen=True, slots=True)
class Sample:
    """The result of one run of a check: readings, or the fault that ended it."""

    measured_at: datetime
    readings: tuple[Reading, ...] = ()
    memory: Mapping[str, Any] = field(default_factory=dict)
    fault: Message | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    """The cause of a level: a reading and its limits, or words alone (a fault)."""

    reading: Reading | None = None
    limits: Limits | None = None
    words: Message = NOTHING

    @property
    def name(self) -> str:
        """Return the name of the reading; "" for words alone."""
        return "" if self.reading is None else self.reading.name


@dataclass(frozen=True, slots=True, kw_only=True)
class LastNotification:
    """The last notification of a rule about an item: when, of which level, the how manieth.

    `thread` is the event whose id the envelope of the problem's first notification bears;
    `reading` is what stood behind the level, "" for words alone, None if that was not noted.
    """

    at: datetime
    level: Level
    times: int = 1
    thread: str = ""
    reading: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemState:
    """Hold all that is remembered of one item. No field moves while nothing changes.

    `pending_levels` are those of the last consecutive samples that differ from the level, as
    far as patience asks; `pending_cause_count` counts consecutive samples that find the same
    level by another reading; `consecutive` counts the samples since it left OK, as far as a
    rule asks; `missing_since` is the time when the item vanished; `level_before_unknown` is the
    level that an UNKNOWN one had by its limits, from which hysteresis goes on;
    `last_notifications` are by rule, as are `reasons`, each rule's last answer.
    """

    level: Level = Level.OK
    level_since: datetime | None = None
    cause: Cause = Cause()
    pending_levels: tuple[Level, ...] = ()
    pending_cause_count: int = 0
    consecutive: int = 0
    missing_since: datetime | None = None
    level_before_unknown: Level = Level.OK
    last_notifications: Mapping[str, LastNotification] = field(default_factory=dict)
    reasons: Mapping[str, Reason] = field(default_factory=dict)

    @property
    def is_calm(self) -> bool:
        """Return True if the item is well, with nothing under way that one more sample could
        end: nobody was told of a problem, and no sample says otherwise."""
        return (
            self.level is Level.OK
            and not (
                self.pending_levels
                or self.pending_cause_count
                or self.consecutive
                or self.last_notifications
            )
            and self.missing_since is None
        )

    @property
    def level_by_limits(self) -> Level:
        """Return the level by the last value: a failed measurement says nothing of the
        value."""
        return self.level_before_unknown if self.level is Level.UNKNOWN else self.level


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Hold all that is remembered of a monitor between two turns. Item "" is the measuring
    itself. `kind` and `target` (core.target_mark) are those of the monitor when it was written, "" if
    that is not known, or if there is no item."""

    items: Mapping[str, ItemState] = field(default_factory=dict)
    serial: int = 0
    kind: str = ""
    target: str = ""

    @property
    def level(self) -> Level:
        return Level.worst(item.level for item in self.items.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """Hold all that keeps the alarms of a monitor from being told; an input, never part of the
    state.

    `silenced` and `maintenance` are the instants until which nothing is told; `acknowledged`
    are the items that a person has acknowledged, each with the level at that time. `setting_up`
    are readings of which nothing is told before an instant: somebody is just about to mend what
    they say. `hub_offset` is the hub's clock less this computer's, of a monitor of the hub: what is
    planned there is by its clock.
    """

    silenced: datetime | None = None
    parents: Level = Level.OK
    acknowledged: Mapping[str, Level] = field(default_factory=dict)
    maintenance: datetime | None = None
    setting_up: Mapping[str, datetime] = field(default_factory=dict)
    hub_offset: timedelta = timedelta(0)


NOT_SUPPRESSED = Suppression()


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An item changed level, or is told of again. `id` is derived: written twice, it is one.

    `since` is when `before` began; `path` is what the monitor was called at that time.
    """

    id: str
    monitor: str
    path: str
    item: str
    at: datetime
    before: Level
    after: Level
    since: datetime | None
    cause: Cause


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer of a rule about an item; kept when it differs from the last one."""

    rule: str
    item: str
    reason: Reason
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Alarm:
    """Hold one event that one contact must be told of: what the ledger counts.

    `thread` is the id of the envelope that first told this contact of the problem.
    """

    id: str
    event: Event
    reason: Reason
    thread: str


@dataclass(frozen=True, slots=True)
class RuleNotification:
    """Hold the alarms that a rule tells a contact at once, in order."""

    rule: Rule
    contact: Contact
    alarms: tuple[Alarm, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Hold all that one turn writes; a store writes all of it, or nothing.

    `wake` is the earliest instant at which a decision could change without a new sample.
    `memory` is the check's, None if the turn had no sample. `samples` are those that led to the
    change, and those that the history lacks from before: a memory is never written without its
    samples. `reports` are the rows by which an agent tells its hub of the change;
    `hub_notifications` are those of the hub's rules, which go into them: the hub sends them, or the
    agent while the hub is away. `withheld_ids` are those of notifications of an agent that the hub
    does not send.
    """

    monitor: str
    state: State
    memory: Mapping[str, Any] | None = None
    samples: tuple[Sample, ...] = ()
    events: tuple[Event, ...] = ()
    envelopes: tuple[Envelope, ...] = ()
    decisions: tuple[Decision, ...] = ()
    wake: datetime | None = None
    hub_notifications: tuple[RuleNotification, ...] = ()
    withheld_ids: tuple[str, ...] = ()
    reports: tuple[ReportDraft, ...] = ()
