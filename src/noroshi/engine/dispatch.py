"""Sending: for each route a few slots, each of which takes one parcel at a time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from noroshi.core.delivery import Fate, RestRoute, Retry, fate
from noroshi.core.model import Answer, Envelope, Parcel, Receipt, Route, Verdict
from noroshi.core.words import Words
from noroshi.engine import journal
from noroshi.ports import PARCEL_LEASE, Clocks, Node, Store, Transport

log = logging.getLogger(__name__)

IDLE = timedelta(seconds=1)
LONGEST_SEND = (PARCEL_LEASE - timedelta(seconds=30)).total_seconds()
GRACE = 3.0  # seconds that what is being sent has when the node stops
CUT = Words(
    en="it was broken off before an answer came, as the route changed or the node stopped",
    ja="経路の変更かノードの停止のため、返事が来る前に打ち切りました",
)
NO_ROUTE = Words(
    en="there is no route {name!r} any more", ja="経路 {name} は定義からなくなりました"
)
BUG = Words(
    en="the transport itself failed: {bug}", ja="送信のプログラム自体に障害がありました: {bug}"
)

Attempt = Callable[[Callable[[], Awaitable[bool]]], Awaitable[bool | None]]
Told = Callable[[Parcel, Receipt, Fate], tuple[Envelope, ...]]
"""The envelopes that tell of an attempt's end; they are written down with it."""


@dataclass
class Way:
    """A route in use: its transport, and the slots that serve it."""

    route: Route
    transport: Transport
    slots: set[asyncio.Task[None]] = field(default_factory=set)
    sending: set[asyncio.Task[bool]] = field(default_factory=set)
    rests_until: datetime | None = None
    why: Words | None = None


class GoneRoute:
    """Stands in for a route that waiting mail names and the definitions no longer do."""

    def __init__(self, name: str, clocks: Clocks) -> None:
        self._answer = Answer(Verdict.ROUTE_DOWN, words=NO_ROUTE.fill(name=name))
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
        in_step: Callable[[], bool],
        told: Told,
    ) -> None:
        self.store, self.clocks, self.luck = store, clocks, luck
        self._open, self._attempt, self._in_step = open_transport, attempt, in_step
        self._told = told
        self.ways: dict[str, Way] = {}
        self.node: Node | None = None

    async def take_up(self, routes: Mapping[str, Route], waiting: Iterable[Envelope]) -> None:
        """Serve these routes from now on; one that did not change is left as it is."""
        changed = [n for n, way in self.ways.items() if routes.get(n) != way.route]
        await asyncio.gather(*[self._stop(self.ways.pop(name)) for name in changed])
        for name, route in routes.items():
            if name not in self.ways:
                self.ways[name] = Way(route, self._open(route))
        named = {name for envelope in waiting for name in envelope.routes}
        # A turn under way, or the last one of a removed monitor, may yet write to what is gone.
        for name in named.union(changed) - self.ways.keys():
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
                await self._attempt(lambda: self._idle(way))

    async def _idle(self, way: Way) -> bool:
        """Wait for news; no longer than the route rests, as its server may be back then."""
        rest = IDLE if way.rests_until is None else way.rests_until - self.clocks.wall()
        try:
            await self.store.wait(rest if timedelta(0) < rest < IDLE else IDLE)
        except Exception:
            await asyncio.sleep(IDLE.total_seconds())  # or a broken store would spin us
            raise
        return True

    async def send_one(self, name: str) -> bool:
        """Try one parcel of a route; False when there is none."""
        way = self.ways.get(name)
        if self.node is None or way is None or not self._in_step():
            return False
        sending = asyncio.create_task(self._carry(self.node, way))
        way.sending.add(sending)
        sending.add_done_callback(way.sending.discard)
        # A slot may be stopped at any time; what it has taken is ended in `_stop`.
        return await asyncio.shield(sending)

    async def _carry(self, node: Node, way: Way) -> bool:
        parcel = await self.store.claim_parcel(node, way.route.name, self.clocks.wall())
        if parcel is None:
            return False
        try:
            receipt = await self._send(way.transport, parcel.envelope)
        except asyncio.CancelledError:
            receipt = self._deferred(parcel.envelope, CUT)
            await self.store.settle(parcel, receipt, Retry(receipt.at, CUT))
            raise
        await self._settle(way, parcel, receipt)
        return True

    async def _settle(self, way: Way, parcel: Parcel, receipt: Receipt) -> None:
        """Try until it is written down: what was accepted would be sent again otherwise."""
        its = fate(parcel, receipt, self.luck())
        while isinstance(its, Retry | RestRoute) and not self._in_step():
            # What is put off now would be moved once more with all that waits.
            await self._attempt(lambda: self._idle(way))
            receipt = replace(receipt, at=self.clocks.wall())
            its = fate(parcel, receipt, self.luck())
        way.rests_until = its.until if isinstance(its, RestRoute) else None
        told = self._told(parcel, receipt, its)
        settle = partial(self.store.settle, parcel, receipt, its, told)
        while await self._attempt(settle) is None:
            await self._attempt(lambda: self._idle(way))
        journal.settled(parcel, its, way.why)
        way.why = its.why if isinstance(its, RestRoute) else None

    async def _send(self, transport: Transport, envelope: Envelope) -> Receipt:
        try:
            async with asyncio.timeout(LONGEST_SEND):
                return await transport.send(envelope)
        except Exception as bug:  # against the contract; keep the envelope all the same
            log.exception("transport failed on %s", envelope.id)
            return self._deferred(envelope, BUG.fill(bug=type(bug).__name__))

    def _deferred(self, envelope: Envelope, why: Words) -> Receipt:
        answers = dict.fromkeys(envelope.to, Answer(Verdict.DEFERRED, words=why))
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
