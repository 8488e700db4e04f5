"""Sending: for each route a few slots, each of which takes one parcel at a time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from noroshi.core.delivery import fate
from noroshi.core.model import Answer, Envelope, Parcel, Receipt, Route, Verdict
from noroshi.ports import PARCEL_LEASE, Clocks, Node, Store, Transport

log = logging.getLogger(__name__)

IDLE = timedelta(seconds=1)
LONGEST_SEND = (PARCEL_LEASE - timedelta(seconds=30)).total_seconds()
GRACE = 3.0  # seconds that what is being sent has when the node stops

Attempt = Callable[[Callable[[], Awaitable[bool]]], Awaitable[bool | None]]


@dataclass
class Way:
    """A route in use: its transport, and the slots that serve it."""

    route: Route
    transport: Transport
    slots: set[asyncio.Task[None]] = field(default_factory=set)
    sending: set[asyncio.Task[None]] = field(default_factory=set)


class GoneRoute:
    """Stands in for a route that waiting mail names and the definitions no longer do."""

    def __init__(self, name: str, clocks: Clocks) -> None:
        self._answer = Answer(Verdict.ROUTE_DOWN, f"there is no route {name!r} any more")
        self._clocks = clocks

    async def send(self, envelope: Envelope) -> Receipt:
        answers = dict.fromkeys(envelope.to, self._answer)
        return Receipt(at=self._clocks.wall(), answers=answers)

    async def close(self) -> None:
        """Nothing is open."""


class Dispatch:
    """Takes parcels from the store and gives them to the transports."""

    def __init__(
        self,
        store: Store,
        clocks: Clocks,
        luck: Callable[[], float],
        open_transport: Callable[[Route], Transport],
        attempt: Attempt,
    ) -> None:
        self.store, self.clocks, self.luck = store, clocks, luck
        self._open, self._attempt = open_transport, attempt
        self.ways: dict[str, Way] = {}
        self.node: Node | None = None

    async def take_up(self, routes: Mapping[str, Route], waiting: Iterable[Envelope]) -> None:
        """Serve these routes from now on; one that did not change is left as it is."""
        changed = [n for n, way in self.ways.items() if routes.get(n) != way.route]
        for name in changed:
            await self._stop(self.ways.pop(name))
        for name, route in routes.items():
            if name not in self.ways:
                self.ways[name] = Way(route, self._open(route))
        named = {name for envelope in waiting for name in envelope.routes}
        for name in named - self.ways.keys():
            self.ways[name] = Way(Route(name=name), GoneRoute(name, self.clocks))

    def start(self) -> None:
        """Give each route as many slots as it has connections."""
        for name, way in self.ways.items():
            for _ in range(way.route.connections - len(way.slots)):
                way.slots.add(asyncio.create_task(self._serve(way), name=f"route {name}"))

    async def _serve(self, way: Way) -> None:
        name = way.route.name
        while self.ways.get(name) is way:
            if not await self._attempt(lambda: self.send_one(name)):
                await self._attempt(self._idle)

    async def _idle(self) -> bool:
        try:
            await self.store.wait(IDLE)
        except Exception:
            await asyncio.sleep(IDLE.total_seconds())  # or a broken store would spin us
            raise
        return True

    async def send_one(self, name: str) -> bool:
        """Try one parcel of a route; False when there is none."""
        way = self.ways.get(name)
        if self.node is None or way is None:
            return False
        parcel = await self.store.claim_parcel(self.node, name, self.clocks.wall())
        if parcel is None:
            return False
        sending = asyncio.create_task(self._carry(way, parcel))
        way.sending.add(sending)
        sending.add_done_callback(way.sending.discard)
        await asyncio.shield(
            sending
        )  # a slot may be stopped; what it sends is ended in `_stop`
        return True

    async def _carry(self, way: Way, parcel: Parcel) -> None:
        receipt = await self._send(way.transport, parcel.envelope)
        await self.store.settle(parcel, receipt, fate(parcel, receipt, self.luck()))

    async def _send(self, transport: Transport, envelope: Envelope) -> Receipt:
        try:
            async with asyncio.timeout(LONGEST_SEND):
                return await transport.send(envelope)
        except Exception as bug:  # against the contract; keep the envelope all the same
            log.exception("transport failed on %s", envelope.id)
            answer = Answer(
                Verdict.DEFERRED, f"the transport itself failed: {type(bug).__name__}"
            )
            answers = dict.fromkeys(envelope.to, answer)
            return Receipt(at=self.clocks.wall(), answers=answers)

    async def close(self) -> None:
        """Take nothing new; let what is under way end, for a moment; then let go."""
        ways, self.ways = list(self.ways.values()), {}
        await asyncio.gather(*map(self._stop, ways))

    async def _stop(self, way: Way) -> None:
        """What is being sent may end and be written down: else it would be sent twice."""
        for slot in way.slots:
            slot.cancel()
        await asyncio.gather(*way.slots, return_exceptions=True)
        if way.sending:
            await asyncio.wait(way.sending, timeout=GRACE)
        for sending in way.sending:
            sending.cancel()
        await asyncio.gather(*way.sending, return_exceptions=True)
        await way.transport.close()
