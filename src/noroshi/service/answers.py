"""What the operations answer with: plain values, texts in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from noroshi.core.model import NOTHING, Level, Limits, Reason, Verdict
from noroshi.core.problems import Problem
from noroshi.core.words import Words
from noroshi.definitions import Difference
from noroshi.ports import Document
from noroshi.service.answers_alarms import Holder, RemarkShown, SilenceShown, WindowShown
from noroshi.service.answers_mail import Arrived, Arrives
from noroshi.service.answers_stops import StoppedBy


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemStatus:
    """How one item is, since when (None: it was never otherwise), what stands behind it, and
    who has its alarm."""

    item: str
    level: Level
    since: datetime | None
    words: Words
    acknowledged: Holder | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorStatus:
    """How one monitor is; `known` once it has been judged. `measured` is when it last was,
    None if that was not looked up, as for those that are OK among very many. `stopped` says by
    what and whom, where nothing of it is measured; `silent` and `maintenance` are until when
    nothing is told of it."""

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


@dataclass(frozen=True, slots=True)
class Point:
    """One value, in the series' unit."""

    at: datetime
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The recent values of one reading of one item, oldest first, with the limits of now."""

    name: Words
    item: str
    unit: str
    warning: float | None
    critical: float | None
    rising: bool
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class LimitShown:
    """What a reading's limits are, in words."""

    name: Words
    words: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorShown:
    """One monitor in full. `goes_to` is the address that it is about, "" for the computer
    itself; `patience` is how many looks in a row it takes to believe a new level; at `faults`
    it could not be measured. `runs`: its kind runs a program; `seconds` is how long a look may
    take."""

    status: MonitorStatus
    at: datetime
    kind_title: Words
    goes_to: str
    cadence: Words
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
    """What its rules are called where people read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteStatus:
    """How one route is: well, down, not signed in, or needs somebody (the sign-in is refused).

    `waiting` envelopes may use it. `mark` stands beside the kind of a route whose provider is
    none of the built-in ones. Of its sign-in, if it has one: when it last was `renewed`, as
    which `user`, the day on which the secret or certificate in use `ends`, and whether that is
    the second of two; `other` says that this user is not the account's mailbox, and what that
    needs. `accepted` is when a provider last took a mail by it; what `arrives` is
    None where no mailbox is read, so that nothing after that is known. `where` it hands mails
    in, by which `account` and through which `network` (""; none, directly). `lacks` are entries
    of the vault that it names and that are not there; `retiring`: it signs in by a password where
    that ends.
    """

    name: str
    title: str
    kind: str
    state: str
    since: datetime | None = None
    until: datetime | None = None
    why: Words = NOTHING
    waiting: int = 0
    mark: Words = NOTHING
    renewed: datetime | None = None
    user: str = ""
    ends: date | None = None
    by_next: bool = False
    other: Words = NOTHING
    accepted: datetime | None = None
    arrives: Arrives | None = None
    where: str = ""
    account: str = ""
    network: str = ""
    lacks: tuple[str, ...] = ()
    retiring: bool = False


@dataclass(frozen=True, slots=True)
class RoutesShown:
    """Every route at one time."""

    at: datetime
    routes: tuple[RouteStatus, ...]


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
    """Everything at one time. `troubles` are Noroshi's own; `cautions` are no troubles, and
    what somebody should know of the definitions. `stopped` is what is not watched, the outermost
    of it; `silences` are what nothing is told of."""

    node: str
    version: int
    at: datetime
    level: Level
    monitors: tuple[MonitorStatus, ...]
    routes: tuple[RouteStatus, ...]
    queue: Counts
    troubles: tuple[Words, ...]
    cautions: tuple[Words, ...] = ()
    silences: tuple[SilenceShown, ...] = ()
    stopped: tuple[StoppedBy, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What a set of definitions would change over version `base`, as lines and value by value,
    what is wrong with it, and what somebody should know before it is applied. `refused`: why
    `apply` would take it for a mistake."""

    base: int
    differences: tuple[Words, ...]
    problems: tuple[Problem, ...]
    cautions: tuple[Words, ...] = ()
    refused: Words | None = None
    changed_values: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """The version that is current now, and what it changed, as lines and value by value; with no
    change it is the old one."""

    version: int
    differences: tuple[Words, ...]
    cautions: tuple[Words, ...] = ()
    changed_values: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """One version of the definitions in short."""

    number: int
    at: datetime | None
    who: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OneVersion:
    """What a version changed over the one before it, and what going `back` to it would change;
    both also value by value."""

    row: VersionRow
    changed: tuple[Words, ...]
    back: tuple[Words, ...]
    current: int
    changed_values: tuple[Difference, ...] = ()
    back_values: tuple[Difference, ...] = ()


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One plug-in: its family (monitor, action, route), its options as JSON Schema, what it
    measures, and the limits of that unless others are given, in words and as they are. `open`:
    its readings have the names that a user's own program gives; `runs`: it runs one;
    `by_network`: it goes by the network that a monitor of it may name."""

    family: str
    kind: str
    title: Words
    help: Words
    options: Mapping[str, Any]
    readings: Mapping[str, Words]
    limits: Mapping[str, Words]
    defaults: Mapping[str, Limits]
    open: bool
    runs: bool
    by_network: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """A sign-in under way: the page to open, where it ends, and what the vault has already.

    `by`: person, or app, which signs in by secret or certificate alone and has no page.
    `secret` is the entry to ask for if none that would do is kept; what it `asks` for: entra
    (a client secret of the portal), secret (another provider's), or key file (Google's).
    """

    route: str
    account: str
    by: str
    url: str
    redirect: str
    secret: str
    secret_kept: bool
    asks: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDevice:
    """A sign-in on another device: the code to type there, and for how many seconds it holds."""

    route: str
    account: str
    url: str
    code: str
    seconds: int
    wait: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceAsked:
    """Whether somebody has finished there: the route then, else seconds until it may be asked
    again, and `why` it could not be asked now."""

    route: RouteStatus | None = None
    wait: int = 0
    why: Words = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What of a client certificate may be shown; `pem` is to be uploaded at the provider."""

    account: str
    entry: str
    name: str
    pem: str
    sha1: str
    sha256: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """An app has signed in: how the route is now, and what its token says of itself."""

    route: RouteStatus
    token: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """The envelopes that are safely queued now."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """One envelope in short. `state`: waiting, out, held, set aside, accepted or dropped,
    or once it is shown in full seen arrived or came back.

    `next` is when it may next be lent, and `because` why not now. `marks`, by route: what stands
    beside those whose provider is none of the built-in ones.
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
    marks: Mapping[str, Words] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What became of one address: `text` is the other side's, `words` are our own."""

    address: str
    verdict: Verdict
    code: int
    enhanced: str
    text: str
    words: Words


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt that came to an end, by a route ("": from before routes were recorded)."""

    at: datetime
    provider_id: str
    said: tuple[Said, ...]
    route: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One envelope in full, with what each attempt brought and what became of it; `unproved`
    says what is not known of an accepted one."""

    queued: Queued
    text: str
    reached: tuple[str, ...]
    refused: tuple[str, ...]
    alarms: tuple[str, ...]
    members: tuple[str, ...]
    thread: tuple[str, ...]
    tried: tuple[Attempt, ...]
    arrived: tuple[Arrived, ...] = ()
    unproved: Words = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One event: an item went from one level to another, or was told of again. `ended`: it is
    OK only as nobody looks any more; "stopped", or "ended" for good. `path` is what its monitor
    was called at that time, `path_now` what it is called now; "" if it is gone."""

    id: str
    at: datetime
    path: str
    item: str
    before: Level
    after: Level
    words: Words
    ended: str = ""
    path_now: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What a rule answered about an item: it told, or why it did not."""

    rule: str
    item: str
    reason: Reason
    because: Words
    at: datetime
    speaks: bool = False
    called: str = ""
    """What the rule is called where people read; a rule that is gone, what it was known by."""


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
    """Who is told: by which rules and notifications, and of how many monitors."""

    name: str
    title: str
    addresses: tuple[str, ...]
    language: str
    zone: str
    rules: tuple[str, ...]
    notifications: tuple[str, ...]
    monitors: int
    called: tuple[str, ...] = ()
    """What those rules and notifications are called where people read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingTried:
    """One reading of a trial with the level that its own limits give it."""

    name: Words
    item: str
    value: Words
    level: Level
    limits: Words
    note: Words
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTried:
    """What a rule would answer about an item, and whom it would tell by which routes."""

    rule: str
    item: str
    reason: Reason
    because: Words
    speaks: bool
    contacts: tuple[str, ...]
    routes: tuple[str, ...]
    called: str = ""
    """What the rule is called where people read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One measurement on trial: nothing of it was kept. `seconds` is how long it took."""

    path: str
    kind: str
    runs_on: str
    target: str
    seconds: float
    level: Level
    fault: Words | None
    readings: tuple[ReadingTried, ...]
    items: tuple[ItemStatus, ...]
    rules: tuple[RuleTried, ...]
    seen: tuple[Words, ...]
    marks: Mapping[str, Words] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlueprintRow:
    """A set of monitors to add: what it asks for with what is taken otherwise, its monitors
    as "group/monitor (kind)", and its groups as they stand in a definition."""

    name: str
    title: Words
    help: Words
    asks: Mapping[str, str]
    monitors: tuple[str, ...]
    groups: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretEntry:
    """An entry of the vault: whether it is kept, and the keys of the definitions that name it."""

    name: str
    kept: bool
    named_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """An entry of the vault, and why the key does not open it; None: it does."""

    name: str
    fault: Words | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyChecked:
    """Where the vault's key comes from, which one it is, and what it opens."""

    source: str
    path: str
    id: str
    entries: tuple[KeyEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRotated:
    """The key before and where it is kept, the key now and how many entries it seals."""

    old: str
    kept: str
    new: str
    entries: int
