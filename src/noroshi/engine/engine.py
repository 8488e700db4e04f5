"""The node at work: it holds its block, takes up new versions, minds its clocks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from noroshi.core.budget import DAY
from noroshi.core.definitions.self_monitoring import is_mail
from noroshi.core.delivery import Accepted, Fate
from noroshi.core.mail import Envelope, Parcel, Receipt, Route
from noroshi.core.model import Monitor
from noroshi.engine import journal
from noroshi.engine.dispatch.dispatcher import Dispatcher
from noroshi.engine.dispatch.route_renames import RouteRenames
from noroshi.engine.emergency import Emergency
from noroshi.engine.liveness import Signs
from noroshi.engine.mailbox_poller import RoundTrips
from noroshi.engine.monitoring.reload import bury, close_the_stopped, take_up
from noroshi.engine.monitoring.schedule import Held
from noroshi.engine.monitoring.watcher import Watch
from noroshi.engine.notices.notifier import Notices, Plan, Worded, as_in_files
from noroshi.engine.retention import YEAR, Sweeping
from noroshi.plugins import Plugins
from noroshi.ports import Clocks, Host, Node, Store, StoreError, StoreFault, Transport, Version
from noroshi.ports.mailbox import MailboxSource

T = TypeVar("T")
log = logging.getLogger(__name__)

TICK = 0.1
"""Seconds: what falls due together starts together, as to wake up costs more than a look; it bounds
how late a look begins."""
RENEW, FLUSH = 3.0, 1.0
APART = 2.0  # seconds by which the clocks may part, or a tick be late, unnoticed
STALL = 30.0
"""Seconds that a tick may be late, until what was due meanwhile would come in a burst. Below that
it is looked at as soon as it can be: where each tick is late, nothing would be looked at else."""


class Engine:
    """One life of a node. `run` ends only by being cancelled, and gives back what it holds."""

    def __init__(
        self,
        store: Store,
        plugins: Plugins,
        compile_plan: Callable[[Version], Awaitable[Plan]],
        open_transport: Callable[[Route], Transport],
        host_of: Callable[[Monitor], Host],
        clocks: Clocks,
        *,
        name: str = "node",
        luck: Callable[[], float],
        ledger: timedelta = YEAR,
        audit: timedelta = YEAR,
        box_of: Callable[[Route], MailboxSource | None] = lambda route: None,
        worded: Worded = as_in_files,
    ) -> None:
        self.store, self.clocks, self.name = store, clocks, name
        self.emergency = Emergency(plugins, clocks, self._transports, store.origin)
        self.notices = Notices(store, plugins, clocks, worded)
        told = self.notices.of_texts
        self.watch = Watch(
            store,
            plugins,
            host_of,
            clocks,
            self._complain,
            self.emergency,
            told,
            self._mind_the_clocks,
        )
        self.dispatcher = Dispatcher(
            store,
            clocks,
            luck,
            open_transport,
            self.attempt,
            self._in_step,
            self._of_attempt,
            plugins.together,
        )
        self.route_renames = RouteRenames(store, clocks)
        self.trips = RoundTrips(store, clocks, box_of, self.notices.of_return)
        self.sweeping = Sweeping(store, clocks, ledger, audit)
        self.node: Node | None = None
        self.version = -1
        self.ready = asyncio.Event()
        self._compile = compile_plan
        self._plan: Plan | None = None
        self._told, self._heard = asyncio.Event(), False
        self._apart, self._seen = self._distance(), clocks.wall()
        self._ticked = self._minded = clocks.steady()
        self._held_at = self._flushed_at = clocks.steady()
        self._owed, self._troubles = 0.0, set[str]()
        self._set_back = timedelta(0)

    # running

    async def run(self) -> None:
        """Work until cancelled."""
        steps = (
            self.tick,
            self._hold_and_send,
            self.flush,
            self.sweeping.step,
            self.emergency.step,
            self.trips.step,
        )
        try:
            async with asyncio.TaskGroup() as loops:
                for step in steps:
                    loops.create_task(self._keep(step))
        finally:
            await self._close()

    def signs(self) -> Signs:
        """What tells whether this node is alive."""
        return Signs(self._ticked, self._held_at, self._flushed_at)

    def news(self) -> None:
        """Somebody changed something in the store: have a look at once."""
        self._heard = True
        self._told.set()

    def _of_attempt(self, parcel: Parcel, receipt: Receipt, its: Fate) -> tuple[Envelope, ...]:
        """What is told of an attempt's end. A route that sends again is looked at once more, or
        it would be called ill until its own monitor's next turn."""
        if parcel.down_since is not None and isinstance(its, Accepted):
            self._heard = True
        return self.notices.of_attempt(parcel, receipt, its)

    async def _keep(self, step: Callable[[], Awaitable[float]]) -> None:
        """Repeat a step for ever; it answers how long to pause."""
        while True:
            pause = await self.attempt(step)
            await self._pause(FLUSH if pause is None else pause, step == self._hold_and_send)

    async def _hold_and_send(self) -> float:
        pause = await self.hold()
        self.dispatcher.start()
        return pause

    async def _pause(self, seconds: float, for_news: bool) -> None:
        if not for_news:
            return await asyncio.sleep(seconds)
        # Not wait_for: in Python 3.11 it loses a cancel that comes together with the news.
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._told.wait()
        self._told.clear()
        return None

    async def attempt(self, step: Callable[[], Awaitable[T]]) -> T | None:
        """No exception ends the engine: the store's, mostly; a bug must not either."""
        try:
            return await step()
        except Exception as error:  # whatever it is, the other monitors and mails go on
            self._complain(error)
            return None

    async def _close(self) -> None:
        # Side by side: a program that has to be killed must not wait for a server to answer.
        await asyncio.gather(self._end_sending(), self.attempt(self.watch.close))
        if self.node is not None:
            node = self.node
            await self.attempt(lambda: self.store.end(node, self.clocks.wall()))

    async def _end_sending(self) -> None:
        await self.attempt(self.notices.farewell)
        await self.attempt(self.dispatcher.close)
        await self.attempt(self.trips.close)

    def _transports(self) -> Mapping[str, Transport]:
        return {name: active.transport for name, active in self.dispatcher.routes.items()}

    # the block

    async def hold(self) -> float:
        """Keep the block, hear what people say, and take up a new version; or take a block."""
        now = self.clocks.wall()
        if self.node is None:
            self.node = self.dispatcher.node = await self._begun(now)
        if owed := self._owed:
            await self.store.shift(timedelta(seconds=owed))
            self.dispatcher.limiter.shift(timedelta(seconds=owed))
            self._owed -= owed  # the clock may have been set once more meanwhile
        held = self.watch.held
        await self.attempt(self.notices.tell)  # before it says that it was here until now
        renewal = await self.store.renew(held.fence, now) if held is not None else None
        if renewal is not None:
            self._held_at = self.clocks.steady()
        if held is None or renewal is None:
            return await self._take(self.node)
        self.watch.hear(held, renewal)
        if renewal.version != self.version or self._lacks(held):
            await self._take_up(self.node, held)
        if self._plan is not None and self._heard:
            self._heard = False
            self.watch.look_again(held, filter(is_mail, self._plan.monitors.values()))
        await self.attempt(self.route_renames.redirect)
        return RENEW

    async def _begun(self, now: datetime) -> Node:
        """A life; if the clock was set back since the one before it, what waits follows."""
        node = await self.store.begin(self.name, now)
        if node.seen is None or node.seen <= now:
            return node
        self._set_back = now - node.seen
        self._owed += self._set_back.total_seconds()
        return replace(node, seen=now)

    def _lacks(self, held: Held) -> bool:
        """Whether some monitors are with nobody, or with another node that may let them go."""
        return self._plan is not None and not self._plan.monitors.keys() <= held.states.keys()

    async def _take(self, node: Node) -> float:
        """A block, whole; what is bad in it is weighed at once."""
        version, plan = await self._current()
        block = await self.store.lease_monitors(node, self.clocks.wall())
        held = Held(block.fence)
        held.take(block, plan.monitors)
        held.lay(self.clocks.steady(), self.clocks.wall())
        if node.seen is not None and not self.ready.is_set():
            held.shift(self._set_back)
            held.catch_up(node.seen, self.clocks.steady(), self.clocks.wall())
        renewal = await self.store.renew(held.fence, self.clocks.wall())
        self._held_at = self.clocks.steady()
        if renewal is None:
            return FLUSH
        self.watch.hear(held, renewal)
        bury(self.watch, held)
        close_the_stopped(self.watch, held)
        self.watch.held = held
        await self._serve(version, plan)
        return RENEW

    async def _take_up(self, node: Node, held: Held) -> None:
        """Only what differs: a monitor with the same id keeps its state and its history."""
        before = dict(held.monitors)
        version, plan = await self._current()
        block = await self.store.lease_monitors(node, self.clocks.wall(), held.fence)
        held.take(block, plan.monitors)
        take_up(self.watch, held, before, plan.monitors)
        await self._serve(version, plan)

    async def _current(self) -> tuple[Version, Plan]:
        version = await self.store.current()
        if version.number != self.version or self._plan is None:
            self._plan = await self._compile(version)
            # What this program watches of itself, an older one that took the version did not.
            await self.store.enroll(version.number, self._plan.monitors)
            await self._tell_of(version, self._plan)
        return version, self._plan

    async def _tell_of(self, version: Version, plan: Plan) -> None:
        if self.node is not None:
            self.notices.took_up(self.node, version, plan)
            await self.attempt(self.notices.tell)

    async def _serve(self, version: Version, plan: Plan) -> None:
        waiting = [row.envelope for row in await self.store.queue()]
        self.dispatcher.limiter.configure(plan.routes, plan.contacts.values())
        if not self.ready.is_set():  # an earlier life's mails count as well
            await self._count_earlier()
        await self.dispatcher.serve(plan.routes, waiting)
        await self.trips.take_up(plan.routes, waiting)
        if version.number != self.version:
            self.route_renames.configure(plan.routes)
            journal.took_up(version.number, len(plan.monitors), plan.routes)
        self.version = version.number
        self.ready.set()

    async def _count_earlier(self) -> None:
        now = self.clocks.wall()
        self.dispatcher.limiter.load(await self.store.accepted_since(now - DAY), now)

    # the steps

    async def tick(self) -> float:
        """Start what is due; answers how long nothing will be."""
        self._mind_the_clocks()
        self._ticked, held = self.clocks.steady(), self.watch.held
        if held is None:
            return TICK
        self.watch.start_due(held)
        return min(max(held.rest(self.clocks.steady(), FLUSH), TICK), FLUSH)

    async def flush(self) -> float:
        try:
            await self.watch.flush()
        except StoreError as error:
            if error.fault is not StoreFault.SAVING:
                raise
            self._complain(error)  # samples alone wait for room: what is said is written
        self._flushed_at = self.clocks.steady()
        return FLUSH

    # the clocks

    def _mind_the_clocks(self) -> None:
        """When they part, or this process slept for long: a fresh schedule, and no burst."""
        now, wall, apart = self.clocks.steady(), self.clocks.wall(), self._distance()
        slept, moved, last = now - self._minded, apart - self._apart, self._seen
        self._minded, self._apart, self._seen = now, apart, wall
        if slept < FLUSH + APART and abs(moved) < APART:
            return
        self.notices.slept(slept)
        journal.out_of_step(slept, moved)
        # A sleep is not to look like a store that is away.
        self._held_at = min(now, self._held_at + slept)
        self._flushed_at = min(now, self._flushed_at + slept)
        if (held := self.watch.held) is not None:
            if abs(moved) >= APART:
                held.shift(timedelta(seconds=moved))
            if abs(moved) >= APART or slept >= STALL:
                held.lay(now, wall, last)
        if abs(moved) >= APART:
            self.watch.health.clock_was_set(now, moved)
            self._owed += moved  # what waits in the store follows
            self.news()

    def _in_step(self) -> bool:
        """Whether what is stored goes by the clock as it is now. If not, what is out may look
        as if its lease were over, and would be sent twice."""
        return not self._owed and abs(self._distance() - self._apart) < APART

    def _distance(self) -> float:
        return self.clocks.wall().timestamp() - self.clocks.steady()

    def _complain(self, error: Exception) -> None:
        """The same trouble again is not logged again."""
        if repr(error) not in self._troubles:
            if len(self._troubles) > 100:
                self._troubles.clear()
            self._troubles.add(repr(error))
            # What a store is known to say needs no traceback; all else is a bug of ours.
            trace = None if isinstance(error, StoreError) else error
            log.error("cannot go on as usual: %s", error, exc_info=trace)
