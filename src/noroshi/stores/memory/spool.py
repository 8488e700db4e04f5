"""Keep the spool, and the routes' health, in the store for tests and trials."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from noroshi.core.agents import Agent
from noroshi.core.chronology import oldest
from noroshi.core.delivery import Fate, OpenCircuit, Retry, pause_with_news, settle_envelope
from noroshi.core.delivery_state import DeliveryState
from noroshi.core.digest import may_join, waits_since
from noroshi.core.digest_id import DigestId
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
from noroshi.core.report import ReportDraft
from noroshi.core.sender_lease import Custody, SendRight
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
from noroshi.stores.memory.reports import ReportsInMemory
from noroshi.stores.memory.rows import EnvelopeRow, dissolve, outage_after, sent_in
from noroshi.stores.store_rules import (
    OPEN_STATES,
    RELEASABLE_STATES,
    RETRIABLE_STATES,
    SETTLED_STATES,
    SHOWN_STATES,
    accepted_count,
    may_be_sent,
    outcome,
    readdress_envelope,
    renamed_routes,
    sender_of,
    with_all_routes,
)

AFTER_ALL = "\U0010ffff"


class SpoolInMemory(ReportsInMemory):
    """Do what ports.Store says of envelopes and routes."""

    _events: dict[str, Event]
    _agents: dict[str, Agent]

    def __init__(self, origin: Origin = NO_ORIGIN) -> None:
        super().__init__()
        self.origin = origin
        self._spool: dict[str, EnvelopeRow] = {}
        self._open: dict[str, EnvelopeRow] = {}
        self._outages: dict[str, RouteOutage] = {}
        self._raised_alarms = self._forgotten_alarms = 0
        self._accepted_at: dict[str, datetime] = {}
        self._accepted_mails: list[tuple[str, AcceptedMail]] = []
        self._numbers = itertools.count(1)

    async def post(self, *envelopes: Envelope) -> int:
        return sum(map(self._put, envelopes))

    def _put(self, envelope: Envelope) -> bool:
        if envelope.id in self._spool:
            return False
        row = EnvelopeRow(
            with_origin(envelope, self.origin), envelope.born, envelope.lane.value
        )
        self._hasten_head(envelope)
        self._spool[envelope.id] = self._open[envelope.id] = row
        self._raised_alarms += len(envelope.alarms)
        self._wakeups.notify()
        return True

    def _hasten_head(self, newcomer: Envelope) -> None:
        head = next(
            (r for r in self._open.values() if r.envelope.order == newcomer.order), None
        )
        if head is not None and head.state is EnvelopeState.IN_DIGEST:
            head = self._spool[head.row.digest]
        if head is None or head.state:
            return
        lane, head.urgency = Lane(head.urgency), min(head.urgency, newcomer.lane.value)
        if head.lease:
            return
        pause = pause_with_news(head.envelope, lane, newcomer.lane)
        routes = head.envelope.routes
        head.envelope = with_all_routes(head.envelope, newcomer.routes)
        if head.due > newcomer.born or head.envelope.routes != routes:
            turn = self._turn(head, newcomer.born)
            head.due = min(head.due, head.earliest_try(newcomer.born, turn, pause))

    def _turn(self, row: EnvelopeRow, now: datetime) -> str | None:
        """Return the route by which it goes next; None: all of them are down."""
        routes_down = {
            outage.route for outage in self._outages.values() if outage.open_until > now
        }
        return next((name for name in row.envelope.routes if name not in routes_down), None)

    async def claim_parcel(
        self,
        node: Node,
        route: str,
        now: datetime,
        excluded_contacts: Collection[str] = (),
        only_critical: Collection[str] = (),
        send_rights: Collection[SendRight] = (),
    ) -> Parcel | None:
        def must_wait(row: EnvelopeRow) -> bool:
            contact = row.envelope.contact
            urgent = row.urgency == Lane.CRITICAL.value
            return contact in excluded_contacts or (not urgent and contact in only_critical)

        ready = (
            row
            for row in self._lendable_rows(route, now)
            if (not must_wait(row) or not may_join(row.envelope))
            and may_be_sent(row.envelope, send_rights)
        )
        urgency = lambda row: (row.urgency, row.due)  # noqa: E731
        row = min(ready, key=urgency, default=None)
        if row is None:
            return None
        outage, due = self._outages.get(route), row.due
        row.due, row.holder = now + PARCEL_LEASE, node
        row.lease = str(next(self._numbers))
        parcel = Parcel(
            row.envelope,
            route,
            row.lease,
            down_since=outage.down_since if outage else None,
            due=due,
            open_until=outage.open_until if outage else None,
        )
        row.envelope = replace(row.envelope, attempts=row.envelope.attempts + 1)
        return parcel

    def _lendable_rows(self, route: str, now: datetime) -> Iterator[EnvelopeRow]:
        """Yield of each order key the oldest alone, if it is due and this route's turn."""
        routes_down = {
            outage.route for outage in self._outages.values() if outage.open_until > now
        }
        if route in routes_down:
            return
        oldest: dict[str, EnvelopeRow] = {}
        for row in self._open.values():
            oldest.setdefault(row.envelope.order, row)
        for row in oldest.values():
            ready = (name for name in row.envelope.routes if name not in routes_down)
            if not row.state and row.due <= now and next(ready, None) == route:
                yield row

    async def pending_for(self, parcel: Parcel) -> Sequence[Envelope]:
        pending, order_keys = list[Envelope](), set[str]()
        for row in self._open.values():
            envelope = row.envelope
            if envelope.contact != parcel.envelope.contact:
                continue
            is_own = envelope.id == parcel.envelope.id and row.lease == parcel.lease
            is_waiting = not (row.lease or row.state) or envelope.id in parcel.envelope.members
            is_waiting = is_waiting and sender_of(envelope) == sender_of(parcel.envelope)
            if not is_own and (not is_waiting or envelope.order in order_keys):
                order_keys.add(envelope.order)
            else:
                pending.append(parcel.envelope if is_own else row.light.envelope)
        return pending

    async def replace_by_digest(self, parcel: Parcel, digest: Envelope) -> bool:
        leased = self._spool.get(parcel.envelope.id)
        members = [self._spool[id] for id in digest.members if id in self._spool]
        wait = [row for row in members if self._may_join_digest(row, parcel)]
        if leased is None or leased.lease != parcel.lease or len(wait) < len(digest.members):
            return False
        if not self._put(digest):
            return False
        for row in members:
            if row.lease:
                row.envelope = parcel.envelope
            row.lease, row.holder = "", None
            row.state, row.reason = EnvelopeState.IN_DIGEST, DigestId(digest.id)
        if parcel.envelope.members:
            self._spool[digest.id].add_receipts(leased)
            del self._spool[parcel.envelope.id]
            self._reopen()
        return True

    def _may_join_digest(self, row: EnvelopeRow, parcel: Parcel) -> bool:
        """Return True if it waits by itself, is the parcel's own, or in that digest."""
        if row.state is EnvelopeState.IN_DIGEST:
            return row.row.digest == parcel.envelope.id
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
        self, parcel: Parcel, reason: Message, now: datetime, envelopes: Sequence[Envelope] = ()
    ) -> bool:
        """Believe whoever says so: in memory all can be read."""
        row = self._spool.get(parcel.envelope.id)
        if row is None or row.lease != parcel.lease:
            return False
        row.state, row.reason, row.due = EnvelopeState.SET_ASIDE, reason, now
        row.lease, row.holder = "", None
        row.envelope = parcel.envelope
        for id in row.envelope.members:
            member = self._spool[id]
            member.state, member.reason, member.due = EnvelopeState.WAITING, NOTHING, now
        self._reopen()
        for envelope in envelopes:
            self._put(envelope)
        return True

    async def accepted_since(self, start: datetime) -> Sequence[AcceptedMail]:
        known_mails = (one for id, one in self._accepted_mails if id in self._spool)
        return [one for one in known_mails if one.accepted_at >= start]

    async def settle(
        self,
        parcel: Parcel,
        receipt: Receipt,
        fate: Fate,
        envelopes: Sequence[Envelope] = (),
        reports: Sequence[ReportDraft] = (),
    ) -> bool:
        row = self._spool.get(parcel.envelope.id)
        if row is None or row.lease != parcel.lease:
            return False
        row.receipts.append(receipt)
        row.routes.append(parcel.route)
        if accepted_count(receipt):
            self._accepted_at[parcel.route] = receipt.at
            self._accepted_mails.append((row.envelope.id, _accepted_mail(parcel, receipt)))
        row.envelope, due = settle_envelope(parcel, receipt, fate)
        row.due, row.lease, row.holder = due or receipt.at, "", None
        row.state, row.reason = outcome(fate)
        if row.state:
            self._share(row)
        if isinstance(fate, OpenCircuit):
            self._dissolve(row)
            self._open_circuit(parcel.route, fate, parcel.open_until, receipt.at)
        elif not isinstance(fate, Retry) or fate.has_answered:
            self._outages.pop(parcel.route, None)
        for envelope in envelopes:
            self._put(envelope)
        self._add_reports(reports)
        self._wakeups.notify()
        return True

    def _open_circuit(
        self, route: str, fate: OpenCircuit, earlier_end: datetime | None, found_at: datetime
    ) -> None:
        known_outage = self._outages.get(route)
        self._outages[route] = outage_after(route, known_outage, fate, earlier_end, found_at)

    def _dissolve(self, row: EnvelopeRow) -> None:
        """Let members of a digest that left nothing behind wait by themselves again."""
        if dissolve(row, [self._spool[id] for id in row.envelope.members]):
            del self._spool[row.envelope.id]
            self._reopen()

    def _share(self, row: EnvelopeRow) -> None:
        """Give the digest's state to the members."""
        for id in row.envelope.members:
            member = self._spool[id]
            if member.envelope.custody is not Custody.SENT_BY_AGENT:
                member.state = row.state.of_members
        self._reopen()

    async def queue(self) -> Sequence[QueuedEnvelope]:
        return [
            replace(row.light, waits_for_hub=self._waits_for_hub(row))
            for row in self._spool.values()
            if row.state in SHOWN_STATES
        ]

    def _waits_for_hub(self, row: EnvelopeRow) -> bool:
        agent, custody = row.envelope.agent, row.envelope.custody
        is_open = row.state in (EnvelopeState.WAITING, EnvelopeState.IN_DIGEST)
        return bool(agent) and agent not in self._agents and is_open and custody is Custody.HUB

    async def queue_counts(self, excluded_prefix: str = "") -> QueueCounts:
        rows = [
            row
            for id, row in self._spool.items()
            if row.state in SHOWN_STATES
            and not (excluded_prefix and id.startswith(excluded_prefix))
            and not self._waits_for_hub(row)
        ]
        open = [row for row in rows if not row.state]
        return QueueCounts(
            waiting_count=len(open),
            leased_count=sum(row.row.is_leased for row in open),
            held_count=sum(row.state is EnvelopeState.HELD for row in rows),
            set_aside_count=sum(row.state is EnvelopeState.SET_ASIDE for row in rows),
            alarm_count=sum(len(row.envelope.alarms or row.envelope.members) for row in open),
            oldest=min((waits_since(row.envelope) for row in open), default=None),
            by_route=Counter(route for row in open for route in row.envelope.routes),
        )

    async def tally(self, start: datetime, end: datetime | None = None) -> Mapping[str, int]:
        counts = Counter[str]()
        for row in self._spool.values():
            is_of_time = row.envelope.born >= start and (
                end is None or row.envelope.born <= end
            )
            if is_of_time and not self._waits_for_hub(row):
                counts[self._state_of_alarms(row)] += len(row.envelope.alarms)
        return +counts

    async def ledger(
        self, limit: int = 100, alarm: str = "", monitor: str = ""
    ) -> Sequence[LedgerEntry]:
        rows = reversed(self._spool.values())
        alarms = ((id, row) for row in rows for id in sorted(row.envelope.alarms))
        begins = f"{monitor}." if monitor else ""
        matching = (
            (id, row) for id, row in alarms if alarm in ("", id) and id.startswith(begins)
        )
        return [self._entry(id, row) for id, row in itertools.islice(matching, limit)]

    def _entry(self, alarm: str, row: EnvelopeRow) -> LedgerEntry:
        digest = sent_in(row, self._spool.values())
        return LedgerEntry(
            alarm=alarm,
            event=self._events.get(alarm.partition("/")[0]),
            row=row.row,
            sent_in=digest.row,
            receipts=tuple(digest.receipts),
            arrivals=tuple(digest.arrivals),
        )

    def _state_of_alarms(self, row: EnvelopeRow) -> str:
        arrivals = sent_in(row, self._spool.values()).arrivals
        came_back = DeliveryState.CAME_BACK
        return (
            came_back if came_back in {one.state for one in arrivals} else row.state.of_alarms
        )

    async def totals(self) -> Mapping[str, int]:
        counts = Counter[str]()
        for row in self._spool.values():
            counts[self._state_of_alarms(row)] += len(row.envelope.alarms)
        recorded_count = sum(counts.values())
        counters = {"raised": self._raised_alarms, "forgotten": self._forgotten_alarms}
        lost_count = self._raised_alarms - self._forgotten_alarms - recorded_count
        return dict(+counts) | counters | {"lost": lost_count}

    async def record_arrival(
        self, envelope: str, arrival: Arrival, envelopes: Sequence[Envelope] = ()
    ) -> bool:
        row = self._spool.get(envelope)
        if row is None or not any(map(accepted_count, row.receipts)):
            return False
        known_arrivals = {(one.address, one.state) for one in row.arrivals}
        if (arrival.address, arrival.state) in known_arrivals:
            return False
        row.arrivals.append(arrival)
        for notice in envelopes:
            self._put(notice)
        return True

    async def find_by_message_id(self, message_ids: Collection[str]) -> TrackedMail | None:
        wanted_ids = set(message_ids)
        rows = reversed(self._spool.values())
        return next((row.tracked_mail for row in rows if row.known_by & wanted_ids), None)

    async def latest_by_prefix(
        self, prefix: str, limit: int, end_id: str = ""
    ) -> Sequence[TrackedMail]:
        matching = (
            id for id in self._spool if id.startswith(prefix) and id < (end_id or AFTER_ALL)
        )
        ids = sorted(matching, reverse=True)
        return [self._spool[id].tracked_mail for id in ids[:limit]]

    async def arrivals(self, envelope: str) -> Sequence[Arrival]:
        row = self._spool.get(envelope)
        return () if row is None else row.tracked_mail.arrivals

    async def forget(self, cutoff: datetime, limit: int) -> int:
        rows = self._spool.items()
        old_rows = [
            (r.due, id) for id, r in rows if r.state in SETTLED_STATES and r.due < cutoff
        ]
        old_rows.sort(key=lambda one: one[0])
        for _, id in old_rows[:limit]:
            self._forgotten_alarms += len(self._spool.pop(id).envelope.alarms)
        for id in list(itertools.islice(self._old_events(cutoff), limit)):
            del self._events[id]
        return len(old_rows[:limit])

    def _old_events(self, cutoff: datetime) -> Iterator[str]:
        """Yield ids of old events from the oldest on, but never the last one of a monitor."""
        events = list(self._events.values())
        last_ids = {event.monitor: event.id for event in events}
        written_events = ((event, event.at) for event in events)
        for event in oldest(written_events, cutoff, events[-1].at) if events else ():
            if last_ids[event.monitor] != event.id:
                yield event.id

    async def envelope(self, id: str) -> tuple[QueuedEnvelope, Sequence[Receipt]] | None:
        row = self._spool.get(id)
        if row is None:
            return None
        queued = replace(row.row, waits_for_hub=self._waits_for_hub(row))
        return queued, tuple(row.receipts)

    async def retry(self, id: str, now: datetime) -> bool:
        row = self._spool.get(id)
        if row is None or row.state not in RETRIABLE_STATES or (row.lease and row.due > now):
            return False
        row.due, row.state = now, EnvelopeState.WAITING
        self._share(row)
        for route in row.envelope.routes:
            await self.wake(route, now)
        self._wakeups.notify()
        return True

    async def hasten(self, route: str, now: datetime) -> bool:
        has_deferred = False
        for row in self._open.values():
            turn = self._turn(row, now)
            is_deferred = turn == route and not (row.state or row.lease) and row.due > now
            if is_deferred and row.receipts and not self._was_deferred(row, route):
                row.due, has_deferred = min(row.due, row.earliest_try(now, route)), True
        self._wakeups.notify()
        return has_deferred

    def _was_deferred(self, row: EnvelopeRow, route: str) -> bool:
        """Return True if it waits only because the other side deferred it."""
        last_receipts = row.receipts[-2:]
        other_times = [one.accepted_at for _, one in self._accepted_mails if one.route == route]
        return len(last_receipts) > 1 and any(
            last_receipts[0].at < moment < last_receipts[1].at for moment in other_times
        )

    async def hold(self, id: str, person: str) -> bool:
        row = self._at_hand(id)
        if row is None or row.state:
            return False
        row.state, row.reason = EnvelopeState.HELD, plain(person)
        return True

    async def release(self, id: str, now: datetime) -> bool:
        row = self._at_hand(id)
        if row is None or row.state not in RELEASABLE_STATES:
            return False
        row.state, row.reason, row.due = EnvelopeState.WAITING, NOTHING, now
        self._share(row)
        return True

    async def drop(self, id: str, person: str) -> bool:
        row = self._at_hand(id)
        if row is None or row.state not in SHOWN_STATES:
            return False
        row.state, row.reason = EnvelopeState.DROPPED, plain(person)
        self._share(row)
        return True

    async def readdress(
        self, id: str, addresses: Sequence[str], routes: Sequence[str], *, reset: bool = True
    ) -> bool:
        row = self._at_hand(id)
        if row is None or row.state not in SHOWN_STATES:
            return False
        self._wakeups.notify()
        previous, row.envelope = (
            row.envelope,
            readdress_envelope(row.envelope, addresses, routes, reset),
        )
        members = [self._spool[id] for id in previous.members if not reset]
        for member in members:
            routes = renamed_routes(
                member.envelope.routes, previous.routes, row.envelope.routes
            )
            member.envelope = replace(member.envelope, routes=routes)
        return True

    def _at_hand(self, id: str) -> EnvelopeRow | None:
        row = self._spool.get(id)
        return None if row is None or row.lease else row

    def _reopen(self) -> None:
        """Put envelopes that a person released back in at their old place, before younger
        ones."""
        self._open = {key: row for key, row in self._spool.items() if row.state in OPEN_STATES}
        self._wakeups.notify()

    async def last_accepted(self) -> Mapping[str, datetime]:
        return dict(self._accepted_at)

    async def route_outages(self) -> Sequence[RouteOutage]:
        return sorted(self._outages.values(), key=lambda outage: outage.route)

    async def record_probe(
        self, route: str, open_circuit: OpenCircuit | None, earlier_end: datetime | None = None
    ) -> None:
        if open_circuit is None:
            self._outages.pop(route, None)
        else:
            self._open_circuit(route, open_circuit, earlier_end, open_circuit.open_until)
        self._wakeups.notify()

    async def wake(self, route: str, now: datetime) -> bool:
        outage = self._outages.get(route)
        if outage is None:
            return False
        self._outages[route] = replace(outage, open_until=now)
        self._wakeups.notify()
        return outage.open_until > now


def _accepted_mail(parcel: Parcel, receipt: Receipt) -> AcceptedMail:
    return AcceptedMail(
        accepted_at=receipt.at,
        route=parcel.route,
        contact=parcel.envelope.contact,
        recipients=accepted_count(receipt),
        digest=bool(parcel.envelope.members),
    )
