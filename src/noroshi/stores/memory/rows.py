"""Hold the rows of the store for tests and trials: of monitors, envelopes and leases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from noroshi.core.delivery import SHORTEST, OpenCircuit, circuit_end, lets_others_go_first
from noroshi.core.digest import may_be_undone
from noroshi.core.mail import Envelope, EnvelopeState, Receipt
from noroshi.core.model import NOT_SUPPRESSED, State, Suppression
from noroshi.core.translation import NOTHING, Message
from noroshi.ports import Arrival, Node, QueuedEnvelope, RouteOutage, TrackedMail
from noroshi.stores.store_rules import accepted_count, without_body


@dataclass
class MonitorRow:
    state: State = State()
    memory: Mapping[str, Any] = field(default_factory=dict)
    suppression: Suppression = NOT_SUPPRESSED
    fence: int = 0
    reporter: str = ""
    is_named: bool = True


@dataclass
class EnvelopeRow:
    envelope: Envelope
    due: datetime
    urgency: int
    """The lane of the envelope, or that of a more urgent one that waits behind it."""
    lease: str = ""
    holder: Node | None = None
    state: EnvelopeState = EnvelopeState.WAITING
    reason: Message = NOTHING
    receipts: list[Receipt] = field(default_factory=list)
    routes: list[str] = field(default_factory=list)
    """By which each of them came."""
    arrivals: list[Arrival] = field(default_factory=list)
    custody_since: datetime | None = None
    noted_fate: EnvelopeState = EnvelopeState.WAITING
    """The state at the last look at what its agent is told."""

    @property
    def row(self) -> QueuedEnvelope:
        return QueuedEnvelope(
            envelope=self.envelope,
            due=self.due,
            is_leased=bool(self.lease),
            state=self.state,
            reason=self.reason,
            receipt_count=len(self.receipts),
            custody_since=self.custody_since,
        )

    def earliest_try(
        self, now: datetime, route: str | None, pause: timedelta = SHORTEST
    ) -> datetime:
        """Return now, or later: not within `pause` after the last try, nor before a time that
        the other side named for this route."""
        latest_receipts = self.receipts[-1:] if self.routes[-1:] == [route] else ()
        named_times = (
            answer.again for receipt in latest_receipts for answer in receipt.answers.values()
        )
        paused_until = (receipt.at + pause for receipt in self.receipts)
        last_in_line = min(self.due, self.due_at_start(now))
        return max([now, last_in_line, *paused_until, *filter(None, named_times)])

    def due_at_start(self, now: datetime) -> datetime:
        """Return when it is due at the latest as a life begins, or as one ended that had it out,
        unless a route put it off."""
        return now + SHORTEST if lets_others_go_first(self.envelope) else now

    def add_receipts(self, row: EnvelopeRow) -> None:
        """Add the receipts of another row to this one, with their routes."""
        self.receipts += row.receipts
        self.routes += row.routes

    @property
    def light(self) -> QueuedEnvelope:
        """Return the row without the mail's body."""
        return replace(self.row, envelope=without_body(self.envelope))

    @property
    def tracked_mail(self) -> TrackedMail:
        """Return the mail with all attempts and the outcome."""
        arrivals = sorted(self.arrivals, key=lambda arrival: arrival.reported_at)
        return TrackedMail(
            row=self.row, receipts=tuple(self.receipts), arrivals=tuple(arrivals)
        )

    @property
    def known_by(self) -> set[str]:
        """Return the Message-IDs of the mail, once it was accepted."""
        accepted_receipts = (receipt for receipt in self.receipts if accepted_count(receipt))
        return {id for receipt in accepted_receipts for id in receipt.message_ids}


@dataclass
class LeaseRow:
    node: Node
    expires_at: datetime


def outage_after(
    route: str,
    known_outage: RouteOutage | None,
    fate: OpenCircuit,
    earlier_end: datetime | None,
    found_at: datetime,
) -> RouteOutage:
    """Return a route's outage. Two parcels that were out at once may both find it down."""
    start = min(fate.down_since, known_outage.down_since) if known_outage else fate.down_since
    known_end = known_outage.open_until if known_outage else None
    end = circuit_end(fate, known_end, earlier_end, found_at)
    return RouteOutage(route, start, end, fate.reason, fate.fault, fate.can_probe)


def dissolve(digest: EnvelopeRow, members: Sequence[EnvelopeRow]) -> bool:
    """Let the members of a digest that left no receipts wait by themselves again. False: it is
    no digest, or it was tried more than once."""
    if len(digest.receipts) > 1 or not members:
        return False
    if not may_be_undone(digest.envelope, members[0].envelope):
        return False
    members[0].add_receipts(digest)
    for member in members:
        member.state, member.reason = EnvelopeState.WAITING, digest.reason
        member.due = digest.due
    return True


def sent_in(row: EnvelopeRow, rows: Iterable[EnvelopeRow]) -> EnvelopeRow:
    """Return the digest that an envelope is in, else itself."""
    return next((d for d in rows if row.envelope.id in d.envelope.members), row)
