"""Report at a fixed time how many monitors are well, what is not, and what became of alarms."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Protocol

from noroshi.core.cadence import FixedTimes
from noroshi.core.definitions.self_monitoring import is_own, own_title
from noroshi.core.levels import Level
from noroshi.core.mail import Envelope, EnvelopeState
from noroshi.core.maintenance import ends_of
from noroshi.core.model import Monitor, State
from noroshi.core.notices.draft import notification_envelopes, report_before, report_due
from noroshi.core.notices.notice import Draft, Notification, StatusReport, UnhealthyMonitor
from noroshi.core.translation import plain
from noroshi.ports import Clocks, Store

SETTLING = 60.0
"""Seconds after a start in which missed checks are made up for: until then the states are those of
an earlier life."""
REPORTED = "reported"
"""The key of the last time for which a report was posted."""


class ReportedPlan(Protocol):
    @property
    def monitors(self) -> Mapping[str, Monitor]: ...


class DailyReports:
    """Make reports, each once; the id of a report says for which time it is."""

    def __init__(self, store: Store, clocks: Clocks) -> None:
        self._store, self._clocks = store, clocks
        self._reported_until, self._not_before = clocks.wall(), clocks.steady()
        self._is_recalled = False
        self._due: datetime | None = None

    def begin(self, reported_until: datetime | None) -> None:
        """Begin a life; what was due until `reported_until` has been posted (None: nothing was)."""
        self._reported_until = self._clocks.wall() if reported_until is None else reported_until
        self._not_before = self._clocks.steady() + (0.0 if reported_until is None else SETTLING)

    async def due(
        self, plan: ReportedPlan, subscriptions: Iterable[Notification], draft: Draft
    ) -> list[Envelope]:
        """Return the reports whose time has come. Raises StoreError; they stay due then."""
        now, reports = self._clocks.wall(), list[Envelope]()
        if self._clocks.steady() < self._not_before:
            return []
        await self._recall(now)
        for notification in subscriptions:
            due = (
                None
                if notification.report_times is None
                else report_due(notification.report_times, self._reported_until, now)
            )
            if notification.report_times is not None and due is not None:
                is_posted = await self._report(
                    plan, notification, notification.report_times, due, now
                )
                serial = f"{due:%Y-%m-%dT%H:%MZ}"
                reports += notification_envelopes(
                    is_posted, serial, (notification,), draft, now
                )
                self._due = max(due, self._due or due)
        self._reported_until = now
        return reports

    async def mark_posted(self) -> None:
        """Note that the reports are in the spool. The id of a report says whose it is, and by
        another name it would come once more in the next life. Raises StoreError."""
        if self._due is not None:
            await self._store.put_value(REPORTED, self._due.isoformat())
            self._due = None

    async def _recall(self, now: datetime) -> None:
        """Recall up to when an earlier life reported. What it noted by a clock that was set back
        since says nothing. Raises StoreError."""
        if self._is_recalled:
            return
        last_reported = (await self._store.get_values()).get(REPORTED)
        reported_until = (
            datetime.fromisoformat(last_reported) if last_reported else self._reported_until
        )
        if self._reported_until < reported_until <= now:
            self._reported_until = reported_until
        self._is_recalled = True

    async def _report(
        self,
        plan: ReportedPlan,
        notification: Notification,
        report_time: FixedTimes,
        due: datetime,
        now: datetime,
    ) -> StatusReport:
        states = await self._store.states()
        rows = [row for row in await self._store.queue() if not row.waits_for_hub]
        monitors = [m for m in plan.monitors.values() if notification.concerns(m.instance.name)]
        enabled = [m for m in monitors if not m.disabled]
        measured_monitors = [
            (m, states[m.id]) for m in enabled if m.id in states and states[m.id].items
        ]
        bad_monitors = tuple(
            _unhealthy_line(m, state)
            for m, state in measured_monitors
            if state.level is not Level.OK
        )
        reported_since = report_before(report_time, due)
        return StatusReport(
            happened_at=now,
            due=due,
            tally_since=reported_since,
            instances=tuple(sorted({m.instance.name for m in monitors})),
            healthy_count=len(measured_monitors) - len(bad_monitors),
            unmeasured_count=len(enabled) - len(measured_monitors),
            unhealthy=bad_monitors,
            tally=await self._store.tally(reported_since, now),
            waiting_count=sum(not row.state for row in rows),
            set_aside_count=sum(row.state is EnvelopeState.SET_ASIDE for row in rows),
            held_count=sum(row.state is EnvelopeState.HELD for row in rows),
            disabled_count=len(monitors) - len(enabled),
            silent_count=await self._count_silent(enabled, now),
            lost_count=(await self._store.totals())["lost"],
        )

    async def _count_silent(self, monitors: Collection[Monitor], now: datetime) -> int:
        """Return of how many monitors nothing is told: whoever reads a report must know that."""
        silences = (await self._store.suppressions(now)).silences
        return sum(
            any(one.covers(monitor) for one in silences)
            or ends_of(monitor.maintenance, now) is not None
            for monitor in monitors
        )


def _unhealthy_line(monitor: Monitor, state: State) -> UnhealthyMonitor:
    starts = [item.level_since for item in state.items.values() if item.level is state.level]
    return UnhealthyMonitor(
        monitor.instance.name,
        monitor.path,
        own_title(monitor) if is_own(monitor) else plain(monitor.title),
        state.level,
        min((moment for moment in starts if moment is not None), default=None),
    )
