"""Operations that look back, and at who is told: events, contacts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from noroshi.actions.phrases import decision_text
from noroshi.core.definitions.problems import suggestion
from noroshi.core.instruction import InstructionKind, followed_by
from noroshi.core.judgement import end_of
from noroshi.core.model import Contact, Decision, Event, Monitor, Rule
from noroshi.core.translation import _, list_names
from noroshi.definitions.compilation import Plan
from noroshi.operations import monitor_operations
from noroshi.operations.history_answers import ContactRow, Decided, Happened, Log
from noroshi.plugins import UnknownKind
from noroshi.ports import Check
from noroshi.service.alarms.alarm_view import remark_shown
from noroshi.service.definitions.disabled_text import stop_of
from noroshi.service.definitions.enable_disable import DisabledMonitors
from noroshi.service.errors import NotFoundError
from noroshi.service.monitors.reading_text import cause_text
from noroshi.service.operation import Person, offers

MOST = 10_000
NO_MONITOR = followed_by(
    _("There is no monitor “{given}”{instead}."), InstructionKind.SHOW_STATUS
)
SAME_NAME = _("Several monitors have the name “{given}”: {paths}. Choose one by its path.")
MOST_PATHS = 10
"""The most monitors of one name that a refusal names."""


class HistoryOperations(DisabledMonitors):
    """Show the log of events, and the contacts that are notified of them."""

    @offers(monitor_operations.LOG)
    async def log(self, person: Person, monitor: str = "", last: int = 50) -> Log:
        """Return events, newest first, of one monitor (instance/group/monitor) or of all; for
        one also what each rule answered about each item, and why, the last of it and what came
        before, and by whom it is stopped. And what people said."""
        _, plan = await self._context.current()
        target = monitor_named(plan, monitor) if monitor else None
        id = target.id if target else ""
        events = await self._store.events(id, max(1, min(last, MOST)))
        newest, earlier_ones = _split_newest(await self._store.decisions(id) if id else ())
        remarks = await self._store.remarks(id, max(1, min(last, MOST)))
        rules = plan.rules.values()
        is_stopped = target is not None and target.disabled
        stop = stop_of(target, await self._stops()) if is_stopped and target else None
        return Log(
            events=tuple(self._event_answer(plan, event) for event in events),
            decisions=tuple(_decision_answer(one, rules) for one in newest),
            earlier=tuple(
                _decision_answer(one, rules) for one in earlier_ones[: max(1, min(last, MOST))]
            ),
            remarks=tuple(remark_shown(one, plan.monitors) for one in remarks),
            stopped=stop,
        )

    def _event_answer(self, plan: Plan, event: Event) -> Happened:
        return Happened(
            id=event.id,
            at=event.at,
            path=event.path,
            item=event.item,
            before=event.before,
            after=event.after,
            words=cause_text(event.cause, event.after, self._check(plan, event.monitor)),
            ended=end_of(event.cause),
            path_now=path_now(plan, event.monitor),
        )

    def _check(self, plan: Plan, id: str) -> Check | None:
        """Return the kind of a monitor; None for one that is gone, or of a kind that is."""
        monitor = plan.monitors.get(id)
        try:
            return self._plugins.check(monitor.kind) if monitor else None
        except UnknownKind:
            return None

    @offers(monitor_operations.CONTACTS)
    async def contacts(self, person: Person) -> tuple[ContactRow, ...]:
        """Return all contacts with the rules and notifications that name them."""
        _, plan = await self._context.current()
        return tuple(_contact(name, one, plan) for name, one in plan.contacts.items())


def _split_newest(
    decisions: Sequence[Decision],
) -> tuple[Sequence[Decision], Sequence[Decision]]:
    """Return the newest of each rule and item, and those before, the newest of all of them
    first."""
    last = {(one.rule, one.item): one for one in reversed(decisions)}
    newest = [one for one in decisions if last[one.rule, one.item] is one]
    earlier_decisions = [one for one in decisions if last[one.rule, one.item] is not one]
    return newest, sorted(earlier_decisions, key=lambda one: one.decided_at, reverse=True)


def _decision_answer(decision: Decision, rules: Iterable[Rule]) -> Decided:
    rule = next((one for one in rules if one.id == decision.rule), None)
    return Decided(
        rule=rule.name_or_id if rule else decision.rule,
        called=rule.display_name if rule else decision.rule,
        item=decision.item,
        reason=decision.reason,
        because=decision_text(decision.reason, rule),
        at=decision.decided_at,
        speaks=decision.reason.notifies,
    )


def _contact(name: str, contact: Contact, plan: Plan) -> ContactRow:
    rules = [rule for rule in plan.rules.values() if contact in rule.contacts]
    notifications = {
        name: one for name, one in plan.notifications.items() if contact in one.contacts
    }
    monitors = [m for m in plan.monitors.values() if any(rule in rules for rule in m.rules)]
    return ContactRow(
        name=name,
        title=contact.title,
        addresses=contact.addresses,
        language=contact.language,
        zone=contact.zone,
        rules=tuple(rule.name_or_id for rule in rules),
        notifications=tuple(notifications),
        called=(
            *(rule.display_name for rule in rules),
            *(one.display_name for one in notifications.values()),
        ),
        monitors=len(monitors),
    )


def path_now(plan: Plan, id: str) -> str:
    """Return the present path of the monitor with that id; "" if it is gone."""
    monitor = plan.monitors.get(id)
    return monitor.path if monitor else ""


def monitor_named(plan: Plan, name: str) -> Monitor:
    """Return the monitor of that path or id; of that name alone, if only one has it. Raises
    NotFoundError."""
    by_path = {monitor.path: monitor for monitor in plan.monitors.values()}
    same_name = [m for m in plan.monitors.values() if m.name == name]
    match = plan.monitors.get(name) or by_path.get(name)
    if match is None and len(same_name) == 1:
        match = same_name[0]
    if match is None and same_name:
        paths = sorted(one.path for one in same_name)
        ellipsis = ("…",) if len(paths) > MOST_PATHS else ()
        shown_paths = list_names((*paths[:MOST_PATHS], *ellipsis))
        raise NotFoundError(SAME_NAME.fill(given=name, paths=shown_paths))
    if match is None:
        raise NotFoundError(NO_MONITOR.fill(given=name, instead=suggestion(name, by_path)))
    return match
