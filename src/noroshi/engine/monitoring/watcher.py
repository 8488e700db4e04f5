"""Watching: turns of monitors, from a due time to a committed change.

It needs no store while nothing changes: the block's states and schedule are in memory.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import datetime
from math import isfinite
from typing import Any

from noroshi import schema
from noroshi.core.judgement import moves_nothing
from noroshi.core.levels import Level
from noroshi.core.mail import Envelope
from noroshi.core.model import NOTHING_SAID, Change, Monitor, Sample, Standing, State
from noroshi.core.reckon import farewell, reckon
from noroshi.core.words import Words
from noroshi.engine import journal
from noroshi.engine.emergency import Emergency
from noroshi.engine.health import Health
from noroshi.engine.monitoring.check_slots import Slots
from noroshi.engine.monitoring.deadlines import Deadlines
from noroshi.engine.monitoring.rounds import Rounds
from noroshi.engine.monitoring.sample_buffer import PORTION, Sampled, Unwritten
from noroshi.engine.monitoring.schedule import ENDING, Cause, Held, Turn, moved_on, shifted
from noroshi.plugins import Plugins
from noroshi.ports import Check, Clocks, Host, Outcome, Renewal, Store, StoreError, Unmeasurable

log = logging.getLogger(__name__)

AGAIN = 5.0  # seconds until a turn that could not be written down is taken again
BUSY = 1.0  # seconds until a turn is offered again to a monitor that still has one
SOCKETS = 4000
AT_ONCE = 32
"""Turns under way, above which they are judged a few in a round of the loop."""
MOST_MEMORY = 256 * 1024
NO_ANSWER = Words(
    en="no answer within {seconds:g} s", ja="{seconds:g} 秒以内に応答がありません"
)
NO_NUMBER = Words(
    en="{name} is {value}, which no limit can judge",
    ja="{name} の値が {value} のため判定できません",
)
CHECK_FAILED = Words(
    en="the check itself failed ({bug}); this is a fault of Noroshi, see its log",
    ja="監視処理そのものが失敗しました ({bug})。Noroshi の不具合です。ログを見てください",
)


class Watch:
    """Runs the turns of the block it holds. Only the engine's loop calls it."""

    def __init__(
        self,
        store: Store,
        plugins: Plugins,
        host_of: Callable[[Monitor], Host],
        clocks: Clocks,
        complain: Callable[[Exception], None],
        emergency: Emergency,
        told: Callable[[Iterable[Envelope]], tuple[Envelope, ...]],
        mind_the_clocks: Callable[[], None],
    ) -> None:
        self.store, self.plugins, self.clocks = store, plugins, clocks
        self.host_of, self.complain, self.emergency = host_of, complain, emergency
        self._told, self._mind_the_clocks = told, mind_the_clocks
        self.held: Held | None = None
        self.running: set[asyncio.Task[None]] = set()
        self.samples, self.health, self._rounds = Unwritten(), Health(), Rounds()
        self._deadlines = Deadlines()
        self._sockets = asyncio.Semaphore(SOCKETS)
        self._slots = defaultdict[tuple[str, str], Slots](Slots)

    # turns

    def start_due(self, held: Held) -> None:
        """Start every turn that is due by now."""
        steady, wall = self.clocks.steady(), self.clocks.wall()
        while turn := held.pop(steady, wall):
            self._start(held, turn)

    def hear(self, held: Held, renewal: Renewal) -> None:
        """Whatever was said anew of a monitor is weighed at once, without a sample."""
        if (renewal.standing, renewal.said) != (held.known, held.said):
            self.weigh(held, held.hear(renewal.standing, renewal.said))

    def weigh(self, held: Held, ids: Iterable[str]) -> None:
        """Let what people say of these be weighed now."""
        now, wall = self.clocks.steady(), self.clocks.wall()
        for id in ids:
            held.wake(id, now, wall)

    def look_again(self, held: Held, monitors: Iterable[Monitor]) -> None:
        """Measure now what of these is not well: an account may just have been signed in, or a
        mail have left again, and until its next turn it would still be called ill."""
        now, wall = self.clocks.steady(), self.clocks.wall()
        for id in (monitor.id for monitor in monitors):
            if id in held.states and held.states[id].level is not Level.OK:
                held.repeat(id, Cause.AGAIN, now, wall)

    def close_open(self, held: Held, ids: Iterable[str], cause: Cause) -> None:
        """Give monitors a turn that closes what is open: their last one, or a new beginning."""
        now, wall = self.clocks.steady(), self.clocks.wall()
        for id in ids:
            held.wakes.pop(id, None)  # what is about to be closed is not told again before
            held.add(now, id, cause, wall)

    def _start(self, held: Held, turn: Turn) -> None:
        """One turn a monitor at a time: one that hangs past its interval misses a cell."""
        if not held.wants(turn):
            return held.pass_over(turn)
        if turn.id in held.busy:
            if turn.cause is not Cause.GRID:
                held.put_off(turn, self.clocks.steady() + BUSY)
            return None
        held.begin(turn)
        if turn.cause is Cause.GRID:
            now = self.clocks.steady()
            self.health.began(now, now - turn.due)
        task = asyncio.create_task(self._turn(held, turn.id, turn.cause))
        self.running.add(task)
        return None

    async def _turn(self, held: Held, id: str, cause: Cause) -> None:
        try:
            await self._take(held, held.monitors[id], cause)
        except Exception as error:  # not written down, so it is not so: look again soon
            self.complain(error)
            cause = cause if cause in ENDING else Cause.AGAIN
            held.repeat(id, cause, self.clocks.steady() + AGAIN, self.clocks.wall())
        finally:
            held.busy.discard(id)
            self.running.discard(asyncio.current_task())

    async def _take(self, held: Held, monitor: Monitor, cause: Cause) -> None:
        match cause:
            case Cause.LAST:
                await self._dismissed(held, monitor)
            case Cause.AFRESH | Cause.STOP:
                await self._begun_afresh(held, monitor)
            case _:
                await self._looked(held, monitor, cause)

    async def _looked(self, held: Held, monitor: Monitor, cause: Cause) -> None:
        sample, memory = None, held.memories[monitor.id]
        if cause is not Cause.WAKE:
            sample = await self.measure(monitor, memory)
        if len(self.running) > AT_ONCE:
            await self._rounds.turn()
        if sample is not None:
            measured_as, monitor = monitor, held.monitors[monitor.id]
            if monitor is not measured_as and _is_another(monitor, measured_as):
                return  # a new version came meanwhile; what closes (STOP, AFRESH) stands ready
        kept = held.memories[monitor.id] if sample is None else sample.memory
        standing = self._standing(held, monitor, kept)
        try:
            await self._make_sure(held, monitor.id)
            if sample is not None and held.memories[monitor.id] != memory:
                # Its lines were counted by a turn that was written after all.
                return held.repeat(monitor.id, Cause.AGAIN, self.clocks.steady(), sample.at)
            await self._judge(held, monitor, sample, standing)
        except StoreError as why:
            state, again = held.states[monitor.id], cause is Cause.AGAIN
            await self.emergency.failed(monitor, state, sample, standing, why, again=again)
            raise

    def _standing(self, held: Held, monitor: Monitor, memory: Mapping[str, Any]) -> Standing:
        """What is said of it; with what it remembers of its own being set up, and of another one
        that speaks for it."""
        standing = held.standing.get(monitor.id, NOTHING_SAID)
        check = self.plugins.check(monitor.kind)
        if check.spoken_for is not None and check.spoken_for(memory):
            standing = replace(standing, parents=Level.CRITICAL)
        if check.setting_up is None:
            return standing
        return replace(standing, setting_up=check.setting_up(memory, self.clocks.wall()))

    async def _judge(
        self, held: Held, monitor: Monitor, sample: Sample | None, standing: Standing
    ) -> None:
        """Reckon what a look, or time alone, leads to, and write it down if it is a change."""
        state = held.states[monitor.id]
        if sample is not None and self._changes_nothing(monitor, state, sample):
            held.wakes.pop(monitor.id, None)
            return self._keep(held, monitor.id, sample)
        self._mind_the_clocks()  # or what is told now would move with a clock that was just set
        state, now = held.states[monitor.id], self.clocks.wall()
        life = self.store.origin.life
        change = reckon(monitor, state, sample, standing, now, self.plugins.draft, life)
        if change.state is not state:
            if not await self._commit_all(held, self.emergency.threaded(change)):
                return
        elif sample is not None:
            self._keep(held, monitor.id, sample)
        self._wake(held, change)
        for mail in self.emergency.ended(change):
            await self.store.post(mail)
        self.emergency.written(change)
        return None

    def _changes_nothing(self, monitor: Monitor, state: State, sample: Sample) -> bool:
        """Nearly every turn: no state is made for it, no rule asked, and no clock looked at."""
        return moves_nothing(monitor, state, sample) and not self.emergency.knows(monitor.id)

    def _keep(self, held: Held, id: str, sample: Sample) -> None:
        """What was found is for the history alone."""
        held.memories[id] = sample.memory
        self.samples.add(id, sample)

    async def _commit_all(self, held: Held, change: Change) -> bool:
        """With what of this monitor's history is not written yet."""
        before = self.samples.take(change.monitor)
        try:
            samples = (*before, *change.samples)
            return await self._commit(held, replace(change, samples=samples))
        except Exception:  # raised anew; a turn that was cut off is written all the same
            self.samples.put_back(change.monitor, before)
            raise

    async def _commit(self, held: Held, change: Change) -> bool:
        """False if the block was lost: then nothing was written, and the block is let go."""
        change = await self._finished(held, change)
        held.doubtful[change.monitor], moved = change.state, held.moved
        kept = await self.store.commit(held.fence, change)
        held.doubtful.pop(change.monitor, None)
        if kept:
            held.states[change.monitor] = shifted(change.state, held.moved - moved)
            if change.memory is not None:
                held.memories[change.monitor] = change.memory
            held.happened(change)
            journal.happened(change.events)
        elif change.monitor in held.monitors:
            log.warning("the block was lost; a turn of %s is dropped", change.monitor)
            self.held = None if self.held is held else self.held
        return kept

    async def _make_sure(self, held: Held, id: str) -> None:
        """Read back what a commit of unknown outcome led to, or a second event would take
        the first one's id and be swallowed."""
        if id not in held.doubtful:
            return
        state, memory = await self.store.recall(id)
        offered, known = held.doubtful.pop(id), held.states[id]
        if state.serial == known.serial and state != offered:
            return  # nothing of it was written: what is known here stands, as do its samples
        held.states[id], held.memories[id] = state, memory
        self.samples.take(id)  # they were written with it
        self.emergency.recalled(id, state)

    async def _dismissed(self, held: Held, monitor: Monitor) -> None:
        change = await self._farewell(held, monitor)
        if await self.store.retire(held.fence, await self._finished(held, change)):
            held.drop(monitor.id)
            self.emergency.forget(monitor.id)

    async def _begun_afresh(self, held: Held, monitor: Monitor) -> None:
        change = await self._farewell(held, monitor)
        empty = State(serial=change.state.serial)
        if await self._commit(held, replace(change, state=empty, memory={})):
            held.memories[monitor.id] = {}
            self.emergency.forget(monitor.id)
            now, wall = self.clocks.steady(), self.clocks.wall()
            if not held.monitors[monitor.id].stopped:
                held.repeat(monitor.id, Cause.AGAIN, now, wall)

    async def _farewell(self, held: Held, monitor: Monitor) -> Change:
        await self._make_sure(held, monitor.id)
        state = held.states[monitor.id]
        now, life = self.clocks.wall(), self.store.origin.life
        change = farewell(monitor, state, now, self.plugins.draft, life)
        owed = self.emergency.ended(change, watched=False)
        return replace(change, envelopes=(*change.envelopes, *owed))

    async def _finished(self, held: Held, change: Change) -> Change:
        if not change.envelopes:
            return change
        moved = held.moved
        finished = await self.plugins.finish(change.envelopes)
        change = replace(change, envelopes=(*finished, *self._told(finished)))
        return moved_on(change, held.moved - moved)

    def _wake(self, held: Held, change: Change) -> None:
        if change.wake is None:
            held.wakes.pop(change.monitor, None)
        elif held.wakes.get(change.monitor) != change.wake:
            pause = (change.wake - self.clocks.wall()).total_seconds()
            held.wake(change.monitor, self.clocks.steady() + pause, change.wake)

    # measuring

    async def measure(self, monitor: Monitor, memory: Mapping[str, Any]) -> Sample:
        """Run the check. Whatever goes wrong becomes the sample's fault, in plain words."""
        try:
            sample = await self._sampled(monitor, memory)
            _see_that_it_can_be_kept(sample, memory)
        except Exception as bug:  # a plug-in's bug must not stop the watch
            log.exception("check %s failed", monitor.kind)
            fault = CHECK_FAILED.fill(bug=repr(bug))
            return Sample(self.clocks.wall(), memory=memory, fault=fault)
        return sample

    async def _sampled(self, monitor: Monitor, memory: Mapping[str, Any]) -> Sample:
        seconds = monitor.timeout.total_seconds()
        check, host = self.plugins.check(monitor.kind), self.host_of(monitor)
        try:
            async with self._slot(check, monitor):
                with self._deadlines.within(seconds):
                    outcome = await check.run(monitor.options, host, memory)
        except TimeoutError:
            fault = NO_ANSWER.fill(seconds=seconds)
        except Unmeasurable as problem:
            fault = problem.words
            memory = memory if problem.memory is None else problem.memory
        else:
            return _sample_of(outcome, memory, self.clocks.wall())
        return Sample(self.clocks.wall(), memory=memory, fault=fault)

    @asynccontextmanager
    async def _in_a_slot(self, monitor: Monitor) -> AsyncIterator[None]:
        """A thread or a process costs a slot of its kind and instance. Whoever waits for it is
        late, and is seen to be."""
        self.health.waits(monitor.id, self.clocks.steady())
        try:
            async with self._slots[monitor.kind, monitor.instance.name].slot(monitor.id):
                self.health.begins(monitor.id, self.clocks.steady())
                yield
        finally:
            self.health.gave_up(monitor.id)

    def _slot(self, check: Check, monitor: Monitor) -> AbstractAsyncContextManager[None]:
        """A wait costs no slot but a socket."""
        return self._in_a_slot(monitor) if check.blocks else self._sockets

    async def flush(self) -> None:
        """Append the last second's samples: a crash costs a bit of chart, never an alarm."""
        while await self._flush_some() >= PORTION:
            pass

    async def _flush_some(self) -> int:
        doubtful = self.held.doubtful if self.held is not None else ()
        batch = [self._as_remembered(*one) for one in self.samples.take_some(doubtful)]
        try:
            if batch:
                await self.store.append(batch)
        except StoreError:
            self.samples.put_all_back(batch)
            raise
        return len(batch)

    def _as_remembered(self, monitor: str, sample: Sample) -> Sampled:
        """A change may have been written since it was measured; its memory must stand."""
        if self.held is None:
            return monitor, sample
        memory = self.held.memories.get(monitor, sample.memory)
        return monitor, sample if memory is sample.memory else replace(sample, memory=memory)

    async def close(self) -> None:
        """End what is being measured; what was measured is kept."""
        for turn in self.running:
            turn.cancel()
        await asyncio.gather(*self.running, return_exceptions=True)
        await self.flush()


def _is_another(now: Monitor, measured_as: Monitor) -> bool:
    """Whether a look is of no more use, after a version that came while it was made."""
    return now.stopped or not now.looks_at_the_same(measured_as)


def _see_that_it_can_be_kept(sample: Sample, before: Mapping[str, Any]) -> None:
    """Raises for what no store could write: it would hold up all that is written with it."""
    for reading in sample.readings:
        note, lines = reading.note, "".join(reading.lines)
        f"{reading.name}{reading.item}{reading.unit}{note.en}{note.ja}{lines}".encode()
    if sample.fault is not None:
        f"{sample.fault.en}{sample.fault.ja}".encode()
    if sample.memory and sample.memory is not before:
        size = len(schema.text(sample.memory))
        if size > MOST_MEMORY:
            raise ValueError(f"a memory of {size} characters")


def _sample_of(outcome: Outcome, memory: Mapping[str, Any], at: datetime) -> Sample:
    """A number that is none would compare as false with every limit, and so look well."""
    kept = memory if outcome.memory is None else outcome.memory
    odd = next((r for r in outcome.readings if not isfinite(r.value)), None)
    if odd is None:
        return Sample(at, outcome.readings, kept)
    return Sample(at, memory=kept, fault=NO_NUMBER.fill(name=odd.name, value=odd.value))
