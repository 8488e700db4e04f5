"""Reckon what a sample, or time alone, leads to: the main path, as one pure function."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from noroshi.core.judgement import Finding, advance, close, event_id, event_of
from noroshi.core.levels import SUPPRESSED, Level, Reason
from noroshi.core.mail import Envelope, Lane
from noroshi.core.maintenance import ends_of
from noroshi.core.model import (
    NOT_SUPPRESSED,
    Alarm,
    Change,
    Contact,
    Decision,
    Event,
    ItemState,
    LastNotification,
    Monitor,
    Rule,
    RuleNotification,
    Sample,
    State,
    Suppression,
)
from noroshi.core.policy import decide, is_withheld, wake

LANES = {
    Level.OK: Lane.RECOVERY,
    Level.WARNING: Lane.WARNING,
    Level.UNKNOWN: Lane.WARNING,
    Level.CRITICAL: Lane.CRITICAL,
}
Draft = Callable[[Monitor, Rule, Contact, tuple[Alarm, ...]], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """The decision of one rule about one item, and the event to tell of, if it notifies."""

    rule: Rule
    item: str
    event: Event | None
    reason: Reason


def reckon(
    monitor: Monitor,
    state: State,
    sample: Sample | None,
    suppression: Suppression,
    now: datetime,
    draft: Draft,
    life: str = "",
) -> Change:
    """Judge the sample, move the state, decide for each rule and item, draft what to send.

    When nothing changed, the change has the very state object that was given, and no more.
    """
    new_state, events, findings = _next_state(monitor, state, sample, life)
    suppression = _in_maintenance(monitor, new_state, events, suppression, now)
    memory, samples = (None, ()) if sample is None else (sample.memory, (sample,))
    outcomes = list(
        _judge(monitor, new_state, events, suppression, now, findings, sample is not None)
    )
    if (
        not outcomes and not events
    ):  # nothing is bad, nothing moved: nearly every turn ends here
        return Change(monitor=monitor.id, state=new_state, memory=memory, samples=samples)
    new_state, outcomes = _remind(monitor, new_state, outcomes, findings, now, life)
    change = _change(monitor, new_state, events, outcomes, now, draft)
    wake_time = wake(monitor, change.state, suppression, now)
    return replace(change, memory=memory, samples=samples, wake=wake_time)


def _in_maintenance(
    monitor: Monitor,
    state: State,
    events: Sequence[Event],
    suppression: Suppression,
    now: datetime,
) -> Suppression:
    """Add until when planned work goes on, if that can matter: nearly every turn is of a monitor
    without any, or finds it well."""
    if not monitor.maintenance or not (events or any(map(_is_open, state.items.values()))):
        return suppression
    ends = ends_of(monitor.maintenance, now + suppression.hub_offset)
    return replace(suppression, maintenance=ends and ends - suppression.hub_offset)


def _is_open(item: ItemState) -> bool:
    return item.level is not Level.OK or bool(item.last_notifications)


def closing_change(
    monitor: Monitor, state: State, now: datetime, draft: Draft, life: str = ""
) -> Change:
    """Return the last change of a monitor that is no longer watched, or is disabled: what is open
    is closed. Whoever was told of it is told that, and never that it recovered: nothing was
    measured."""
    new_state, events = close(monitor, state, now, life)
    outcomes = [
        replace(outcome, reason=Reason.ENDED)
        if outcome.reason.notifies and outcome.event
        else outcome
        for outcome in _judge(monitor, new_state, events, NOT_SUPPRESSED, now, {}, False)
    ]
    # What did recover, and a silence held back, is told now: nobody is there to tell it later.
    new_state, outcomes = _remind(monitor, new_state, outcomes, {}, now, life)
    return _change(monitor, new_state, events, outcomes, now, draft)


def _change(
    monitor: Monitor,
    state: State,
    events: tuple[Event, ...],
    outcomes: Sequence[RuleOutcome],
    now: datetime,
    draft: Draft,
) -> Change:
    return Change(
        monitor=monitor.id,
        state=_remember(state, outcomes, now),
        events=_with_reminders(events, outcomes),
        envelopes=tuple(_envelopes(monitor, state, outcomes, now, draft)),
        hub_notifications=tuple(_notifications(monitor, state, outcomes, of_hub=True)),
        decisions=tuple(_new_decisions(state, outcomes, now)),
    )


def _next_state(
    monitor: Monitor, state: State, sample: Sample | None, life: str
) -> tuple[State, tuple[Event, ...], Mapping[str, Finding]]:
    """Advance the state by the sample; a turn without one moves nothing by itself."""
    return (state, (), {}) if sample is None else advance(monitor, state, sample, life)


def _judge(
    monitor: Monitor,
    state: State,
    events: Sequence[Event],
    suppression: Suppression,
    now: datetime,
    findings: Mapping[str, Finding],
    is_measured: bool,
) -> Iterator[RuleOutcome]:
    """Decide for each rule about each item that is bad or has just changed, and for those that
    owe word of a recovery about that."""
    event_by_item = {event.item: event for event in events}
    for name, item in state.items.items():
        is_settled = item.level is Level.OK and name not in event_by_item
        if is_settled and not item.last_notifications:
            continue
        event, occurrences = event_by_item.get(name), monitor.occurrences
        is_occurrence = item.cause.name in occurrences
        measured_now = is_measured and (not is_occurrence or _is_bad(findings.get(name)))
        acknowledged = suppression.acknowledged.get(name)
        for rule in monitor.rules:
            if is_settled and not is_withheld(rule, item):
                continue
            reason = decide(
                rule,
                item,
                event,
                suppression,
                now,
                is_measured=measured_now,
                occurrences=occurrences,
                acknowledged=acknowledged,
            )
            yield RuleOutcome(rule, name, event, reason)


def _is_bad(finding: Finding | None) -> bool:
    return finding is not None and finding.level is not Level.OK


def _remind(
    monitor: Monitor,
    state: State,
    outcomes: list[RuleOutcome],
    findings: Mapping[str, Finding],
    now: datetime,
    life: str,
) -> tuple[State, list[RuleOutcome]]:
    """Give what is told without a change an event of its own, from the level to itself; what a
    silence held back gets one from the level that was told before."""
    names = dict.fromkeys(
        outcome.item
        for outcome in outcomes
        if outcome.reason.notifies and outcome.event is None
    )
    if not names:
        return state, outcomes
    reminders = {}
    for serial, name in enumerate(names, state.serial + 1):
        item = _with_current_value(state.items[name], findings.get(name), monitor.occurrences)
        id = event_id(monitor, serial, life)
        reminders[name] = event_of(monitor, id, name, _as_notified(item), item, now)
    with_events = [
        replace(outcome, event=outcome.event or reminders.get(outcome.item))
        for outcome in outcomes
    ]
    return replace(state, serial=state.serial + len(reminders)), with_events


def _as_notified(item: ItemState) -> ItemState:
    """Return the item as people know it: one that is well is told of because they do not know
    that."""
    if item.level is not Level.OK or not item.last_notifications:
        return item
    last = max(
        item.last_notifications.values(), key=lambda notification: notification.level.severity
    )
    return replace(item, level=last.level, level_since=last.at)


def _with_current_value(
    item: ItemState, finding: Finding | None, occurrences: frozenset[str]
) -> ItemState:
    """Return the item with the current value, which a reminder tells, and not the one that the
    problem began with; what was found once more is told though patience does not believe its
    level yet."""
    if finding is None:
        return item
    is_repeated = finding.cause.name in occurrences and _is_bad(finding)
    return (
        replace(item, cause=finding.cause)
        if is_repeated or finding.level is item.level
        else item
    )


def _with_reminders(
    events: tuple[Event, ...], outcomes: Sequence[RuleOutcome]
) -> tuple[Event, ...]:
    notified_events = (j.event for j in outcomes if j.reason.notifies and j.event is not None)
    return tuple({event.id: event for event in (*events, *notified_events)}.values())


def _new_decisions(
    state: State, outcomes: Sequence[RuleOutcome], now: datetime
) -> Iterator[Decision]:
    for outcome in outcomes:
        if state.items[outcome.item].reasons.get(outcome.rule.id) is not outcome.reason:
            yield Decision(outcome.rule.id, outcome.item, outcome.reason, now)


def _remember(state: State, outcomes: Sequence[RuleOutcome], now: datetime) -> State:
    items, leads = dict(state.items), _first_events(outcomes)
    for j in outcomes:
        items[j.item] = _record(items[j.item], j, leads, now)
    return state if items == state.items else replace(state, items=items)


def _first_events(outcomes: Sequence[RuleOutcome]) -> dict[str, str]:
    """Return, for each rule that notifies, the event whose id the rule's envelopes bear: the
    first of the turn."""
    leads: dict[str, str] = {}
    for outcome in outcomes:
        if outcome.reason.notifies and outcome.event is not None:
            leads.setdefault(outcome.rule.id, outcome.event.id)
    return leads


def _record(
    item: ItemState, outcome: RuleOutcome, leads: Mapping[str, str], now: datetime
) -> ItemState:
    rule, last = outcome.rule.id, item.last_notifications
    if item.level is Level.OK and outcome.reason not in SUPPRESSED:
        last = {rule_id: at for rule_id, at in last.items() if rule_id != rule}
    elif outcome.reason.notifies:
        last = {**last, rule: _notification(item, last.get(rule), leads[rule], now)}
    return replace(
        item, last_notifications=last, reasons={**item.reasons, rule: outcome.reason}
    )


def _notification(
    item: ItemState, last: LastNotification | None, lead: str, now: datetime
) -> LastNotification:
    name = item.cause.name
    if last is None:
        return LastNotification(at=now, level=item.level, thread=lead, reading=name)
    times = last.times + 1 if last.level is item.level else 1
    return LastNotification(
        at=now, level=item.level, times=times, thread=last.thread, reading=name
    )


def _envelopes(
    monitor: Monitor, state: State, outcomes: Sequence[RuleOutcome], now: datetime, draft: Draft
) -> Iterator[Envelope]:
    notifications = _notifications(monitor, state, outcomes, of_hub=False)
    return envelopes_of(monitor, notifications, now, draft)


def envelopes_of(
    monitor: Monitor, notifications: Iterable[RuleNotification], now: datetime, draft: Draft
) -> Iterator[Envelope]:
    """Draft one envelope for each notification, whatever the number of items in it."""
    for one in notifications:
        payload = draft(monitor, one.rule, one.contact, one.alarms)
        yield _envelope(monitor, one.rule, one.contact, one.alarms, payload, now)


def hub_envelopes_of(
    monitor: Monitor, notifications: Iterable[RuleNotification], now: datetime, draft: Draft
) -> Iterator[Envelope]:
    """Draft what the hub drafts too, as far as this node can send it."""
    sendable_here = (one for one in notifications if one.rule.routes and one.contact.addresses)
    return envelopes_of(monitor, sendable_here, now, draft)


def _notifications(
    monitor: Monitor, state: State, outcomes: Sequence[RuleOutcome], *, of_hub: bool
) -> Iterator[RuleNotification]:
    """Yield who is to be told what, by the rules of the hub, or by the node's own."""
    for rule in monitor.rules:
        if rule.of_hub != of_hub:
            continue
        notifying = [j for j in outcomes if j.rule is rule and j.reason.notifies]
        for contact in rule.contacts if notifying else ():
            yield RuleNotification(rule, contact, tuple(_alarms(notifying, state, contact)))


def _alarms(
    notifying: Sequence[RuleOutcome], state: State, contact: Contact
) -> Iterator[Alarm]:
    """Hang what this envelope tells first on it, and the rest on what told it first."""
    leads = _first_events(notifying)
    for j in notifying:
        assert j.event is not None  # whatever notifies has an event, or `_remind` gave it one
        last = state.items[j.item].last_notifications.get(j.rule.id)
        thread = last.thread if last is not None else leads[j.rule.id]
        yield alarm_of(j.event, j.rule, contact, j.reason, thread)


def alarm_of(event: Event, rule: Rule, contact: Contact, reason: Reason, thread: str) -> Alarm:
    """Return the alarm by which a rule tells a contact of an event. `thread` is the event whose id
    the envelope bears that told the problem first."""
    ending = f"{rule.id}/{contact.id}"
    return Alarm(f"{event.id}/{ending}", event, reason, f"{thread}/{ending}")


def _envelope(
    monitor: Monitor,
    rule: Rule,
    contact: Contact,
    alarms: tuple[Alarm, ...],
    payload: Mapping[str, Any],
    now: datetime,
) -> Envelope:
    """Address the alarms of a rule to a contact. The id is derived: drafted twice, it is the same
    envelope."""
    id = alarms[0].id
    return Envelope(
        id=id,
        routes=rule.routes,
        contact=contact.id,
        to=contact.addresses,
        order=f"{monitor.id}/{contact.id}",
        alarms=tuple(alarm.id for alarm in alarms),
        payload=payload,
        action=rule.action,
        born=now,
        thread=tuple(t for t in dict.fromkeys(a.thread for a in alarms) if t != id),
        lane=LANES[Level.worst(alarm.event.after for alarm in alarms)],
    )
