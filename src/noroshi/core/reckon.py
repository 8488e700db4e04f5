"""The main path, as one pure function: what a sample, or time alone, leads to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from noroshi.core.judgement import Finding, advance, close, event_id, event_of
from noroshi.core.levels import HUSHED, Level, Reason
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
    Sample,
    State,
    Suppression,
)
from noroshi.core.policy import decide, owes, wake

LANES = {
    Level.OK: Lane.RECOVERY,
    Level.WARNING: Lane.WARNING,
    Level.UNKNOWN: Lane.WARNING,
    Level.CRITICAL: Lane.CRITICAL,
}
Draft = Callable[[Monitor, Rule, Contact, tuple[Alarm, ...]], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """One rule's answer about one item, and the event to tell of, if it speaks."""

    rule: Rule
    item: str
    event: Event | None
    reason: Reason


def reckon(
    monitor: Monitor,
    state: State,
    sample: Sample | None,
    standing: Suppression,
    now: datetime,
    draft: Draft,
    life: str = "",
) -> Change:
    """Judge the sample, move the state, decide for each rule and item, draft what to send.

    When nothing changed, the change has the very state object that was given, and no more.
    """
    after, events, found = _advanced(monitor, state, sample, life)
    standing = _in_maintenance(monitor, after, events, standing, now)
    memory, samples = (None, ()) if sample is None else (sample.memory, (sample,))
    judged = list(_judge(monitor, after, events, standing, now, found, sample is not None))
    if not judged and not events:  # nothing is bad, nothing moved: nearly every turn ends here
        return Change(monitor=monitor.id, state=after, memory=memory, samples=samples)
    after, judged = _remind(monitor, after, judged, found, now, life)
    change = _change(monitor, after, events, judged, now, draft)
    then = wake(monitor, change.state, standing, now)
    return replace(change, memory=memory, samples=samples, wake=then)


def _in_maintenance(
    monitor: Monitor,
    state: State,
    events: Sequence[Event],
    standing: Suppression,
    now: datetime,
) -> Suppression:
    """Also until when planned work goes on, if that can matter: nearly every turn is of a
    monitor without any, or finds it well."""
    if not monitor.maintenance or not (events or any(map(_concerns, state.items.values()))):
        return standing
    return replace(standing, maintenance=ends_of(monitor.maintenance, now))


def _concerns(item: ItemState) -> bool:
    return item.level is not Level.OK or bool(item.told)


def farewell(
    monitor: Monitor, state: State, now: datetime, draft: Draft, life: str = ""
) -> Change:
    """The last change of a monitor that is no longer watched, or is stopped: what is open is
    closed. Who was told of it is told that, and never that it recovered: nobody looked."""
    after, events = close(monitor, state, now, life)
    judged = [
        replace(one, reason=Reason.ENDED) if one.reason.speaks and one.event else one
        for one in _judge(monitor, after, events, NOT_SUPPRESSED, now, {}, False)
    ]
    # What did recover, and a silence held back, is told now: nobody is there to tell it later.
    after, judged = _remind(monitor, after, judged, {}, now, life)
    return _change(monitor, after, events, judged, now, draft)


def _change(
    monitor: Monitor,
    state: State,
    events: tuple[Event, ...],
    judged: Sequence[RuleOutcome],
    now: datetime,
    draft: Draft,
) -> Change:
    return Change(
        monitor=monitor.id,
        state=_remember(state, judged, now),
        events=_with_reminders(events, judged),
        envelopes=tuple(_envelopes(monitor, state, judged, now, draft)),
        decisions=tuple(_news(state, judged, now)),
    )


def _advanced(
    monitor: Monitor, state: State, sample: Sample | None, life: str
) -> tuple[State, tuple[Event, ...], Mapping[str, Finding]]:
    """A turn without a sample moves nothing by itself."""
    return (state, (), {}) if sample is None else advance(monitor, state, sample, life)


def _judge(
    monitor: Monitor,
    state: State,
    events: Sequence[Event],
    standing: Suppression,
    now: datetime,
    found: Mapping[str, Finding],
    measured: bool,
) -> Iterator[RuleOutcome]:
    """Ask each rule about each item that is bad or has just changed, and those that owe word
    of a recovery about that."""
    news = {event.item: event for event in events}
    for name, item in state.items.items():
        calm = item.level is Level.OK and name not in news
        if calm and not item.told:
            continue
        event, known = news.get(name), monitor.occurrences
        looked = measured and (item.cause.name not in known or _found_bad(found.get(name)))
        had = standing.acknowledged.get(name)
        for rule in monitor.rules:
            if calm and not owes(rule, item):
                continue
            reason = decide(
                rule, item, event, standing, now, measured=looked, occurrences=known, had=had
            )
            yield RuleOutcome(rule, name, event, reason)


def _found_bad(found: Finding | None) -> bool:
    return found is not None and found.level is not Level.OK


def _remind(
    monitor: Monitor,
    state: State,
    judged: list[RuleOutcome],
    found: Mapping[str, Finding],
    now: datetime,
    life: str,
) -> tuple[State, list[RuleOutcome]]:
    """What is told without a change gets an event of its own, from the level to itself; what
    was held back by a silence, from the level that was told before."""
    names = dict.fromkeys(j.item for j in judged if j.reason.speaks and j.event is None)
    if not names:
        return state, judged
    reminders = {}
    for serial, name in enumerate(names, state.serial + 1):
        item = _freshest(state.items[name], found.get(name), monitor.occurrences)
        id = event_id(monitor, serial, life)
        reminders[name] = event_of(monitor, id, name, _as_told(item), item, now)
    filled = [replace(j, event=j.event or reminders.get(j.item)) for j in judged]
    return replace(state, serial=state.serial + len(reminders)), filled


def _as_told(item: ItemState) -> ItemState:
    """The item as people know it: one that is well is told of because they do not know that."""
    if item.level is not Level.OK or not item.told:
        return item
    last = max(item.told.values(), key=lambda told: told.level.severity)
    return replace(item, level=last.level, since=last.at)


def _freshest(item: ItemState, found: Finding | None, occurrences: frozenset[str]) -> ItemState:
    """A reminder tells today's value, not the one that the problem began with; what was found
    once more is told though patience does not believe its level yet."""
    if found is None:
        return item
    more = found.cause.name in occurrences and _found_bad(found)
    return replace(item, cause=found.cause) if more or found.level is item.level else item


def _with_reminders(
    events: tuple[Event, ...], judged: Sequence[RuleOutcome]
) -> tuple[Event, ...]:
    spoken = (j.event for j in judged if j.reason.speaks and j.event is not None)
    return tuple({event.id: event for event in (*events, *spoken)}.values())


def _news(state: State, judged: Sequence[RuleOutcome], now: datetime) -> Iterator[Decision]:
    for j in judged:
        if state.items[j.item].reasons.get(j.rule.id) is not j.reason:
            yield Decision(j.rule.id, j.item, j.reason, now)


def _remember(state: State, judged: Sequence[RuleOutcome], now: datetime) -> State:
    items, leads = dict(state.items), _leads(judged)
    for j in judged:
        items[j.item] = _noted(items[j.item], j, leads, now)
    return state if items == state.items else replace(state, items=items)


def _leads(judged: Sequence[RuleOutcome]) -> dict[str, str]:
    """For each rule that speaks the event whose id its envelopes bear: the turn's first."""
    leads: dict[str, str] = {}
    for j in judged:
        if j.reason.speaks and j.event is not None:
            leads.setdefault(j.rule.id, j.event.id)
    return leads


def _noted(
    item: ItemState, judged: RuleOutcome, leads: Mapping[str, str], now: datetime
) -> ItemState:
    rule, told = judged.rule.id, item.told
    if item.level is Level.OK and judged.reason not in HUSHED:
        told = {other: at for other, at in told.items() if other != rule}
    elif judged.reason.speaks:
        told = {**told, rule: _told(item, told.get(rule), leads[rule], now)}
    return replace(item, told=told, reasons={**item.reasons, rule: judged.reason})


def _told(
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
    monitor: Monitor, state: State, judged: Sequence[RuleOutcome], now: datetime, draft: Draft
) -> Iterator[Envelope]:
    """One for each rule and contact, whatever the number of items."""
    for rule in monitor.rules:
        said = [j for j in judged if j.rule is rule and j.reason.speaks]
        for contact in rule.contacts if said else ():
            alarms = tuple(_alarms(said, state, contact))
            payload = draft(monitor, rule, contact, alarms)
            yield _envelope(monitor, rule, contact, alarms, payload, now)


def _alarms(said: Sequence[RuleOutcome], state: State, contact: Contact) -> Iterator[Alarm]:
    """What is told first by this envelope hangs on it; the rest on what told it first."""
    leads = _leads(said)
    for j in said:
        assert j.event is not None  # whatever speaks has an event, or `_remind` gave it one
        told = state.items[j.item].told.get(j.rule.id)
        thread = told.thread if told is not None else leads[j.rule.id]
        ending = f"{j.rule.id}/{contact.id}"
        yield Alarm(f"{j.event.id}/{ending}", j.event, j.reason, f"{thread}/{ending}")


def _envelope(
    monitor: Monitor,
    rule: Rule,
    contact: Contact,
    alarms: tuple[Alarm, ...],
    payload: Mapping[str, Any],
    now: datetime,
) -> Envelope:
    """The id is derived: drafted twice, it is the same envelope."""
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
