"""Trying a monitor: it is measured and judged now, and nothing of that is kept or sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from noroshi import answer_json
from noroshi.actions.phrases import decision_text
from noroshi.core.judgement import assess, judge
from noroshi.core.levels import Level
from noroshi.core.model import NOT_SUPPRESSED, Change, Limits, Monitor, Reading, Sample, State
from noroshi.core.reckon import reckon
from noroshi.core.reported_text import UnfitReportError
from noroshi.core.translation import _
from noroshi.definitions.accounts_of_routes import marks_of
from noroshi.definitions.compilation import Plan
from noroshi.link.order_messages import MeasuredOnTrial, OrderVerb
from noroshi.operations import monitor_operations
from noroshi.operations.status_answers import ItemStatus, MonitorTried, ReadingTried, RuleTried
from noroshi.ports import Check, Document
from noroshi.service.agents.order_answers import clean_trial, unfit_answer
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
from noroshi.service.monitors.trial import measure_on_trial
from noroshi.service.operation import Person, note, offers, require_reauthentication

SECONDS_BESIDE = 15.0
"""An agent may need so much longer than the monitor's time-out, as it may be busy."""
NOT_IN_FORCE = _(
    "The agent uses the definitions in effect; these changes have not been saved yet."
)


class RunNowOperations(ApplyOperations):
    """Measured on trial."""

    @offers(monitor_operations.TRY_MONITOR)
    async def try_monitor(
        self, person: Person, monitor: str, documents: tuple[Document, ...] | None = None
    ) -> MonitorTried:
        """Measure and judge it now; `documents` are definitions that are not in force yet. What an
        agent measures, the agent measures now, as its definitions in force say."""
        plan = await self._plan_of(documents)
        target = monitor_named(plan, monitor)
        if self._plugins.check(target.kind).runs:
            require_reauthentication(person, "try_monitor")
        if agent := self._plugins.agent_of(target):
            return await self._by_agent(target, agent, is_in_force=documents is None)
        if documents is not None and not person.reauthenticated:
            old_plan = await self._plan_in_effect(await self._store.current())
            await self._context.bindings.check_destinations(person, plan, old_plan)
        trial = await measure_on_trial(self._context, target)
        result = await self._result_of(target, trial)
        options = {"options": answer_json.as_json(target.options)} if documents else {}
        note(new_state={"monitor": result.path, "level": result.level.value, **options})
        return replace(result, marks=marks_of(plan))

    async def _by_agent(
        self, monitor: Monitor, agent: str, *, is_in_force: bool
    ) -> MonitorTried:
        """Have the agent measure it; else return what the agent reported last, and why."""
        try:
            if not is_in_force:
                raise OperationFailedError(NOT_IN_FORCE)
            trial = await self._trial_of_agent(monitor, agent)
        except OperationFailedError as error:
            note(new_state={"monitor": monitor.path, "agent": agent})
            last_values = await self._as_reported(monitor, agent)
            return replace(last_values, not_measured=error.words)
        result = await self._result_of(monitor, trial)
        note(new_state={"monitor": result.path, "level": result.level.value, "agent": agent})
        return replace(result, agent=agent, measured_at=trial.sample.measured_at)

    async def _trial_of_agent(self, monitor: Monitor, agent: str) -> MeasuredOnTrial:
        """Raises OperationFailedError, and StoreError."""
        seconds = monitor.timeout.total_seconds() + SECONDS_BESIDE
        hub = self._context.agents_hub
        trial = await hub.order(agent, OrderVerb.TRY, MeasuredOnTrial, monitor.id, seconds)
        try:
            return clean_trial(trial, monitor, self._clocks.wall())
        except UnfitReportError:
            raise unfit_answer(agent) from None

    async def _as_reported(self, monitor: Monitor, agent: str) -> MonitorTried:
        """Return what the agent reported last."""
        state = (await self._store.states([monitor.id])).get(monitor.id, State())
        sample = next(iter(await self._store.samples(monitor.id, 1)), None)
        trial = MeasuredOnTrial(sample=sample or Sample(self._clocks.wall()))
        result = await self._result_of(monitor, trial)
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

    async def _result_of(self, monitor: Monitor, trial: MeasuredOnTrial) -> MonitorTried:
        state = (await self._store.states([monitor.id])).get(monitor.id, State())
        sample = trial.sample
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
            seconds=trial.seconds,
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
            seen=trial.preview,
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
