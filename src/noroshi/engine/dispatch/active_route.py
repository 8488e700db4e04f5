"""Keep the state of a route in use, and let go of a route with mails under way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from math import inf
from typing import Any

from noroshi.core.mail import Answer, Envelope, Fault, Receipt, Route, Verdict
from noroshi.core.translation import Message, _
from noroshi.ports import Clocks, RouteOutage, Store, Transport

GRACE = 3.0  # seconds that what is being sent has
NO_ROUTE = _("route “{name}” no longer exists")

Guard = Callable[[Callable[[], Awaitable[bool]]], Awaitable[bool | None]]
"""Run a step; log what it raises, and return None then."""


@dataclass
class ActiveRoute:
    """A route in use: the transport, and the workers that serve it."""

    route: Route
    transport: Transport
    workers: set[asyncio.Task[None]] = field(default_factory=set)
    deliveries: set[asyncio.Task[bool]] = field(default_factory=set)
    awaiting_reply: set[asyncio.Task[Any]] = field(default_factory=set)
    """The deliveries that wait for the other side."""
    no_reply_awaited: asyncio.Event = field(default_factory=asyncio.Event)
    circuit_open_until: datetime | None = None
    """The route is out of order, and is not tried before then; None: it is in order."""
    probing: bool = False
    is_closed: bool = False
    """The definition of the route was changed: nothing leaves by it any more."""
    last_duration: float = inf
    """Seconds that the last mail took."""
    outage_reason: Message | None = None
    has_deferred: bool = True
    """True if mails that an earlier attempt deferred may wait for this route, as far as is
    known."""

    @contextmanager
    def reply_awaited(self) -> Iterator[None]:
        """Count the current task among those that wait for the other side."""
        task = asyncio.current_task()
        assert task is not None, "a mail is sent by a task of its own"
        self.awaiting_reply.add(task)
        self.no_reply_awaited.clear()
        try:
            yield
        finally:
            self.awaiting_reply.discard(task)
            if not self.awaiting_reply:
                self.no_reply_awaited.set()

    async def break_off(self) -> None:
        """Cancel what waits for the other side; nothing else leaves by this route."""
        self.is_closed = True
        for task in self.awaiting_reply:
            task.cancel()
        if self.awaiting_reply:
            await self.no_reply_awaited.wait()


class MissingRoute:
    """Stand in for the transport of a route that waiting mail names and no definition has."""

    def __init__(self, name: str, clocks: Clocks) -> None:
        message = NO_ROUTE.fill(name=name)
        self._answer = Answer(Verdict.ROUTE_DOWN, words=message, fault=Fault.SETUP)
        self._clocks = clocks

    async def send(self, envelope: Envelope) -> Receipt:
        answer_by_address = dict.fromkeys(envelope.to, self._answer)
        return Receipt(at=self._clocks.wall(), answers=answer_by_address)

    async def probe(self) -> Answer:
        return self._answer

    async def close(self) -> None:
        """Do nothing: no connection is open."""


async def current_outages(store: Store, routes: Collection[str]) -> Sequence[RouteOutage]:
    """Return the outages of these routes, and forget all others: those of a removed route, and of
    the MissingRoute that stood in for one. A new route of the same name starts fresh, and the mails
    of the old one are tried at once. Raises StoreError."""
    current = list[RouteOutage]()
    for outage in await store.route_outages():
        if outage.route in routes and outage.reason != NO_ROUTE.fill(name=outage.route):
            current.append(outage)
        else:
            await store.record_probe(outage.route, None)
    return current


class RouteShutdown:
    """Let go of routes. What is being sent may end and be settled: else it would be sent twice."""

    def __init__(self, guard: Guard) -> None:
        self._guard, self._open_deliveries = guard, set[asyncio.Task[Any]]()

    async def stop_node(self, active: ActiveRoute) -> None:
        """Close a route as the node stops. What cannot be settled by then, the next life of the
        node does not know."""
        await _drain(active)
        await _cancel(active.deliveries, 0.0)
        await active.transport.close()

    async def replace(self, active: ActiveRoute) -> None:
        """Close a route as it is changed. Deliveries that the disk has not taken by then are
        settled however long that takes: a mail lent meanwhile would be nobody's until its lease
        ends."""
        await _drain(active)
        await active.break_off()
        for delivery in active.deliveries:
            task = asyncio.create_task(self._wait_for(delivery))
            self._open_deliveries.add(task)
            task.add_done_callback(self._open_deliveries.discard)
        await active.transport.close()

    async def close(self) -> None:
        """Give the deliveries of replaced routes GRACE seconds more, then cancel them."""
        await _cancel(self._open_deliveries, GRACE)

    async def _wait_for(self, delivery: asyncio.Task[bool]) -> None:
        await self._guard(partial(_result_of, delivery))


async def _result_of(delivery: asyncio.Task[bool]) -> bool:
    return await delivery


async def _drain(active: ActiveRoute) -> None:
    """Stop the workers, and give the deliveries under way GRACE seconds."""
    for worker in active.workers:
        worker.cancel()
    await asyncio.gather(*active.workers, return_exceptions=True)
    if active.deliveries:
        await asyncio.wait(active.deliveries, timeout=GRACE)


async def _cancel(tasks: Collection[asyncio.Task[Any]], grace: float) -> None:
    if tasks and grace:
        await asyncio.wait(tasks, timeout=grace)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
