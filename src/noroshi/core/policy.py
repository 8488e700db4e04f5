"""Whether to tell someone, and the reason; and when that answer could change by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from noroshi.core.levels import HUSHED, Level, Reason, When
from noroshi.core.maintenance import turns_of
from noroshi.core.model import (
    Event,
    ItemState,
    LastNotification,
    Monitor,
    Rule,
    State,
    Suppression,
)


def decide(
    rule: Rule,
    item: ItemState,
    event: Event | None,
    standing: Suppression,
    now: datetime,
    *,
    measured: bool = True,
    occurrences: frozenset[str] = frozenset(),
    had: Level | None = None,
) -> Reason:
    """Judge one rule about one item after a turn; `item` is what the turn led to.

    `measured`: the turn had a sample; else time alone, or a person, was its cause.
    `occurrences` are the monitor's; of those the sample must have found something.
    `had`: a person has the item's alarm, as bad as that; None: nobody has.
    """
    told = item.told.get(rule.id)
    if item.level is Level.OK:
        return _farewell(rule, item, told, _hushed(standing, now), occurrences)
    if item.level not in rule.on:
        return Reason.NOT_ASKED
    if hushed := _hushed(standing, now):
        return hushed
    if _is_new(item, standing, now):
        return Reason.SETTING_UP
    if standing.parents in (Level.CRITICAL, Level.UNKNOWN):
        return Reason.HOST_DOWN
    reason = _by_itself(rule, item, event, told, now, measured, occurrences)
    seen = had is not None and item.level.severity <= had.severity
    if seen and not _is_another(item, event, told, reason):
        return Reason.ACKNOWLEDGED
    return Reason.AFTER_SILENCE if _was_silent(rule, item, told, reason) else reason


def _hushed(standing: Suppression, now: datetime) -> Reason | None:
    """Whether nothing is told now, whatever there is to tell, and why."""
    if standing.silenced is not None and now < standing.silenced:
        return Reason.SILENCED
    if standing.maintenance is not None and now < standing.maintenance:
        return Reason.MAINTENANCE
    return None


def _is_new(item: ItemState, standing: Suppression, now: datetime) -> bool:
    """Whether what is behind the level is still being set up. What waited is told as overdue;
    that it is mended, to nobody."""
    until = standing.setting_up.get(item.cause.name)
    return until is not None and now < until


def _is_another(
    item: ItemState, event: Event | None, told: LastNotification | None, reason: Reason
) -> bool:
    """Whether it is a problem that nobody has yet: one that has just begun, or another reading
    behind a level that was told, also if that came while nothing was told."""
    if event is not None and event.before is Level.OK:
        return True
    if reason is Reason.OVERDUE:
        return told is not None and told.level is item.level
    return reason is Reason.NEW_CAUSE


def _was_silent(
    rule: Rule, item: ItemState, told: LastNotification | None, reason: Reason
) -> bool:
    """The last answer was that nothing is told for a while: whoever would be reminded, or is
    told when things change, hears once how it is now."""
    if item.reasons.get(rule.id) not in HUSHED:
        return False
    if reason is Reason.TOO_SOON:
        return told is not None and _speaks_often(rule)
    return reason in (Reason.OVERDUE, Reason.NTH_TIME, Reason.REPEAT)


def _by_itself(
    rule: Rule,
    item: ItemState,
    event: Event | None,
    told: LastNotification | None,
    now: datetime,
    measured: bool,
    occurrences: frozenset[str],
) -> Reason:
    """Nobody hushes it: has the rule something to say of this level?"""
    if told is None:
        return _first_word(rule, item, event)
    if _speaks_often(rule) and told.level is not item.level:
        return _new_or_overdue(event)
    if told.times >= rule.most:
        return Reason.ENOUGH
    if _passes(rule, item.cause.name, occurrences):
        return _once_more(rule) if measured else Reason.TOO_SOON
    return _again(rule, item, event, told, now, measured)


def _first_word(rule: Rule, item: ItemState, event: Event | None) -> Reason:
    """The rule asks for this level, nobody hushes it, and it has not told of this problem."""
    if rule.when is When.NTH:
        return Reason.NTH_TIME if item.run >= rule.nth else Reason.NOT_YET
    return _new_or_overdue(event)


def _new_or_overdue(event: Event | None) -> Reason:
    moved = event is not None and event.before is not event.after
    return Reason.NEW_LEVEL if moved else Reason.OVERDUE


def _again(
    rule: Rule,
    item: ItemState,
    event: Event | None,
    told: LastNotification,
    now: datetime,
    measured: bool,
) -> Reason:
    """It has told of this level: is it this rule's turn once more?"""
    if _speaks_often(rule) and told.reading not in (None, item.cause.name):
        return Reason.NEW_CAUSE if event is not None else Reason.OVERDUE
    if rule.when is When.EACH and measured:
        return Reason.EACH_TIME
    # Told in the future: the clock was set back, and the reminder would wait as long again.
    if rule.repeat is not None and abs(now - told.at) >= rule.repeat:
        return Reason.REPEAT
    return Reason.TOO_SOON


def _once_more(rule: Rule) -> Reason:
    return Reason.FOUND_AGAIN if rule.when is When.CHANGE else Reason.EACH_TIME


def _speaks_often(rule: Rule) -> bool:
    """One of the others speaks once in a problem, whatever becomes of it."""
    return rule.when in (When.CHANGE, When.EACH)


def _passes(rule: Rule, reading: str, occurrences: frozenset[str]) -> bool:
    """Whether this rule takes what was found for news each time, and not for a state. One
    that speaks once in a problem still means the problem: many looks in a row."""
    return reading in occurrences and _speaks_often(rule)


def _farewell(
    rule: Rule,
    item: ItemState,
    told: LastNotification | None,
    hushed: Reason | None,
    occurrences: frozenset[str],
) -> Reason:
    if told is None:
        return Reason.NEVER_TOLD
    if told.reading is not None and _passes(rule, told.reading, occurrences):
        return Reason.PASSED
    if not rule.recovered:
        return Reason.NOT_ASKED
    if hushed:
        return hushed
    return Reason.RECOVERED_MEANWHILE if owes(rule, item) else Reason.RECOVERED


def owes(rule: Rule, item: ItemState) -> bool:
    """A silence holds back what this rule would tell of the item."""
    return rule.id in item.told and item.reasons.get(rule.id) in HUSHED


def owes_recovery(monitor: Monitor, state: State) -> bool:
    """Whether one is to be told once a silence is over."""
    return any(
        item.told and item.level is Level.OK and any(owes(rule, item) for rule in monitor.rules)
        for item in state.items.values()
    )


def wake(
    monitor: Monitor, state: State, standing: Suppression, now: datetime
) -> datetime | None:
    """The earliest instant at which time alone could change a decision."""
    return min(
        (at for at in _instants(monitor, state, standing, now) if at > now), default=None
    )


def _instants(
    monitor: Monitor, state: State, standing: Suppression, now: datetime
) -> Iterator[datetime]:
    if state.level is not Level.OK or owes_recovery(monitor, state):
        yield from turns_of(monitor.maintenance, now)
        if standing.silenced is not None:
            yield standing.silenced
        yield from standing.setting_up.values()
    for item in state.items.values():
        if item.level is Level.OK:
            continue
        for rule in monitor.rules:
            told = item.told.get(rule.id)
            if _passes(rule, item.cause.name, monitor.occurrences):
                continue
            if rule.repeat is not None and told is not None and told.times < rule.most:
                yield told.at + rule.repeat
