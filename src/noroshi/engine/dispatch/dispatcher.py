"""Sending: for each route a few slots, each of which takes one parcel at a time.

There are more slots than lines to send by: while one mail's end is written down and the next is
asked for, another one that was asked for before is on the line. How many more depends on the
mail server: what is asked for ahead lets nothing more urgent pass any more.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from noroshi.core.delivery import Accepted, Fate, RestRoute, Retry, probed
from noroshi.core.mail import Answer, Envelope, Fault, Parcel, Receipt, Route, Verdict
from noroshi.engine import journal
from noroshi.engine.dispatch.active_route import Way
from noroshi.engine.dispatch.connection_slots import Lines
from noroshi.engine.dispatch.delivery_attempt import Answered
from noroshi.engine.dispatch.delivery_task import Turn
from noroshi.engine.dispatch.in_flight import Out
from noroshi.engine.dispatch.mail_threads import in_its_thread
from noroshi.engine.dispatch.missing_route import GoneRoute
from noroshi.engine.dispatch.parcel_selector import Choosing, Together, Told
from noroshi.engine.dispatch.rate_limiter import Pacing
from noroshi.engine.dispatch.route_outages import left_of
from noroshi.engine.dispatch.route_shutdown import Attempt, Endings
from noroshi.ports import PARCEL_LEASE, Clocks, Node, Resting, Store, Transport

log = logging.getLogger(__name__)

IDLE = timedelta(seconds=1)
SPARE = 15.0  # seconds that a parcel, once lent, may wait before it is on its way
MARGIN = 65.0  # seconds of its lease that are the store's: another process may lock it for 60
AHEAD = 8  # slots for each line: one sends, the others write down and ask
QUICK = 0.05  # seconds: only where a mail takes no longer are there more than two slots a line
LONGEST_SEND = PARCEL_LEASE.total_seconds() - SPARE - MARGIN


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
        together: Together,
    ) -> None:
        self.store, self.clocks, self.luck = store, clocks, luck
        self._open, self._attempt, self._in_step = open_transport, attempt, in_step
        self._told = told
        self.pacing, self.lines, self._out = Pacing(), Lines(), Out()
        self._choosing = Choosing(store, clocks, self.pacing, together, told)
        self.ways: dict[str, Way] = {}
        self._answered = Answered(clocks, self.pacing, luck)
        self._known, self._changed = set[str](), set[str]()
        self._endings = Endings(attempt)
        self.node: Node | None = None

    async def take_up(self, routes: Mapping[str, Route], waiting: Iterable[Envelope]) -> None:
        """Serve these routes from now on; one that did not change is left as it is. One that
        did is tried at once, and so are, after a start, those that our own settings kept down."""
        changed = [n for n, way in self.ways.items() if routes.get(n) != way.route]
        self._changed.update(changed)  # beside those of a time when the store failed below
        await asyncio.gather(*[self._endings.leave(self.ways.pop(name)) for name in changed])
        for name, route in routes.items():
            if name not in self.ways:
                self.ways[name] = Way(route, self._open(route))
        for rest in await left_of(self.store, routes):
            of_setup = rest.fault is Fault.SETUP and rest.route not in self._known
            if rest.route in self._changed or of_setup:
                await self.store.wake(rest.route, self.clocks.wall())
            if rest.route in self.ways:
                self.ways[rest.route].rests_until = rest.until
        self._known.update(self.ways)
        named = {name for envelope in waiting for name in envelope.routes}
        # A turn under way, or the last one of a removed monitor, may yet write to what is gone.
        for name in named.union(self._changed) - self.ways.keys():
            self.ways[name] = Way(Route(name=name), GoneRoute(name, self.clocks))
        self._changed.clear()

    def start(self) -> None:
        """Give each route as many slots as it has connections, and some who work ahead."""
        for name, way in self.ways.items():
            for place in range(len(way.slots), AHEAD * way.route.connections):
                serving = self._serve(way, place // way.route.connections)
                way.slots.add(asyncio.create_task(serving, name=f"route {name}"))

    async def _serve(self, way: Way, ahead: int) -> None:
        """The next parcel is asked for while the last one's end is written down, so that both
        share a commit; it leaves when that is done. `ahead`: how many before it have a line of
        the same number; it has nothing to do as long as they are enough."""
        name = way.route.name
        last: Turn | None = None
        found = False
        while self.ways.get(name) is way:
            if not self._is_needed(way, ahead, found):
                await self._attempt(lambda: self._idle(way))
                found = False
                continue
            turn = self._turn(way, last)
            found = turn is not None and bool(await self._attempt(turn.came_to_something))
            if found:
                last = turn
            else:
                await self._attempt(lambda: self.look(name))
                await self._attempt(lambda: self._idle(way))

    def _is_needed(self, way: Way, ahead: int, found: bool) -> bool:
        """Whether a slot should ask for a parcel; `found`: it did, and there was one."""
        if way.rests_until is not None and way.sending:
            return False  # one mail finds out whether it is well again: a breaker half open
        if ahead > 1 and way.took > QUICK:
            return False
        return not ahead or found or self.lines.all_busy(way.route)

    async def look(self, name: str) -> bool:
        """Look at a route whose rest is over and for which no mail waits, as else nobody would
        hear that it is well again. False: there is nothing to look at."""
        way, now = self.ways.get(name), self.clocks.wall()
        if way is None or way.looking or way.rests_until is None or not self._in_step():
            return False
        # Somebody may have woken it meanwhile: until when it rests is the store's to say.
        rest = next((r for r in await self.store.resting() if r.route == name), None)
        if rest is None or not rest.early or rest.until > now:
            way.rests_until = None if rest is None else rest.until
            return False
        if not self.lines.is_unused(way.route):  # what is on its way there tells it
            return False
        way.looking = True
        await self.lines.take(way.route)
        try:
            await self._probe(way, rest)
        finally:
            self.lines.free(way.route)
            way.looking = False
        return True

    async def _probe(self, way: Way, rest: Resting) -> None:
        answer = await self._looked(way, rest)
        its = probed(rest.since, self.clocks.wall(), answer, self.luck())
        way.rests_until = None if its is None else its.until
        await self.store.probed(way.route.name, its)
        journal.looked(way.route.name, its)

    async def _looked(self, way: Way, rest: Resting) -> Answer:
        try:
            async with asyncio.timeout(LONGEST_SEND):
                return await way.transport.probe()
        except Exception:  # against the contract; nothing is known, so it rests on as it did
            log.exception("transport failed on a look at %s", way.route.name)
            down = Verdict.ROUTE_DOWN
            return Answer(down, words=rest.why, fault=rest.fault, early=rest.early)

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
        """Try one parcel of a route, to the end; False when there is none."""
        way = self.ways.get(name)
        turn = self._turn(way) if way is not None else None
        return turn is not None and await asyncio.shield(turn.ended)

    def _turn(self, way: Way, before: Turn | None = None) -> Turn | None:
        """Begin with the next parcel. A slot may be stopped at any time; what it has taken is
        ended in `_stop`."""
        if self.node is None or not self._in_step():
            return None
        turn = Turn()
        turn.begin(self._carry_to_the_end(self.node, way, turn, before))
        way.sending.add(turn.ended)
        turn.ended.add_done_callback(way.sending.discard)
        return turn

    async def _carry_to_the_end(
        self, node: Node, way: Way, turn: Turn, before: Turn | None
    ) -> bool:
        try:
            return await self._carry(node, way, turn, before)
        finally:
            if turn.parcel is not None:
                self._out.is_over(turn.parcel)

    async def _carry(self, node: Node, way: Way, turn: Turn, before: Turn | None) -> bool:
        rested = way.rests_until
        with self.pacing.one_out(way.route, self.clocks.wall()) as may:
            if not may or not await self._has_line(node, way, turn, before, rested):
                return False
            parcel = turn.lent
            with self.pacing.one_for(parcel.envelope.contact):
                receipt = await self._on_the_line(way, parcel)
                self.pacing.told(way.route.name, parcel.envelope, receipt)
        turn.is_answered()
        await self._settle(way, parcel, receipt)
        return True

    async def _has_line(
        self, node: Node, way: Way, turn: Turn, before: Turn | None, rested: datetime | None
    ) -> bool:
        """Ask for a parcel, and wait until the last one's end is written down, and for a line.
        False: there is none, or it was given back, as it may not leave any more. `rested`: until
        when its route did before."""
        if not await self._asks(node, way, turn):
            return False
        if self._leaves_at_once(way, before, rested):
            await self.lines.take(way.route)
            return True
        began = self.clocks.steady()
        with self.pacing.one_for(turn.lent.envelope.contact):
            await self._waits_for_line(way, turn.lent, before)
        try:
            if self.clocks.steady() - began > SPARE and self._still_serves(way, rested):
                # Its lease is too short by now, and something more urgent may have come.
                await self._gives_back(turn)
                await self._asks(node, way, turn)
        except BaseException:  # whatever it was, the line is free for the next
            self.lines.free(way.route)
            raise
        if turn.parcel is not None and self._still_serves(way, rested):
            return True
        self.lines.free(way.route)
        await self._gives_back(turn)
        return False

    async def _asks(self, node: Node, way: Way, turn: Turn) -> bool:
        """False: there is none, or another slot has it already."""
        parcel = await self._choosing.next(node, way.route)
        if parcel is None or not self._out.take(parcel):
            return False
        turn.parcel = parcel
        return True

    async def _gives_back(self, turn: Turn) -> None:
        """What was not tried stands where it stood."""
        if turn.parcel is not None:
            await self._choosing.let_go(self._out.as_lent(turn.parcel))
            self._out.is_over(turn.parcel)
            turn.parcel = None

    async def _waits_for_line(self, way: Way, parcel: Parcel, before: Turn | None) -> None:
        try:
            if before is not None:
                await before.is_over()
            await self.lines.take(way.route)
        except asyncio.CancelledError:
            await self.store.release_lease(self._out.as_lent(parcel), self.clocks.wall())
            raise

    def _still_serves(self, way: Way, rested: datetime | None) -> bool:
        """Whether a route is as it was when a parcel was asked for: in use, and no worse."""
        return self.ways.get(way.route.name) is way and not self._is_worse(way, rested)

    def _leaves_at_once(self, way: Way, before: Turn | None, rested: datetime | None) -> bool:
        """What need not wait leaves also in the moment that a changed route has left to it. Its
        line is taken here and now: whoever gives way for one turn of the loop is behind others."""
        ready = (before is None or before.ended.done()) and not self.lines.all_busy(way.route)
        return ready and not way.over and not self._is_worse(way, rested)

    def _is_worse(self, way: Way, rested: datetime | None) -> bool:
        return way.rests_until is not None and way.rests_until != rested

    async def _on_the_line(self, way: Way, parcel: Parcel) -> Receipt:
        began = self.clocks.steady()
        try:
            with way.one_on_line():
                return await self._try(way, parcel)
        finally:
            way.took = self.clocks.steady() - began
            self.lines.free(way.route)

    async def _try(self, way: Way, parcel: Parcel) -> Receipt:
        try:
            mail = await in_its_thread(self.store, parcel.envelope)
            receipt = await self._answered.by(way, mail, LONGEST_SEND)
        except asyncio.CancelledError:
            receipt, me = self._answered.cut_off(parcel.envelope), asyncio.current_task()
            if not way.over or me is None:
                its = self._answered.fate(parcel, receipt)
                await self.store.settle(self._out.as_lent(parcel), receipt, its)
                raise
            me.uncancel()  # the mail alone is broken off: that is written down as any end is
        return replace(receipt, route=way.route.name)

    async def _settle(self, way: Way, parcel: Parcel, receipt: Receipt) -> None:
        """Try until it is written down: what was accepted would be sent again otherwise."""
        its = self._answered.fate(parcel, receipt)
        way.rests_until = its.until if isinstance(its, RestRoute) else None
        while not await self._is_written(parcel, receipt, its):
            await self._attempt(lambda: self._idle(way))
            if isinstance(its, Retry | RestRoute):  # from now on: the clock may have been set
                receipt = replace(receipt, at=self.clocks.wall())
                its = self._answered.fate(parcel, receipt)
        if way.over and isinstance(its, RestRoute):  # it was so before it was changed
            await self._attempt(lambda: self.store.wake(parcel.route, self.clocks.wall()))
        await self._hasten(way, its)
        journal.settled(parcel, its, way.why)
        way.why = its.why if isinstance(its, RestRoute) else None

    async def _hasten(self, way: Way, its: Fate) -> None:
        """A route that accepts a mail accepts what it put off, too, as far as is known."""
        if isinstance(its, Retry):
            way.put_off = True
        elif way.put_off and isinstance(its, Accepted):
            way.put_off = False
            await self._attempt(lambda: self.store.hasten(way.route.name, self.clocks.wall()))

    async def _is_written(self, parcel: Parcel, receipt: Receipt, its: Fate) -> bool:
        """Also if nobody asks for it any more. If it was lent meanwhile: to this slot."""
        if isinstance(its, Retry | RestRoute) and not self._in_step():
            return False  # it would be moved once more with all that waits
        lent, told = self._out.as_lent(parcel), self._told(parcel, receipt, its)
        held = await self._attempt(partial(self.store.settle, lent, receipt, its, told))
        last = self._out.as_lent(parcel)
        if last.lease == lent.lease:
            return held is not None
        if held:  # it was lent anew once that was written
            await self._choosing.let_go(last)
        return bool(held)

    async def close(self) -> None:
        """Take nothing new; let what is under way end, for a moment; then let go."""
        ways, self.ways = list(self.ways.values()), {}
        await asyncio.gather(self._endings.close(), *map(self._endings.stop, ways))
