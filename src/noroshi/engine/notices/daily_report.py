"""The report at a fixed time: how many monitors are well, what is not, what became of alarms."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Protocol

from noroshi.core.cadence import At
from noroshi.core.levels import Level
from noroshi.core.mail import Envelope, EnvelopeState
from noroshi.core.maintenance import ends_of
from noroshi.core.model import Monitor, State
from noroshi.core.notices.draft import report_before, report_due, tellings
from noroshi.core.notices.notice import Bad, Draft, Notification, Well
from noroshi.ports import Clocks, Store

SETTLING = 60.0
"""After a start the states are those of an earlier life; so many seconds what was missed is
looked at."""
REPORTED = "reported"
"""The note of the last time for which a report was told."""


class ReportedPlan(Protocol):
    @property
    def monitors(self) -> Mapping[str, Monitor]: ...


class Reports:
    """Knows up to when reports were told; a report's id says for which time it is."""

    def __init__(self, store: Store, clocks: Clocks) -> None:
        self._store, self._clocks = store, clocks
        self._looked, self._not_before = clocks.wall(), clocks.steady()
        self._asked_notes = False
        self._due: datetime | None = None

    def begin(self, looked: datetime | None) -> None:
        """A life begins; what was due until `looked` has been told (None: nothing was)."""
        self._looked = self._clocks.wall() if looked is None else looked
        self._not_before = self._clocks.steady() + (0.0 if looked is None else SETTLING)

    async def owed(
        self, plan: ReportedPlan, asked: Iterable[Notification], draft: Draft
    ) -> list[Envelope]:
        """The reports whose time has come. Raises StoreError; they are owed on then."""
        now, made = self._clocks.wall(), list[Envelope]()
        if self._clocks.steady() < self._not_before:
            return []
        await self._recall(now)
        for one in asked:
            due = None if one.at is None else report_due(one.at, self._looked, now)
            if one.at is not None and due is not None:
                well = await self._report(plan, one, one.at, due, now)
                serial = f"{due:%Y-%m-%dT%H:%MZ}"
                made += tellings(well, serial, (one,), draft, now)
                self._due = max(due, self._due or due)
        self._looked = now
        return made

    async def written(self) -> None:
        """What was owed is in the spool. A report's id says whose it is, and by another name it
        would come once more in the next life. Raises StoreError."""
        if self._due is not None:
            await self._store.put_value(REPORTED, self._due.isoformat())
            self._due = None

    async def _recall(self, now: datetime) -> None:
        """Up to when an earlier life told. What it noted by a clock that was set back since says
        nothing."""
        if self._asked_notes:
            return
        noted = (await self._store.get_values()).get(REPORTED)
        told = datetime.fromisoformat(noted) if noted else self._looked
        if self._looked < told <= now:
            self._looked = told
        self._asked_notes = True

    async def _report(
        self, plan: ReportedPlan, one: Notification, times: At, due: datetime, now: datetime
    ) -> Well:
        states, rows = await self._store.states(), await self._store.queue()
        asked = [m for m in plan.monitors.values() if one.concerns(m.instance.name)]
        mine = [m for m in asked if not m.stopped]
        known = [(m, states[m.id]) for m in mine if m.id in states and states[m.id].items]
        bad = tuple(_bad(m, state) for m, state in known if state.level is not Level.OK)
        since = report_before(times, due)
        return Well(
            at=now,
            due=due,
            since=since,
            instances=tuple(sorted({m.instance.name for m in asked})),
            well=len(known) - len(bad),
            unseen=len(mine) - len(known),
            bad=bad,
            tally=await self._store.tally(since),
            waiting=sum(not row.state for row in rows),
            aside=sum(row.state is EnvelopeState.SET_ASIDE for row in rows),
            held=sum(row.state is EnvelopeState.HELD for row in rows),
            stopped=len(asked) - len(mine),
            silent=await self._silent(mine, now),
        )

    async def _silent(self, monitors: Collection[Monitor], now: datetime) -> int:
        """Of how many nothing is told: whoever reads a report must know that."""
        silences = (await self._store.suppressions(now)).silences
        return sum(
            any(one.covers(monitor) for one in silences)
            or ends_of(monitor.maintenance, now) is not None
            for monitor in monitors
        )


def _bad(monitor: Monitor, state: State) -> Bad:
    since = [item.since for item in state.items.values() if item.level is state.level]
    return Bad(
        monitor.instance.name,
        monitor.path,
        monitor.title,
        state.level,
        min((at for at in since if at is not None), default=None),
    )
