"""Trying a monitor: it is measured and judged now, and nothing of that is kept or sent."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping
from dataclasses import replace

from noroshi import schema
from noroshi.actions.phrases import REASONS
from noroshi.core.judgement import assess, judge
from noroshi.core.levels import Level
from noroshi.core.model import NOT_SUPPRESSED, Change, Limits, Monitor, Reading, Sample, State
from noroshi.core.reckon import reckon
from noroshi.core.translation import Message, _, plain
from noroshi.definitions import Plan
from noroshi.definitions.accounts_of_routes import marks_of
from noroshi.ports import Document, Unmeasurable
from noroshi.service.definitions.apply import BAD_DEFINITIONS, ApplyOperations
from noroshi.service.errors import InvalidArgumentError, OperationFailedError
from noroshi.service.monitors.history import monitor_named
from noroshi.service.monitors.reading_text import limits_told, quantity_told, told
from noroshi.service.monitors.status_answers import (
    ItemStatus,
    MonitorTried,
    ReadingTried,
    RuleTried,
)
from noroshi.service.operation import ADMIN, Person, note, operation, require_reauthentication

log = logging.getLogger(__name__)
NOT_HERE = _("This process runs no measurements, so nothing can be tried here.")
NOT_SHOWN = _("its raw result could not be shown within {seconds:g} s")


class RunNowOperations(ApplyOperations):
    """Measured on trial."""

    @operation(role=ADMIN, help=_("Measure a monitor once, on trial."))
    async def try_monitor(
        self, who: Person, monitor: str, documents: tuple[Document, ...] | None = None
    ) -> MonitorTried:
        """Measure and judge it now; `documents` are definitions that are not in force yet."""
        if self._measure is None:
            raise OperationFailedError(NOT_HERE)
        plan = await self._plan_of(documents)
        wanted = monitor_named(plan, monitor)
        states = await self._store.states()
        _, memory = await self._store.recall(wanted.id)
        if self._plugins.check(wanted.kind).runs:
            require_reauthentication(who, "try_monitor")
        if documents is not None and not who.reauthenticated:
            before = await self._as_it_is(await self._store.current())
            await self._binding.check_destinations(who, plan, before)
        began = self._clocks.steady()
        sample = await self._measure(wanted, memory)
        seconds = self._clocks.steady() - began
        state = states.get(wanted.id, State())
        seen = tuple(words for words in await self._seen(wanted) if words != sample.fault)
        tried = self._tried(wanted, state, sample, seconds, seen)
        kept_nowhere = {"options": schema.plain(wanted.options)} if documents else {}
        note(after={"monitor": tried.path, "level": tried.level.value, **kept_nowhere})
        return replace(tried, marks=marks_of(plan))

    async def _plan_of(self, documents: tuple[Document, ...] | None) -> Plan:
        if documents is None:
            return (await self._current())[1]
        current = await self._store.current()
        found = await self._checked(documents, current)
        if found.problems:
            raise InvalidArgumentError(BAD_DEFINITIONS, found.problems)
        return found.plan

    async def _seen(self, monitor: Monitor) -> tuple[Message, ...]:
        """Return what the kind shows of what it read, beyond its readings."""
        preview = self._plugins.check(monitor.kind).preview
        if preview is None or self._host_of is None:
            return ()
        seconds = monitor.timeout.total_seconds()
        try:
            async with asyncio.timeout(seconds):
                return tuple(await preview(monitor.options, self._host_of(monitor)))
        except TimeoutError:
            return (NOT_SHOWN.fill(seconds=seconds),)
        except Unmeasurable as problem:
            return (problem.words,)
        except Exception as bug:  # a plug-in's must not hide what was measured
            log.exception("kind %s cannot show what it read", monitor.kind)
            return (plain(repr(bug)),)

    def _tried(
        self,
        monitor: Monitor,
        state: State,
        sample: Sample,
        seconds: float,
        seen: tuple[Message, ...],
    ) -> MonitorTried:
        names = self._plugins.check(monitor.kind).names
        # One look shows what it is now: to believe it takes as many as `patience` says.
        at_once = replace(monitor, patience=1)
        now = self._clocks.wall()
        change = reckon(at_once, state, sample, NOT_SUPPRESSED, now, lambda *_: {})
        found = assess(monitor, sample, state.items)
        return MonitorTried(
            path=monitor.path,
            kind=monitor.kind,
            runs_on=self._runs_on,
            target=monitor.goes_to or monitor.instance.address,
            seconds=seconds,
            level=Level.worst(finding.level for finding in found.values()),
            fault=sample.fault,
            readings=tuple(_reading(r, monitor, names) for r in sample.readings),
            items=tuple(
                ItemStatus(
                    item=n, level=f.level, since=None, words=told(f.cause, f.level, names)
                )
                for n, f in found.items()
            ),
            rules=tuple(_rules(monitor, change)),
            seen=seen,
        )


def _reading(reading: Reading, monitor: Monitor, names: Mapping[str, Message]) -> ReadingTried:
    limits = monitor.limits.get(reading.name, Limits())
    return ReadingTried(
        name=names.get(reading.name, plain(reading.name)),
        item=reading.item,
        value=quantity_told(reading),
        level=judge(reading, limits),
        limits=limits_told(limits, reading.unit),
        note=reading.note,
        lines=reading.lines,
    )


def _rules(monitor: Monitor, change: Change) -> Iterator[RuleTried]:
    """Yield what each rule answers about each item that is bad, or has just recovered."""
    for item, its in change.state.items.items():
        news = any(event.item == item for event in change.events)
        if its.level is Level.OK and not news:
            continue
        for rule in monitor.rules:
            if (reason := its.reasons.get(rule.id)) is not None:
                yield RuleTried(
                    rule=rule.name_or_id,
                    called=rule.display_name,
                    item=item,
                    reason=reason,
                    because=REASONS[reason],
                    speaks=reason.notifies,
                    contacts=tuple(contact.id for contact in rule.contacts),
                    routes=rule.routes,
                )
