"""Show one monitor in full: the status, the settings, and the recent values."""

from __future__ import annotations

from collections.abc import Sequence

from noroshi.actions.phrases import YES_NO
from noroshi.core.cadence import Cadence, FixedTimes
from noroshi.core.model import Limits, Monitor, Reading, Sample
from noroshi.core.translation import Message, _, list_names
from noroshi.operations import monitor_operations
from noroshi.operations.status_answers import LimitShown, MonitorShown, Point, Series
from noroshi.ports import Check
from noroshi.service.alarms.alarm_view import (
    NO_SUPPRESSION,
    remark_shown,
    silence_shown,
    suppressions_by_monitor,
    windows_shown,
)
from noroshi.service.definitions.disabled_text import stop_of
from noroshi.service.definitions.enable_disable import DisabledMonitors
from noroshi.service.monitors import status_view
from noroshi.service.monitors.agents_status import silent_agents
from noroshi.service.monitors.history import monitor_named
from noroshi.service.monitors.reading_text import limits_text, reading_name, shown_unit
from noroshi.service.monitors.status import UNKNOWN_STATE
from noroshi.service.operation import Person, offers

MOST_SAMPLES = 1000
MOST_SERIES = 24
"""The most series that are shown with values: a monitor may have a thousand items."""
NO_LIMITS = Limits()


class MonitorOperations(DisabledMonitors):
    """Show one monitor closely."""

    @offers(monitor_operations.MONITOR_SHOW)
    async def show(self, person: Person, monitor: str, last: int = 240) -> MonitorShown:
        """Return the status of a monitor (instance/group/monitor), the limits, and the newest
        values."""
        _, plan = await self._context.current()
        target = monitor_named(plan, monitor)
        samples = await self._store.samples(target.id, max(1, min(last, MOST_SAMPLES)))
        state = (await self._store.states()).get(target.id, UNKNOWN_STATE)
        check = self._plugins.check(target.kind)
        newest, now = samples[0] if samples else None, self._clocks.wall()
        stop = stop_of(target, await self._stops()) if target.disabled else None
        suppressions, remarks = (
            await self._store.suppressions(now),
            await self._store.remarks(target.id),
        )
        suppression = suppressions_by_monitor(suppressions, [target], now).get(
            target.id, NO_SUPPRESSION
        )
        status = status_view.monitor_status(target, state, newest, check, stop, suppression)
        if agent := self._plugins.agent_of(target):
            status = (await silent_agents(self._context)).with_agent(status, agent)
        return MonitorShown(
            status=status,
            at=now,
            kind_title=check.title,
            goes_to=target.goes_to,
            measured_on=self._context.measured_on(target),
            cadence=cadence_text(target.cadence),
            patience=target.patience,
            rules=tuple(rule.name_or_id for rule in target.rules),
            rules_called=tuple(rule.display_name for rule in target.rules),
            limits=tuple(_limits(target, newest, check)),
            series=series_of(target, samples, check),
            runs=check.runs,
            seconds=target.timeout.total_seconds(),
            faults=tuple(one.measured_at for one in reversed(samples) if one.fault is not None),
            remarks=tuple(remark_shown(one, plan.monitors) for one in remarks),
            silences=tuple(
                silence_shown(one, plan.monitors.values(), now, plan.monitors)
                for one in suppressions.silences
                if one.covers(target)
            ),
            planned=tuple(windows_shown([target], now, plan.monitors.values())),
        )


def cadence_text(cadence: Cadence) -> Message:
    """Return in words when it is measured."""
    if isinstance(cadence, FixedTimes):
        times = list_names(f"{one:%H:%M}" for one in cadence.times)
        return _("at {times} ({zone})").fill(times=times, zone=cadence.zone)
    seconds = cadence.period.total_seconds()
    if seconds % 60 == 0:
        return _("every {n} min").fill(n=f"{seconds / 60:g}")
    return _("every {n} s").fill(n=f"{seconds:g}")


def series_of(monitor: Monitor, samples: Sequence[Sample], check: Check) -> tuple[Series, ...]:
    """Return the values of each reading of each item, oldest first. `samples` are newest first;
    only what the newest with readings has is shown."""
    newest = next((one.readings for one in samples if one.readings), ())
    keys = list(dict.fromkeys((r.name, r.item) for r in newest))[:MOST_SERIES]
    points: dict[tuple[str, str], list[Point]] = {key: [] for key in keys}
    for sample in reversed(samples):
        for reading in sample.readings:
            series_points = points.get((reading.name, reading.item))
            if series_points is not None and (
                not series_points or series_points[-1].at != sample.measured_at
            ):
                series_points.append(Point(sample.measured_at, reading.value))
    last = {(r.name, r.item): r for r in reversed(newest)}
    return tuple(_series(monitor, last[key], points[key], check) for key in keys)


def _series(
    monitor: Monitor, reading: Reading, points: Sequence[Point], check: Check
) -> Series:
    limits = monitor.limits.get(reading.name, NO_LIMITS)
    return Series(
        name=reading_name(reading.name, check),
        item=reading.item,
        unit=reading.unit,
        yes_no=shown_unit(reading, check) == YES_NO,
        warning=limits.warning,
        critical=limits.critical,
        rising=limits.rising,
        points=tuple(points),
    )


def _limits(monitor: Monitor, newest: Sample | None, check: Check) -> Sequence[LimitShown]:
    """Return the limits with the units of what was measured last; before that, with those that
    are known."""
    measured = {one.name: one.unit for one in newest.readings} if newest else {}
    units = {name: unit for name, unit in measured.items() if unit.strip()}
    rows = [
        LimitShown(
            reading_name(name, check),
            limits_text(limits, units.get(name, _known_unit(name, check))),
        )
        for name, limits in monitor.limits.items()
    ]
    return [one for one in rows if one.words.en]


def _known_unit(reading: str, check: Check) -> str:
    return YES_NO if reading in check.yes_no else check.unit(reading)
