"""Watch monitors: from a check that is due to a committed change.

It needs no store while nothing changes: the block's states and schedule are in memory.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import isfinite
from typing import Any

from noroshi import schema
from noroshi.core.clock_shift import shift_for_hub, shift_state
from noroshi.core.judgement import moves_nothing
from noroshi.core.levels import Level
from noroshi.core.mail import Envelope
from noroshi.core.model import NOT_SUPPRESSED, Change, Monitor, Sample, State, Suppression
from noroshi.core.reckon import closing_change, hub_envelopes_of, reckon
from noroshi.core.target_mark import target_mark
from noroshi.core.translation import _
from noroshi.engine import journal
from noroshi.engine.deadlines import Deadlines
from noroshi.engine.emergency import Emergency
from noroshi.engine.liveness import Punctuality
from noroshi.engine.monitoring.check_slots import CheckSlots
from noroshi.engine.monitoring.rounds import Rounds
from noroshi.engine.monitoring.sample_buffer import PORTION, MonitorSample, SampleBuffer
from noroshi.engine.monitoring.schedule import (
    CLOSING,
    CheckTrigger,
    MonitorBlock,
    ScheduledCheck,
    shift_change,
)
from noroshi.link.report_rows import rows_of_change
from noroshi.plugins import Plugins
from noroshi.ports import Check, Clocks, Host, Outcome, Renewal, Store, StoreError, Unmeasurable

log = logging.getLogger(__name__)

RETRY_AFTER = 5.0  # seconds until a check that could not be written down is repeated
SOCKETS = 4000
AT_ONCE = 32
"""Checks under way, above which they are judged a few in a round of the loop."""
MOST_MEMORY = 256 * 1024
NO_ANSWER = _("no answer within {seconds:g} s")
NO_NUMBER = _("{name} is {value}, which cannot be compared with a limit")
CHECK_FAILED = _("the check itself failed ({bug}); this is a bug in Noroshi, see its log")


MarkEnvelopes = Callable[[Iterable[Envelope]], tuple[Envelope, ...]]
"""Return notifications of the hub's rules as they are kept here."""


def without_hub(_envelopes: Iterable[Envelope]) -> tuple[Envelope, ...]:
    """Return no notifications: this node has no hub."""
    return ()


def without_offset() -> timedelta:
    """Return no offset: this node has no hub."""
    return timedelta(0)


@dataclass(frozen=True, slots=True)
class WatcherCalls:
    """Hold the calls that the watcher makes to its engine. `hub_offset` returns the hub's clock less
    this computer's."""

    log_once: Callable[[Exception], None]
    text_failures: Callable[[Iterable[Envelope]], tuple[Envelope, ...]]
    check_clocks: Callable[[], None]
    marked: MarkEnvelopes = without_hub
    hub_offset: Callable[[], timedelta] = without_offset


class Watcher:
    """Run the checks of the block that this node holds. Only the engine's loop calls it."""

    def __init__(
        self,
        store: Store,
        plugins: Plugins,
        host_of: Callable[[Monitor], Host],
        clocks: Clocks,
        emergency: Emergency,
        engine: WatcherCalls,
    ) -> None:
        self.store, self.plugins, self.clocks = store, plugins, clocks
        self.host_of, self.log_once, self.emergency = host_of, engine.log_once, emergency
        self._text_failures, self._check_clocks = engine.text_failures, engine.check_clocks
        self._marked, self._hub_offset = engine.marked, engine.hub_offset
        self.block: MonitorBlock | None = None
        self.running_checks: set[asyncio.Task[None]] = set()
        self.samples, self.punctuality = SampleBuffer(), Punctuality()
        self._rounds, self._flushing = Rounds(), asyncio.Lock()
        self._deadlines = Deadlines()
        self._sockets = asyncio.Semaphore(SOCKETS)
        self._slots = defaultdict[tuple[str, str], CheckSlots](CheckSlots)

    # checks

    def start_due(self, block: MonitorBlock) -> None:
        """Start every check that is due by now."""
        steady, wall = self.clocks.steady(), self.clocks.wall()
        while check := block.pop_due(steady, wall):
            self._start(block, check)

    def update_suppressions(self, block: MonitorBlock, renewal: Renewal) -> None:
        """Reevaluate at once, without a sample, the monitors of which something new was said."""
        current = block.stored_suppression, block.suppressions
        if (renewal.suppression_by_monitor, renewal.suppressions) != current:
            changed_ids = block.update_suppressions(
                renewal.suppression_by_monitor, renewal.suppressions
            )
            self.reevaluate(block, changed_ids)

    def reevaluate(self, block: MonitorBlock, ids: Iterable[str]) -> None:
        """Reevaluate these monitors now, by what people say of them."""
        now, wall = self.clocks.steady(), self.clocks.wall()
        for id in ids:
            block.wake(id, now, wall)

    def recheck(self, block: MonitorBlock, monitors: Iterable[Monitor]) -> None:
        """Measure now those monitors that are not well: an account may just have been signed in,
        or a mail have left again, and until the next check they would still be called ill."""
        now, wall = self.clocks.steady(), self.clocks.wall()
        for id in (monitor.id for monitor in monitors):
            if id in block.states and block.states[id].level is not Level.OK:
                block.repeat(id, CheckTrigger.RETRY, now, wall)

    def close_open(
        self, block: MonitorBlock, ids: Iterable[str], trigger: CheckTrigger
    ) -> None:
        """Schedule a check now that closes what is open of these monitors."""
        now, wall = self.clocks.steady(), self.clocks.wall()
        for id in ids:
            block.wakeups.pop(id, None)  # what is about to be closed is not told again before
            block.add(now, id, trigger, wall)

    def _start(self, block: MonitorBlock, check: ScheduledCheck) -> None:
        """Start one check a monitor at a time: one that hangs past its interval misses a cell."""
        if not block.needs_check(check):
            return block.skip(check, self.clocks.steady())
        if check.id in block.busy:
            return block.defer_while_busy(check, self.clocks.steady())
        block.begin(check)
        if check.trigger is CheckTrigger.CADENCE:
            now = self.clocks.steady()
            self.punctuality.record_start(now, now - check.due)
        task = asyncio.create_task(self._run(block, check.id, check.trigger))
        self.running_checks.add(task)
        return None

    async def _run(self, block: MonitorBlock, id: str, trigger: CheckTrigger) -> None:
        try:
            await self._perform(block, block.monitors[id], trigger)
        except Exception as error:  # not written down, so it is not so: look again soon
            self.log_once(error)
            trigger = trigger if trigger in CLOSING else CheckTrigger.RETRY
            block.repeat(id, trigger, self.clocks.steady() + RETRY_AFTER, self.clocks.wall())
        finally:
            block.busy.pop(id, None)
            self.running_checks.discard(asyncio.current_task())

    async def _perform(
        self, block: MonitorBlock, monitor: Monitor, trigger: CheckTrigger
    ) -> None:
        match trigger:
            case CheckTrigger.RETIRE:
                await self._retire(block, monitor)
            case CheckTrigger.RESTART | CheckTrigger.DISABLE:
                await self._restart(block, monitor)
            case _:
                await self._measure_and_judge(block, monitor, trigger)

    async def _measure_and_judge(
        self, block: MonitorBlock, monitor: Monitor, trigger: CheckTrigger
    ) -> None:
        sample, memory = None, block.memories[monitor.id]
        if trigger is not CheckTrigger.REEVALUATE:
            sample = await self.measure(monitor, memory)
        if len(self.running_checks) > AT_ONCE:
            await self._rounds.turn()
        if sample is not None:
            measured_as, current = monitor, block.monitors.get(monitor.id)
            if current is None:
                return  # an agent measures it by now
            monitor = current
            if monitor is not measured_as and _is_another(monitor, measured_as):
                return  # a new version came meanwhile; what closes (DISABLE, RESTART) stands ready
        latest = block.memories[monitor.id] if sample is None else sample.memory
        suppression = self._suppression(block, monitor, latest)
        try:
            await self._reconcile_commit(block, monitor.id)
            if sample is not None and block.memories[monitor.id] != memory:
                # Its lines were counted by a check that was written after all.
                return block.repeat(
                    monitor.id, CheckTrigger.RETRY, self.clocks.steady(), sample.measured_at
                )
            await self._judge(block, monitor, sample, suppression)
        except StoreError as error:
            state, is_retry = block.states[monitor.id], trigger is CheckTrigger.RETRY
            await self.emergency.record_failure(
                monitor, state, sample, suppression, error, is_retry=is_retry
            )
            raise

    def _suppression(
        self, block: MonitorBlock, monitor: Monitor, memory: Mapping[str, Any]
    ) -> Suppression:
        """Return what keeps the alarms of a monitor from being told. By its memory the monitor
        may still be in setup, or another monitor may speak for it."""
        suppression = block.effective_suppression.get(monitor.id, NOT_SUPPRESSED)
        if monitor.instance.of_hub and monitor.maintenance:
            suppression = replace(suppression, hub_offset=self._hub_offset())
        check = self.plugins.check(monitor.kind)
        if check.spoken_for is not None and check.spoken_for(memory):
            suppression = replace(suppression, parents=Level.CRITICAL)
        if check.setting_up is None:
            return suppression
        return replace(suppression, setting_up=check.setting_up(memory, self.clocks.wall()))

    async def _judge(
        self,
        block: MonitorBlock,
        monitor: Monitor,
        sample: Sample | None,
        suppression: Suppression,
    ) -> None:
        """Reckon what a sample, or time alone, leads to, and commit it if it is a change."""
        state = block.states[monitor.id]
        if sample is not None and self._changes_nothing(monitor, state, sample):
            block.wakeups.pop(monitor.id, None)
            return self._record(block, monitor.id, sample)
        self._check_clocks()  # or what is told now would move with a clock that was just set
        state, now = block.states[monitor.id], self.clocks.wall()
        life = self.store.origin.life
        change = reckon(monitor, state, sample, suppression, now, self.plugins.draft, life)
        if change.state is not state:
            if not await self._commit_all(block, self.emergency.with_threads(change)):
                return
        elif sample is not None:
            self._record(block, monitor.id, sample)
        self._schedule_wakeup(block, change)
        for mail in self.emergency.closing_mails(change):
            await self.store.post(mail)
        self.emergency.record_success(change)
        return None

    def _changes_nothing(self, monitor: Monitor, state: State, sample: Sample) -> bool:
        """Return True nearly every time: no state is made for it, no rule asked, and no clock
        looked at."""
        return moves_nothing(monitor, state, sample) and not self.emergency.is_concerned_by(
            monitor.id
        )

    def _record(self, block: MonitorBlock, id: str, sample: Sample) -> None:
        """Record a sample that is for the history alone."""
        block.memories[id] = sample.memory
        self.samples.add(id, sample)

    async def _commit_all(self, block: MonitorBlock, change: Change) -> bool:
        """Commit a change with what of the monitor's history is not written yet."""
        earlier_samples = self.samples.take(change.monitor)
        try:
            samples = (*earlier_samples, *change.samples)
            return await self._commit(block, replace(change, samples=samples))
        except Exception:  # raised anew; a check that was cut off is written all the same
            self.samples.put_back(change.monitor, earlier_samples)
            raise

    async def _commit(self, block: MonitorBlock, change: Change) -> bool:
        """Return False if the block was lost: then nothing was written, and the block is let go.
        Raises StoreError."""
        monitor = block.monitors.get(change.monitor)
        if monitor is not None:
            change = replace(change, state=_marked_state(monitor, change.state))
            change = await self._with_texts(block, self._with_report(monitor, change))
        if change.monitor not in block.monitors:
            return False  # an agent measures it by now
        block.unconfirmed_changes[change.monitor], shift = change.state, block.clock_shift
        is_written = await self.store.commit(block.fence, change)
        block.unconfirmed_changes.pop(change.monitor, None)
        if is_written and change.monitor in block.monitors:
            block.states[change.monitor] = shift_state(change.state, block.clock_shift - shift)
            if change.memory is not None:
                block.memories[change.monitor] = change.memory
            block.expire_acknowledgements(change)
            journal.levels_changed(change.events)
        elif change.monitor in block.monitors:
            log.warning("the block was lost; a turn of %s is dropped", change.monitor)
            self.block = None if self.block is block else self.block
        return is_written

    async def _reconcile_commit(self, block: MonitorBlock, id: str) -> None:
        """Read back what a commit of unknown outcome led to, or a second event would take
        the first one's id and be swallowed. Raises StoreError."""
        if id not in block.unconfirmed_changes:
            return
        state, memory = await self.store.recall(id)
        offered_change, current_state = block.unconfirmed_changes.pop(id), block.states[id]
        if state.serial == current_state.serial and state != offered_change:
            return  # nothing of it was written: what is known here stands, as do its samples
        block.states[id], block.memories[id] = state, memory
        self.samples.take(id)  # they were written with it
        self.emergency.reconcile(id, state)

    async def _retire(self, block: MonitorBlock, monitor: Monitor) -> None:
        change = await self._closing_change(block, monitor)
        change = self._with_report(monitor, change, is_retired=True)
        change = await self._with_texts(block, change)
        if await self.store.retire(block.fence, change):
            block.drop(monitor.id)
            self.emergency.forget(monitor.id)

    async def _restart(self, block: MonitorBlock, monitor: Monitor) -> None:
        change = await self._closing_change(block, monitor)
        empty = State(serial=change.state.serial)
        is_written = await self._commit(block, replace(change, state=empty, memory={}))
        if is_written and monitor.id in block.monitors:
            block.memories[monitor.id] = {}
            self.emergency.forget(monitor.id)
            now, wall = self.clocks.steady(), self.clocks.wall()
            if not block.monitors[monitor.id].disabled:
                block.repeat(monitor.id, CheckTrigger.RETRY, now, wall)

    async def hand_over(self, block: MonitorBlock, id: str) -> None:
        """Close what is open of a monitor that an agent measures from now on, and forget its state:
        it is that of another computer. Raises StoreError."""
        monitor = block.monitors.pop(id)  # a check under way writes nothing more
        try:
            change = await self._with_texts(block, await self._closing_change(block, monitor))
            empty = State(serial=change.state.serial)
            samples = (*self.samples.take(id), *change.samples)
            change = replace(change, state=empty, memory={}, samples=samples)
            if await self.store.commit(block.fence, change):
                journal.levels_changed(change.events)
        except StoreError:
            block.monitors[id] = monitor
            raise

    async def hand_on(self, block: MonitorBlock, id: str) -> None:
        """Close what is open of a monitor that one agent measured, and another does from now on.
        Raises StoreError."""
        state, memory = await self.store.recall(id)
        block.states[id], block.memories[id] = state, memory
        block.monitors[id] = block.reported_monitors[id]
        try:
            await self.hand_over(block, id)
        finally:
            block.drop(id)

    async def _closing_change(self, block: MonitorBlock, monitor: Monitor) -> Change:
        await self._reconcile_commit(block, monitor.id)
        state = block.states[monitor.id]
        now, life = self.clocks.wall(), self.store.origin.life
        change = closing_change(monitor, state, now, self.plugins.draft, life)
        closing_mails = self.emergency.closing_mails(change, is_watched=False)
        return replace(change, envelopes=(*change.envelopes, *closing_mails))

    async def _with_texts(self, block: MonitorBlock, change: Change) -> Change:
        if not change.envelopes:
            return change
        shift = block.clock_shift
        finished = await self.plugins.finish(change.envelopes)
        change = replace(change, envelopes=(*finished, *self._text_failures(finished)))
        return shift_change(change, block.clock_shift - shift)

    def _with_report(
        self, monitor: Monitor, change: Change, *, is_retired: bool = False
    ) -> Change:
        """Return the change with the rows that tell the hub of it, and the notifications that are
        kept for the hub, if the monitor is the hub's. Both are told by the hub's clock, as it is
        known while the times of the change are those of this computer's clock; and both bear one
        date, as each notification is one mail."""
        if not monitor.instance.of_hub:
            return change
        now, offset = self.clocks.wall(), self._hub_offset()
        hub_change = shift_for_hub(change, offset)
        rows = rows_of_change(hub_change, now + offset, is_retired=is_retired)
        hub_envelopes = (
            replace(envelope, written_at=rows[0].written_at)
            for envelope in hub_envelopes_of(
                monitor, hub_change.hub_notifications, now, self.plugins.draft
            )
        )
        envelopes = (*change.envelopes, *self._marked(hub_envelopes))
        return replace(change, envelopes=envelopes, reports=rows)

    def _schedule_wakeup(self, block: MonitorBlock, change: Change) -> None:
        if change.wake is None:
            block.wakeups.pop(change.monitor, None)
        elif block.wakeups.get(change.monitor) != change.wake:
            pause = (change.wake - self.clocks.wall()).total_seconds()
            block.wake(change.monitor, self.clocks.steady() + pause, change.wake)

    # measuring

    async def measure(self, monitor: Monitor, memory: Mapping[str, Any]) -> Sample:
        """Run the check of a monitor. Whatever goes wrong becomes the sample's fault, in plain
        words."""
        try:
            sample = await self._take_sample(monitor, memory)
            _check_storable(sample, memory)
        except Exception as bug:  # a plug-in's bug must not stop the watch
            log.exception("check %s failed", monitor.kind)
            fault = CHECK_FAILED.fill(bug=repr(bug))
            return Sample(self.clocks.wall(), memory=memory, fault=fault)
        return sample

    async def _take_sample(self, monitor: Monitor, memory: Mapping[str, Any]) -> Sample:
        seconds = monitor.timeout.total_seconds()
        check = self.plugins.check(monitor.kind)
        try:
            host = self.host_of(monitor)
            async with self._slot(check, monitor):
                with self._deadlines.limit(seconds):
                    outcome = await check.run(monitor.options, host, memory)
        except TimeoutError:
            fault = NO_ANSWER.fill(seconds=seconds)
        except Unmeasurable as problem:
            fault = problem.words
            memory = memory if problem.memory is None else problem.memory
        except StoreError as error:  # of a monitor of the node itself
            fault = error.words
        else:
            return _sample_of(outcome, memory, self.clocks.wall())
        return Sample(self.clocks.wall(), memory=memory, fault=fault)

    @asynccontextmanager
    async def _in_a_slot(self, monitor: Monitor) -> AsyncIterator[None]:
        """Take a slot of the kind and instance, as a check in a thread or a process costs one.
        Whoever waits for it is late, and is seen to be."""
        self.punctuality.record_wait(monitor.id, self.clocks.steady())
        try:
            async with self._slots[monitor.kind, monitor.instance.name].slot(monitor.id):
                self.punctuality.record_slot(monitor.id, self.clocks.steady())
                yield
        finally:
            self.punctuality.drop_wait(monitor.id)

    def _slot(self, check: Check, monitor: Monitor) -> AbstractAsyncContextManager[None]:
        """Return the slot of a check; one that only waits costs a socket."""
        return self._in_a_slot(monitor) if check.blocks else self._sockets

    async def flush(self) -> None:
        """Append the last second's samples: a crash costs a bit of chart, never an alarm."""
        async with self._flushing:  # who gives a monitor back waits for what is under way
            while await self._flush_some() >= PORTION:
                pass

    async def _flush_some(self) -> int:
        unconfirmed_ids = self.block.unconfirmed_changes if self.block is not None else ()
        batch = [
            self._with_current_memory(*one) for one in self.samples.take_some(unconfirmed_ids)
        ]
        try:
            if batch:
                await self.store.append(batch, self.block.fence if self.block else 0)
        except StoreError:
            self.samples.put_all_back(batch)
            raise
        return len(batch)

    def _with_current_memory(self, monitor: str, sample: Sample) -> MonitorSample:
        """Return the sample with the memory of a change that was written since it was measured."""
        if self.block is None:
            return monitor, sample
        memory = self.block.memories.get(monitor, sample.memory)
        return monitor, sample if memory is sample.memory else replace(sample, memory=memory)

    async def close(self) -> None:
        """Cancel the checks under way; what was measured is written. Raises StoreError."""
        for task in self.running_checks:
            task.cancel()
        await asyncio.gather(*self.running_checks, return_exceptions=True)
        await self.flush()


def _marked_state(monitor: Monitor, state: State) -> State:
    """Return a state with what it is of, for a node that takes it over as another version is in use."""
    if not state.items:
        return replace(state, kind="", target="")
    return replace(state, kind=monitor.kind, target=target_mark(monitor))


def _is_another(now: Monitor, measured_as: Monitor) -> bool:
    """Return whether a sample is of no more use, as a version came while it was measured."""
    return now.disabled or not now.has_same_target(measured_as)


def _check_storable(sample: Sample, previous_memory: Mapping[str, Any]) -> None:
    """Raise UnicodeError or ValueError for a sample that no store could write: it would hold up all
    that is written with it."""
    for reading in sample.readings:
        note, lines = "".join(reading.note.parts()), "".join(reading.lines)
        f"{reading.name}{reading.item}{reading.unit}{note}{lines}".encode()
    if sample.fault is not None:
        "".join(sample.fault.parts()).encode()
    if sample.memory and sample.memory is not previous_memory:
        size = len(schema.text(sample.memory))
        if size > MOST_MEMORY:
            raise ValueError(f"a memory of {size} characters")


def _sample_of(outcome: Outcome, memory: Mapping[str, Any], moment: datetime) -> Sample:
    """Return the sample of an outcome. A number that is none (NaN) becomes a fault: it would
    compare as false with every limit, and so look well."""
    memory = memory if outcome.memory is None else outcome.memory
    odd_reading = next((r for r in outcome.readings if not isfinite(r.value)), None)
    if odd_reading is None:
        return Sample(moment, outcome.readings, memory)
    return Sample(
        moment,
        memory=memory,
        fault=NO_NUMBER.fill(name=odd_reading.name, value=odd_reading.value),
    )
