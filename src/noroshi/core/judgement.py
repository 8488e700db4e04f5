"""Turn readings into a level for each item, and levels into events."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from noroshi.core.levels import SEVERITY, SUPPRESSED, Level, RuleTrigger
from noroshi.core.mail import MARK, marked
from noroshi.core.model import (
    Cause,
    Event,
    ItemState,
    LastNotification,
    Limits,
    Monitor,
    Reading,
    Sample,
    State,
)
from noroshi.core.translation import Message, _, ngettext

FORGET_AFTER = timedelta(days=7)
MOST_ITEMS = 1000
NO_LIMITS = Limits()
NEW_ITEM = ItemState()
MISSING = _("no longer found")
MEASURED_AGAIN = _("can be measured again")
NO_LONGER_MONITORED = _("no longer monitored")
MONITORING_DISABLED = _("monitoring was stopped; it is not known whether the problem persists")
ENDS = {NO_LONGER_MONITORED: "ended", MONITORING_DISABLED: "stopped"}
"""The causes of an OK that nobody measured, with the short word for each."""
EARLIER_ENDS = {
    "no longer watched": "ended",
    "monitoring was stopped; whether it is well is not known": "stopped",
}
"""The English of `ENDS` in rows from before the catalogues, which keep the wording of their
time."""
TOO_MANY = ngettext(
    "{count} more item is not evaluated: a monitor evaluates at most {most}",
    "{count} more items are not evaluated: a monitor evaluates at most {most}",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """Hold the level of one item by one sample, and the cause of the level."""

    level: Level
    cause: Cause
    missing: bool = False


def judge(reading: Reading, limits: Limits, now: Level = Level.OK) -> Level:
    """Return the level of one reading; a threshold counts as reached when it is met exactly.

    `now` is the item's level: hysteresis holds it until the value is back behind the margin.
    """
    for level, threshold in (
        (Level.CRITICAL, limits.critical),
        (Level.WARNING, limits.warning),
    ):
        if threshold is not None and _is_reached(reading.value, threshold, limits, level, now):
            return level
    return Level.OK


def _is_reached(
    value: float, threshold: float, limits: Limits, level: Level, now: Level
) -> bool:
    holds = now in (Level.WARNING, Level.CRITICAL) and now.severity >= level.severity
    margin = limits.margin if holds else 0.0
    if limits.rising:
        return value > threshold - margin if margin else value >= threshold
    return value < threshold + margin if margin else value <= threshold


def assess(
    monitor: Monitor, sample: Sample, items: Mapping[str, ItemState]
) -> dict[str, Finding]:
    """Return the level of each item. A fault is about the measuring, which is the item ""."""
    if sample.fault is not None:
        return {"": Finding(Level.UNKNOWN, Cause(words=sample.fault))}
    findings: dict[str, Finding] = {}
    excess = _excess_items(sample, items)
    for reading in sample.readings:
        if reading.item in excess:
            continue
        item = items.get(reading.item, NEW_ITEM)
        limits = monitor.limits.get(reading.name, NO_LIMITS)
        current_level = (
            item.level_by_limits if item.cause.name in ("", reading.name) else Level.OK
        )
        finding = Finding(judge(reading, limits, current_level), Cause(reading, limits))
        rival = findings.get(reading.item)
        if rival is None or _takes_precedence(monitor, finding, rival, item):
            findings[reading.item] = finding
    if excess:
        words = TOO_MANY.fill(count=len(excess), most=MOST_ITEMS)
        findings[""] = Finding(Level.UNKNOWN, Cause(words=words))
    return findings


def _excess_items(sample: Sample, item_states: Mapping[str, ItemState]) -> frozenset[str]:
    """Return the items of a sample that are too many. Those that are known come first, or each
    sample would judge others, by the order in which they happen to come."""
    if len(sample.readings) <= MOST_ITEMS:
        return frozenset()
    items = dict.fromkeys(reading.item for reading in sample.readings)
    by_rank = sorted(items, key=lambda item: item not in item_states)
    return frozenset(by_rank[MOST_ITEMS:])


def moves_nothing(monitor: Monitor, state: State, sample: Sample) -> bool:
    """Return whether all that was seen before was well, and is seen again and well: `advance`
    would give the same state, and `reckon` would tell nobody.

    Nearly every sample is such a one. It is known without a finding for each item, which is what
    a turn costs most, so whoever has thousands of turns asks this first.
    """
    items = state.items
    if sample.fault is not None or len(items) > MOST_ITEMS:
        return False
    measured_items = {reading.item for reading in sample.readings}
    if not all(name in items and items[name].is_calm for name in measured_items):
        return False
    for reading in sample.readings:
        limits = monitor.limits.get(reading.name)
        if limits is not None and judge(reading, limits) is not Level.OK:
            return False
    if len(measured_items) == len(items):
        return True
    # The measuring itself (item "") had a fault once, which is over.
    return items.keys() - measured_items == {""} and items[""].is_calm


def _takes_precedence(
    monitor: Monitor, finding: Finding, rival: Finding, item: ItemState
) -> bool:
    """Return whether the finding goes before the other one: it is worse, or as bad and of what
    happened now, else of what led to the item's level."""
    if finding.level is rival.level:
        preferred = monitor.occurrences or {item.cause.name}
        return finding.level is not Level.OK and finding.cause.name in preferred
    return finding.level.severity > rival.level.severity


def advance(
    monitor: Monitor, state: State, sample: Sample, life: str = ""
) -> tuple[State, tuple[Event, ...], dict[str, Finding]]:
    """Move the state by one sample; return the same state object when it changed nothing."""
    findings = assess(monitor, sample, state.items)
    if sample.fault is None and not state.items.keys() <= findings.keys():
        present_items = findings.keys() | _excess_items(
            sample, state.items
        )  # the others are there as well
        findings |= _missing_findings(monitor, state, present_items)
    max_consecutive = _max_consecutive(monitor)
    items, events = dict(state.items), list[Event]()
    for name, finding in findings.items():
        previous_item = items.get(name, NEW_ITEM)
        items[name] = current_item = _step(
            previous_item, finding, monitor.patience, max_consecutive, sample.measured_at
        )
        if _is_event(previous_item, current_item):
            id = event_id(monitor, state.serial + len(events) + 1, life)
            events.append(
                event_of(monitor, id, name, previous_item, current_item, sample.measured_at)
            )
    items = _without_forgotten(items, sample.measured_at)
    if items == state.items:
        return state, (), findings
    return State(items=items, serial=state.serial + len(events)), tuple(events), findings


def close(
    monitor: Monitor, state: State, now: datetime, life: str = ""
) -> tuple[State, tuple[Event, ...]]:
    """End whatever is open, as nothing is measured any more."""
    reason = MONITORING_DISABLED if monitor.disabled else NO_LONGER_MONITORED
    closing_finding = Finding(Level.OK, Cause(words=reason))
    items, events = dict(state.items), list[Event]()
    for name, previous_item in state.items.items():
        items[name] = current_item = _step(previous_item, closing_finding, 1, 0, now)
        if previous_item.level is not Level.OK:
            id = event_id(monitor, state.serial + len(events) + 1, life)
            events.append(event_of(monitor, id, name, previous_item, current_item, now))
    return State(items=items, serial=state.serial + len(events)), tuple(events)


def end_of(cause: Cause) -> str:
    """Return the short word for an end that nobody measured; "" for any other cause."""
    return ENDS.get(cause.words) or EARLIER_ENDS.get(cause.words.en, "")


def event_id(monitor: Monitor, serial: int, life: str) -> str:
    """Derive the id from the monitor's, from a serial that is written with the event, and from the
    life that counts: after a loss of the last writes the next one counts from an earlier serial
    on."""
    return marked(f"{monitor.id}.{serial}", life)


def serial_of(event: Event) -> int:
    """Return the serial in the id of an event."""
    serial = event.id.removeprefix(f"{event.monitor}.").partition(MARK)[0]
    return int(serial) if serial.isdecimal() else 0


def event_of(
    monitor: Monitor, id: str, item: str, previous: ItemState, current: ItemState, at: datetime
) -> Event:
    """Return the event that leads an item from one state to the next."""
    return Event(
        id=id,
        monitor=monitor.id,
        path=monitor.path,
        item=item,
        at=at,
        before=previous.level,
        after=current.level,
        since=previous.level_since,
        cause=current.cause,
    )


def _is_event(previous: ItemState, current: ItemState) -> bool:
    """Return True if the item has another level, or another reading behind the same one."""
    if current.level is not previous.level:
        return True
    return current.level is not Level.OK and current.cause.name != previous.cause.name


def _missing_findings(
    monitor: Monitor, state: State, present_items: Collection[str]
) -> dict[str, Finding]:
    """Return findings for the items seen before and not now. The item "" had a fault, which is
    over."""
    level = Level.OK if monitor.may_vanish else Level.UNKNOWN
    missing = Finding(level, Cause(words=MISSING), missing=True)
    measured_again = Finding(Level.OK, Cause(words=MEASURED_AGAIN))
    return {
        name: missing if name else measured_again
        for name in state.items
        if name not in present_items
    }


def _step(
    item: ItemState, finding: Finding, patience: int, max_consecutive: int, at: datetime
) -> ItemState:
    """Return the item after one more sample; the same object if nothing moved."""
    if finding.missing is (item.missing_since is None):
        item = replace(item, missing_since=at if finding.missing else None)
    pending = (
        () if finding.level is item.level else (*item.pending_levels, finding.level)[-patience:]
    )
    level = _confirmed_level(item.level, pending, patience)
    is_new_level = level is not item.level
    item = (
        _at_new_level(item, finding, level, pending, at)
        if is_new_level
        else _at_same_level(item, finding, pending, patience)
    )
    consecutive = 0 if item.level is Level.OK else min(item.consecutive + 1, max_consecutive)
    return item if consecutive == item.consecutive else replace(item, consecutive=consecutive)


def _at_new_level(
    item: ItemState, finding: Finding, level: Level, pending: tuple[Level, ...], at: datetime
) -> ItemState:
    """Return the item at the new level."""
    # A rule that was taken away in the midst of a problem never heard of its end. What it
    # told then is no reason to be silent in the next one.
    was_ok = item.level is Level.OK
    last = _unresolved_notifications(item) if was_ok else item.last_notifications
    last_level = item.level_by_limits if level is Level.UNKNOWN else Level.OK
    return replace(
        item,
        level=level,
        level_since=at,
        cause=finding.cause,
        pending_levels=_levels_still_pending(pending, level),
        pending_cause_count=0,
        level_before_unknown=last_level,
        last_notifications=last,
    )


def _unresolved_notifications(item: ItemState) -> dict[str, LastNotification]:
    """Return the last notifications of an item that is well, if people do not know that: a
    silence holds that back, and to them it is the same problem when it comes again."""
    last = item.last_notifications
    return {
        rule: notification
        for rule, notification in last.items()
        if item.reasons.get(rule) in SUPPRESSED
    }


def _at_same_level(
    item: ItemState, finding: Finding, pending: tuple[Level, ...], patience: int
) -> ItemState:
    """Return the item at the level that it had, with the cause that it has now."""
    is_still_bad = finding.level is item.level and item.level is not Level.OK
    is_other_cause = is_still_bad and finding.cause.name != item.cause.name
    cause_count = item.pending_cause_count + 1 if is_other_cause else 0
    cause = item.cause
    if cause_count >= patience:
        cause, cause_count = finding.cause, 0
    elif (
        is_still_bad and not is_other_cause and _shown_text(finding.cause) != _shown_text(cause)
    ):
        cause = finding.cause
    if (cause, pending, cause_count) == (
        item.cause,
        item.pending_levels,
        item.pending_cause_count,
    ):
        return item
    return replace(item, cause=cause, pending_levels=pending, pending_cause_count=cause_count)


def _shown_text(cause: Cause) -> tuple[Message, tuple[str, ...]] | None:
    """Return the text that a person reads of it; None with a number that has a unit, as people
    read that instead."""
    reading = cause.reading
    if reading is None:
        return cause.words, ()
    return None if reading.unit.strip() else (reading.note, reading.lines)


def _confirmed_level(level: Level, pending: tuple[Level, ...], patience: int) -> Level:
    """Return the level on which enough consecutive samples agree: at least, or at most, so bad.

    So WARNING, CRITICAL, WARNING are three samples of at least WARNING; counting each level by
    itself would never believe a value that swings across the upper limit.
    """
    if len(pending) < patience:
        return level
    mildest = min(pending, key=SEVERITY.index)
    worst_level = max(pending, key=SEVERITY.index)
    if mildest.severity > level.severity:
        return mildest
    return worst_level if worst_level.severity < level.severity else level


def _levels_still_pending(pending: tuple[Level, ...], level: Level) -> tuple[Level, ...]:
    """Return the last of the pending levels, back to one that is the new level."""
    still_pending = list[Level]()
    for pending_level in reversed(pending):
        if pending_level is level:
            break
        still_pending.append(pending_level)
    return tuple(reversed(still_pending))


def _max_consecutive(monitor: Monitor) -> int:
    """Return how far consecutive samples are counted: no further than a rule asks, or each turn
    would write."""
    return max(
        (rule.nth for rule in monitor.rules if rule.trigger is RuleTrigger.NTH), default=0
    )


def _without_forgotten(items: dict[str, ItemState], now: datetime) -> dict[str, ItemState]:
    """Leave out what vanished long ago; of too many, who vanished first goes first.

    An item that vanished just now stays for this turn, as it may have to be told.
    """
    remaining = {name: item for name, item in items.items() if not _is_forgotten(item, now)}
    if len(remaining) > MOST_ITEMS:
        missing_items = ((item.missing_since, name) for name, item in remaining.items())
        missing = [(at, name) for at, name in missing_items if at and at < now]
        for _unused, name in sorted(missing)[: len(remaining) - MOST_ITEMS]:
            del remaining[name]
    return remaining


def _is_forgotten(item: ItemState, now: datetime) -> bool:
    return item.missing_since is not None and now - item.missing_since >= FORGET_AFTER
