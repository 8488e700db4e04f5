"""Explain the present level of an item, from the item's state and the monitor's newest sample.

The history keeps no notes: the state has those of bad items, from the last look.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from noroshi.actions.phrases import threshold_words
from noroshi.core.judgement import Finding, assess, judge
from noroshi.core.levels import Level
from noroshi.core.model import Cause, ItemState, Limits, Monitor, Sample, State
from noroshi.core.state_names import LEVEL_NAMES
from noroshi.core.translation import NOTHING, Message, _
from noroshi.ports import Check
from noroshi.service.monitors.reading_text import cause_text

BOTH = _("{told}; {more}")
RECOVERING = _("confirming the recovery ({count} of {patience})")
CONFIRMING = _("confirming {level} ({count} of {patience})")
HELD = _("stays {level} until the value is back at {value}")


def newest_findings(
    monitor: Monitor, state: State, sample: Sample | None
) -> Mapping[str, Finding]:
    """Return what the newest sample says of each item; of one that is well, by the reading that
    was looked at before."""
    if sample is None:
        return {}
    findings = assess(monitor, sample, state.items)
    for reading in sample.readings:
        item, finding = state.items.get(reading.item), findings.get(reading.item)
        is_same_reading = item is not None and item.cause.name == reading.name
        if is_same_reading and finding is not None and finding.level is Level.OK:
            limits = monitor.limits.get(reading.name, Limits())
            findings[reading.item] = Finding(Level.OK, Cause(reading, limits))
    return findings


def reason(
    item: ItemState, finding: Finding | None, patience: int, check: Check | None
) -> Message:
    """Explain in one line, for a person, what is so, and what keeps a level that is not."""
    if finding is None:
        return cause_text(item.cause, item.level, check)
    if finding.level is not item.level:
        return _pending_level_text(item, finding, patience, check)
    if item.level is not Level.OK and _is_held(finding.cause, item.level):
        without_limits = cause_text(replace(finding.cause, limits=None), item.level, check)
        return BOTH.fill(told=without_limits, more=_recovery_text(finding.cause, item.level))
    return cause_text(_with_note(item, finding), item.level, check)


def _pending_level_text(
    item: ItemState, finding: Finding, patience: int, check: Check | None
) -> Message:
    text, count = cause_text(finding.cause, finding.level, check), _consecutive_looks(item)
    if not count:
        return text
    words = RECOVERING if finding.level is Level.OK else CONFIRMING
    more = words.fill(level=LEVEL_NAMES[finding.level], count=count, patience=patience)
    return more if _says_nothing(finding, item) else BOTH.fill(told=text, more=more)


def _consecutive_looks(item: ItemState) -> int:
    """Return how many of the last looks agree that the item is better, or worse, than its
    level."""
    count, level = 0, item.level.severity
    for look in reversed(item.pending_levels):
        if (look.severity > level) is not (item.pending_levels[-1].severity > level):
            break
        count += 1
    return count


def _says_nothing(finding: Finding, item: ItemState) -> bool:
    """Return whether it is a bare 0 or 1 whose note the history has not kept."""
    reading, old_reading = finding.cause.reading, item.cause.reading
    if reading is None or reading.unit.strip() or finding.level is not Level.OK:
        return False
    return old_reading is not None and old_reading.note != NOTHING


def _is_held(cause: Cause, level: Level) -> bool:
    """Tell whether the value itself no longer reaches the limit, so that hysteresis holds the
    level."""
    reading, limits = cause.reading, cause.limits
    if reading is None or limits is None or not limits.margin:
        return False
    return judge(reading, limits).severity < level.severity


def _recovery_text(cause: Cause, level: Level) -> Message:
    """Return the value to which a reading must go back for the level to end."""
    reading, limits = cause.reading, cause.limits
    assert reading is not None  # only a reading is held
    assert limits is not None
    limit = limits.warning if level is Level.WARNING else limits.critical
    assert limit is not None  # it is the one that was reached
    value = limit - limits.margin if limits.rising else limit + limits.margin
    limit_back = Limits(warning=value, rising=not limits.rising)
    return HELD.fill(
        level=LEVEL_NAMES[level], value=threshold_words(limit_back, Level.WARNING, reading.unit)
    )


def _with_note(item: ItemState, finding: Finding) -> Cause:
    """Return the cause with the note that belongs to the shown value. A value without a unit
    says less than the note, which the state has from the last look."""
    old_reading, newest = item.cause.reading, finding.cause.reading
    if (
        item.level is Level.OK
        or old_reading is None
        or newest is None
        or old_reading.name != newest.name
    ):
        return finding.cause
    if old_reading.value == newest.value or not newest.unit.strip():
        return replace(finding.cause, reading=replace(newest, note=old_reading.note))
    return finding.cause
