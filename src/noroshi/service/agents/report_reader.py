"""Read the rows of an agent's report as changes, with the notifications that the hub drafts.

The agent decided what is told, by the hub's rules. Here it is checked that it names its own
monitors, and rules and contacts of these, and left out what people at the hub silenced or
acknowledged. Addresses, routes and texts are the hub's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from noroshi import schema
from noroshi.core.agents import Agent
from noroshi.core.alarms import Suppressions, suppression_by_monitor, without_ended
from noroshi.core.custody_changes import WithheldNotifications
from noroshi.core.levels import Reason
from noroshi.core.mail import Envelope, Origin
from noroshi.core.maintenance import ends_of
from noroshi.core.model import (
    NOT_SUPPRESSED,
    Alarm,
    Change,
    Contact,
    Decision,
    Event,
    Monitor,
    Rule,
    RuleNotification,
    State,
    Suppression,
)
from noroshi.core.policy import withholding
from noroshi.core.printable import printable
from noroshi.core.reckon import Draft, alarm_of, envelopes_of
from noroshi.core.report import ReportRow, RowKind
from noroshi.core.reported_text import ReportCleaner, UnfitReportError, event_life, neutral_name
from noroshi.link.report_messages import AlarmOfRow, ChangeOfRow
from noroshi.ports import RowEffect
from noroshi.service.agents.custody_rows import read_custody_row
from noroshi.service.agents.link_refusal import RowRefusedError

MOST_STATE = 512 * 1024
"""Bytes of a monitor's state: a node judges 1,000 items of a monitor, and one that is not well takes 900."""
MOST_EVENTS, MOST_ALARMS = 5000, 20_000
LONGEST_NAME, LONGEST_ID = 100, 1000
AlarmsByContact = Mapping[str, Sequence[AlarmOfRow]]
Withheld = Mapping[tuple[str, str], Reason]
"""Why something is not told, by rule and item."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRow:
    """Hold what a row leads to, None for nothing; and why the row, or some of its notifications,
    cannot be applied."""

    change: RowEffect | None
    problems: tuple[str, ...] = ()


@dataclass
class ReportReader:
    """Read the rows of one report, in order. `monitors` are those of the agent, by id;
    `suppressions` those of the hub, of which each change may end some; `installation` is the
    hub's."""

    agent: Agent
    monitors: Mapping[str, Monitor]
    suppressions: Suppressions
    now: datetime
    installation: str
    draft: Draft

    def read(self, row: ReportRow) -> ReadRow | None:
        """Return what a row leads to; None if it changes nothing. Raises RowRefusedError."""
        if row.kind != RowKind.CHANGE:
            effect = read_custody_row(row, self.agent.name, self.now)
            return None if effect is None else ReadRow(change=effect)
        try:
            row_change = schema.value(ChangeOfRow, row.body)
        except schema.Unreadable:
            raise RowRefusedError("the change cannot be read") from None
        monitor = self.monitors.get(row_change.monitor)
        if monitor is None and row_change.is_retired:
            # It is gone here too, or another's: it was closed with the definition.
            withheld = _withheld_by_refusal(row_change)
            return None if withheld is None else ReadRow(change=withheld)
        if monitor is None:
            raise RowRefusedError(
                f"{_short_id(row_change.monitor)} is no monitor of this agent"
            )
        cleaner = ReportCleaner(monitor, self.now)
        try:
            return self._read(cleaner, row, row_change)
        except UnfitReportError as error:
            raise RowRefusedError(str(error)) from None

    def withheld_by_refusal(self, row: ReportRow) -> WithheldNotifications | None:
        """Return the notifications that nobody sends because their row is refused; None if the
        row has none, or cannot be read at all."""
        if row.kind != RowKind.CHANGE:
            return None
        try:
            return _withheld_by_refusal(schema.value(ChangeOfRow, row.body))
        except schema.Unreadable:
            return None

    def _read(self, cleaner: ReportCleaner, row: ReportRow, row_change: ChangeOfRow) -> ReadRow:
        if len(row_change.events) > MOST_EVENTS or len(row_change.alarms) > MOST_ALARMS:
            raise UnfitReportError("there are too many events")
        monitor, written_at = cleaner.monitor, cleaner.instant(row.written_at)
        state = cleaner.state(row_change.state)
        if len(schema.text(state)) > MOST_STATE:
            raise UnfitReportError("the state is too large")
        events = tuple(map(cleaner.event, row_change.events))
        problems = list[str]()
        notifications = list(_notifications(monitor, events, row_change.alarms, problems))
        suppression = self._suppression(monitor)
        withheld = dict(_withheld(notifications, suppression, self.now))
        remaining_notifications = list(_without_withheld(notifications, withheld))
        decisions = [
            replace(one, decided_at=written_at) for one in _known_decisions(row_change, monitor)
        ]
        envelopes = tuple(
            replace(envelope, custody=row_change.custody)
            for envelope in self._envelopes(monitor, remaining_notifications, written_at)
        )
        change = Change(
            monitor=monitor.id,
            state=_with_reasons(state, withheld),
            events=events,
            envelopes=envelopes,
            decisions=tuple(_decisions(decisions, withheld, written_at)),
            withheld_ids=tuple(_ids_at_agent(row_change, [one.id for one in envelopes])),
        )
        self.suppressions = without_ended(self.suppressions, events)
        return ReadRow(change=change, problems=tuple(problems))

    def _suppression(self, monitor: Monitor) -> Suppression:
        by_monitor = suppression_by_monitor(self.suppressions, [monitor], {})
        suppression = by_monitor.get(monitor.id, NOT_SUPPRESSED)
        if not monitor.maintenance:
            return suppression
        return replace(suppression, maintenance=ends_of(monitor.maintenance, self.now))

    def _envelopes(
        self, monitor: Monitor, notifications: Iterable[RuleNotification], born: datetime
    ) -> Iterator[Envelope]:
        """Draft the envelopes. Their ids have the life of the agent in them, so that is their
        origin, too: a mail is found in a thread by both."""
        for envelope in envelopes_of(monitor, notifications, born, self.draft):
            life = event_life(envelope.id.partition("/")[0], monitor) or ""
            origin = Origin(self.installation, life)
            yield replace(envelope, origin=origin, agent=self.agent.id)


def _withheld_by_refusal(row_change: ChangeOfRow) -> WithheldNotifications | None:
    ids = tuple(islice(_ids_at_agent(row_change, ()), MOST_ALARMS))
    return WithheldNotifications(envelopes=ids) if ids else None


def _ids_at_agent(row_change: ChangeOfRow, ids_here: Collection[str]) -> Iterator[str]:
    """Yield the ids of notifications at the agent that have none of these ids here: the first alarm
    of each rule and contact gives it."""
    known_keys = set[tuple[str, str]]()
    events = {event.id for event in row_change.events}
    for alarm in row_change.alarms:
        key, id = (alarm.rule, alarm.contact), f"{alarm.event}/{alarm.rule}/{alarm.contact}"
        is_first = key not in known_keys
        known_keys.add(key)
        if is_first and alarm.event in events and id not in ids_here:
            yield id[:LONGEST_ID]


def _notifications(
    monitor: Monitor, events: Sequence[Event], alarms: Sequence[AlarmOfRow], problems: list[str]
) -> Iterator[RuleNotification]:
    """Yield what each rule tells each contact, in the order of the monitor's rules."""
    by_id = {event.id: event for event in events}
    by_rule = dict[str, dict[str, list[AlarmOfRow]]]()
    for alarm in alarms:
        by_rule.setdefault(alarm.rule, {}).setdefault(alarm.contact, []).append(alarm)
    for rule in monitor.rules:
        for contact, of_contact in _addressed(rule, by_rule.pop(rule.id, {}), problems):
            alarms_of_contact = tuple(
                _alarms(monitor, rule, contact, of_contact, by_id, problems)
            )
            if alarms_of_contact:
                yield RuleNotification(rule, contact, alarms_of_contact)
    problems += [f"{_short_id(rule)} is no rule of {monitor.path}" for rule in by_rule]


def _addressed(
    rule: Rule, by_contact: AlarmsByContact, problems: list[str]
) -> Iterator[tuple[Contact, Sequence[AlarmOfRow]]]:
    """Yield each contact that is told with the alarms for it. If the agent knows none of those that
    the rule has by now, all are told: the rule had others when the agent decided."""
    contacts = {contact.id: contact for contact in rule.contacts}
    unknown_ids = by_contact.keys() - contacts.keys()
    problems += [
        f"{_short_id(id)} is no contact of the rule {rule.id}" for id in sorted(unknown_ids)
    ]
    named_contacts = [contact for id, contact in contacts.items() if id in by_contact]
    if named_contacts:
        yield from ((contact, by_contact[contact.id]) for contact in named_contacts)
    elif by_contact:
        alarms = next(iter(by_contact.values()))
        yield from ((contact, alarms) for contact in rule.contacts)


def _alarms(
    monitor: Monitor,
    rule: Rule,
    contact: Contact,
    alarms: Sequence[AlarmOfRow],
    events: Mapping[str, Event],
    problems: list[str],
) -> Iterator[Alarm]:
    ids = set[str]()
    for one in alarms:
        event, reason = events.get(one.event), _reason(one.reason)
        if event is None or reason is None:
            problems.append("an alarm is of no event, or for no reason")
        elif event.id not in ids:
            ids.add(event.id)
            thread = one.thread.removesuffix(f"/{rule.id}/{one.contact}")
            is_known = event_life(thread, monitor) is not None
            first_event = alarms[0].event
            yield alarm_of(event, rule, contact, reason, thread if is_known else first_event)


def _reason(value: str) -> Reason | None:
    """Return the reason of an alarm; None if it is none for which a rule notifies."""
    try:
        reason = Reason(value)
    except ValueError:
        return None
    return reason if reason.notifies else None


def _withheld(
    notifications: Iterable[RuleNotification], suppression: Suppression, now: datetime
) -> Iterator[tuple[tuple[str, str], Reason]]:
    for one in notifications:
        for alarm in one.alarms:
            if reason := withholding(alarm.reason, alarm.event, suppression, now):
                yield (one.rule.id, alarm.event.item), reason


def _without_withheld(
    notifications: Iterable[RuleNotification], withheld: Withheld
) -> Iterator[RuleNotification]:
    for one in notifications:
        alarms = tuple(a for a in one.alarms if (one.rule.id, a.event.item) not in withheld)
        if alarms:
            yield replace(one, alarms=alarms)


def _known_decisions(row_change: ChangeOfRow, monitor: Monitor) -> Iterator[Decision]:
    """Yield the decisions of rules that the monitor has, about items that are there."""
    rules = {rule.id for rule in monitor.rules}
    items = row_change.state.items
    for one in row_change.decisions:
        if one.rule in rules and one.item in items:
            yield replace(one, item=neutral_name(one.item))


def _decisions(
    decisions: Sequence[Decision], withheld: Withheld, now: datetime
) -> Iterator[Decision]:
    """Yield decisions, in place of which those of the hub stand where something is withheld."""
    yield from (one for one in decisions if (one.rule, one.item) not in withheld)
    for (rule, item), reason in withheld.items():
        yield Decision(rule, item, reason, now)


def _with_reasons(state: State, withheld: Withheld) -> State:
    items = dict(state.items)
    for (rule, name), reason in withheld.items():
        if name in items:
            item = items[name]
            items[name] = replace(item, reasons={**item.reasons, rule: reason})
    return replace(state, items=items) if withheld else state


def _short_id(id: str) -> str:
    return printable(id[:LONGEST_NAME])


def first_of(problems: Collection[str], most: int = 3) -> str:
    """Return the first of what is wrong with a row, as one text."""
    return "; ".join([*problems][:most])
