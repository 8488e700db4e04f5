"""Notices: what happens to an instance or to Noroshi itself, as values.

A `Notification` says who wants to know; each other class here is one thing that happened.
What becomes of both is in `draft`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from noroshi.core.cadence import FixedTimes
from noroshi.core.delivery_state import DeliveryState
from noroshi.core.levels import Level
from noroshi.core.mail import EnvelopeState
from noroshi.core.model import Contact
from noroshi.core.translation import NOTHING, Message

KNOWN_STATES = frozenset(
    {
        EnvelopeState.ACCEPTED,
        DeliveryState.CAME_BACK,
        EnvelopeState.WAITING,
        EnvelopeState.HELD,
        EnvelopeState.SET_ASIDE,
        EnvelopeState.DROPPED,
    }
)
"""The states that a tally counts; an alarm in another one is lost."""


class Happening(Enum):
    """The sort of what can be told of. The values stand in definitions and in ids."""

    STARTED = "started"
    STOPPED = "stopped"
    CHANGED = "settings-changed"
    FAILED = "action-failed"
    ASIDE = "set-aside"
    CAME_BACK = "came-back"
    WELL = "all-is-well"
    UNWATCHED = "unwatched"
    AGENT_REFUSED = "agent-refused"
    HUB_REFUSED = "hub-refused"
    HUB_UNREACHABLE = "hub-unreachable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """The contacts who are told when one of `events` happens to one of `instances`; none named:
    to any.

    `report_times` is when Happening.WELL is told.
    """

    id: str
    events: frozenset[Happening]
    contacts: tuple[Contact, ...]
    routes: tuple[str, ...]
    instances: frozenset[str] = frozenset()
    action: str = "mail"
    report_times: FixedTimes | None = None
    title: str = ""

    @property
    def display_name(self) -> str:
        """Return the name that people read."""
        return self.title or self.id

    def concerns(self, instance: str) -> bool:
        return not self.instances or instance in self.instances


@dataclass(frozen=True, slots=True)
class MonitoredInstance:
    """Hold an instance, and the number of its monitors that are watched."""

    name: str
    title: str
    monitors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoringStarted:
    """Tell that the monitoring of these instances began: with the node, or with a version that
    named them."""

    happened_at: datetime
    node: str
    instances: tuple[MonitoredInstance, ...]
    version: int
    by_version: bool = False

    happening = Happening.STARTED


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoringStopped:
    """Tell that the monitoring of these instances ended: with the node, or with a version
    without them."""

    happened_at: datetime
    node: str
    instances: tuple[MonitoredInstance, ...]
    version: int
    by_version: bool = False

    happening = Happening.STOPPED


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsChanged:
    """A version is in force. Each difference is of an instance, or of "" : of all of them.

    `left_out` more are not listed. `is_offline_change`: it came while no node ran. `first`: the
    first of several versions by the same person that are told together; 0: it is one.
    """

    happened_at: datetime
    version: int
    author: str
    note: Message
    differences: tuple[tuple[str, Message], ...]
    left_out: int = 0
    is_offline_change: bool = False
    first: int = 0

    happening = Happening.CHANGED


class Failure(Enum):
    """The part in which an action failed, and what was done instead."""

    TEXT = "text"
    """A rule's own text could not be made: the built-in text was sent."""
    ROUTE = "route"
    """A route refused a mail: it goes by the next one."""
    ADDRESS = "address"
    """An address was refused: the contact's others have the mail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionFailed:
    """An action failed in part. `name` is the rule, the route or the contact at fault,
    `addresses` are those that were refused."""

    happened_at: datetime
    failure: Failure
    name: str
    contact: str
    subject: str
    reason: Message
    mail: str
    addresses: tuple[str, ...] = ()

    happening = Happening.FAILED


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSetAside:
    """No route would take a mail, or it cannot be read any more (`is_unreadable`): it lies in the
    queue until a person does something."""

    happened_at: datetime
    mail: str
    contact: str
    addresses: tuple[str, ...]
    subject: str
    route: str
    reason: Message
    is_unreadable: bool = False

    happening = Happening.ASIDE


@dataclass(frozen=True, slots=True, kw_only=True)
class MailCameBack:
    """A provider took a mail at `accepted_at`, and reported later that `address` did not get it."""

    happened_at: datetime
    mail: str
    contact: str
    address: str
    subject: str
    route: str
    accepted_at: datetime
    reason: Message

    happening = Happening.CAME_BACK


@dataclass(frozen=True, slots=True)
class UnhealthyMonitor:
    """A monitor that is not well, and since when."""

    instance: str
    path: str
    title: Message
    level: Level
    unhealthy_since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReport:
    """The report at a fixed time. `unmeasured_count` monitors were not measured yet;
    `disabled_count` ones are not measured at all; of `silent_count` ones nothing is told now, by a
    silence or maintenance.

    `tally` are the alarms since `tally_since` by what became of them ("" waits); `waiting_count`
    and `set_aside_count` are all mails that wait or lie aside now, whenever they were made;
    `lost_count` are all alarms of which nothing is left, whenever they were raised.
    """

    happened_at: datetime
    due: datetime
    tally_since: datetime
    instances: tuple[str, ...]
    healthy_count: int
    unmeasured_count: int
    unhealthy: tuple[UnhealthyMonitor, ...]
    tally: Mapping[str, int]
    waiting_count: int
    set_aside_count: int
    held_count: int = 0
    disabled_count: int = 0
    silent_count: int = 0
    lost_count: int = 0

    happening = Happening.WELL

    @property
    def enabled(self) -> int:
        """Return how many monitors are measured, or will be."""
        return self.healthy_count + self.unmeasured_count + len(self.unhealthy)

    @property
    def all_lost(self) -> int:
        """Return how many alarms are nowhere, or in none of the states in which an alarm can be;
        it must be none."""
        unknown = (count for state, count in self.tally.items() if state not in KNOWN_STATES)
        return self.lost_count + sum(unknown)

    @property
    def undelivered_count(self) -> int:
        """Return how many alarms reached nobody, and will not unless a person acts."""
        return self.tally.get(DeliveryState.CAME_BACK, 0) + self.tally.get(
            EnvelopeState.SET_ASIDE, 0
        )


@dataclass(frozen=True, slots=True)
class MissedMonitor:
    """A monitor whose time of day came and went while nobody watched."""

    instance: str
    path: str
    title: str
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoringGap:
    """The node `node` did not watch from `happened_at` to `ended_at`. `was_suspended`: the process was
    there, but stood still. `has_agents`: agents measure some monitors, with or without the node."""

    happened_at: datetime
    ended_at: datetime
    node: str
    missed: tuple[MissedMonitor, ...] = ()
    left_out: int = 0
    was_suspended: bool = False
    has_agents: bool = False

    happening = Happening.UNWATCHED


class AgentConflict(Enum):
    """Name what two machines have in common of which an agent may have it alone."""

    INVITATION = "invitation"
    """A server with another key tried to join with a used invitation."""
    KEY = "key"
    """Another machine has the key of the agent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRefused:
    """Tell that a machine was refused as an agent: it has what `agent` has. `inviter` made the
    invitation. `machine` is the host name of the refused one, "" if nobody knows it, `address` where
    it came from."""

    happened_at: datetime
    conflict: AgentConflict
    agent: str
    inviter: str
    machine: str
    address: str

    happening = Happening.AGENT_REFUSED


class HubRefusal(Enum):
    """Name why a hub does not accept this node as its agent any more."""

    REMOVED = "removed"
    CLONED = "cloned"
    OTHER_VERSION = "other-version"


@dataclass(frozen=True, slots=True, kw_only=True)
class HubRefused:
    """Tell that the hub does not accept this node, whose name there is `agent`. `detail` is what the
    hub said of it, if anything."""

    happened_at: datetime
    refusal: HubRefusal
    hub: str
    agent: str
    detail: Message = NOTHING

    happening = Happening.HUB_REFUSED


@dataclass(frozen=True, slots=True, kw_only=True)
class HubUnreachable:
    """Tell that this node, whose name there is `agent`, cannot reach the hub. `last_contact` is None
    if this life of the node never reached it."""

    happened_at: datetime
    hub: str
    agent: str
    last_contact: datetime | None = None

    happening = Happening.HUB_UNREACHABLE


Notice = (
    MonitoringStarted
    | MonitoringStopped
    | SettingsChanged
    | ActionFailed
    | MailSetAside
    | MailCameBack
    | StatusReport
    | MonitoringGap
    | AgentRefused
    | HubRefused
    | HubUnreachable
)
Draft = Callable[[str, Contact, Notice], Mapping[str, Any]]
"""Drafts a payload, from the kind of an action, the contact and the notice."""
