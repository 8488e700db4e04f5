"""Decide whether a rule notifies, with the reason; and when that could change by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from noroshi.core.levels import SUPPRESSED, Level, Reason, RuleTrigger
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

CLOCKS_APART = timedelta(seconds=10)
"""By so much the clocks of a hub and an agent may differ from what is known of them."""
AFTER_SUPPRESSION = (Reason.AFTER_SILENCE, Reason.RECOVERED_MEANWHILE)


def decide(
    rule: Rule,
    item: ItemState,
    event: Event | None,
    suppression: Suppression,
    now: datetime,
    *,
    is_measured: bool = True,
    occurrences: frozenset[str] = frozenset(),
    acknowledged: Level | None = None,
) -> Reason:
    """Decide for one rule about one item after a turn; `item` is what the turn led to.

    `is_measured`: the turn had a sample; else time alone, or a person, was its cause.
    `occurrences` are the monitor's; of those the sample must have found something.
    `acknowledged`: a person has the item's alarm, as bad as that; None: nobody has.
    """
    last = item.last_notifications.get(rule.id)
    if item.level is Level.OK:
        return _decide_when_ok(rule, item, last, _suppressed_by(suppression, now), occurrences)
    if item.level not in rule.levels:
        return Reason.NOT_ASKED
    if suppression_reason := _suppressed_by(suppression, now):
        return suppression_reason
    if _is_being_set_up(item, suppression, now):
        return Reason.SETTING_UP
    if suppression.parents in (Level.CRITICAL, Level.UNKNOWN):
        return Reason.HOST_DOWN
    reason = _decide_unsuppressed(rule, item, event, last, now, is_measured, occurrences)
    is_acknowledged = acknowledged is not None and item.level.severity <= acknowledged.severity
    if is_acknowledged and not _is_new_problem(item, event, last, reason):
        return Reason.ACKNOWLEDGED
    return Reason.AFTER_SILENCE if _follows_silence(rule, item, last, reason) else reason


def withholding(
    reason: Reason, event: Event, suppression: Suppression, now: datetime
) -> Reason | None:
    """Return why an alarm, which a rule gave to an agent for that reason, is not told by the hub,
    where people silence and acknowledge; None if it is. The agent judges by the same as soon as it
    has heard of it: what it tells once a silence is over, or was about to be, is told."""
    if reason not in AFTER_SUPPRESSION and (
        suppression_reason := _suppressed_by(suppression, now + CLOCKS_APART)
    ):
        return suppression_reason
    if event.after is Level.OK:
        return None
    if suppression.parents in (Level.CRITICAL, Level.UNKNOWN):
        return Reason.HOST_DOWN
    level = suppression.acknowledged.get(event.item)
    is_new = event.before is Level.OK or reason is Reason.NEW_CAUSE
    if level is None or is_new or event.after.severity > level.severity:
        return None
    return Reason.ACKNOWLEDGED


def _suppressed_by(suppression: Suppression, now: datetime) -> Reason | None:
    """Return why nothing is told now, whatever there is to tell; None if nothing suppresses it."""
    if suppression.silenced is not None and now < suppression.silenced:
        return Reason.SILENCED
    if suppression.maintenance is not None and now < suppression.maintenance:
        return Reason.MAINTENANCE
    return None


def _is_being_set_up(item: ItemState, suppression: Suppression, now: datetime) -> bool:
    """Return whether what is behind the level is still being set up. What waited is told as
    overdue; that it is mended, to nobody."""
    setup_end = suppression.setting_up.get(item.cause.name)
    return setup_end is not None and now < setup_end


def _is_new_problem(
    item: ItemState, event: Event | None, last: LastNotification | None, reason: Reason
) -> bool:
    """Return True for a problem that nobody has acknowledged yet: one that has just begun, or
    another reading behind a level that was told, also if that came while nothing was told."""
    if event is not None and event.before is Level.OK:
        return True
    if reason is Reason.OVERDUE:
        return last is not None and last.level is item.level
    return reason is Reason.NEW_CAUSE


def _follows_silence(
    rule: Rule, item: ItemState, last: LastNotification | None, reason: Reason
) -> bool:
    """Return whether the last decision was that nothing is told for a while: whoever would be
    reminded, or is told when things change, is told once how it is now."""
    if item.reasons.get(rule.id) not in SUPPRESSED:
        return False
    if reason is Reason.TOO_SOON:
        return last is not None and _notifies_on_changes(rule)
    return reason in (Reason.OVERDUE, Reason.NTH_TIME, Reason.REPEAT)


def _decide_unsuppressed(
    rule: Rule,
    item: ItemState,
    event: Event | None,
    last: LastNotification | None,
    now: datetime,
    is_measured: bool,
    occurrences: frozenset[str],
) -> Reason:
    """Decide where nothing suppresses it: has the rule something to tell of this level?"""
    if last is None:
        return _first_notification(rule, item, event)
    if _notifies_on_changes(rule) and last.level is not item.level:
        return _new_or_overdue(event)
    if last.times >= rule.most:
        return Reason.ENOUGH
    if _is_news_each_time(rule, item.cause.name, occurrences):
        return _reason_again(rule) if is_measured else Reason.TOO_SOON
    return _decide_again(rule, item, event, last, now, is_measured)


def _first_notification(rule: Rule, item: ItemState, event: Event | None) -> Reason:
    """Decide for a rule that asks for this level and has not told of this problem."""
    if rule.trigger is RuleTrigger.NTH:
        return Reason.NTH_TIME if item.consecutive >= rule.nth else Reason.NOT_YET
    return _new_or_overdue(event)


def _new_or_overdue(event: Event | None) -> Reason:
    is_new_level = event is not None and event.before is not event.after
    return Reason.NEW_LEVEL if is_new_level else Reason.OVERDUE


def _decide_again(
    rule: Rule,
    item: ItemState,
    event: Event | None,
    last: LastNotification,
    now: datetime,
    is_measured: bool,
) -> Reason:
    """Decide for a rule that has told of this level whether it tells once more."""
    if _notifies_on_changes(rule) and last.reading not in (None, item.cause.name):
        return Reason.NEW_CAUSE if event is not None else Reason.OVERDUE
    if rule.trigger is RuleTrigger.EACH and is_measured:
        return Reason.EACH_TIME
    # Told in the future: the clock was set back, and the reminder would wait as long again.
    if rule.repeat is not None and abs(now - last.at) >= rule.repeat:
        return Reason.REPEAT
    return Reason.TOO_SOON


def _reason_again(rule: Rule) -> Reason:
    return Reason.FOUND_AGAIN if rule.trigger is RuleTrigger.CHANGE else Reason.EACH_TIME


def _notifies_on_changes(rule: Rule) -> bool:
    """Return True if a rule notifies on each change; the others do once in a problem, whatever
    becomes of it."""
    return rule.trigger in (RuleTrigger.CHANGE, RuleTrigger.EACH)


def _is_news_each_time(rule: Rule, reading: str, occurrences: frozenset[str]) -> bool:
    """Return whether this rule takes what was found for news each time, and not for a state. One
    that notifies once in a problem still means the problem: many samples in a row."""
    return reading in occurrences and _notifies_on_changes(rule)


def _decide_when_ok(
    rule: Rule,
    item: ItemState,
    last: LastNotification | None,
    suppressed: Reason | None,
    occurrences: frozenset[str],
) -> Reason:
    if last is None:
        return Reason.NEVER_TOLD
    if last.reading is not None and _is_news_each_time(rule, last.reading, occurrences):
        return Reason.PASSED
    if not rule.notifies_recovery:
        return Reason.NOT_ASKED
    if suppressed:
        return suppressed
    return Reason.RECOVERED_MEANWHILE if is_withheld(rule, item) else Reason.RECOVERED


def is_withheld(rule: Rule, item: ItemState) -> bool:
    """Return whether a silence holds back what this rule would tell of the item."""
    return rule.id in item.last_notifications and item.reasons.get(rule.id) in SUPPRESSED


def owes_recovery(monitor: Monitor, state: State) -> bool:
    """Return whether a recovery is to be told once a silence is over."""
    return any(
        item.last_notifications
        and item.level is Level.OK
        and any(is_withheld(rule, item) for rule in monitor.rules)
        for item in state.items.values()
    )


def wake(
    monitor: Monitor, state: State, suppression: Suppression, now: datetime
) -> datetime | None:
    """Return the earliest instant at which time alone could change a decision."""
    return min(
        (at for at in _instants(monitor, state, suppression, now) if at > now), default=None
    )


def _instants(
    monitor: Monitor, state: State, suppression: Suppression, now: datetime
) -> Iterator[datetime]:
    if state.level is not Level.OK or owes_recovery(monitor, state):
        hub_offset = suppression.hub_offset
        for at in turns_of(monitor.maintenance, now + hub_offset):
            yield at - hub_offset
        if suppression.silenced is not None:
            yield suppression.silenced
        yield from suppression.setting_up.values()
    for item in state.items.values():
        if item.level is Level.OK:
            continue
        for rule in monitor.rules:
            last = item.last_notifications.get(rule.id)
            if _is_news_each_time(rule, item.cause.name, monitor.occurrences):
                continue
            if rule.repeat is not None and last is not None and last.times < rule.most:
                yield last.at + rule.repeat
