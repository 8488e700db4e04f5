"""Whether to tell someone, and the reason; and when that answer could change by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from noroshi.core.model import (
    Event,
    ItemState,
    Level,
    Monitor,
    Reason,
    Rule,
    Standing,
    State,
    Told,
    When,
)


def decide(
    rule: Rule,
    item: ItemState,
    event: Event | None,
    standing: Standing,
    now: datetime,
    *,
    measured: bool = True,
) -> Reason:
    """Judge one rule about one item after a turn; `item` is what the turn led to.

    `measured`: the turn had a sample; else time alone, or a person, was its cause.
    """
    told = item.told.get(rule.id)
    if item.level is Level.OK:
        return _farewell(rule, told)
    if item.level not in rule.on:
        return Reason.NOT_ASKED
    if standing.silenced is not None and now < standing.silenced:
        return Reason.SILENCED
    if standing.parents in (Level.CRITICAL, Level.UNKNOWN):
        return Reason.HOST_DOWN
    return _speak(rule, item, event, told, now, measured)


def _speak(
    rule: Rule,
    item: ItemState,
    event: Event | None,
    told: Told | None,
    now: datetime,
    measured: bool,
) -> Reason:
    """The rule asks for this level, and nobody hushes it: is it this rule's turn?"""
    moved = event is not None and event.before is not event.after
    if told is None and rule.when is When.NTH:
        return Reason.NTH_TIME if item.run >= rule.nth else Reason.NOT_YET
    if told is None:
        return Reason.NEW_LEVEL if moved else Reason.OVERDUE
    if rule.when in (When.CHANGE, When.EACH) and told.level is not item.level:
        return Reason.NEW_LEVEL if moved else Reason.OVERDUE
    if told.times >= rule.most:
        return Reason.ENOUGH
    if rule.when in (When.CHANGE, When.EACH) and told.reading not in (None, item.cause.name):
        return Reason.NEW_CAUSE if event is not None else Reason.OVERDUE
    if rule.when is When.EACH and measured:
        return Reason.EACH_TIME
    # Told in the future: the clock was set back, and the reminder would wait as long again.
    if rule.repeat is not None and abs(now - told.at) >= rule.repeat:
        return Reason.REPEAT
    return Reason.TOO_SOON


def _farewell(rule: Rule, told: Told | None) -> Reason:
    if told is None:
        return Reason.NEVER_TOLD
    return Reason.RECOVERED if rule.recovered else Reason.NOT_ASKED


def wake(monitor: Monitor, state: State, standing: Standing, now: datetime) -> datetime | None:
    """The earliest instant at which time alone could change a decision."""
    return min((at for at in _instants(monitor, state, standing) if at > now), default=None)


def _instants(monitor: Monitor, state: State, standing: Standing) -> Iterator[datetime]:
    for item in state.items.values():
        if item.level is Level.OK:
            continue
        if standing.silenced is not None:
            yield standing.silenced
        for rule in monitor.rules:
            told = item.told.get(rule.id)
            if rule.repeat is not None and told is not None and told.times < rule.most:
                yield told.at + rule.repeat
