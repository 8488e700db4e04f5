"""Answers of the operations that tell how all is: measured in turn, or on trial."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from noroshi.core.levels import Level, Reason
from noroshi.core.own_instance import titles_in
from noroshi.core.route_readiness import Sends
from noroshi.core.translation import NOTHING, Message
from noroshi.operations.alarm_answers import Holder, RemarkShown, SilenceShown, WindowShown
from noroshi.operations.mail_answers import Arrives


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppedBy:
    """An instance, a group or a monitor, by path, that is itself stopped (not by a parent):
    since which version, by whom and when. Version 0: longer ago than the search goes back."""

    path: str
    version: int = 0
    who: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemStatus:
    """The state of one item, since when (None: it was never otherwise), the reason for it, and
    the person who has the alarm."""

    item: str
    level: Level
    since: datetime | None
    words: Message
    acknowledged: Holder | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorStatus:
    """The state of one monitor; `known` once it has been judged. `measured` is when it last
    was, None if that was not looked up, as for those that are OK among very many. `stopped`
    says by what and whom, where nothing of it is measured; `silent` and `maintenance` are until
    when nothing is told of it. `agent` is the name of the agent that measures it, "" for none;
    `agent_silent_since` is when that was last heard, where it is silent."""

    path: str
    title: str
    group_title: str
    kind: str
    level: Level
    known: bool
    measured: datetime | None
    items: tuple[ItemStatus, ...]
    silent: datetime | None = None
    maintenance: datetime | None = None
    stopped: StoppedBy | None = None
    instance_title: str = ""
    agent: str = ""
    agent_silent_since: datetime | None = None


def with_titles_in(status: MonitorStatus, language: str) -> MonitorStatus:
    """Return the state of a monitor for a reader of that language: the node's own monitors and
    groups have the titles of most contacts' language in the answer."""
    titles = titles_in(status.path, status.kind, language)
    if not titles:
        return status
    title = titles.get("title", status.title)
    return replace(
        status, title=title, group_title=titles.get("group_title", status.group_title)
    )


@dataclass(frozen=True, slots=True)
class Point:
    """One value, in the series' unit."""

    at: datetime
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The recent values of one reading of one item, oldest first, with the limits of now. `yes_no`:
    1 is yes, and 0 is no."""

    name: Message
    item: str
    unit: str
    warning: float | None
    critical: float | None
    rising: bool
    points: tuple[Point, ...]
    yes_no: bool = False


@dataclass(frozen=True, slots=True)
class LimitShown:
    """The limits of a reading, in words."""

    name: Message
    words: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorShown:
    """One monitor in full. `goes_to` is the address that it checks, "" for the computer itself;
    `patience` is the number of consecutive looks that a new level needs; at `faults` it could
    not be measured. `runs`: the kind runs a program; `seconds` is how long a look may take."""

    status: MonitorStatus
    at: datetime
    kind_title: Message
    goes_to: str
    cadence: Message
    patience: int
    rules: tuple[str, ...]
    limits: tuple[LimitShown, ...]
    series: tuple[Series, ...]
    faults: tuple[datetime, ...]
    remarks: tuple[RemarkShown, ...] = ()
    silences: tuple[SilenceShown, ...] = ()
    planned: tuple[WindowShown, ...] = ()
    runs: bool = False
    seconds: float = 0.0
    rules_called: tuple[str, ...] = ()
    """The display names of the monitor's rules."""
    measured_on: Message = NOTHING
    """On which computer, and whether from there over the network."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteStatus:
    """The state of one route: well, down, not signed in, or needs somebody (the sign-in is
    refused).

    `sends`: how far it can be trusted with the next mail. `waiting` envelopes may use it.
    `mark` stands beside the kind of a route whose provider is none of the built-in ones. Of the
    sign-in, if there is one: when it was last `renewed`, as which `user`, the day on which the
    secret or certificate in use `ends`, whether that is the second of two, and whether it is a
    certificate; `other` says that this user is not the account's mailbox, and what that needs. `accepted` is when a
    provider last took a mail by it; what `arrives` is None where no mailbox is read, so that
    nothing after that is known. `where` the route hands mails in, by which `account` and
    through which `network` (""; none, directly). `lacks` are entries that the route names and
    the vault does not have; `retiring`: the route signs in by a password where that ends.
    `examined_in_vain` is the stage at which the last diagnosis stopped, if no mail was accepted
    since.
    """

    name: str
    title: str
    kind: str
    state: str
    sends: Sends
    since: datetime | None = None
    until: datetime | None = None
    why: Message = NOTHING
    waiting: int = 0
    mark: Message = NOTHING
    renewed: datetime | None = None
    user: str = ""
    ends: date | None = None
    by_next: bool = False
    by_certificate: bool = False
    other: Message = NOTHING
    accepted: datetime | None = None
    arrives: Arrives | None = None
    where: str = ""
    account: str = ""
    network: str = ""
    lacks: tuple[str, ...] = ()
    retiring: bool = False
    examined_in_vain: Message = NOTHING


@dataclass(frozen=True, slots=True)
class RoutesShown:
    """Every route at one time."""

    at: datetime
    routes: tuple[RouteStatus, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """The numbers of envelopes in the spool, and of the alarms for which they stand."""

    waiting: int
    out: int
    held: int
    set_aside: int
    alarms: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeStatus:
    """One of several nodes on a database: how many monitors it holds, and which part (0 to 1) of those
    that any node holds; when it last renewed its lease, whether that is in force, and since when it
    has it; and whether it is the one that sends. `has_left`: it was stopped, and said so. `version` is
    "" if it is not known, `address` is where other nodes reach it ("": nowhere). `unusable_version` is
    the version of the definitions that it cannot use (0: there is none), for `unusable_reason`."""

    name: str
    monitor_count: int
    renewed_at: datetime
    is_alive: bool
    sends: bool
    has_left: bool = False
    share: float = 0.0
    version: str = ""
    held_since: datetime | None = None
    address: str = ""
    unusable_version: int = 0
    unusable_reason: Message = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Everything at one time. `troubles` are Noroshi's own; `cautions` are no troubles, and
    what somebody should know of the definitions. `stopped` is what is not watched, the outermost
    of it; `silences` are what nothing is told of, nor of what is under `maintenance` now.
    `untold` are the first of those of which nobody is told, as no rule acts on them."""

    node: str
    version: int
    at: datetime
    level: Level
    monitors: tuple[MonitorStatus, ...]
    routes: tuple[RouteStatus, ...]
    queue: Counts
    troubles: tuple[Message, ...]
    cautions: tuple[Message, ...] = ()
    silences: tuple[SilenceShown, ...] = ()
    maintenance: tuple[WindowShown, ...] = ()
    untold: tuple[str, ...] = ()
    stopped: tuple[StoppedBy, ...] = ()
    runs_on: str = ""
    """The name of the computer that measures all this."""
    agent_count: int = 0
    """The number of agents of this node, without those that were removed."""
    sending_hub: str = ""
    """The name of the hub that sends all alarms of this node, which has no route; "" if none."""
    absent_hub: str = ""
    """The name of the hub that is away, in whose place this node sends now; "" if none."""
    nodes: tuple[NodeStatus, ...] = ()
    """The nodes on the database that lived within the last 30 days; none where the store is a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingTried:
    """One reading of a trial with the level that the reading's own limits give."""

    name: Message
    item: str
    value: Message
    level: Level
    limits: Message
    note: Message
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTried:
    """The answer that a rule would give about an item, and whom it would tell by which
    routes."""

    rule: str
    item: str
    reason: Reason
    because: Message
    speaks: bool
    contacts: tuple[str, ...]
    routes: tuple[str, ...]
    called: str = ""
    """The rule's name where people read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorTried:
    """One measurement on trial: nothing of it was kept. `seconds` is how long it took. `agent`
    measured it, if that is an agent's; where `not_measured` says why it did not, these are the last
    values from it."""

    path: str
    kind: str
    runs_on: str
    target: str
    seconds: float
    level: Level
    fault: Message | None
    readings: tuple[ReadingTried, ...]
    items: tuple[ItemStatus, ...]
    rules: tuple[RuleTried, ...]
    seen: tuple[Message, ...]
    marks: Mapping[str, Message] = field(default_factory=dict)
    measured_on: Message = NOTHING
    """On which computer, and whether from there over the network."""
    agent: str = ""
    measured_at: datetime | None = None
    """When the agent measured them; None before its first report."""
    not_measured: Message = NOTHING
