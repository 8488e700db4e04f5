"""Hold what the store for tests and trials keeps of each monitor, envelope and lease."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from noroshi.core.delivery import SHORTEST, OpenCircuit, lets_others_go_first
from noroshi.core.digest import may_be_undone
from noroshi.core.mail import Envelope, EnvelopeState, Receipt
from noroshi.core.model import NOT_SUPPRESSED, State, Suppression
from noroshi.core.translation import NOTHING, Message
from noroshi.ports import Arrival, Node, QueuedEnvelope, RouteOutage, TrackedMail
from noroshi.stores.store_rules import accepted, without_body


@dataclass
class Watched:
    state: State = State()
    memory: Mapping[str, Any] = field(default_factory=dict)
    suppression: Suppression = NOT_SUPPRESSED
    fence: int = 0
    named: bool = True


@dataclass
class Spooled:
    envelope: Envelope
    due: datetime
    urgency: int
    """Its lane, or that of what waits behind it."""
    lease: str = ""
    holder: Node | None = None
    state: EnvelopeState = EnvelopeState.WAITING
    why: Message = NOTHING
    receipts: list[Receipt] = field(default_factory=list)
    routes: list[str] = field(default_factory=list)
    """By which each of them came."""
    arrivals: list[Arrival] = field(default_factory=list)

    @property
    def row(self) -> QueuedEnvelope:
        return QueuedEnvelope(
            envelope=self.envelope,
            due=self.due,
            out=bool(self.lease),
            state=self.state,
            why=self.why,
            tried=len(self.receipts),
        )

    def soon(self, now: datetime, route: str | None, pause: timedelta = SHORTEST) -> datetime:
        """Return now, but not within that pause after its last try, nor before a time that the
        other side named, if it is this route's."""
        last = self.receipts[-1:] if self.routes[-1:] == [route] else ()
        named = (answer.again for receipt in last for answer in receipt.answers.values())
        short = (receipt.at + pause for receipt in self.receipts)
        last_in_line = min(self.due, self.due_at_start(now))
        return max([now, last_in_line, *short, *filter(None, named)])

    def due_at_start(self, now: datetime) -> datetime:
        """Return when it is due at the latest as a life begins, or as one ended that had it out,
        unless a route put it off."""
        return now + SHORTEST if lets_others_go_first(self.envelope) else now

    def add_receipts(self, other: Spooled) -> None:
        """Add what another one was tried with to its record."""
        self.receipts += other.receipts
        self.routes += other.routes

    @property
    def light(self) -> QueuedEnvelope:
        """Return the row without the mail's body."""
        return replace(self.row, envelope=without_body(self.envelope))

    @property
    def followed(self) -> TrackedMail:
        """Return it with all attempts, and what became of it."""
        arrivals = sorted(self.arrivals, key=lambda arrival: arrival.at)
        return TrackedMail(
            row=self.row, receipts=tuple(self.receipts), arrivals=tuple(arrivals)
        )

    @property
    def known_by(self) -> set[str]:
        """Return its Message-IDs, once it was accepted."""
        taken = (receipt for receipt in self.receipts if accepted(receipt))
        return {id for receipt in taken for id in receipt.message_ids}


@dataclass
class Lent:
    node: Node
    until: datetime


def outage_after(route: str, known: RouteOutage | None, fate: OpenCircuit) -> RouteOutage:
    """Return a route's outage. Two parcels that were out at once may both find it down."""
    since = min(fate.since, known.since) if known else fate.since
    until = max(fate.until, known.until) if known else fate.until
    return RouteOutage(route, since, until, fate.reason, fate.fault, fate.early)


def dissolve(digest: Spooled, members: Sequence[Spooled]) -> bool:
    """Let the members of a digest that left nothing behind wait by themselves again. False: it
    is no digest, or has a story of its own by now."""
    if len(digest.receipts) > 1 or not members:
        return False
    if not may_be_undone(digest.envelope, members[0].envelope):
        return False
    members[0].add_receipts(digest)
    for member in members:
        member.state, member.why = EnvelopeState.WAITING, digest.why
        member.due = digest.due
    return True


def sent_in(row: Spooled, rows: Iterable[Spooled]) -> Spooled:
    """Return the digest that an envelope is in, else itself."""
    return next((d for d in rows if row.envelope.id in d.envelope.members), row)
