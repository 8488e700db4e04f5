"""Word the cause of a level as a sentence: the reading, the unit, the limit that was
reached."""

from __future__ import annotations

from noroshi.actions.phrases import YES_NO, limit_of_level, quantity_words, threshold_words
from noroshi.core.levels import Level
from noroshi.core.model import Cause, Limits, Reading
from noroshi.core.translation import COMMA, NOTHING, Message, _, composed, joined, plain
from noroshi.ports import Check

VALUE = _("{name} {value}")
LIMITED = _("{told} (limit {limit})")
NOTED = _("{told}: {note}")


def cause_text(cause: Cause, level: Level, check: Check | None) -> Message:
    """Return the cause of a level in one line; NOTHING if it is not known. `check` is None for
    a monitor that is gone, or whose kind is."""
    reading, limits = cause.reading, cause.limits
    if reading is None:
        return cause.words
    if not reading.unit.strip() and reading.note != NOTHING:
        return reading.note  # as in a mail: a 0 or 1 says less than its note
    words = _value_text(reading, check)
    if limits is not None and shown_unit(reading, check) != YES_NO:
        limit = threshold_words(limits, level, reading.unit)
        if limit != NOTHING:
            words = LIMITED.fill(told=words, limit=limit)
    return NOTED.fill(told=words, note=reading.note) if reading.note != NOTHING else words


def _value_text(reading: Reading, check: Check | None) -> Message:
    name = reading_name(reading.name, check)
    value = quantity_text(reading, check)
    if shown_unit(reading, check) == YES_NO:
        return composed("{name}: {answer}", name=name, answer=value)
    return VALUE.fill(name=name, value=value)


def reading_name(reading: str, check: Check | None) -> Message:
    """Return the display name of a reading; the reading's key if there is none."""
    names = check.names if check is not None else {}
    return names.get(reading, plain(reading))


def shown_unit(reading: Reading, check: Check | None) -> str:
    """Return the unit with which a value is shown."""
    is_yes_no = check is not None and reading.name in check.yes_no
    return YES_NO if is_yes_no and not reading.unit.strip() else reading.unit


def quantity_text(reading: Reading, check: Check | None) -> Message:
    """Return the value with the unit, or in words."""
    return quantity_words(reading.value, shown_unit(reading, check))


def limits_text(limits: Limits, unit: str) -> Message:
    """Return both limits in one line; NOTHING if there are none."""
    parts = [limit_of_level(limits, level, unit) for level in (Level.WARNING, Level.CRITICAL)]
    return joined([one for one in parts if one != NOTHING], COMMA)
