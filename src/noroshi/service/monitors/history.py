"""Operations that look back, and at who is told: events, contacts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from noroshi.actions.phrases import REASONS
from noroshi.core.definitions.problems import suggestion
from noroshi.core.instruction import InstructionKind, followed_by
from noroshi.core.judgement import end_of
from noroshi.core.model import Contact, Decision, Event, Monitor, Rule
from noroshi.core.translation import Message, _
from noroshi.definitions import Plan
from noroshi.plugins import UnknownKind
from noroshi.service.alarms.alarm_view import remark_shown
from noroshi.service.definitions.disabled_text import stop_of
from noroshi.service.definitions.enable_disable import DisabledMonitors
from noroshi.service.errors import NotFoundError
from noroshi.service.monitors.history_answers import ContactRow, Decided, Happened, Log
from noroshi.service.monitors.reading_text import told
from noroshi.service.operation import VIEWER, Person, operation

MOST = 10_000
NO_MONITOR = followed_by(
    _("There is no monitor {given}{instead}."), InstructionKind.SHOW_STATUS
)


class HistoryOperations(DisabledMonitors):
    """The log of what happened, and who is told of it."""

    @operation(role=VIEWER, help=_("List what happened, newest first."))
    async def log(self, who: Person, monitor: str = "", last: int = 50) -> Log:
        """Events, newest first, of one monitor (instance/group/monitor) or of all; for one
        also what each rule answered about each item, and why, the last of it and what came
        before, and by whom it is stopped. And what people said."""
        _, plan = await self._current()
        wanted = monitor_named(plan, monitor) if monitor else None
        id = wanted.id if wanted else ""
        events = await self._store.events(id, max(1, min(last, MOST)))
        newest, earlier = _parted(await self._store.decisions(id) if id else ())
        remarks = await self._store.remarks(id, max(1, min(last, MOST)))
        rules = plan.rules.values()
        stopped = wanted is not None and wanted.disabled
        stop = stop_of(wanted, await self._stops()) if stopped and wanted else None
        return Log(
            events=tuple(self._happened(plan, event) for event in events),
            decisions=tuple(_decided(one, rules) for one in newest),
            earlier=tuple(_decided(one, rules) for one in earlier[: max(1, min(last, MOST))]),
            remarks=tuple(remark_shown(one, plan.monitors) for one in remarks),
            stopped=stop,
        )

    def _happened(self, plan: Plan, event: Event) -> Happened:
        return Happened(
            id=event.id,
            at=event.at,
            path=event.path,
            item=event.item,
            before=event.before,
            after=event.after,
            words=told(event.cause, event.after, self._names(plan, event.monitor)),
            ended=end_of(event.cause),
            path_now=path_now(plan, event.monitor),
        )

    def _names(self, plan: Plan, id: str) -> Mapping[str, Message]:
        """A monitor that is gone, or of a kind that is, has no names for its readings."""
        monitor = plan.monitors.get(id)
        try:
            return self._plugins.check(monitor.kind).names if monitor else {}
        except UnknownKind:
            return {}

    @operation(role=VIEWER, help=_("List the contacts and what each is notified of."))
    async def contacts(self, who: Person) -> tuple[ContactRow, ...]:
        """Return all contacts with the rules and notifications that name them."""
        _, plan = await self._current()
        return tuple(_contact(contact, plan) for contact in plan.contacts.values())


def _parted(found: Sequence[Decision]) -> tuple[Sequence[Decision], Sequence[Decision]]:
    """The newest of each rule and item, and those before, the newest of all of them first."""
    last = {(one.rule, one.item): one for one in reversed(found)}
    newest = [one for one in found if last[one.rule, one.item] is one]
    earlier = [one for one in found if last[one.rule, one.item] is not one]
    return newest, sorted(earlier, key=lambda one: one.at, reverse=True)


def _decided(its: Decision, rules: Iterable[Rule]) -> Decided:
    rule = next((one for one in rules if one.id == its.rule), None)
    return Decided(
        rule=rule.name_or_id if rule else its.rule,
        called=rule.display_name if rule else its.rule,
        item=its.item,
        reason=its.reason,
        because=REASONS[its.reason],
        at=its.at,
        speaks=its.reason.notifies,
    )


def _contact(contact: Contact, plan: Plan) -> ContactRow:
    mine = [r for r in plan.rules.values() if any(c.id == contact.id for c in r.contacts)]
    noted = {
        name: one
        for name, one in plan.notifications.items()
        if any(c.id == contact.id for c in one.contacts)
    }
    watched = [m for m in plan.monitors.values() if any(rule in mine for rule in m.rules)]
    return ContactRow(
        name=contact.id,
        title=contact.title,
        addresses=contact.addresses,
        language=contact.language,
        zone=contact.zone,
        rules=tuple(rule.name_or_id for rule in mine),
        notifications=tuple(noted),
        called=(
            *(rule.display_name for rule in mine),
            *(one.display_name for one in noted.values()),
        ),
        monitors=len(watched),
    )


def path_now(plan: Plan, id: str) -> str:
    """Return what the monitor of that id is called now; "" if it is gone."""
    monitor = plan.monitors.get(id)
    return monitor.path if monitor else ""


def monitor_named(plan: Plan, given: str) -> Monitor:
    """Return the monitor of that path or id; of that name alone, if only one has it. Raises
    NotFoundError."""
    by_path = {monitor.path: monitor for monitor in plan.monitors.values()}
    named = [m for m in plan.monitors.values() if m.name == given]
    found = plan.monitors.get(given) or by_path.get(given)
    if found is None and len(named) == 1:
        found = named[0]
    if found is None:
        raise NotFoundError(NO_MONITOR.fill(given=given, instead=suggestion(given, by_path)))
    return found
