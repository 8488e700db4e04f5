"""Run a node: hold the block of monitors, apply new versions, check the clocks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from noroshi.core.budget import DAY
from noroshi.core.database_absence import PeerAnswer
from noroshi.core.definitions.self_monitoring import is_mail
from noroshi.core.delivery import Accepted, Fate
from noroshi.core.mail import Envelope, Parcel, Receipt, Route
from noroshi.core.model import Monitor
from noroshi.core.translation import _
from noroshi.engine import journal
from noroshi.engine.dispatch.dispatcher import (
    Dispatcher,
    DispatcherCalls,
    ReportsOfAttempt,
    no_reports,
)
from noroshi.engine.dispatch.route_renames import RouteRenames
from noroshi.engine.dispatch.send_rights import SendRights, no_rights
from noroshi.engine.emergency import Emergency
from noroshi.engine.liveness import Liveness
from noroshi.engine.mailbox_poller import MailboxPoller
from noroshi.engine.monitoring import sharing, unfinished_checks
from noroshi.engine.monitoring.plan_loader import PlanLoader
from noroshi.engine.monitoring.reload import (
    apply_plan,
    close_disabled,
    follow_agents,
    follow_moves,
    restart_other_targets,
    retire_removed,
)
from noroshi.engine.monitoring.schedule import MonitorBlock
from noroshi.engine.monitoring.sharing import RENEW as RENEW_SHARED, RENEWAL_TIMEOUT, Sharing
from noroshi.engine.monitoring.watcher import (
    MarkEnvelopes,
    Watcher,
    WatcherCalls,
    without_hub,
    without_offset,
)
from noroshi.engine.notices.notifier import AppliedPlan, DifferenceText, Notifier, by_path
from noroshi.engine.pending_shift import PendingShift
from noroshi.engine.retention import Retention, RetentionPeriods
from noroshi.plugins import Plugins
from noroshi.ports import (
    NO_LOAN,
    Clocks,
    Host,
    Loan,
    Node,
    Renewal,
    Store,
    StoreError,
    StoreFault,
    Transport,
    Version,
)
from noroshi.ports.mailbox import MailboxSource

T = TypeVar("T")
log = logging.getLogger(__name__)

NO_RENEWAL = _("the database did not answer within {seconds:g} s")
TICK = 0.1
"""Seconds: what falls due together starts together, as to wake up costs more than a check; it
bounds how late a check begins."""
RENEW, FLUSH = 3.0, 1.0
CLOCK_TOLERANCE = 2.0  # seconds by which the clocks may part, or a tick be late, unnoticed
STALL = 30.0
"""Seconds that a tick may be late, until what was due meanwhile would come in a burst. Below that
it is checked as soon as it can be: where each tick is late, nothing would be checked else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSettings:
    """The node's name, whether it shares its store, and for how long it keeps what."""

    name: str = "node"
    is_shared: bool = False
    """Other nodes have the same store, share the monitors with this one, and one of them sends."""
    retention: RetentionPeriods = RetentionPeriods()


AskPeers = Callable[[Collection[str]], Awaitable[Mapping[str, PeerAnswer]]]
"""Asks these nodes whether they have the database; who does not answer in time is left out."""


async def no_agents() -> Collection[str]:
    """Return no names: this node is no hub."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessCalls:
    """Hold the calls that the engine makes to its process. `jitter`: from 0 to 1. `agents` returns
    the names of the agents, which measure their monitors themselves. `marked` returns notifications
    of the hub's rules as they are kept here, `hub_offset` the hub's clock less this computer's.
    `send_rights` returns what may be sent now of agents' notifications, `reports_of_attempt` the rows for the hub that tell
    how an attempt of an agent ended. `ask_peers` asks other nodes whether they have the database; None:
    this node has no link to them. `agent_name` returns the name of an agent by its id, "" if it
    is not known."""

    compile_plan: Callable[[Version], Awaitable[AppliedPlan]]
    open_transport: Callable[[Route], Transport]
    host_of: Callable[[Monitor], Host]
    jitter: Callable[[], float]
    mailbox_of: Callable[[Route], MailboxSource | None] = lambda route: None
    difference_text: DifferenceText = by_path
    agents: Callable[[], Awaitable[Collection[str]]] = no_agents
    send_rights: SendRights = no_rights
    reports_of_attempt: ReportsOfAttempt = no_reports
    marked: MarkEnvelopes = without_hub
    hub_offset: Callable[[], timedelta] = without_offset
    agent_name: Callable[[str], str] = lambda _id: ""
    ask_peers: AskPeers | None = None


class Engine:
    """Run one life of a node. `run` ends only by being cancelled, and gives back what it holds."""

    def __init__(
        self,
        store: Store,
        plugins: Plugins,
        clocks: Clocks,
        process: ProcessCalls,
        settings: EngineSettings = EngineSettings(),
    ) -> None:
        self.store, self.clocks, self.name = store, clocks, settings.name
        self._ask_peers = process.ask_peers
        self._sharing = (
            Sharing(self.name, can_ask=process.ask_peers is not None)
            if settings.is_shared
            else None
        )
        self.emergency = Emergency(
            plugins, clocks, self._transports, store.origin, self._may_notify
        )
        self.notifier = Notifier(store, plugins, clocks, process.difference_text)
        self.watcher = Watcher(
            store,
            plugins,
            process.host_of,
            clocks,
            self.emergency,
            WatcherCalls(
                self._log_once,
                self.notifier.text_failures,
                self._check_clocks,
                process.marked,
                process.hub_offset,
            ),
        )
        self.dispatcher = Dispatcher(
            store,
            clocks,
            process.jitter,
            DispatcherCalls(
                process.open_transport,
                self.attempt,
                self._clocks_agree,
                self._notices_of_attempt,
                plugins.together,
                process.send_rights,
                process.reports_of_attempt,
            ),
        )
        self.route_renames = RouteRenames(store, clocks)
        self.mailbox_poller = MailboxPoller(
            store, clocks, process.mailbox_of, self.notifier.notices_of_return
        )
        self.retention = Retention(store, clocks, settings.retention)
        self.node: Node | None = None
        self.version = -1
        self.ready = asyncio.Event()
        self._plans, self._agent_of = PlanLoader(store, process.compile_plan), plugins.agent_of
        self._read_agents, self._agents = process.agents, frozenset[str]()
        self._agent_name = process.agent_name
        self._plan: AppliedPlan | None = None
        self._wakeup, self._recheck = asyncio.Event(), False
        self._clock_offset, self._last_wall = self._current_offset(), clocks.wall()
        self._ticked_at = self._clocks_checked_at = clocks.steady()
        self._renewed_at = self._flushed_at = clocks.steady()
        self._pending_shift, self._logged_failures = PendingShift(), set[str]()
        self._setback = timedelta(0)
        self.sends = True

    # running

    def follow(self) -> None:
        """Leave to another node what one node does for all: to send, to post notices, to read
        mailboxes, to delete what is old. It is called before `run`."""
        self.sends = False

    async def run(self) -> None:
        """Work until cancelled."""
        steps = (
            self.tick,
            self._hold_and_send,
            self.flush,
            self._delete_old,
            self.emergency.step,
            self.mailbox_poller.step,
            self.look_for_database,
        )
        try:
            async with asyncio.TaskGroup() as loops:
                for step in steps:
                    loops.create_task(self._repeat(step))
        finally:
            await self._close()

    def liveness(self) -> Liveness:
        """Return what tells whether this node is alive."""
        return Liveness(self._ticked_at, self._renewed_at, self._flushed_at)

    def wake_up(self) -> None:
        """Look into the store at once: somebody changed something."""
        self._recheck = True
        self._wakeup.set()

    def _notices_of_attempt(
        self, parcel: Parcel, receipt: Receipt, fate: Fate
    ) -> tuple[Envelope, ...]:
        """Return the notices of how an attempt ended. A route that sends again is checked once
        more, or it would be called ill until the next check of the route's own monitor."""
        if parcel.down_since is not None and isinstance(fate, Accepted):
            self._recheck = True
        return self.notifier.notices_of_attempt(parcel, receipt, fate)

    async def _repeat(self, step: Callable[[], Awaitable[float]]) -> None:
        """Repeat a step for ever; it returns the seconds to pause."""
        while True:
            pause = await self.attempt(step)
            await self._pause(FLUSH if pause is None else pause, step == self._hold_and_send)

    async def _hold_and_send(self) -> float:
        pause = await self.hold()
        if self.sends:
            self.dispatcher.start()
        return pause

    async def _delete_old(self) -> float:
        return await self.retention.step() if self.sends else FLUSH

    async def _pause(self, seconds: float, until_woken: bool) -> None:
        if not until_woken:
            return await asyncio.sleep(seconds)
        # Not wait_for: in Python 3.11 it loses a cancel that comes together with the wake-up.
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wakeup.wait()
        self._wakeup.clear()
        return None

    async def attempt(self, step: Callable[[], Awaitable[T]]) -> T | None:
        """Run a step; return None where it raised. No exception ends the engine: the store's,
        mostly; a bug must not either."""
        try:
            return await step()
        except Exception as error:  # whatever it is, the other monitors and mails go on
            self._log_once(error)
            return None

    async def _close(self) -> None:
        ended_at, node, block = self.clocks.wall(), self.node, self.watcher.block
        watched_until = {} if block is None else block.unfinished(ended_at)
        # Side by side: a program that has to be killed must not wait for a server to answer.
        await asyncio.gather(self._end_sending(), self.attempt(self.watcher.close))
        if block is not None and watched_until:
            await self.attempt(lambda: self._leave_unfinished(block, watched_until, ended_at))
        if node is not None:
            await self.attempt(lambda: self.store.end(node, ended_at))

    async def _leave_unfinished(
        self, block: MonitorBlock, watched_until: Mapping[str, datetime], ended_at: datetime
    ) -> None:
        if self._sharing is not None:
            await self.store.give_back(block.fence, watched_until)
        else:
            await unfinished_checks.keep(self.store, ended_at, watched_until)

    async def _end_sending(self) -> None:
        await self.attempt(self.notifier.announce_stop)
        await self.attempt(self.dispatcher.close)
        await self.attempt(self.mailbox_poller.close)

    def _transports(self) -> Mapping[str, Transport]:
        return {name: active.transport for name, active in self.dispatcher.routes.items()}

    # the block

    async def hold(self) -> float:
        """Renew the lease of the block, hear what people say, and apply a new version; or lease a
        block. Return the seconds to pause. Raises StoreError."""
        try:
            return await self._hold()
        except Exception:
            # Whatever it was: nobody else can take what leaves the block.
            if (block := self.watcher.block) is not None:
                block.leave(frozenset(), self.clocks.steady(), self.clocks.wall())
            raise

    async def _hold(self) -> float:
        now = self.clocks.wall()
        if self.node is None:
            self.node = self.dispatcher.node = await self._begin_life(now)
        if not self.sends:
            self._pending_shift.drop()  # the node that sends lets follow what waits
        if self._pending_shift.seconds:
            amount = await self._pending_shift.make_step(self.store, self.node)
            self.dispatcher.limiter.shift(amount)
        block = self.watcher.block
        if self.sends:
            # Before it says that it was here until now.
            await self.attempt(self.notifier.post_due)
        renewal = await self._renew(block.fence) if block is not None else None
        if block is None or renewal is None:
            return await self._lease_block(self.node)
        self.watcher.update_suppressions(block, renewal)
        agents = frozenset(await self._read_agents())
        await self._give_up(block)
        is_outdated = renewal.version != self.version or agents != self._agents
        if is_outdated or self._lacks_monitors(block):
            if not await self._apply_version(self.node, block):
                return TICK
            self._agents = agents
        if self._plan is not None and self._recheck:
            self._recheck = False
            self.watcher.recheck(block, filter(is_mail, self._plan.monitors.values()))
        if self.sends:
            await self.attempt(self.route_renames.redirect)
        return RENEW if self._sharing is None else sharing.seconds_to_next_renewal(renewal)

    async def _renew(self, fence: int) -> Renewal | None:
        if self._sharing is not None:
            renewal = await self._renew_shared(fence, self._sharing)
        else:
            renewal = await self.store.renew(fence, self.clocks.wall())
        if renewal is not None:
            self._renewed_at = self.clocks.steady()
        return renewal

    # what is shared with other nodes

    async def _renew_shared(self, fence: int, sharing: Sharing) -> Renewal | None:
        sent_at = self.clocks.steady()
        try:
            async with asyncio.timeout(RENEWAL_TIMEOUT):
                renewal = await self.store.renew(fence, self.clocks.wall())
        except TimeoutError:
            sharing.record_failure(sent_at)
            raise StoreError(NO_RENEWAL.fill(seconds=RENEWAL_TIMEOUT)) from None
        except StoreError:
            sharing.record_failure(sent_at)
            raise
        if renewal is not None:
            sharing.record_renewal(renewal, sent_at)
        else:
            sharing.record_loss()
            self.emergency.discard_unsent()
        return renewal

    async def look_for_database(self) -> float:
        """Ask the other nodes whether they have the database, while this one does not reach it."""
        if self._sharing is None:
            return FLUSH
        asked_at = self.clocks.steady()
        self._sharing.record_silence(asked_at)
        peers = self._sharing.peers_to_ask(asked_at)
        if peers and self._ask_peers is not None:
            self._sharing.record_answers(await self._ask_peers(peers), asked_at)
        return RENEW_SHARED

    def _may_notify(self) -> bool:
        """Return whether alarms may be sent past the queue, if they cannot be written."""
        return self._sharing is None or self._sharing.may_notify(self.clocks.steady())

    def _left_out(self) -> frozenset[str]:
        """Return the ids of the monitors that are other nodes' to watch."""
        if self._sharing is None or self._plan is None:
            return frozenset()
        return self._sharing.left_out(self._plan.monitors, self._is_reported, self._agents)

    async def _give_up(self, block: MonitorBlock) -> None:
        if self._sharing is not None:
            await sharing.give_up(self.watcher, block, self._left_out())

    def _may_take_over(self) -> bool:
        return self._sharing is None or self._sharing.may_take_over(self.clocks.steady())

    async def _begin_life(self, now: datetime) -> Node:
        """Begin a life; if the clock was set back since the one before it, what waits follows."""
        node = await self.store.begin(self.name, now)
        if node.last_seen is None or node.last_seen <= now or self._sharing is not None:
            return node
        self._setback = now - node.last_seen
        self._pending_shift.add(self._setback.total_seconds())
        return replace(node, last_seen=now)

    def _lacks_monitors(self, block: MonitorBlock) -> bool:
        """Return whether some monitors are with nobody, or with another node that may let them
        go, or are held without a place in the schedule."""
        if not block.is_scheduled:
            return True
        if self._plan is None:
            return False
        return not self._plan.monitors.keys() <= block.held_ids | self._left_out()

    def _is_reported(self, monitor: Monitor) -> bool:
        """Return whether an agent measures a monitor, and reports what it finds."""
        return bool(self._agent_of(monitor))

    def _reported_monitors(self, plan: AppliedPlan) -> Mapping[str, Monitor]:
        return {id: one for id, one in plan.monitors.items() if self._is_reported(one)}

    async def _lease_block(self, node: Node) -> float:
        """Lease a whole block; reevaluate what is bad in it at once. Return the seconds to pause.
        Raises StoreError."""
        version, plan = await self._current()
        self._agents = frozenset(await self._read_agents())
        left_out = plan.monitors.keys() if self._sharing is not None else ()
        now = self.clocks.wall()
        leased = await self.store.lease_monitors(node, now, NO_LOAN, left_out)
        block = MonitorBlock(leased.fence)
        block.add_leased(leased, self._reported_monitors(plan), leased.lent_at or now)
        block.monitors |= {id: one for id, one in plan.monitors.items() if id in block.states}
        block.reschedule_all(self.clocks.steady(), self.clocks.wall())
        if self._sharing is None and node.last_seen is not None and not self.ready.is_set():
            block.shift(self._setback)
            unfinished = await unfinished_checks.left_by_last_life(self.store, node.last_seen)
            steady, wall = self.clocks.steady(), self.clocks.wall()
            block.catch_up(node.last_seen, steady, wall, unfinished)
        renewal = await self._renew(block.fence)
        if renewal is None:
            return FLUSH
        self.watcher.update_suppressions(block, renewal)
        retire_removed(self.watcher, block)
        close_disabled(self.watcher, block, block.monitors)
        restart_other_targets(self.watcher, block, block.monitors)
        await self._follow_moves(block)
        self.watcher.block = block
        await self._serve(version, plan)
        return RENEW if self._sharing is None else TICK  # to take the share that is known now

    async def _apply_version(self, node: Node, block: MonitorBlock) -> bool:
        """Apply only what differs: a monitor with the same id keeps its state and its history. Return
        False if the lease of the block was over by then: nothing is written under it any more."""
        previous_monitors = {**block.monitors, **block.reported_monitors}
        version, plan = await self._current()
        now = self.clocks.wall()
        loan = Loan(block.fence, block.held_ids, takes_over=self._may_take_over())
        leased = await self.store.lease_monitors(node, now, loan, self._left_out())
        if leased.fence != block.fence:
            return False
        block.add_leased(leased, self._reported_monitors(plan), leased.lent_at or now)
        returned_ids = await follow_agents(
            self.watcher, block, plan.monitors, self._is_reported
        )
        await self._follow_moves(block)
        apply_plan(self.watcher, block, previous_monitors, plan.monitors, returned_ids)
        if self._sharing is not None:
            close_disabled(self.watcher, block, leased.states)
            restart_other_targets(self.watcher, block, leased.states)
        block.catch_up_unwatched(self.clocks.steady(), self.clocks.wall())
        await self._serve(version, plan)
        return True

    async def _follow_moves(self, block: MonitorBlock) -> None:
        await follow_moves(self.watcher, block, self._agent_name, self._agent_of)

    async def _current(self) -> tuple[Version, AppliedPlan]:
        version = await self.store.current()
        if version.number != self.version or self._plan is None:
            self._plan = await self._plans.load(self.node, version)
            # What this program watches of itself, an older one that took the version did not.
            await self.store.enroll(version.number, self._plan.monitors)
            await self._post_notices(version, self._plan)
        return version, self._plan

    async def _post_notices(self, version: Version, plan: AppliedPlan) -> None:
        if not self.sends:
            self.notifier.follow(version, plan)
        elif self.node is not None:
            self.notifier.version_in_use(self.node, version, plan)
            await self.attempt(self.notifier.post_due)

    async def _serve(self, version: Version, plan: AppliedPlan) -> None:
        if self.sends:
            await self._serve_routes(version, plan)
        else:  # without a store, alarms are sent past it by each node
            await self.dispatcher.serve(plan.routes, ())
        if version.number != self.version:
            journal.version_in_use(version.number, len(plan.monitors), plan.routes)
        self.version = version.number
        self.ready.set()

    async def _serve_routes(self, version: Version, plan: AppliedPlan) -> None:
        waiting_mails = [row.envelope for row in await self.store.queue()]
        self.dispatcher.limiter.configure(plan.routes, plan.contacts.values())
        if not self.ready.is_set():  # mails of a life before, or of another node, count too
            await self._load_limits()
        await self.dispatcher.serve(plan.routes, waiting_mails)
        contacts = tuple(plan.contacts.values())
        await self.mailbox_poller.serve(plan.routes, waiting_mails, contacts)
        if version.number != self.version:
            self.route_renames.configure(plan.routes)

    async def _load_limits(self) -> None:
        now = self.clocks.wall()
        self.dispatcher.limiter.load(await self.store.accepted_since(now - DAY), now)

    # the steps

    async def tick(self) -> float:
        """Start what is due; return the seconds until something will be."""
        self._check_clocks()
        now, block = self.clocks.steady(), self.watcher.block
        last_tick, self._ticked_at = self._ticked_at, now
        if self._sharing is not None:
            self._sharing.record_tick(now, now - last_tick)
        if block is None or (self._sharing is not None and not self._sharing.may_start(now)):
            return TICK
        self.watcher.start_due(block)
        pause = block.seconds_until_due(self.clocks.steady(), FLUSH)
        return min(max(pause, TICK), FLUSH)

    async def flush(self) -> float:
        """Write the samples of the last second; return the seconds to pause. Raises StoreError."""
        try:
            await self.watcher.flush()
        except StoreError as error:
            if error.fault is not StoreFault.SAVING:
                raise
            self._log_once(error)  # samples alone wait for room: what is said is written
        self._flushed_at = self.clocks.steady()
        return FLUSH

    # the clocks

    def _check_clocks(self) -> None:
        """Make a fresh schedule, and no burst, when the clocks part, or this process slept for
        long."""
        now, wall, offset = self.clocks.steady(), self.clocks.wall(), self._current_offset()
        elapsed, clock_shift = now - self._clocks_checked_at, offset - self._clock_offset
        last_wall = self._last_wall
        self._clocks_checked_at, self._clock_offset, self._last_wall = now, offset, wall
        if elapsed < FLUSH + CLOCK_TOLERANCE and abs(clock_shift) < CLOCK_TOLERANCE:
            return
        self.notifier.record_sleep(elapsed)
        journal.clocks_out_of_step(elapsed, clock_shift)
        # A sleep is not to look like a store that is away.
        self._renewed_at = min(now, self._renewed_at + elapsed)
        self._flushed_at = min(now, self._flushed_at + elapsed)
        if (block := self.watcher.block) is not None:
            if abs(clock_shift) >= CLOCK_TOLERANCE:
                block.shift(timedelta(seconds=clock_shift))
            if abs(clock_shift) >= CLOCK_TOLERANCE or elapsed >= STALL:
                block.reschedule_all(now, wall, last_wall)
        if abs(clock_shift) >= CLOCK_TOLERANCE:
            self.watcher.punctuality.record_clock_set(now, clock_shift)
            self._pending_shift.add(clock_shift)  # what waits in the store follows
            self.wake_up()

    def _clocks_agree(self) -> bool:
        """Return True if stored times agree with the clock as it is now. If they do not, a lent
        mail may look as if its lease were over, and would be sent twice."""
        clock_shift = abs(self._current_offset() - self._clock_offset)
        return not self._pending_shift.seconds and clock_shift < CLOCK_TOLERANCE

    def _current_offset(self) -> float:
        """Return by how many seconds the wall clock is ahead of the steady one."""
        return self.clocks.wall().timestamp() - self.clocks.steady()

    def _log_once(self, error: Exception) -> None:
        """Log an error, unless the same was logged before."""
        if repr(error) not in self._logged_failures:
            if len(self._logged_failures) > 100:
                self._logged_failures.clear()
            self._logged_failures.add(repr(error))
            # What a store is known to say needs no traceback; all else is a bug of ours.
            trace = None if isinstance(error, StoreError) else error
            log.error("cannot go on as usual: %s", error, exc_info=trace)
