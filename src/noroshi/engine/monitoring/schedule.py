"""Hold a block of monitors: states, what people say of them, and the schedule of checks."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Mapping
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
from noroshi.core.cadence import (
    FixedTimes,
    next_due,
    next_on_grid,
    phase,
    previous_due,
    spacing,
)
from noroshi.core.clock_shift import shift_state
from noroshi.core.levels import Level
from noroshi.core.model import Change, Monitor, State, Suppression
from noroshi.core.policy import owes_recovery
from noroshi.ports import Block

FIRST_CHECK = timedelta(seconds=10)
CATCH_UP = timedelta(seconds=2)
JUST_BEFORE = timedelta(milliseconds=1)
FAR = timedelta(minutes=5)
"""A check that was missed is made up for soon, where the next one is further away than this."""
SPREAD = timedelta(minutes=1)
BUSY = 1.0
"""Seconds until a check is offered again to a monitor that still has one."""
DST_SPAN = timedelta(hours=3)
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
    """A check in the schedule. `due` is by the steady clock, in seconds; `wall` is the same instant
    by the wall's."""

    due: float
    id: str
    trigger: CheckTrigger
    wall: datetime


@dataclass
class MonitorBlock:
    """The monitors that the store lent under one fence. Only the engine's loop touches it."""

    fence: int
    monitors: dict[str, Monitor] = field(default_factory=dict)
    reported_monitors: dict[str, Monitor] = field(default_factory=dict)
    """Monitors that agents measure: they are lent, so that no other node takes them, and left
    alone. Their states are written as the agents report them, so none is kept here."""
    states: dict[str, State] = field(default_factory=dict)
    memories: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    stored_suppression: Mapping[str, Suppression] = field(default_factory=dict)
    suppressions: Suppressions = NO_SUPPRESSIONS
    effective_suppression: dict[str, Suppression] = field(default_factory=dict)
    """The suppression of each monitor, from `stored_suppression` and `suppressions`; monitors
    without any are left out."""
    queue: list[ScheduledCheck] = field(default_factory=list)
    """A heap: the first is the next that is due."""
    wakeups: dict[str, datetime] = field(default_factory=dict)
    retries: set[str] = field(default_factory=set)
    """Monitors that have a RETRY in the queue."""
    busy: dict[str, CheckTrigger] = field(default_factory=dict)
    """Monitors of which a check is under way, with its trigger."""
    clock_shift: timedelta = timedelta(0)
    """The time by which the wall clock was set, all in all."""
    unconfirmed_changes: dict[str, State] = field(default_factory=dict)
    """Monitors whose last commit may or may not have reached the disk, with the state in it."""
    leaving_ids: frozenset[str] = frozenset()
    """Monitors that another node is to watch: no turn of them begins, but for what is owed."""
    given_ids: frozenset[str] = frozenset()
    """Monitors that are just being given back."""
    unwatched_since: dict[str, datetime] = field(default_factory=dict)
    """Monitors of which a turn may have been left out, with an instant before it."""

    def add_leased(
        self, leased: Block, reported_monitors: Mapping[str, Monitor], lent_at: datetime
    ) -> None:
        """Add what the store lent then. Agents measure the `reported_monitors`; the others have no
        place in the schedule yet."""
        for id, state in leased.states.items():
            if id in reported_monitors:
                self.reported_monitors[id] = reported_monitors[id]
                continue
            self.states[id] = state
            self.memories[id] = leased.memories.get(id, {})
            if id in leased.unwatched:
                self.unwatched_since[id] = lent_at - leased.unwatched[id]

    @property
    def held_ids(self) -> frozenset[str]:
        """The ids of all monitors that the store lent."""
        return frozenset(self.states.keys() | self.reported_monitors.keys())

    @property
    def is_scheduled(self) -> bool:
        """False: what was lent has no place in the schedule yet."""
        return self.states.keys() <= self.monitors.keys()

    def leave(self, ids: frozenset[str], steady: float, wall: datetime) -> None:
        """Begin no turn of these monitors from now on, as they are another node's to watch; of those
        that stay after all, what was left out is made up for."""
        self.leaving_ids = ids
        self.catch_up_unwatched(steady, wall)

    def watched_until(self, ids: Collection[str], now: datetime) -> Mapping[str, datetime]:
        """Return until when each of these monitors was watched: one whose check is due and not done
        until just before that was due."""
        watched_until = {id: self.unwatched_since.get(id, now) for id in ids}
        unfinished = self.unfinished(now)
        for id in watched_until.keys() & unfinished.keys():
            watched_until[id] = min(watched_until[id], unfinished[id])
        return watched_until

    def unfinished(self, now: datetime) -> Mapping[str, datetime]:
        """Return the monitors whose check is under way, owed, or due and not begun, each with an
        instant before its check was due."""
        due_by_id = {
            id: previous_due(id, self.monitors[id].cadence, now)
            for id in self._unfinished_ids(now) & self.monitors.keys()
        }
        return {id: due - JUST_BEFORE for id, due in due_by_id.items() if due is not None}

    def _unfinished_ids(self, now: datetime) -> set[str]:
        return set(self.busy) | {
            check.id
            for check in self.queue
            if check.trigger is CheckTrigger.RETRY
            or (check.trigger is CheckTrigger.CADENCE and check.wall <= now)
        }

    def update_suppressions(
        self, stored_suppression: Mapping[str, Suppression], suppressions: Suppressions
    ) -> set[str]:
        """Set what people say now. Return the monitors of which something else is said than
        before, and that are not well or owe word of a recovery."""
        self.stored_suppression, self.suppressions = stored_suppression, suppressions
        previous_suppression = self.effective_suppression
        self.effective_suppression = suppression_by_monitor(
            suppressions, self.monitors.values(), stored_suppression
        )
        ids = previous_suppression.keys() | self.effective_suppression.keys()
        changed_ids = {
            id
            for id in ids
            if previous_suppression.get(id) != self.effective_suppression.get(id)
        }
        return {id for id in changed_ids & self.monitors.keys() if self._needs_reevaluation(id)}

    def _needs_reevaluation(self, id: str) -> bool:
        state = self.states[id]
        return state.level is not Level.OK or owes_recovery(self.monitors[id], state)

    def expire_acknowledgements(self, change: Change) -> None:
        """Drop the acknowledgements that end by a change; the store has dropped them in the same
        moment."""
        remaining_suppressions, id = (
            without_ended(self.suppressions, change.events),
            change.monitor,
        )
        if remaining_suppressions is self.suppressions or id not in self.monitors:
            return
        stored_suppression = (
            {id: self.stored_suppression[id]} if id in self.stored_suppression else {}
        )
        self.suppressions = remaining_suppressions
        self.effective_suppression.pop(id, None)
        self.effective_suppression |= suppression_by_monitor(
            remaining_suppressions, [self.monitors[id]], stored_suppression
        )

    def reschedule_all(
        self, steady: float, wall: datetime, last_wall: datetime | None = None
    ) -> None:
        """Make a fresh schedule from now. `last_wall`: when the one before was last kept, by the wall
        clock, after a sleep or a set clock."""
        self.queue = [check for check in self.queue if check.trigger in GUARANTEED]
        heapq.heapify(self.queue)
        self.wakeups = {}
        retiring_ids = {
            check.id for check in self.queue if check.trigger is CheckTrigger.RETIRE
        }
        for id in self.monitors.keys() - retiring_ids:
            self.schedule(id, steady, wall, last_wall)

    def shift(self, amount: timedelta) -> None:
        """Follow a wall clock that was set: when things began and were told moves with it, or each
        reminder would come at once, or much too late. It is written with the next change."""
        self.clock_shift += amount
        for id, state in self.states.items():
            self.states[id] = shift_state(state, amount)

    def catch_up(
        self,
        asleep_since: datetime,
        steady: float,
        wall: datetime,
        unfinished: Mapping[str, datetime],
    ) -> None:
        """Schedule a check soon for each monitor that was due while nobody watched, but for what
        is stopped. Of `unfinished` ones the check before was cut off; it was due after that instant.

        One that is due once a day would else be checked tomorrow, and what a crash cut off
        in the midst of a storm would be told an interval later.
        """
        for id, monitor in self.monitors.items():
            since = min(asleep_since, unfinished.get(id, asleep_since))
            if not monitor.disabled and next_due(id, monitor.cadence, since) <= wall:
                delay = min(spacing(monitor.cadence), CATCH_UP) * phase(id)
                self.repeat(
                    id, CheckTrigger.RETRY, steady + delay.total_seconds(), wall + delay
                )

    def catch_up_unwatched(self, steady: float, wall: datetime) -> None:
        """Schedule a check soon for each monitor that was due while nobody watched it, unless its next
        turn comes as soon."""
        for id in (self.unwatched_since.keys() & self.monitors.keys()) - self.leaving_ids:
            since, monitor = self.unwatched_since.pop(id), self.monitors[id]
            if monitor.disabled:
                continue
            was_due = next_due(id, monitor.cadence, since) <= wall
            if was_due and next_due(id, monitor.cadence, wall) - wall > CATCH_UP:
                delay = CATCH_UP * phase(id)
                self.repeat(
                    id, CheckTrigger.RETRY, steady + delay.total_seconds(), wall + delay
                )

    def schedule(
        self, id: str, steady: float, wall: datetime, last_wall: datetime | None = None
    ) -> None:
        """Give one monitor a place in the schedule, unless it is stopped; `last_wall` as in
        `reschedule_all`."""
        if self.monitors[id].disabled:
            return
        check = self._next_check(id, steady, wall, self._next_after(id, wall, last_wall))
        heapq.heappush(self.queue, check)
        delay = timedelta(0) if last_wall is None else _catch_up_delay(check, wall)
        due, due_wall = steady + delay.total_seconds(), wall + delay
        if not self.states[id].items:
            self._schedule_first(id, steady, wall)
        elif last_wall is not None and self._is_missed(check, wall, last_wall):
            self.repeat(id, CheckTrigger.RETRY, due, due_wall)
        if self._needs_reevaluation(id):
            # Whatever was known of it when a word is due (by an earlier life, by rules or a
            # clock that have changed) may be so no longer; so it is weighed at once, or with
            # the check that comes anyhow.
            self.wake(id, due, due_wall)

    def wake(self, id: str, due: float, due_wall: datetime) -> None:
        """Reevaluate a monitor then; what was planned before is void."""
        self.wakeups[id] = due_wall
        self.add(due, id, CheckTrigger.REEVALUATE, due_wall)

    def repeat(self, id: str, trigger: CheckTrigger, due: float, due_wall: datetime) -> None:
        """Schedule a check once more. One RETRY is enough, however many failed meanwhile."""
        if trigger is CheckTrigger.RETRY and id in self.retries:
            return
        if trigger is CheckTrigger.RETRY:
            self.retries.add(id)
        self.add(due, id, trigger, due_wall)

    def add(self, due: float, id: str, trigger: CheckTrigger, due_wall: datetime) -> None:
        """Put a check into the queue."""
        heapq.heappush(self.queue, ScheduledCheck(due, id, trigger, due_wall))

    def needs_check(self, check: ScheduledCheck) -> bool:
        """Return whether there is still a reason for this check."""
        if check.trigger is CheckTrigger.REEVALUATE and not self._is_planned(check):
            return False
        if check.id in self.given_ids:
            return False
        if check.id in self.leaving_ids and check.trigger not in GUARANTEED:
            return False
        monitor = self.monitors.get(check.id)
        return monitor is not None and (not monitor.disabled or check.trigger in CLOSING)

    def _is_planned(self, wakeup: ScheduledCheck) -> bool:
        """Return whether nothing was planned in place of a wake-up."""
        return self.wakeups.get(wakeup.id) == wakeup.wall

    def skip(self, check: ScheduledCheck, steady: float) -> None:
        """Drop a check that nobody wants: a dropped retry no longer stands for other retries of
        its monitor. A word that may be due is weighed later, if the monitor stays after all."""
        if check.trigger is CheckTrigger.RETRY:
            self.retries.discard(check.id)
        if check.id not in self.leaving_ids and check.id not in self.given_ids:
            return
        if check.trigger is CheckTrigger.CADENCE:
            self.unwatched_since.setdefault(check.id, check.wall - JUST_BEFORE)
        elif check.trigger is CheckTrigger.REEVALUATE and self._is_planned(check):
            self.postpone(check, steady + BUSY)

    def defer_while_busy(self, check: ScheduledCheck, steady: float) -> None:
        """Put off a check whose monitor is busy. A turn by the cadence is left out where the one
        before it is still under way, but not where only a decision is weighed."""
        if check.trigger is not CheckTrigger.CADENCE:
            self.postpone(check, steady + BUSY)
        elif self.busy[check.id] is CheckTrigger.REEVALUATE:
            self.repeat(check.id, CheckTrigger.RETRY, steady + BUSY, check.wall)

    def postpone(self, check: ScheduledCheck, due: float) -> None:
        """Put a check back into the queue, for later."""
        heapq.heappush(self.queue, check._replace(due=due))

    def begin(self, check: ScheduledCheck) -> None:
        """Note that a check is under way: the monitor is busy, and the trigger is spent."""
        self.busy[check.id] = check.trigger
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
                next_wall = next_on_grid(check.id, cadence, check.wall, wall)
                heapq.heapreplace(self.queue, _by_cadence(check.id, next_wall, steady, wall))
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
        lasting_triggers = (CheckTrigger.RETRY, CheckTrigger.RESTART, CheckTrigger.DISABLE)
        self.queue = [c for c in self.queue if c.id not in ids or c.trigger in lasting_triggers]
        heapq.heapify(self.queue)
        for id in ids:
            self.wakeups.pop(id, None)
        return due

    def seconds_until_due(self, steady: float, limit: float) -> float:
        """Return the seconds until the next check is due; `limit` where none is scheduled."""
        return max(0.0, self.queue[0].due - steady) if self.queue else limit

    def leave_to_agents(self, monitors: Mapping[str, Monitor]) -> None:
        """Let agents measure these monitors from now on."""
        self.reported_monitors |= monitors
        self.queue = [check for check in self.queue if check.id not in monitors]
        heapq.heapify(self.queue)
        for id in monitors:
            self.drop(id)

    def take_back(self, id: str, state: State, memory: Mapping[str, Any]) -> Monitor:
        """Hold a monitor that an agent measured until now, with the state that the store has. Return
        it as it was."""
        self.states[id], self.memories[id] = state, memory
        return self.reported_monitors.pop(id)

    def remove(self, ids: Collection[str]) -> None:
        """Forget monitors that another node watches from now on."""
        self.queue = [check for check in self.queue if check.id not in ids]
        heapq.heapify(self.queue)
        for id in ids:
            self.drop(id)
            self.reported_monitors.pop(id, None)
        self.leaving_ids -= frozenset(ids)

    def drop(self, id: str) -> None:
        """Forget a monitor; what is in the queue of it goes when it is due."""
        for of_monitors in (
            self.monitors,
            self.states,
            self.memories,
            self.wakeups,
            self.unconfirmed_changes,
            self.unwatched_since,
        ):
            of_monitors.pop(id, None)
        self.retries.discard(id)

    def _next_check(
        self, id: str, steady: float, wall: datetime, earliest: datetime
    ) -> ScheduledCheck:
        due_wall = next_due(id, self.monitors[id].cadence, earliest)
        return _by_cadence(id, due_wall, steady, wall)

    def _next_after(self, id: str, wall: datetime, last_wall: datetime | None) -> datetime:
        """Return the instant after which the next check is due. An hour that the clock was set back
        by is no second occasion for a fixed time."""
        is_repeated_hour = last_wall is not None and wall < last_wall <= wall + DST_SPAN
        fixed = isinstance(self.monitors[id].cadence, FixedTimes)
        return last_wall if is_repeated_hour and fixed and last_wall is not None else wall

    def _is_missed(self, check: ScheduledCheck, wall: datetime, last_wall: datetime) -> bool:
        """Return True if a check was due meanwhile, and will not be again for long."""
        due = next_due(check.id, self.monitors[check.id].cadence, last_wall)
        return check.wall - wall > FAR and due <= wall

    def _schedule_first(self, id: str, steady: float, wall: datetime) -> None:
        """Schedule the first check of a new monitor soon, even if it is due once a day."""
        delay = min(spacing(self.monitors[id].cadence), FIRST_CHECK) * phase(id)
        self.repeat(id, CheckTrigger.RETRY, steady + delay.total_seconds(), wall + delay)


def _by_cadence(id: str, due_wall: datetime, steady: float, wall: datetime) -> ScheduledCheck:
    due = steady + (due_wall - wall).total_seconds()
    return ScheduledCheck(due, id, CheckTrigger.CADENCE, due_wall)


def _catch_up_delay(check: ScheduledCheck, wall: datetime) -> timedelta:
    """Return the wait for a check: until the next one if that is near, else spread, so that not all
    come at once."""
    wait = check.wall - wall
    return wait if wait <= FAR else SPREAD * phase(check.id)


def shift_change(change: Change, amount: timedelta) -> Change:
    """Follow a clock that was set before the change was written: the mails of it would not be due
    else."""
    if not amount:
        return change
    mails = tuple(replace(mail, born=mail.born + amount) for mail in change.envelopes)
    return replace(change, state=shift_state(change.state, amount), envelopes=mails)
