"""Trying a monitor: it is measured and judged now, and nothing of that is kept or sent."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import replace

from noroshi import answer_json
from noroshi.actions.phrases import decision_text
from noroshi.core.judgement import assess, judge
from noroshi.core.levels import Level
from noroshi.core.model import NOT_SUPPRESSED, Change, Limits, Monitor, Reading, Sample, State
from noroshi.core.reckon import reckon
from noroshi.core.translation import Message, _, plain
from noroshi.definitions.accounts_of_routes import marks_of
from noroshi.definitions.compilation import Plan
from noroshi.operations import monitor_operations
from noroshi.operations.status_answers import ItemStatus, MonitorTried, ReadingTried, RuleTried
from noroshi.ports import Check, Document, Unmeasurable
from noroshi.service.definitions.apply import BAD_DEFINITIONS, ApplyOperations
from noroshi.service.errors import InvalidArgumentError, OperationFailedError
from noroshi.service.monitors.history import monitor_named
from noroshi.service.monitors.reading_text import (
    cause_text,
    limits_text,
    quantity_text,
    reading_name,
    shown_unit,
)
from noroshi.service.operation import Person, note, offers, require_reauthentication

log = logging.getLogger(__name__)
NOT_HERE = _("This process runs no measurements, so nothing can be tested here.")
NOT_SHOWN = _("the raw result could not be shown within {seconds:g} s")


class RunNowOperations(ApplyOperations):
    """Measured on trial."""

    @offers(monitor_operations.TRY_MONITOR)
    async def try_monitor(
        self, person: Person, monitor: str, documents: tuple[Document, ...] | None = None
    ) -> MonitorTried:
        """Measure and judge it now; `documents` are definitions that are not in force yet."""
        if self._context.measure is None:
            raise OperationFailedError(NOT_HERE)
        plan = await self._plan_of(documents)
        target = monitor_named(plan, monitor)
        if agent := self._plugins.agent_of(target):
            return await self._as_reported(target, agent)
        states = await self._store.states()
        _, memory = await self._store.recall(target.id)
        if self._plugins.check(target.kind).runs:
            require_reauthentication(person, "try_monitor")
        if documents is not None and not person.reauthenticated:
            old_plan = await self._plan_in_effect(await self._store.current())
            await self._context.bindings.check_destinations(person, plan, old_plan)
        start = self._clocks.steady()
        sample = await self._context.measure(target, memory)
        seconds = self._clocks.steady() - start
        state = states.get(target.id, State())
        preview = tuple(words for words in await self._preview(target) if words != sample.fault)
        result = self._result(target, state, sample, seconds, preview)
        options = {"options": answer_json.as_json(target.options)} if documents else {}
        note(new_state={"monitor": result.path, "level": result.level.value, **options})
        return replace(result, marks=marks_of(plan))

    async def _as_reported(self, monitor: Monitor, agent: str) -> MonitorTried:
        """Return what the agent reported last: nobody measures it from here."""
        state = (await self._store.states([monitor.id])).get(monitor.id, State())
        sample = next(iter(await self._store.samples(monitor.id, 1)), None)
        note(new_state={"monitor": monitor.path, "agent": agent})
        shown_sample = sample or Sample(self._clocks.wall())
        result = self._result(monitor, state, shown_sample, 0.0, ())
        return replace(
            result,
            level=state.level,
            items=result.items if sample else (),
            rules=(),
            agent=agent,
            measured_at=sample.measured_at if sample else None,
        )

    async def _plan_of(self, documents: tuple[Document, ...] | None) -> Plan:
        if documents is None:
            return (await self._context.current())[1]
        current = await self._store.current()
        result = await self._check_documents(documents, current)
        if result.problems:
            raise InvalidArgumentError(BAD_DEFINITIONS, result.problems)
        return result.plan

    async def _preview(self, monitor: Monitor) -> tuple[Message, ...]:
        """Return the kind's preview: text beyond the readings."""
        preview = self._plugins.check(monitor.kind).preview
        if preview is None or self._context.host_of is None:
            return ()
        seconds = monitor.timeout.total_seconds()
        try:
            async with asyncio.timeout(seconds):
                return tuple(await preview(monitor.options, self._context.host_of(monitor)))
        except TimeoutError:
            return (NOT_SHOWN.fill(seconds=seconds),)
        except Unmeasurable as problem:
            return (problem.words,)
        except Exception as bug:  # a plug-in's must not hide what was measured
            log.exception("kind %s cannot show what it read", monitor.kind)
            return (plain(repr(bug)),)

    def _result(
        self,
        monitor: Monitor,
        state: State,
        sample: Sample,
        seconds: float,
        preview: tuple[Message, ...],
    ) -> MonitorTried:
        check = self._plugins.check(monitor.kind)
        # One look shows what it is now: to believe it takes as many as `patience` says.
        at_once = replace(monitor, patience=1)
        now = self._clocks.wall()
        change = reckon(at_once, state, sample, NOT_SUPPRESSED, now, lambda *_: {})
        findings = assess(monitor, sample, state.items)
        return MonitorTried(
            path=monitor.path,
            kind=monitor.kind,
            runs_on=self._context.runs_on,
            measured_on=self._context.measured_on(monitor),
            target=monitor.goes_to or monitor.instance.address,
            seconds=seconds,
            level=Level.worst(finding.level for finding in findings.values()),
            fault=sample.fault,
            readings=tuple(_reading(r, monitor, check) for r in sample.readings),
            items=tuple(
                ItemStatus(
                    item=n, level=f.level, since=None, words=cause_text(f.cause, f.level, check)
                )
                for n, f in findings.items()
            ),
            rules=tuple(_rules(monitor, change)),
            seen=preview,
        )


def _reading(reading: Reading, monitor: Monitor, check: Check) -> ReadingTried:
    limits = monitor.limits.get(reading.name, Limits())
    return ReadingTried(
        name=reading_name(reading.name, check),
        item=reading.item,
        value=quantity_text(reading, check),
        level=judge(reading, limits),
        limits=limits_text(limits, shown_unit(reading, check)),
        note=reading.note,
        lines=reading.lines,
    )


def _rules(monitor: Monitor, change: Change) -> Iterator[RuleTried]:
    """Yield the decision of each rule about each item that is bad, or has just recovered."""
    for item, item_state in change.state.items.items():
        news = any(event.item == item for event in change.events)
        if item_state.level is Level.OK and not news:
            continue
        for rule in monitor.rules:
            if (reason := item_state.reasons.get(rule.id)) is not None:
                yield RuleTried(
                    rule=rule.name_or_id,
                    called=rule.display_name,
                    item=item,
                    reason=reason,
                    because=decision_text(reason, rule),
                    speaks=reason.notifies,
                    contacts=tuple(contact.id for contact in rule.contacts),
                    routes=rule.routes,
                )
