"""A block as this node holds it: monitors, states, standing, and the schedule of turns."""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any, NamedTuple

from noroshi.core.alarms import NOBODY_SAID, Said, after, standings
from noroshi.core.cadence import At, next_due, next_on_grid, phase, spacing
from noroshi.core.levels import Level
from noroshi.core.model import Change, ItemState, Monitor, Standing, State
from noroshi.core.policy import owes_recovery
from noroshi.ports import Block

FIRST_LOOK = timedelta(seconds=10)
CATCH_UP = timedelta(seconds=2)
FAR = timedelta(minutes=5)
"""A look that was missed is made up for soon, where the next one is further away than this."""
SPREAD = timedelta(minutes=1)
TWICE = timedelta(hours=3)
"""A clock that is set back by no more does not make a fixed time come a second time."""


class Cause(IntEnum):
    """Why a monitor has a turn."""

    GRID = 0
    """Its cadence says so."""
    AGAIN = 1
    """It was never measured, or the last turn could not be written down."""
    WAKE = 2
    """Time, or a person, may have changed a decision; nothing is measured."""
    AFRESH = 3
    """Its kind or target changed: what is open is closed, and it begins anew."""
    LAST = 4
    """It is no longer watched: what is open is closed."""
    STOP = 5
    """It was stopped: what is open is closed, and it begins anew once it is started again."""


ENDING = (Cause.AFRESH, Cause.LAST, Cause.STOP)
"""What closes; without a measurement, so also where nothing is measured."""
PROMISED = (Cause.AGAIN, *ENDING)
"""What must come, whatever becomes of the schedule."""


class Turn(NamedTuple):
    """`due` by the steady clock, in seconds; `at` is the same instant by the wall's."""

    due: float
    id: str
    cause: Cause
    at: datetime


@dataclass
class Held:
    """What the store lent under one fence. Only the engine's loop touches it."""

    fence: int
    monitors: dict[str, Monitor] = field(default_factory=dict)
    states: dict[str, State] = field(default_factory=dict)
    memories: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    known: Mapping[str, Standing] = field(default_factory=dict)
    said: Said = NOBODY_SAID
    standing: dict[str, Standing] = field(default_factory=dict)
    """How monitors stand, by `known` and by what people `said`; of the others nothing is."""
    turns: list[Turn] = field(default_factory=list)
    wakes: dict[str, datetime] = field(default_factory=dict)
    again: set[str] = field(default_factory=set)
    """Monitors that have a turn AGAIN in the schedule."""
    busy: set[str] = field(default_factory=set)
    moved: timedelta = timedelta(0)
    """By how much the wall clock was set, all in all."""
    doubtful: dict[str, State] = field(default_factory=dict)
    """Monitors whose last commit may or may not have reached the disk, with the state in it."""

    def take(self, block: Block, monitors: Mapping[str, Monitor]) -> None:
        """Add what a block brings."""
        for id, state in block.states.items():
            self.states[id] = state
            self.memories[id] = block.memories.get(id, {})
            if id in monitors:
                self.monitors[id] = monitors[id]

    def hear(self, known: Mapping[str, Standing], said: Said) -> set[str]:
        """Whatever is said now; the monitors of which something else is, and that are not well
        or owe word of a recovery."""
        self.known, self.said = known, said
        before, self.standing = self.standing, standings(said, self.monitors.values(), known)
        ids = before.keys() | self.standing.keys()
        changed = {id for id in ids if before.get(id) != self.standing.get(id)}
        return {id for id in changed & self.monitors.keys() if self._concerns(id)}

    def _concerns(self, id: str) -> bool:
        state = self.states[id]
        return state.level is not Level.OK or owes_recovery(self.monitors[id], state)

    def happened(self, change: Change) -> None:
        """Some acknowledgements may end by it; the store has let them go in the same moment."""
        said, id = after(self.said, change.events), change.monitor
        if said is self.said or id not in self.monitors:
            return
        known = {id: self.known[id]} if id in self.known else {}
        self.said = said
        self.standing.pop(id, None)
        self.standing |= standings(said, [self.monitors[id]], known)

    def lay(self, steady: float, wall: datetime, last: datetime | None = None) -> None:
        """A fresh schedule from now. `last`: when the one before was last kept, by the wall
        clock, after a sleep or a set clock."""
        self.turns = [turn for turn in self.turns if turn.cause in PROMISED]
        heapq.heapify(self.turns)
        self.wakes = {}
        leaving = {turn.id for turn in self.turns if turn.cause is Cause.LAST}
        for id in self.monitors.keys() - leaving:
            self.place(id, steady, wall, last)

    def shift(self, by: timedelta) -> None:
        """The wall clock was set: when things were told moves with it, or each reminder would
        come at once, or much too late. It is written with the next change."""
        self.moved += by
        for id, state in self.states.items():
            self.states[id] = shifted(state, by)

    def catch_up(self, since: datetime, steady: float, wall: datetime) -> None:
        """A turn soon for each monitor that was due while nobody watched, but for what is stopped.

        One that is due once a day would else be looked at tomorrow, and what a crash cut off
        in the midst of a storm would be told an interval later.
        """
        for id, monitor in self.monitors.items():
            if not monitor.stopped and next_due(id, monitor.cadence, since) <= wall:
                soon = min(spacing(monitor.cadence), CATCH_UP) * phase(id)
                self.repeat(id, Cause.AGAIN, steady + soon.total_seconds(), wall + soon)

    def place(
        self, id: str, steady: float, wall: datetime, last: datetime | None = None
    ) -> None:
        """Give one monitor its place in the schedule, unless it is stopped; `last` as in `lay`."""
        if self.monitors[id].stopped:
            return
        turn = self._next(id, steady, wall, self._after(id, wall, last))
        heapq.heappush(self.turns, turn)
        soon = timedelta(0) if last is None else _soon(turn, wall)
        due, at = steady + soon.total_seconds(), wall + soon
        if not self.states[id].items:
            self._first(id, steady, wall)
        elif last is not None and self._missed(turn, wall, last):
            self.repeat(id, Cause.AGAIN, due, at)
        if self._concerns(id):
            # Whatever was known of it when a word is due (by an earlier life, by rules or a
            # clock that have changed) may be so no longer; so it is weighed at once, or with
            # the look that comes anyhow.
            self.wake(id, due, at)

    def wake(self, id: str, due: float, at: datetime) -> None:
        """Let time, or what people said, be weighed then; what was planned before is void."""
        self.wakes[id] = at
        self.add(due, id, Cause.WAKE, at)

    def repeat(self, id: str, cause: Cause, due: float, at: datetime) -> None:
        """Have a turn taken once more. One is enough, however many failed meanwhile."""
        if cause is Cause.AGAIN and id in self.again:
            return
        if cause is Cause.AGAIN:
            self.again.add(id)
        self.add(due, id, cause, at)

    def add(self, due: float, id: str, cause: Cause, at: datetime) -> None:
        heapq.heappush(self.turns, Turn(due, id, cause, at))

    def wants(self, turn: Turn) -> bool:
        """Whether there is still a reason for this turn."""
        if turn.cause is Cause.WAKE and self.wakes.get(turn.id) != turn.at:
            return False
        monitor = self.monitors.get(turn.id)
        return monitor is not None and (not monitor.stopped or turn.cause in ENDING)

    def pass_over(self, turn: Turn) -> None:
        """Nobody wants it any more: it no longer stands for another one of its kind."""
        if turn.cause is Cause.AGAIN:
            self.again.discard(turn.id)

    def put_off(self, turn: Turn, due: float) -> None:
        """Offer it again later."""
        heapq.heappush(self.turns, turn._replace(due=due))

    def begin(self, turn: Turn) -> None:
        """This turn is under way: its monitor is busy, and its reason is spent."""
        self.busy.add(turn.id)
        if turn.cause is Cause.WAKE:
            del self.wakes[turn.id]
        elif turn.cause is Cause.AGAIN:
            self.again.discard(turn.id)

    def pop(self, steady: float, wall: datetime) -> Turn | None:
        """The next turn that is due; a turn of the grid leaves the one after it."""
        while self.turns and self.turns[0].due <= steady:
            turn = self.turns[0]
            if turn.cause is Cause.GRID and turn.id in self.monitors:
                cadence = self.monitors[turn.id].cadence
                at = next_on_grid(turn.id, cadence, turn.at, wall)
                heapq.heapreplace(self.turns, _on_grid(turn.id, at, steady, wall))
                return turn
            heapq.heappop(self.turns)
            if turn.cause is not Cause.GRID:
                return turn
        return None

    def forget_turns(self, ids: set[str], steady: float) -> set[str]:
        """Take monitors out of the schedule, as they get another place in it, or none.

        What was found and could not be written down, or not yet closed, is owed all the same.
        So is a measurement that was due and not begun yet: whose they are is answered.
        """
        due = {
            t.id
            for t in self.turns
            if t.due <= steady and t.cause is Cause.GRID and t.id in ids
        }
        owed = (Cause.AGAIN, Cause.AFRESH, Cause.STOP)
        self.turns = [t for t in self.turns if t.id not in ids or t.cause in owed]
        heapq.heapify(self.turns)
        for id in ids:
            self.wakes.pop(id, None)
        return due

    def rest(self, steady: float, longest: float) -> float:
        """Seconds until something is due."""
        return max(0.0, self.turns[0].due - steady) if self.turns else longest

    def drop(self, id: str) -> None:
        """Forget a monitor; its turn in the schedule goes when it comes."""
        for kept in (self.monitors, self.states, self.memories, self.wakes, self.doubtful):
            kept.pop(id, None)
        self.again.discard(id)

    def _next(self, id: str, steady: float, wall: datetime, after: datetime) -> Turn:
        at = next_due(id, self.monitors[id].cadence, after)
        return _on_grid(id, at, steady, wall)

    def _after(self, id: str, wall: datetime, last: datetime | None) -> datetime:
        """An hour that the clock was set back by is no second occasion for a fixed time."""
        again = last is not None and wall < last <= wall + TWICE
        fixed = isinstance(self.monitors[id].cadence, At)
        return last if again and fixed and last is not None else wall

    def _missed(self, turn: Turn, wall: datetime, last: datetime) -> bool:
        """It was due meanwhile, and will not be again for long."""
        due = next_due(turn.id, self.monitors[turn.id].cadence, last)
        return turn.at - wall > FAR and due <= wall

    def _first(self, id: str, steady: float, wall: datetime) -> None:
        """A new monitor shows what it sees soon, even if it is due once a day."""
        soon = min(spacing(self.monitors[id].cadence), FIRST_LOOK) * phase(id)
        self.repeat(id, Cause.AGAIN, steady + soon.total_seconds(), wall + soon)


def _on_grid(id: str, at: datetime, steady: float, wall: datetime) -> Turn:
    return Turn(steady + (at - wall).total_seconds(), id, Cause.GRID, at)


def _soon(turn: Turn, wall: datetime) -> timedelta:
    """With the next look if that is near, else spread, so that not all come at once."""
    wait = turn.at - wall
    return wait if wait <= FAR else SPREAD * phase(turn.id)


def shifted(state: State, by: timedelta) -> State:
    """The same, with all that was told so much later."""
    if not by or not any(item.told for item in state.items.values()):
        return state
    return replace(state, items={n: _shifted(item, by) for n, item in state.items.items()})


def moved_on(change: Change, by: timedelta) -> Change:
    """The clock was set before it could be written: its mails would not be due else."""
    if not by:
        return change
    mails = tuple(replace(mail, born=mail.born + by) for mail in change.envelopes)
    return replace(change, state=shifted(change.state, by), envelopes=mails)


def _shifted(item: ItemState, by: timedelta) -> ItemState:
    told = {rule: replace(said, at=said.at + by) for rule, said in item.told.items()}
    return replace(item, told=told)
