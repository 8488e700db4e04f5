"""From readings to a level for each item, and from levels to events."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from noroshi.core.levels import HUSHED, SEVERITY, Level, When
from noroshi.core.mail import marked
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
from noroshi.core.words import Words

FORGET_AFTER = timedelta(days=7)
MOST_ITEMS = 1000
NO_LIMITS = Limits()
UNSEEN = ItemState()
GONE = Words(en="not seen any more", ja="見えなくなりました")
MEASURED_AGAIN = Words(en="measured again", ja="再び測定できました")
NO_LONGER_WATCHED = Words(en="no longer watched", ja="監視の対象から外れました")
STOPPED = Words(
    en="monitoring was stopped; whether it is well is not known",
    ja="監視を停止しました。正常に戻ったかどうかは分かりません",
)
ENDS = {NO_LONGER_WATCHED: "ended", STOPPED: "stopped"}
"""What stands behind an OK that nobody saw, and the short word for it."""
TOO_MANY = Words(
    en="{count:more item is|more items are} not judged: a monitor has at most {most}",
    ja="ほかに{count}件ありますが、1つの監視項目で判定する対象は{most}件までです",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one sample says of one item."""

    level: Level
    cause: Cause
    gone: bool = False


def judge(reading: Reading, limits: Limits, now: Level = Level.OK) -> Level:
    """The level of one reading; a threshold counts as reached when it is met exactly.

    `now` is the item's level: hysteresis holds it until the value is back behind the margin.
    """
    for level, threshold in (
        (Level.CRITICAL, limits.critical),
        (Level.WARNING, limits.warning),
    ):
        if threshold is not None and _reached(reading.value, threshold, limits, level, now):
            return level
    return Level.OK


def _reached(value: float, threshold: float, limits: Limits, level: Level, now: Level) -> bool:
    holds = now in (Level.WARNING, Level.CRITICAL) and now.severity >= level.severity
    margin = limits.margin if holds else 0.0
    if limits.rising:
        return value > threshold - margin if margin else value >= threshold
    return value < threshold + margin if margin else value <= threshold


def assess(
    monitor: Monitor, sample: Sample, known: Mapping[str, ItemState]
) -> dict[str, Finding]:
    """The level of each item. A fault is about the measuring, which is the item ""."""
    if sample.fault is not None:
        return {"": Finding(Level.UNKNOWN, Cause(words=sample.fault))}
    found: dict[str, Finding] = {}
    left_out = _left_out(sample, known)
    for reading in sample.readings:
        if reading.item in left_out:
            continue
        item = known.get(reading.item, UNSEEN)
        its = monitor.limits.get(reading.name, NO_LIMITS)
        now = item.by_limits if item.cause.name in ("", reading.name) else Level.OK
        finding = Finding(judge(reading, its, now), Cause(reading, its))
        other = found.get(reading.item)
        if other is None or _counts_more(monitor, finding, other, item):
            found[reading.item] = finding
    if left_out:
        words = TOO_MANY.fill(count=len(left_out), most=MOST_ITEMS)
        found[""] = Finding(Level.UNKNOWN, Cause(words=words))
    return found


def _left_out(sample: Sample, known: Mapping[str, ItemState]) -> frozenset[str]:
    """The items of a sample that are too many. Those that are known come first, or each look
    would judge others, by the order in which they happen to come."""
    if len(sample.readings) <= MOST_ITEMS:
        return frozenset()
    items = dict.fromkeys(reading.item for reading in sample.readings)
    ranked = sorted(items, key=lambda item: item not in known)
    return frozenset(ranked[MOST_ITEMS:])


def moves_nothing(monitor: Monitor, state: State, sample: Sample) -> bool:
    """Whether all that was seen before was well, and is seen again and well: `advance` would give
    the same state, and `reckon` would tell nobody.

    Nearly every sample is such a one. It is known without a finding for each item, which is what
    a turn costs most, so whoever has thousands of turns asks this first.
    """
    items = state.items
    if sample.fault is not None or len(items) > MOST_ITEMS:
        return False
    seen = {reading.item for reading in sample.readings}
    if not all(name in items and items[name].calm for name in seen):
        return False
    for reading in sample.readings:
        limits = monitor.limits.get(reading.name)
        if limits is not None and judge(reading, limits) is not Level.OK:
            return False
    if len(seen) == len(items):
        return True
    # The measuring itself (item "") had a fault once, which is over.
    return items.keys() - seen == {""} and items[""].calm


def _counts_more(monitor: Monitor, finding: Finding, other: Finding, item: ItemState) -> bool:
    """The worse one; of two as bad what happened now, else who led to the item's level."""
    if finding.level is other.level:
        first = monitor.occurrences or {item.cause.name}
        return finding.level is not Level.OK and finding.cause.name in first
    return finding.level.severity > other.level.severity


def advance(
    monitor: Monitor, state: State, sample: Sample, life: str = ""
) -> tuple[State, tuple[Event, ...], dict[str, Finding]]:
    """One step of the monitor's life; the same state object when the sample changed nothing."""
    found = assess(monitor, sample, state.items)
    if sample.fault is None and not state.items.keys() <= found.keys():
        judged = found.keys() | _left_out(sample, state.items)  # the others are there as well
        found |= _missing(monitor, state, judged)
    most = _longest_run(monitor)
    items, events = dict(state.items), list[Event]()
    for name, finding in found.items():
        before = items.get(name, UNSEEN)
        items[name] = after = _step(before, finding, monitor.patience, most, sample.at)
        if _is_news(before, after):
            serial = state.serial + len(events) + 1
            events.append(
                event_of(
                    monitor, event_id(monitor, serial, life), name, before, after, sample.at
                )
            )
    items = _kept(items, sample.at)
    if items == state.items:
        return state, (), found
    return State(items=items, serial=state.serial + len(events)), tuple(events), found


def close(
    monitor: Monitor, state: State, now: datetime, life: str = ""
) -> tuple[State, tuple[Event, ...]]:
    """End whatever is open, as nobody looks at it any more."""
    why = STOPPED if monitor.stopped else NO_LONGER_WATCHED
    ended = Finding(Level.OK, Cause(words=why))
    items, events = dict(state.items), list[Event]()
    for name, before in state.items.items():
        items[name] = after = _step(before, ended, 1, 0, now)
        if before.level is not Level.OK:
            serial = state.serial + len(events) + 1
            events.append(
                event_of(monitor, event_id(monitor, serial, life), name, before, after, now)
            )
    return State(items=items, serial=state.serial + len(events)), tuple(events)


def event_id(monitor: Monitor, serial: int, life: str) -> str:
    """Derived from the monitor's, from a serial that is written with the event, and from the life
    that counts: after a loss of the last writes the next one counts from an earlier serial on."""
    return marked(f"{monitor.id}.{serial}", life)


def event_of(
    monitor: Monitor, id: str, item: str, before: ItemState, now: ItemState, at: datetime
) -> Event:
    """What happened to an item, from one state of it to the next."""
    return Event(
        id=id,
        monitor=monitor.id,
        path=monitor.path,
        item=item,
        at=at,
        before=before.level,
        after=now.level,
        since=before.since,
        cause=now.cause,
    )


def _is_news(before: ItemState, after: ItemState) -> bool:
    """Another level, or another reading behind the same one."""
    if after.level is not before.level:
        return True
    return after.level is not Level.OK and after.cause.name != before.cause.name


def _missing(monitor: Monitor, state: State, found: Collection[str]) -> dict[str, Finding]:
    """Items seen before and not now. The item "" had a fault, which is over."""
    level = Level.OK if monitor.may_vanish else Level.UNKNOWN
    lost = Finding(level, Cause(words=GONE), gone=True)
    over = Finding(Level.OK, Cause(words=MEASURED_AGAIN))
    return {name: lost if name else over for name in state.items if name not in found}


def _step(item: ItemState, found: Finding, patience: int, most: int, at: datetime) -> ItemState:
    """The item after one more look; the same object if nothing moved."""
    if found.gone is (item.gone is None):
        item = replace(item, gone=at if found.gone else None)
    looks = () if found.level is item.level else (*item.looks, found.level)[-patience:]
    level = _believed(item.level, looks, patience)
    moved = level is not item.level
    item = (
        _moved(item, found, level, looks, at)
        if moved
        else _stayed(item, found, looks, patience)
    )
    run = 0 if item.level is Level.OK else min(item.run + 1, most)
    return item if run == item.run else replace(item, run=run)


def _moved(
    item: ItemState, found: Finding, level: Level, looks: tuple[Level, ...], at: datetime
) -> ItemState:
    """The item at its new level."""
    # A rule that was taken away in the midst of a problem never heard of its end. What it
    # told then is no reason to be silent in the next one.
    told = _not_over(item) if item.level is Level.OK else item.told
    held = item.by_limits if level is Level.UNKNOWN else Level.OK
    return replace(
        item,
        level=level,
        since=at,
        cause=found.cause,
        looks=_still_different(looks, level),
        turned=0,
        held=held,
        told=told,
    )


def _not_over(item: ItemState) -> dict[str, LastNotification]:
    """What was told of an item that is well, and that people do not know to be over: a silence
    holds that back, and to them it is the same problem when it comes again."""
    return {rule: told for rule, told in item.told.items() if item.reasons.get(rule) in HUSHED}


def _stayed(
    item: ItemState, found: Finding, looks: tuple[Level, ...], patience: int
) -> ItemState:
    """The item at the level that it had, for the reason that it has now."""
    bad = found.level is item.level and item.level is not Level.OK
    other = bad and found.cause.name != item.cause.name
    turned = item.turned + 1 if other else 0
    cause = item.cause
    if turned >= patience:
        cause, turned = found.cause, 0
    elif bad and not other and _said(found.cause) != _said(cause):
        cause = found.cause
    if (cause, looks, turned) == (item.cause, item.looks, item.turned):
        return item
    return replace(item, cause=cause, looks=looks, turned=turned)


def _said(cause: Cause) -> tuple[Words, tuple[str, ...]] | None:
    """What a person reads of it that is no number; with a number, that is what is read."""
    reading = cause.reading
    if reading is None:
        return cause.words, ()
    return None if reading.unit.strip() else (reading.note, reading.lines)


def _believed(level: Level, looks: tuple[Level, ...], patience: int) -> Level:
    """What enough looks in a row agree on: at least this bad, or at most this bad.

    So WARNING, CRITICAL, WARNING are three looks that it is at least WARNING; counting each
    level by itself would never believe a value that swings across the upper limit.
    """
    if len(looks) < patience:
        return level
    mildest = min(looks, key=SEVERITY.index)
    worst = max(looks, key=SEVERITY.index)
    if mildest.severity > level.severity:
        return mildest
    return worst if worst.severity < level.severity else level


def _still_different(looks: tuple[Level, ...], level: Level) -> tuple[Level, ...]:
    """The looks at the end of the row that say something else than the new level."""
    kept = list[Level]()
    for look in reversed(looks):
        if look is level:
            break
        kept.append(look)
    return tuple(reversed(kept))


def _longest_run(monitor: Monitor) -> int:
    """Up to where runs are counted: no further than a rule asks, or each turn would write."""
    return max((rule.nth for rule in monitor.rules if rule.when is When.NTH), default=0)


def _kept(items: dict[str, ItemState], now: datetime) -> dict[str, ItemState]:
    """All but what has vanished long ago; of too many, who vanished first goes first.

    What vanished just now stays for this turn, as it may have to be told.
    """
    kept = {name: item for name, item in items.items() if not _forgotten(item, now)}
    if len(kept) > MOST_ITEMS:
        gone = [(i.gone, name) for name, i in kept.items() if i.gone and i.gone < now]
        for _, name in sorted(gone)[: len(kept) - MOST_ITEMS]:
            del kept[name]
    return kept


def _forgotten(item: ItemState, now: datetime) -> bool:
    return item.gone is not None and now - item.gone >= FORGET_AFTER
