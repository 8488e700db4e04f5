"""Hold a block of monitors: states, what people say of them, and the schedule of checks."""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any, NamedTuple

from noroshi.core.alarms import (
    NO_SUPPRESSIONS,
    Suppressions,
    suppression_by_monitor,
    without_ended,
)
from noroshi.core.cadence import FixedTimes, next_due, next_on_grid, phase, spacing
from noroshi.core.levels import Level
from noroshi.core.model import Change, ItemState, Monitor, State, Suppression
from noroshi.core.policy import owes_recovery
from noroshi.ports import Block

FIRST_CHECK = timedelta(seconds=10)
CATCH_UP = timedelta(seconds=2)
FAR = timedelta(minutes=5)
"""A check that was missed is made up for soon, where the next one is further away than this."""
SPREAD = timedelta(minutes=1)
TWICE = timedelta(hours=3)
"""A clock that is set back by no more does not make a fixed time come a second time."""


class CheckTrigger(IntEnum):
    """Name the reason for a scheduled check."""

    CADENCE = 0
    """The cadence of the monitor says so."""
    RETRY = 1
    """The monitor was never measured, or the last check could not be written down."""
    REEVALUATE = 2
    """Time, or a person, may have changed a decision; nothing is measured."""
    RESTART = 3
    """Kind or target of the monitor changed: what is open is closed, and it begins anew."""
    RETIRE = 4
    """The monitor is no longer watched: what is open is closed."""
    DISABLE = 5
    """The monitor was stopped: what is open is closed, and it begins anew once it is started
    again."""


CLOSING = (CheckTrigger.RESTART, CheckTrigger.RETIRE, CheckTrigger.DISABLE)
"""Triggers that close a monitor's state. They measure nothing, so they also run where nothing is measured."""
GUARANTEED = (CheckTrigger.RETRY, *CLOSING)
"""Triggers that must run, whatever becomes of the schedule."""


class ScheduledCheck(NamedTuple):
    """A check in the schedule. `due` is by the steady clock, in seconds; `at` is the same instant
    by the wall's."""

    due: float
    id: str
    trigger: CheckTrigger
    at: datetime


@dataclass
class MonitorBlock:
    """The monitors that the store lent under one fence. Only the engine's loop touches it."""

    fence: int
    monitors: dict[str, Monitor] = field(default_factory=dict)
    states: dict[str, State] = field(default_factory=dict)
    memories: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    stored_suppression: Mapping[str, Suppression] = field(default_factory=dict)
    suppressions: Suppressions = NO_SUPPRESSIONS
    effective_suppression: dict[str, Suppression] = field(default_factory=dict)
    """By monitor, from `stored_suppression` and `suppressions`; nothing is said of the
    others."""
    queue: list[ScheduledCheck] = field(default_factory=list)
    """A heap: the first is the next that is due."""
    wakeups: dict[str, datetime] = field(default_factory=dict)
    retries: set[str] = field(default_factory=set)
    """Monitors that have a RETRY in the queue."""
    busy: set[str] = field(default_factory=set)
    clock_shift: timedelta = timedelta(0)
    """By how much the wall clock was set, all in all."""
    unconfirmed: dict[str, State] = field(default_factory=dict)
    """Monitors whose last commit may or may not have reached the disk, with the state in it."""

    def add_leased(self, leased: Block, monitors: Mapping[str, Monitor]) -> None:
        """Add what the store has lent."""
        for id, state in leased.states.items():
            self.states[id] = state
            self.memories[id] = leased.memories.get(id, {})
            if id in monitors:
                self.monitors[id] = monitors[id]

    def update_suppressions(
        self, stored: Mapping[str, Suppression], suppressions: Suppressions
    ) -> set[str]:
        """Set what people say now. Return the monitors of which something else is said than
        before, and that are not well or owe word of a recovery."""
        self.stored_suppression, self.suppressions = stored, suppressions
        before = self.effective_suppression
        self.effective_suppression = suppression_by_monitor(
            suppressions, self.monitors.values(), stored
        )
        ids = before.keys() | self.effective_suppression.keys()
        changed = {id for id in ids if before.get(id) != self.effective_suppression.get(id)}
        return {id for id in changed & self.monitors.keys() if self._concerns(id)}

    def _concerns(self, id: str) -> bool:
        state = self.states[id]
        return state.level is not Level.OK or owes_recovery(self.monitors[id], state)

    def expire_acknowledgements(self, change: Change) -> None:
        """Drop the acknowledgements that end by a change; the store has dropped them in the same
        moment."""
        remaining, id = without_ended(self.suppressions, change.events), change.monitor
        if remaining is self.suppressions or id not in self.monitors:
            return
        stored = {id: self.stored_suppression[id]} if id in self.stored_suppression else {}
        self.suppressions = remaining
        self.effective_suppression.pop(id, None)
        self.effective_suppression |= suppression_by_monitor(
            remaining, [self.monitors[id]], stored
        )

    def reschedule_all(
        self, steady: float, wall: datetime, last: datetime | None = None
    ) -> None:
        """Make a fresh schedule from now. `last`: when the one before was last kept, by the wall
        clock, after a sleep or a set clock."""
        self.queue = [check for check in self.queue if check.trigger in GUARANTEED]
        heapq.heapify(self.queue)
        self.wakeups = {}
        leaving = {check.id for check in self.queue if check.trigger is CheckTrigger.RETIRE}
        for id in self.monitors.keys() - leaving:
            self.schedule(id, steady, wall, last)

    def shift(self, by: timedelta) -> None:
        """Follow a wall clock that was set: when things were told moves with it, or each reminder
        would come at once, or much too late. It is written with the next change."""
        self.clock_shift += by
        for id, state in self.states.items():
            self.states[id] = shifted(state, by)

    def catch_up(self, since: datetime, steady: float, wall: datetime) -> None:
        """Schedule a check soon for each monitor that was due while nobody watched, but for what
        is stopped.

        One that is due once a day would else be checked tomorrow, and what a crash cut off
        in the midst of a storm would be told an interval later.
        """
        for id, monitor in self.monitors.items():
            if not monitor.disabled and next_due(id, monitor.cadence, since) <= wall:
                soon = min(spacing(monitor.cadence), CATCH_UP) * phase(id)
                self.repeat(id, CheckTrigger.RETRY, steady + soon.total_seconds(), wall + soon)

    def schedule(
        self, id: str, steady: float, wall: datetime, last: datetime | None = None
    ) -> None:
        """Give one monitor a place in the schedule, unless it is stopped; `last` as in
        `reschedule_all`."""
        if self.monitors[id].disabled:
            return
        check = self._next(id, steady, wall, self._after(id, wall, last))
        heapq.heappush(self.queue, check)
        soon = timedelta(0) if last is None else _soon(check, wall)
        due, at = steady + soon.total_seconds(), wall + soon
        if not self.states[id].items:
            self._schedule_first(id, steady, wall)
        elif last is not None and self._missed(check, wall, last):
            self.repeat(id, CheckTrigger.RETRY, due, at)
        if self._concerns(id):
            # Whatever was known of it when a word is due (by an earlier life, by rules or a
            # clock that have changed) may be so no longer; so it is weighed at once, or with
            # the check that comes anyhow.
            self.wake(id, due, at)

    def wake(self, id: str, due: float, at: datetime) -> None:
        """Reevaluate a monitor then; what was planned before is void."""
        self.wakeups[id] = at
        self.add(due, id, CheckTrigger.REEVALUATE, at)

    def repeat(self, id: str, trigger: CheckTrigger, due: float, at: datetime) -> None:
        """Schedule a check once more. One RETRY is enough, however many failed meanwhile."""
        if trigger is CheckTrigger.RETRY and id in self.retries:
            return
        if trigger is CheckTrigger.RETRY:
            self.retries.add(id)
        self.add(due, id, trigger, at)

    def add(self, due: float, id: str, trigger: CheckTrigger, at: datetime) -> None:
        """Put a check into the queue."""
        heapq.heappush(self.queue, ScheduledCheck(due, id, trigger, at))

    def wants(self, check: ScheduledCheck) -> bool:
        """Return whether there is still a reason for this check."""
        reevaluates = check.trigger is CheckTrigger.REEVALUATE
        if reevaluates and self.wakeups.get(check.id) != check.at:
            return False
        monitor = self.monitors.get(check.id)
        return monitor is not None and (not monitor.disabled or check.trigger in CLOSING)

    def skip(self, check: ScheduledCheck) -> None:
        """Drop a check that nobody wants: it no longer stands for another one of its kind."""
        if check.trigger is CheckTrigger.RETRY:
            self.retries.discard(check.id)

    def postpone(self, check: ScheduledCheck, due: float) -> None:
        """Put a check back into the queue, for later."""
        heapq.heappush(self.queue, check._replace(due=due))

    def begin(self, check: ScheduledCheck) -> None:
        """Note that a check is under way: the monitor is busy, and the trigger is spent."""
        self.busy.add(check.id)
        if check.trigger is CheckTrigger.REEVALUATE:
            del self.wakeups[check.id]
        elif check.trigger is CheckTrigger.RETRY:
            self.retries.discard(check.id)

    def pop_due(self, steady: float, wall: datetime) -> ScheduledCheck | None:
        """Take the next check that is due; one by the cadence leaves the one after it."""
        while self.queue and self.queue[0].due <= steady:
            check = self.queue[0]
            if check.trigger is CheckTrigger.CADENCE and check.id in self.monitors:
                cadence = self.monitors[check.id].cadence
                at = next_on_grid(check.id, cadence, check.at, wall)
                heapq.heapreplace(self.queue, _by_cadence(check.id, at, steady, wall))
                return check
            heapq.heappop(self.queue)
            if check.trigger is not CheckTrigger.CADENCE:
                return check
        return None

    def unschedule(self, ids: set[str], steady: float) -> set[str]:
        """Take monitors out of the schedule, as they get another place in it, or none. Return
        those that were due and not begun yet.

        What was found and could not be written down, or not yet closed, is owed all the same.
        """
        due = {
            check.id
            for check in self.queue
            if check.due <= steady and check.trigger is CheckTrigger.CADENCE and check.id in ids
        }
        lasting = (CheckTrigger.RETRY, CheckTrigger.RESTART, CheckTrigger.DISABLE)
        self.queue = [c for c in self.queue if c.id not in ids or c.trigger in lasting]
        heapq.heapify(self.queue)
        for id in ids:
            self.wakeups.pop(id, None)
        return due

    def seconds_until_due(self, steady: float, longest: float) -> float:
        """Return the seconds until the next check is due; `longest` where none is scheduled."""
        return max(0.0, self.queue[0].due - steady) if self.queue else longest

    def drop(self, id: str) -> None:
        """Forget a monitor; what is in the queue of it goes when it is due."""
        for of_monitors in (
            self.monitors,
            self.states,
            self.memories,
            self.wakeups,
            self.unconfirmed,
        ):
            of_monitors.pop(id, None)
        self.retries.discard(id)

    def _next(self, id: str, steady: float, wall: datetime, after: datetime) -> ScheduledCheck:
        at = next_due(id, self.monitors[id].cadence, after)
        return _by_cadence(id, at, steady, wall)

    def _after(self, id: str, wall: datetime, last: datetime | None) -> datetime:
        """Return the instant after which the next check is due. An hour that the clock was set back
        by is no second occasion for a fixed time."""
        again = last is not None and wall < last <= wall + TWICE
        fixed = isinstance(self.monitors[id].cadence, FixedTimes)
        return last if again and fixed and last is not None else wall

    def _missed(self, check: ScheduledCheck, wall: datetime, last: datetime) -> bool:
        """Return whether it was due meanwhile, and will not be again for long."""
        due = next_due(check.id, self.monitors[check.id].cadence, last)
        return check.at - wall > FAR and due <= wall

    def _schedule_first(self, id: str, steady: float, wall: datetime) -> None:
        """Schedule the first check of a new monitor soon, even if it is due once a day."""
        soon = min(spacing(self.monitors[id].cadence), FIRST_CHECK) * phase(id)
        self.repeat(id, CheckTrigger.RETRY, steady + soon.total_seconds(), wall + soon)


def _by_cadence(id: str, at: datetime, steady: float, wall: datetime) -> ScheduledCheck:
    due = steady + (at - wall).total_seconds()
    return ScheduledCheck(due, id, CheckTrigger.CADENCE, at)


def _soon(check: ScheduledCheck, wall: datetime) -> timedelta:
    """Return the wait for a check: until the next one if that is near, else spread, so that not all
    come at once."""
    wait = check.at - wall
    return wait if wait <= FAR else SPREAD * phase(check.id)


def shifted(state: State, by: timedelta) -> State:
    """Return the state with the times of all that was told moved."""
    if not by or not any(item.last_notifications for item in state.items.values()):
        return state
    return replace(state, items={n: _shifted(item, by) for n, item in state.items.items()})


def shifted_change(change: Change, by: timedelta) -> Change:
    """Follow a clock that was set before the change was written: the mails of it would not be due
    else."""
    if not by:
        return change
    mails = tuple(replace(mail, born=mail.born + by) for mail in change.envelopes)
    return replace(change, state=shifted(change.state, by), envelopes=mails)


def _shifted(item: ItemState, by: timedelta) -> ItemState:
    notified = {
        rule: replace(last, at=last.at + by) for rule, last in item.last_notifications.items()
    }
    return replace(item, last_notifications=notified)
