"""Send mail: for each route a few workers, each of which takes one parcel at a time.

A parcel's way is read from `_deliver` on: claim, wait for a connection, send, settle.

There are more workers than connections: while one mail is settled and the next is claimed, another
one that was claimed before is being sent. How many more depends on the mail server: what is claimed
ahead lets nothing more urgent pass any more.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from noroshi.core.delivery import Accepted, Fate, OpenCircuit, Retry, circuit_after_probe
from noroshi.core.mail import Answer, Envelope, Fault, Parcel, Receipt, Route, Verdict
from noroshi.core.report import ReportDraft
from noroshi.engine import journal
from noroshi.engine.dispatch.active_route import (
    ActiveRoute,
    Guard,
    MissingRoute,
    RouteShutdown,
    current_outages,
)
from noroshi.engine.dispatch.connection_slots import ConnectionSlots
from noroshi.engine.dispatch.delivery_attempt import DeliveryAttempt
from noroshi.engine.dispatch.parcel_selector import (
    DigestPayload,
    NoticesOfAttempt,
    ParcelSelector,
)
from noroshi.engine.dispatch.rate_limiter import RateLimiter
from noroshi.engine.dispatch.send_rights import (
    SendRights,
    may_begin,
    no_rights,
    with_possible_sender,
)
from noroshi.ports import PARCEL_LEASE, Clocks, Node, RouteOutage, Store, Transport

log = logging.getLogger(__name__)

IDLE = timedelta(seconds=1)
SPARE = 15.0  # seconds that a parcel, once lent, may wait before it is on its way
MARGIN = 65.0  # seconds of its lease that are the store's: another process may lock it for 60
WORKERS = 8  # for each connection: one sends, the others settle and claim
QUICK = 0.05  # seconds: only where a mail takes no longer do more than two of them work
LONGEST_SEND = PARCEL_LEASE.total_seconds() - SPARE - MARGIN


class DeliveryTask:
    """Run a worker's task on one parcel. It is `sent` once the other side has spoken, so that the
    connection is free again; it is done when all is written down too."""

    task: asyncio.Task[bool]
    parcel: Parcel | None = None
    open_until: datetime | None = None
    """Until when the circuit was open as the parcel was claimed."""

    def __init__(self, node: Node, active: ActiveRoute) -> None:
        self._loop = asyncio.get_running_loop()
        self.node, self.active = node, active
        self._is_sent = self._loop.create_future()
        self._waiter: asyncio.Future[None] | None = None

    @property
    def claimed_parcel(self) -> Parcel:
        """Return the parcel, where there surely is one."""
        assert self.parcel is not None, "claimed"
        return self.parcel

    def start(self, work: Coroutine[Any, Any, bool]) -> None:
        """Start the task; `work` returns whether there was a parcel to send."""
        self.task = asyncio.create_task(work)
        self.active.deliveries.add(self.task)
        self.task.add_done_callback(self._finish)

    def mark_sent(self) -> None:
        """Note that the other side has spoken."""
        self._set_sent(True)

    async def wait_sent(self) -> bool:
        """Wait until the other side has spoken. Return False, or raise what the task failed with,
        where nothing was sent."""
        return await self._is_sent or self.task.result()

    async def wait_done(self) -> None:
        """Wait until all is written down. At most one may wait."""
        if not self.task.done():
            self._waiter = self._loop.create_future()
            await self._waiter

    def _set_sent(self, is_sent: bool) -> None:
        if not self._is_sent.done():
            self._is_sent.set_result(is_sent)

    def _finish(self, task: asyncio.Task[bool]) -> None:
        self.active.deliveries.discard(task)
        self._set_sent(False)
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class InFlight:
    """Hold the parcels that workers have, each as it was lent last, so that none is sent by two.

    A lease may end while the disk, or the machine, stands still. The worker that has the parcel
    settles it all the same, under the lease that it has by then."""

    def __init__(self) -> None:
        self._parcels = dict[str, Parcel]()

    def add(self, parcel: Parcel) -> bool:
        """Return False where a worker has it already, which has the new lease from now on."""
        id = parcel.envelope.id
        is_new = id not in self._parcels
        self._parcels[id] = parcel
        return is_new

    def with_renewed_lease(self, parcel: Parcel) -> Parcel:
        """Return the parcel under the lease that it has now."""
        latest = self._parcels[parcel.envelope.id]
        return parcel if latest.lease == parcel.lease else replace(parcel, lease=latest.lease)

    def count_of(self, agent: str) -> int:
        """Return how many of them are of an agent."""
        return sum(parcel.envelope.agent == agent for parcel in self._parcels.values())

    def remove(self, parcel: Parcel) -> None:
        """Remove a parcel that no worker has any more."""
        del self._parcels[parcel.envelope.id]


ReportsOfAttempt = Callable[[Parcel, Receipt, Fate], Sequence[ReportDraft]]


def no_reports(_parcel: Parcel, _receipt: Receipt, _fate: Fate) -> Sequence[ReportDraft]:
    """Return no rows: this node is no agent."""
    return ()


@dataclass(frozen=True, slots=True)
class DispatcherCalls:
    """Hold the calls that the dispatcher makes to its engine. `guard` runs calls that the store
    may refuse; `notices` drafts those that tell how an attempt ended, `reports_of_attempt` the
    rows by which an agent tells it to its hub."""

    open_transport: Callable[[Route], Transport]
    guard: Guard
    clocks_agree: Callable[[], bool]
    notices: NoticesOfAttempt
    digest_payload: DigestPayload
    send_rights: SendRights = no_rights
    reports_of_attempt: ReportsOfAttempt = no_reports


class Dispatcher:
    """Take parcels from the store, give them to the transports, and settle them."""

    def __init__(
        self, store: Store, clocks: Clocks, jitter: Callable[[], float], engine: DispatcherCalls
    ) -> None:
        self.store, self.clocks, self.jitter = store, clocks, jitter
        self._open, self._guard = engine.open_transport, engine.guard
        self._clocks_agree, self._notices = engine.clocks_agree, engine.notices
        self.limiter, self._connections = RateLimiter(), ConnectionSlots()
        self._in_flight = InFlight()
        self._selector = ParcelSelector(
            store,
            clocks,
            self.limiter,
            engine.digest_payload,
            engine.notices,
            engine.send_rights,
        )
        self._send_rights, self._reports_of_attempt = (
            engine.send_rights,
            engine.reports_of_attempt,
        )
        self._attempt = DeliveryAttempt(store, clocks, self.limiter, jitter, LONGEST_SEND)
        self.routes: dict[str, ActiveRoute] = {}
        self._known_routes, self._routes_changed = set[str](), set[str]()
        self._shutdown = RouteShutdown(engine.guard)
        self.node: Node | None = None

    # routes

    async def serve(
        self, routes: Mapping[str, Route], waiting_mails: Iterable[Envelope]
    ) -> None:
        """Serve these routes from now on; one that did not change is left as it is. One that
        did is tried at once, and so are, after a start, those that our own settings kept down.
        Raises StoreError."""
        changed_routes = [
            n for n, active in self.routes.items() if routes.get(n) != active.route
        ]
        self._routes_changed.update(
            changed_routes
        )  # beside those of a time when the store failed below
        await asyncio.gather(
            *[self._shutdown.replace(self.routes.pop(n)) for n in changed_routes]
        )
        for name, route in routes.items():
            if name not in self.routes:
                self.routes[name] = ActiveRoute(route, self._open(route))
        for outage in await current_outages(self.store, routes):
            of_setup = outage.fault is Fault.SETUP and outage.route not in self._known_routes
            if outage.route in self._routes_changed or of_setup:
                await self.store.wake(outage.route, self.clocks.wall())
            if outage.route in self.routes:
                self.routes[outage.route].circuit_open_until = outage.open_until
        self._known_routes.update(self.routes)
        named_routes = {name for envelope in waiting_mails for name in envelope.routes}
        # A check under way, or the last one of a removed monitor, may yet write to what is gone.
        for name in named_routes.union(self._routes_changed) - self.routes.keys():
            self.routes[name] = ActiveRoute(Route(name=name), MissingRoute(name, self.clocks))
        self._routes_changed.clear()

    async def close(self) -> None:
        """Take nothing new; let what is under way end, for a moment; then let go."""
        routes, self.routes = list(self.routes.values()), {}
        stopping = map(self._shutdown.stop_node, routes)
        await asyncio.gather(self._shutdown.close(), *stopping)

    def attempts_of(self, agent: str) -> int:
        """Return how many notifications of an agent are out: lent to be sent, and not settled."""
        return self._in_flight.count_of(agent)

    # workers

    def start(self) -> None:
        """Give each route WORKERS workers for each of its connections."""
        for name, active in self.routes.items():
            for place in range(len(active.workers), WORKERS * active.route.connections):
                work = self._work(active, place // active.route.connections)
                active.workers.add(asyncio.create_task(work, name=f"route {name}"))

    async def _work(self, active: ActiveRoute, delay: int) -> None:
        """Deliver one parcel after the other. The next parcel is claimed while the last one is
        settled, so that both share a commit; it leaves when that is done. `delay`: how many
        workers before this one share a connection with it; it has nothing to do as long as they
        are enough."""
        name = active.route.name
        last_delivery: DeliveryTask | None = None
        has_claimed = False
        while self.routes.get(name) is active:
            if not self._is_needed(active, delay, has_claimed):
                await self._guard(lambda: self._idle(active))
                has_claimed = False
                continue
            delivery = self._start_delivery(active, last_delivery)
            has_claimed = delivery is not None and bool(await self._guard(delivery.wait_sent))
            if has_claimed:
                last_delivery = delivery
            else:
                await self._guard(lambda: self.probe(name))
                await self._guard(lambda: self._idle(active))

    def _is_needed(self, active: ActiveRoute, delay: int, has_claimed: bool) -> bool:
        """Return whether a worker should claim a parcel; `has_claimed`: it did, and there was one."""
        if active.circuit_open_until is not None and (active.deliveries or active.probing):
            return False  # one mail finds out whether it is well again: a breaker half open
        if delay > 1 and active.last_duration > QUICK:
            return False
        return not delay or has_claimed or self._connections.all_busy(active.route)

    async def _idle(self, active: ActiveRoute) -> bool:
        """Wait for news; no longer than the circuit is open, as the server may be back then."""
        idle_until = active.circuit_open_until
        pause = IDLE if idle_until is None else idle_until - self.clocks.wall()
        try:
            await self.store.wait(pause if timedelta(0) < pause < IDLE else IDLE)
        except Exception:
            await asyncio.sleep(IDLE.total_seconds())  # or a broken store would spin us
            raise
        return True

    async def send_one(self, name: str) -> bool:
        """Try one parcel of a route, to the end; return False when there is none."""
        active = self.routes.get(name)
        delivery = self._start_delivery(active) if active is not None else None
        return delivery is not None and await asyncio.shield(delivery.task)

    # one parcel, from claim to settlement

    def _start_delivery(
        self, active: ActiveRoute, previous_delivery: DeliveryTask | None = None
    ) -> DeliveryTask | None:
        """Start on the next parcel. A worker may be stopped at any time; the delivery that it has
        started is ended by RouteShutdown."""
        if self.node is None or not self._clocks_agree():
            return None
        delivery = DeliveryTask(self.node, active)
        delivery.start(self._deliver_in_flight(delivery, previous_delivery))
        return delivery

    async def _deliver_in_flight(
        self, delivery: DeliveryTask, previous_delivery: DeliveryTask | None
    ) -> bool:
        try:
            return await self._deliver(delivery, previous_delivery)
        finally:
            if delivery.parcel is not None:
                self._in_flight.remove(delivery.parcel)

    async def _deliver(
        self, delivery: DeliveryTask, previous_delivery: DeliveryTask | None
    ) -> bool:
        """Claim a parcel, send it, and settle it; return False when there is none. `previous_delivery` is the
        delivery that the same worker started before this one."""
        active = delivery.active
        delivery.open_until = active.circuit_open_until
        if not self.limiter.may_leave(active.route, self.clocks.wall()):
            return False
        with self.limiter.reserve(active.route):
            if not await self._acquire_slot(delivery, previous_delivery):
                return False
            parcel = delivery.claimed_parcel
            if not may_begin(parcel.envelope, self._send_rights()):  # it lapsed meanwhile
                self._connections.release(active.route)
                await self._release(delivery)
                return False
            with self.limiter.reserve_contact(parcel.envelope.contact):
                receipt = await self._send_within_slot(active, parcel)
                self.limiter.record(active.route.name, parcel.envelope, receipt)
        delivery.mark_sent()
        await self._settle(active, parcel, receipt)
        return True

    async def _acquire_slot(
        self, delivery: DeliveryTask, previous_delivery: DeliveryTask | None
    ) -> bool:
        """Claim a parcel, and wait until the one before it is settled, and for a connection.
        Return False where there is none, or it was released, as it may not leave any more."""
        route = delivery.active.route
        if not await self._claim(delivery):
            return False
        if self._leaves_at_once(delivery, previous_delivery):
            await self._connections.acquire(route)
            return True
        started_at = self.clocks.steady()
        with self.limiter.reserve_contact(delivery.claimed_parcel.envelope.contact):
            await self._wait_for_slot(delivery, previous_delivery)
        try:
            if self.clocks.steady() - started_at > SPARE and self._still_serves(delivery):
                # Its lease is too short by now, and something more urgent may have come.
                await self._release(delivery)
                await self._claim(delivery)
        except BaseException:  # whatever it was, the connection is free for the next
            self._connections.release(route)
            raise
        if delivery.parcel is not None and self._still_serves(delivery):
            return True
        self._connections.release(route)
        await self._release(delivery)
        return False

    async def _claim(self, delivery: DeliveryTask) -> bool:
        """Return False where there is no parcel, or another worker has it already."""
        parcel = await self._selector.claim(delivery.node, delivery.active.route)
        if parcel is None or not self._in_flight.add(parcel):
            return False
        delivery.parcel = parcel
        return True

    async def _release(self, delivery: DeliveryTask) -> None:
        """Give back what was not tried: it stands where it stood."""
        if delivery.parcel is not None:
            await self._selector.release(self._in_flight.with_renewed_lease(delivery.parcel))
            self._in_flight.remove(delivery.parcel)
            delivery.parcel = None

    async def _wait_for_slot(
        self, delivery: DeliveryTask, previous_delivery: DeliveryTask | None
    ) -> None:
        parcel = delivery.claimed_parcel
        try:
            if previous_delivery is not None:
                await previous_delivery.wait_done()
            await self._connections.acquire(delivery.active.route)
        except asyncio.CancelledError:
            await self.store.release_lease(
                self._in_flight.with_renewed_lease(parcel), self.clocks.wall()
            )
            raise

    def _still_serves(self, delivery: DeliveryTask) -> bool:
        """Return whether a route is as it was at the claim: in use, and no worse."""
        active = delivery.active
        in_use = self.routes.get(active.route.name) is active
        return in_use and not self._route_degraded(delivery)

    def _leaves_at_once(
        self, delivery: DeliveryTask, previous_delivery: DeliveryTask | None
    ) -> bool:
        """Return True if a parcel need not wait: it leaves also in the moment that a changed
        route has left. The connection is taken here and now: a parcel that gives way for one
        turn of the loop is behind others."""
        active = delivery.active
        previous_is_settled = previous_delivery is None or previous_delivery.task.done()
        ready = previous_is_settled and not self._connections.all_busy(active.route)
        return ready and not active.is_closed and not self._route_degraded(delivery)

    def _route_degraded(self, delivery: DeliveryTask) -> bool:
        return delivery.active.circuit_open_until not in (None, delivery.open_until)

    async def _send_within_slot(self, active: ActiveRoute, parcel: Parcel) -> Receipt:
        started_at = self.clocks.steady()
        try:
            with active.reply_awaited():
                return await self._send(active, parcel)
        finally:
            active.last_duration = self.clocks.steady() - started_at
            self._connections.release(active.route)

    async def _send(self, active: ActiveRoute, parcel: Parcel) -> Receipt:
        try:
            envelope = parcel.envelope
            if envelope.agent:
                envelope = with_possible_sender(envelope, self._send_rights())
            receipt = await self._attempt.run(active, envelope)
        except asyncio.CancelledError:
            receipt, task = self._attempt.cancelled(parcel.envelope), asyncio.current_task()
            if not active.is_closed or task is None:
                fate = self._attempt.conclude(parcel, receipt)
                await self.store.settle(
                    self._in_flight.with_renewed_lease(parcel), receipt, fate
                )
                raise
            task.uncancel()  # the mail alone is broken off: that is written down as any end is
        return replace(receipt, route=active.route.name)

    async def _settle(self, active: ActiveRoute, parcel: Parcel, receipt: Receipt) -> None:
        """Try until it is written down: what was accepted would be sent again otherwise."""
        fate = self._attempt.conclude(parcel, receipt)
        active.circuit_open_until = fate.open_until if isinstance(fate, OpenCircuit) else None
        while not await self._is_written(parcel, receipt, fate):
            await self._guard(lambda: self._idle(active))
            if isinstance(
                fate, Retry | OpenCircuit
            ):  # from now on: the clock may have been set
                receipt = replace(receipt, at=self.clocks.wall())
                fate = self._attempt.conclude(parcel, receipt)
        if active.is_closed and isinstance(
            fate, OpenCircuit
        ):  # it was so before it was changed
            await self._guard(lambda: self.store.wake(parcel.route, self.clocks.wall()))
        await self._hasten(active, fate)
        journal.attempt_settled(parcel, fate, active.outage_reason)
        active.outage_reason = fate.reason if isinstance(fate, OpenCircuit) else None

    async def _hasten(self, active: ActiveRoute, fate: Fate) -> None:
        """Try deferred mails at once where a route accepts a mail: it accepts them, too, as far as
        is known."""
        if isinstance(fate, Retry):
            active.has_deferred = True
        elif active.has_deferred and isinstance(fate, Accepted):
            active.has_deferred = False
            await self._guard(lambda: self.store.hasten(active.route.name, self.clocks.wall()))

    async def _is_written(self, parcel: Parcel, receipt: Receipt, fate: Fate) -> bool:
        """Settle a parcel, also if nobody asks for it any more. If it was lent meanwhile, then to
        this worker."""
        if isinstance(fate, Retry | OpenCircuit) and not self._clocks_agree():
            return False  # it would be moved once more with all that waits
        renewed_parcel, notices = (
            self._in_flight.with_renewed_lease(parcel),
            self._notices(parcel, receipt, fate),
        )
        reports = self._reports_of_attempt(parcel, receipt, fate)
        is_settled = await self._guard(
            partial(self.store.settle, renewed_parcel, receipt, fate, notices, reports)
        )
        latest = self._in_flight.with_renewed_lease(parcel)
        if latest.lease == renewed_parcel.lease:
            return is_settled is not None
        if is_settled:  # it was lent anew once that was written
            await self._selector.release(latest)
        return bool(is_settled)

    # a route out of order

    async def probe(self, name: str) -> bool:
        """Probe a route whose circuit was open long enough and for which no mail waits, as else
        nobody would hear that it is well again. Return False where there is nothing to probe.
        Raises StoreError."""
        active, now = self.routes.get(name), self.clocks.wall()
        if active is None or active.probing or active.circuit_open_until is None:
            return False
        if not self._clocks_agree():
            return False
        # Somebody may have woken it meanwhile: until when it is open is the store's to say.
        outage = next((o for o in await self.store.route_outages() if o.route == name), None)
        if outage is None or not outage.can_probe or outage.open_until > now:
            active.circuit_open_until = None if outage is None else outage.open_until
            return False
        if await self._sends_after_wake(active, outage):
            return True
        if active.deliveries or not self._connections.is_unused(active.route):
            return False  # what is on its way there tells it
        active.probing = True
        await self._connections.acquire(active.route)
        try:
            await self._probe(active, outage)
        finally:
            self._connections.release(active.route)
            active.probing = False
        return True

    async def _sends_after_wake(self, active: ActiveRoute, outage: RouteOutage) -> bool:
        """Return whether a mail tells how the route is that somebody woke since a worker looked for
        one: it may be for this mail that it was woken, and a probe in its place would end with the
        mail put off again."""
        if outage.open_until == active.circuit_open_until:
            return False
        active.circuit_open_until = outage.open_until
        return await self.send_one(active.route.name)

    async def _probe(self, active: ActiveRoute, outage: RouteOutage) -> None:
        answer = await self._probe_answer(active, outage)
        fate = circuit_after_probe(outage.down_since, self.clocks.wall(), answer, self.jitter())
        active.circuit_open_until = None if fate is None else fate.open_until
        await self.store.record_probe(active.route.name, fate, outage.open_until)
        journal.route_probed(active.route.name, fate)

    async def _probe_answer(self, active: ActiveRoute, outage: RouteOutage) -> Answer:
        try:
            async with asyncio.timeout(LONGEST_SEND):
                return await active.transport.probe()
        except Exception:  # against the contract; nothing is known, so the outage goes on
            log.exception("transport failed on a look at %s", active.route.name)
            down_verdict = Verdict.ROUTE_DOWN
            return Answer(
                down_verdict, words=outage.reason, fault=outage.fault, early=outage.can_probe
            )
