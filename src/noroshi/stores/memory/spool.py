"""Keep the spool, and the routes' health, in the store for tests and trials."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from noroshi.core.chronology import oldest
from noroshi.core.delivery import Fate, OpenCircuit, Retry, pause_with_news, settle_envelope
from noroshi.core.delivery_state import DeliveryState
from noroshi.core.digest import may_join, waits_since
from noroshi.core.mail import (
    NO_ORIGIN,
    Envelope,
    EnvelopeState,
    Lane,
    Origin,
    Parcel,
    Receipt,
    with_origin,
)
from noroshi.core.model import Event
from noroshi.core.translation import NOTHING, Message, plain
from noroshi.ports import (
    PARCEL_LEASE,
    AcceptedMail,
    Arrival,
    LedgerEntry,
    Node,
    QueueCounts,
    QueuedEnvelope,
    RouteOutage,
    TrackedMail,
)
from noroshi.stores.memory.rows import Spooled, dissolve, outage_after, sent_in
from noroshi.stores.store_rules import (
    OPEN,
    RELEASABLE,
    RETRIABLE,
    SETTLED,
    SHOWN,
    Wakeups,
    accepted,
    followed,
    outcome,
    readdress_envelope,
    with_all_routes,
)

AFTER_ALL = "\U0010ffff"


class SpoolInMemory:
    """Do what ports.Store says of envelopes and routes."""

    _events: dict[str, Event]

    def __init__(self, origin: Origin = NO_ORIGIN) -> None:
        super().__init__()
        self.origin = origin
        self._spool: dict[str, Spooled] = {}
        self._open: dict[str, Spooled] = {}
        self._resting: dict[str, RouteOutage] = {}
        self._raised = self._forgotten = 0
        self._accepted: dict[str, datetime] = {}
        self._taken: list[tuple[str, AcceptedMail]] = []
        self._numbers = itertools.count(1)
        self._wakeups = Wakeups()

    async def post(self, *envelopes: Envelope) -> int:
        return sum(map(self._put, envelopes))

    def _put(self, envelope: Envelope) -> bool:
        if envelope.id in self._spool:
            return False
        row = Spooled(with_origin(envelope, self.origin), envelope.born, envelope.lane.value)
        self._hasten_head(envelope)
        self._spool[envelope.id] = self._open[envelope.id] = row
        self._raised += len(envelope.alarms)
        self._wakeups.notify()
        return True

    def _hasten_head(self, behind: Envelope) -> None:
        head = next((r for r in self._open.values() if r.envelope.order == behind.order), None)
        if head is not None and head.state is EnvelopeState.IN_DIGEST:
            head = self._spool[head.why.en]
        if head is None or head.state:
            return
        lane, head.urgency = Lane(head.urgency), min(head.urgency, behind.lane.value)
        if head.lease:
            return
        pause = pause_with_news(head.envelope, lane, behind.lane)
        routes = head.envelope.routes
        head.envelope = with_all_routes(head.envelope, behind.routes)
        if head.due > behind.born or head.envelope.routes != routes:
            turn = self._turn(head, behind.born)
            head.due = min(head.due, head.soon(behind.born, turn, pause))

    def _turn(self, row: Spooled, now: datetime) -> str | None:
        """Return the route by which it goes next; None: all of them are down."""
        rests = {rest.route for rest in self._resting.values() if rest.until > now}
        return next((name for name in row.envelope.routes if name not in rests), None)

    async def claim_parcel(
        self,
        node: Node,
        route: str,
        now: datetime,
        but: Collection[str] = (),
        only_critical: Collection[str] = (),
    ) -> Parcel | None:
        def waits(row: Spooled) -> bool:
            contact = row.envelope.contact
            urgent = row.urgency == Lane.CRITICAL.value
            return contact in but or (not urgent and contact in only_critical)

        ready = (
            row
            for row in self._lendable(route, now)
            if not waits(row) or not may_join(row.envelope)
        )
        urgency = lambda row: (row.urgency, row.due)  # noqa: E731
        row = min(ready, key=urgency, default=None)
        if row is None:
            return None
        rest, due = self._resting.get(route), row.due
        row.due, row.holder = now + PARCEL_LEASE, node
        row.lease = str(next(self._numbers))
        parcel = Parcel(row.envelope, route, row.lease, rest.since if rest else None, due)
        row.envelope = replace(row.envelope, attempts=row.envelope.attempts + 1)
        return parcel

    def _lendable(self, route: str, now: datetime) -> Iterator[Spooled]:
        """Yield of each order key the oldest alone, if it is due and this route's turn."""
        rests = {rest.route for rest in self._resting.values() if rest.until > now}
        if route in rests:
            return
        oldest: dict[str, Spooled] = {}
        for row in self._open.values():
            oldest.setdefault(row.envelope.order, row)
        for row in oldest.values():
            ready = (name for name in row.envelope.routes if name not in rests)
            if not row.state and row.due <= now and next(ready, None) == route:
                yield row

    async def pending_for(self, parcel: Parcel) -> Sequence[Envelope]:
        found, behind = list[Envelope](), set[str]()
        for row in self._open.values():
            envelope = row.envelope
            if envelope.contact != parcel.envelope.contact:
                continue
            is_own = envelope.id == parcel.envelope.id and row.lease == parcel.lease
            waits = not (row.lease or row.state) or envelope.id in parcel.envelope.members
            if not is_own and (not waits or envelope.order in behind):
                behind.add(envelope.order)
            else:
                found.append(parcel.envelope if is_own else row.light.envelope)
        return found

    async def replace_by_digest(self, parcel: Parcel, digest: Envelope) -> bool:
        lent = self._spool.get(parcel.envelope.id)
        members = [self._spool[id] for id in digest.members if id in self._spool]
        wait = [row for row in members if self._may_join_digest(row, parcel)]
        if lent is None or lent.lease != parcel.lease or len(wait) < len(digest.members):
            return False
        if not self._put(digest):
            return False
        for row in members:
            if row.lease:
                row.envelope = parcel.envelope
            row.lease, row.holder = "", None
            row.state, row.why = EnvelopeState.IN_DIGEST, plain(digest.id)
        if parcel.envelope.members:
            self._spool[digest.id].add_receipts(lent)
            del self._spool[parcel.envelope.id]
            self._reopen()
        return True

    def _may_join_digest(self, row: Spooled, parcel: Parcel) -> bool:
        """Return True if it waits by itself, is the parcel's own, or in that digest."""
        if row.state is EnvelopeState.IN_DIGEST:
            return row.why == plain(parcel.envelope.id)
        return not row.state and row.lease in ("", parcel.lease)

    async def release_lease(self, parcel: Parcel, now: datetime) -> bool:
        row = self._spool.get(parcel.envelope.id)
        if row is None or row.lease != parcel.lease:
            return False
        row.envelope, row.due = parcel.envelope, parcel.due_again(now)
        row.lease, row.holder = "", None
        self._wakeups.notify()
        return True

    async def quarantine(
        self, parcel: Parcel, why: Message, now: datetime, envelopes: Sequence[Envelope] = ()
    ) -> bool:
        """Believe whoever says so: in memory all can be read."""
        row = self._spool.get(parcel.envelope.id)
        if row is None or row.lease != parcel.lease:
            return False
        row.state, row.why, row.due = EnvelopeState.SET_ASIDE, why, now
        row.lease, row.holder = "", None
        row.envelope = parcel.envelope
        for id in row.envelope.members:
            member = self._spool[id]
            member.state, member.why, member.due = EnvelopeState.WAITING, NOTHING, now
        self._reopen()
        for envelope in envelopes:
            self._put(envelope)
        return True

    async def accepted_since(self, since: datetime) -> Sequence[AcceptedMail]:
        known = (one for id, one in self._taken if id in self._spool)
        return [one for one in known if one.at >= since]

    async def settle(
        self, parcel: Parcel, receipt: Receipt, fate: Fate, envelopes: Sequence[Envelope] = ()
    ) -> bool:
        row = self._spool.get(parcel.envelope.id)
        if row is None or row.lease != parcel.lease:
            return False
        row.receipts.append(receipt)
        row.routes.append(parcel.route)
        if accepted(receipt):
            self._accepted[parcel.route] = receipt.at
            self._taken.append((row.envelope.id, _taken(parcel, receipt)))
        row.envelope, due = settle_envelope(parcel, receipt, fate)
        row.due, row.lease, row.holder = due or receipt.at, "", None
        row.state, row.why = outcome(fate)
        if row.state:
            self._share(row)
        if isinstance(fate, OpenCircuit):
            self._dissolve(row)
            self._rest(parcel.route, fate)
        elif not isinstance(fate, Retry) or fate.answered:
            self._resting.pop(parcel.route, None)
        for envelope in envelopes:
            self._put(envelope)
        self._wakeups.notify()
        return True

    def _rest(self, route: str, fate: OpenCircuit) -> None:
        self._resting[route] = outage_after(route, self._resting.get(route), fate)

    def _dissolve(self, row: Spooled) -> None:
        """Let members of a digest that left nothing behind wait by themselves again."""
        if dissolve(row, [self._spool[id] for id in row.envelope.members]):
            del self._spool[row.envelope.id]
            self._reopen()

    def _share(self, row: Spooled) -> None:
        """Give the members of a digest its state."""
        for id in row.envelope.members:
            self._spool[id].state = row.state.of_members
        self._reopen()

    async def queue(self) -> Sequence[QueuedEnvelope]:
        return [row.light for row in self._spool.values() if row.state in SHOWN]

    async def queue_counts(self, but: str = "") -> QueueCounts:
        rows = [
            row
            for id, row in self._spool.items()
            if row.state in SHOWN and not (but and id.startswith(but))
        ]
        open = [row for row in rows if not row.state]
        return QueueCounts(
            waiting=len(open),
            out=sum(row.row.out for row in open),
            held=sum(row.state is EnvelopeState.HELD for row in rows),
            set_aside=sum(row.state is EnvelopeState.SET_ASIDE for row in rows),
            alarms=sum(len(row.envelope.alarms or row.envelope.members) for row in open),
            oldest=min((waits_since(row.envelope) for row in open), default=None),
            by_route=Counter(route for row in open for route in row.envelope.routes),
        )

    async def tally(self, since: datetime) -> Mapping[str, int]:
        found = Counter[str]()
        for row in self._spool.values():
            if row.envelope.born >= since:
                found[self._counted(row)] += len(row.envelope.alarms)
        return +found

    async def ledger(
        self, last: int = 100, alarm: str = "", monitor: str = ""
    ) -> Sequence[LedgerEntry]:
        rows = reversed(self._spool.values())
        alarms = ((id, row) for row in rows for id in sorted(row.envelope.alarms))
        begins = f"{monitor}." if monitor else ""
        matching = (
            (id, row) for id, row in alarms if alarm in ("", id) and id.startswith(begins)
        )
        return [self._entry(id, row) for id, row in itertools.islice(matching, last)]

    def _entry(self, alarm: str, row: Spooled) -> LedgerEntry:
        digest = sent_in(row, self._spool.values())
        return LedgerEntry(
            alarm=alarm,
            event=self._events.get(alarm.partition("/")[0]),
            row=row.row,
            sent_in=digest.row,
            receipts=tuple(digest.receipts),
            arrivals=tuple(digest.arrivals),
        )

    def _counted(self, row: Spooled) -> str:
        arrivals = sent_in(row, self._spool.values()).arrivals
        back = DeliveryState.CAME_BACK
        return back if back in {one.state for one in arrivals} else row.state.of_alarms

    async def totals(self) -> Mapping[str, int]:
        found = Counter[str]()
        for row in self._spool.values():
            found[self._counted(row)] += len(row.envelope.alarms)
        recorded = sum(found.values())
        counters = {"raised": self._raised, "forgotten": self._forgotten}
        lost = self._raised - self._forgotten - recorded
        return dict(+found) | counters | {"lost": lost}

    async def record_arrival(
        self, envelope: str, arrival: Arrival, envelopes: Sequence[Envelope] = ()
    ) -> bool:
        row = self._spool.get(envelope)
        if row is None or not any(map(accepted, row.receipts)):
            return False
        known = {(one.address, one.state) for one in row.arrivals}
        if (arrival.address, arrival.state) in known:
            return False
        row.arrivals.append(arrival)
        for telling in envelopes:
            self._put(telling)
        return True

    async def find_by_message_id(self, message_ids: Collection[str]) -> TrackedMail | None:
        sought = set(message_ids)
        rows = reversed(self._spool.values())
        return next((row.followed for row in rows if row.known_by & sought), None)

    async def latest_by_prefix(
        self, begins: str, last: int, before: str = ""
    ) -> Sequence[TrackedMail]:
        matching = (
            id for id in self._spool if id.startswith(begins) and id < (before or AFTER_ALL)
        )
        ids = sorted(matching, reverse=True)
        return [self._spool[id].followed for id in ids[:last]]

    async def arrivals(self, envelope: str) -> Sequence[Arrival]:
        row = self._spool.get(envelope)
        return () if row is None else row.followed.arrivals

    async def forget(self, before: datetime, most: int) -> int:
        rows = self._spool.items()
        old = [(r.due, id) for id, r in rows if r.state in SETTLED and r.due < before]
        old.sort(key=lambda one: one[0])
        for _, id in old[:most]:
            self._forgotten += len(self._spool.pop(id).envelope.alarms)
        for id in list(itertools.islice(self._old_events(before), most)):
            del self._events[id]
        return len(old[:most])

    def _old_events(self, before: datetime) -> Iterator[str]:
        """Yield ids of events from the oldest on, none that is its monitor's last."""
        events = list(self._events.values())
        last = {event.monitor: event.id for event in events}
        written = ((event, event.at) for event in events)
        for event in oldest(written, before, events[-1].at) if events else ():
            if last[event.monitor] != event.id:
                yield event.id

    async def envelope(self, id: str) -> tuple[QueuedEnvelope, Sequence[Receipt]] | None:
        row = self._spool.get(id)
        return None if row is None else (row.row, tuple(row.receipts))

    async def retry(self, id: str, now: datetime) -> bool:
        row = self._spool.get(id)
        if row is None or row.state not in RETRIABLE or (row.lease and row.due > now):
            return False
        row.due, row.state = now, EnvelopeState.WAITING
        self._share(row)
        for route in row.envelope.routes:
            await self.wake(route, now)
        self._wakeups.notify()
        return True

    async def hasten(self, route: str, now: datetime) -> bool:
        found = False
        for row in self._open.values():
            turn = self._turn(row, now)
            waits = turn == route and not (row.state or row.lease) and row.due > now
            if waits and row.receipts and not self._was_deferred(row, route):
                row.due, found = min(row.due, row.soon(now, route)), True
        self._wakeups.notify()
        return found

    def _was_deferred(self, row: Spooled, route: str) -> bool:
        """Return True if it waits only because the other side deferred it."""
        tries = row.receipts[-2:]
        others = [one.at for _, one in self._taken if one.route == route]
        return len(tries) > 1 and any(tries[0].at < at < tries[1].at for at in others)

    async def hold(self, id: str, who: str) -> bool:
        row = self._at_hand(id)
        if row is None or row.state:
            return False
        row.state, row.why = EnvelopeState.HELD, plain(who)
        return True

    async def release(self, id: str, now: datetime) -> bool:
        row = self._at_hand(id)
        if row is None or row.state not in RELEASABLE:
            return False
        row.state, row.why, row.due = EnvelopeState.WAITING, NOTHING, now
        self._share(row)
        return True

    async def drop(self, id: str, who: str) -> bool:
        row = self._at_hand(id)
        if row is None or row.state not in SHOWN:
            return False
        row.state, row.why = EnvelopeState.DROPPED, plain(who)
        self._share(row)
        return True

    async def readdress(
        self, id: str, to: Sequence[str], routes: Sequence[str], *, anew: bool = True
    ) -> bool:
        row = self._at_hand(id)
        if row is None or row.state not in SHOWN:
            return False
        self._wakeups.notify()
        before, row.envelope = row.envelope, readdress_envelope(row.envelope, to, routes, anew)
        members = [self._spool[id] for id in before.members if not anew]
        for member in members:
            routes = followed(member.envelope.routes, before.routes, row.envelope.routes)
            member.envelope = replace(member.envelope, routes=routes)
        return True

    def _at_hand(self, id: str) -> Spooled | None:
        row = self._spool.get(id)
        return None if row is None or row.lease else row

    def _reopen(self) -> None:
        """Put what a person released in at its old place, before what is younger."""
        self._open = {key: row for key, row in self._spool.items() if row.state in OPEN}
        self._wakeups.notify()

    async def accepted(self) -> Mapping[str, datetime]:
        return dict(self._accepted)

    async def route_outages(self) -> Sequence[RouteOutage]:
        return sorted(self._resting.values(), key=lambda rest: rest.route)

    async def record_probe(self, route: str, rest: OpenCircuit | None) -> None:
        if rest is None:
            self._resting.pop(route, None)
        else:
            self._rest(route, rest)
        self._wakeups.notify()

    async def wake(self, route: str, now: datetime) -> bool:
        rest = self._resting.get(route)
        if rest is None or rest.until <= now:
            return False
        self._resting[route] = replace(rest, until=now)
        self._wakeups.notify()
        return True


def _taken(parcel: Parcel, receipt: Receipt) -> AcceptedMail:
    return AcceptedMail(
        at=receipt.at,
        route=parcel.route,
        contact=parcel.envelope.contact,
        recipients=accepted(receipt),
        digest=bool(parcel.envelope.members),
    )
