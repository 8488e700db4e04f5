"""Hold the plain values that the store lends and answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from noroshi.core.alarms import NO_SUPPRESSIONS, Suppressions
from noroshi.core.definitions.document import Document as Document
from noroshi.core.delivery_state import DeliveryState
from noroshi.core.digest_id import digest_in
from noroshi.core.mail import Envelope, EnvelopeState, Fault, Receipt, delivery_state
from noroshi.core.model import Event, Sample, State, Suppression
from noroshi.core.report import ReportDecision
from noroshi.core.translation import NOTHING, Message


@dataclass(frozen=True, slots=True)
class Node:
    """One life of a running Noroshi. What an earlier life held ends when a new one begins.

    `last_seen` is when the life before it last held on to its monitors; None: there was none.
    """

    name: str
    life: int
    last_seen: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Loan:
    """Name what a node knows that it was lent: the fence, and the ids of the monitors. Without
    `takes_over` it is lent only what others gave back, and nothing of those whose lease is over."""

    fence: int = 0
    ids: Collection[str] = ()
    takes_over: bool = True


NO_LOAN = Loan()


@dataclass(frozen=True, slots=True)
class Block:
    """Monitors lent to a node, by id, which keeps their schedule and states in memory."""

    states: Mapping[str, State]
    memories: Mapping[str, Mapping[str, Any]]
    fence: int
    unwatched: Mapping[str, timedelta] = field(default_factory=dict)
    """For how long nobody watched, of monitors that another node held before; nothing of a store that
    nodes do not share."""
    lent_at: datetime | None = field(default=None, compare=False)
    """The instant of `unwatched`, by the store's clock: the loan may have waited for those of others."""


@dataclass(frozen=True, slots=True)
class Renewal:
    """The answer to a renewed block: what keeps each monitor from being told
    of apart from people, the version, and all that people say. `nodes` are the names of the nodes that
    live, `sender` is the one that sends, `unusable` those that cannot use the definitions; nothing of a
    store that nodes do not share. `next_end`: how long it is until a lease of another node may be over,
    unless that one renews it."""

    suppression_by_monitor: Mapping[str, Suppression]
    version: int
    suppressions: Suppressions = NO_SUPPRESSIONS
    nodes: tuple[str, ...] = ()
    sender: str = ""
    unusable: frozenset[str] = frozenset()
    next_end: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeLease:
    """One of the nodes that share a store: how many monitors it holds, when it last renewed its lease
    (or ended), whether the lease is in force, and whether it is the one that sends. `has_left`: it
    no longer lives, and reported that it was stopping. `version` is "" if it is not known,
    `held_since` is when it got the lease that is in force, and `address` is where other nodes reach
    it ("": nowhere). `unusable_version` is the version of the definitions that it cannot use (0: there
    is none), for `unusable_reason`."""

    name: str
    monitor_count: int
    renewed_at: datetime
    is_alive: bool
    sends: bool
    has_left: bool = False
    version: str = ""
    held_since: datetime | None = None
    address: str = ""
    unusable_version: int = 0
    unusable_reason: Message = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class NodePlace:
    """Where a node that shares a store is reached: by the other nodes, and by agents; "" if it has no
    such address. `sends`: it is the one that sends now."""

    name: str
    address: str = ""
    agents: str = ""
    sends: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOutcome:
    """The outcome of a report of an agent; `refused_rows` are the numbers of the rows that could
    not be written."""

    decision: ReportDecision
    refused_rows: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFate:
    """Hold what became of an agent's notification at its hub; `number` grows with each. `receipt`
    is that of the last attempt, of the digest if one told it."""

    number: int
    envelope: str
    state: EnvelopeState
    receipt: Receipt | None = None


@dataclass(frozen=True, slots=True)
class StoredSample:
    """Hold a sample of a monitor with the number of its row, which grows with each."""

    row: int
    monitor: str
    sample: Sample


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """All definitions at one time; number 0 is before any were given."""

    number: int
    documents: tuple[Document, ...] = ()
    author: str = ""
    saved_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueCounts:
    """Counts of the spool: how many envelopes wait, and of these are out now; how many are held
    and set aside; for how many alarms the waiting ones stand, since when the oldest of these
    does, and how many of them may go by which route."""

    waiting_count: int = 0
    leased_count: int = 0
    held_count: int = 0
    set_aside_count: int = 0
    alarm_count: int = 0
    oldest: datetime | None = None
    by_route: Mapping[str, int] = field(default_factory=dict)


NOTHING_QUEUED = QueueCounts()


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedEnvelope:
    """An envelope in the spool. `due`: when it may next be lent; `is_leased`: it is lent now.

    `reason` is the last trouble, who held or dropped it, or the id of the digest that it is in.
    `receipt_count` is how many answers it has met, whatever they counted for. `custody_since` is
    when the agent or the hub took an agent's over, or sent it; None: that never changed.
    `waits_for_hub`: it is this node's as an agent, and the hub of the node is to send it.
    """

    envelope: Envelope
    due: datetime
    is_leased: bool = False
    state: EnvelopeState = EnvelopeState.WAITING
    reason: Message = NOTHING
    receipt_count: int = 0
    custody_since: datetime | None = None
    waits_for_hub: bool = False

    @property
    def digest(self) -> str:
        """Return the digest that tells it, or told it as that ended; "": it goes by itself."""
        return digest_in(self.reason) if self.state else ""

    @property
    def delivery_state(self) -> DeliveryState:
        """Return its state as people are told it."""
        return delivery_state(self.state, out=self.is_leased)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """The last report of a job: when, whether it went well, and its own words."""

    at: datetime
    ok: bool = True
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedMail:
    """A mail that a provider took: when, by which route, for whom, for how many recipients."""

    accepted_at: datetime
    route: str
    contact: str
    recipients: int
    digest: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """The end of a mail after a provider took it: `state` is SEEN_ARRIVED or CAME_BACK, `text`
    is of the other side's report of non-delivery, or who saw it."""

    address: str
    state: DeliveryState
    reported_at: datetime
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackedMail:
    """A mail with all attempts, oldest first, and what became of it once it was taken."""

    row: QueuedEnvelope
    receipts: tuple[Receipt, ...]
    arrivals: tuple[Arrival, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One alarm in the ledger, with the envelope that tells it, or the digest it is in.

    `event` is None where its history was forgotten; `receipts` are the attempts, oldest first.
    """

    alarm: str
    event: Event | None
    row: QueuedEnvelope
    sent_in: QueuedEnvelope
    receipts: tuple[Receipt, ...]
    arrivals: tuple[Arrival, ...]


@dataclass(frozen=True, slots=True)
class RouteOutage:
    """A route that is down: since when, until when it is left alone, and why."""

    route: str
    down_since: datetime
    open_until: datetime
    reason: Message
    fault: Fault = Fault.SERVER
    can_probe: bool = False
