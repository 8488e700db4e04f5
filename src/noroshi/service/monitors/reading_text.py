"""A level's cause as a sentence: the reading, its unit, the limit that it reached."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.actions.phrases import WORDS, quantity_words, threshold_words
from noroshi.core.levels import Level
from noroshi.core.model import Cause, Limits, Reading
from noroshi.core.translation import COMMA, NOTHING, Message, _, joined, plain

VALUE = _("{name} {value}")
LIMITED = _("{told} (limit {limit})")
NOTED = _("{told}: {note}")


def cause_text(cause: Cause, level: Level, names: Mapping[str, Message]) -> Message:
    """Return what stands behind a level, in one line; NOTHING if nothing is known."""
    reading, limits = cause.reading, cause.limits
    if reading is None:
        return cause.words
    if not reading.unit.strip() and reading.note != NOTHING:
        return reading.note  # as in a mail: a 0 or 1 says less than its note
    name = names.get(reading.name, plain(reading.name))
    words = VALUE.fill(name=name, value=quantity_text(reading))
    if limits is not None:
        limit = threshold_words(limits, level, reading.unit)
        if limit != NOTHING:
            words = LIMITED.fill(told=words, limit=limit)
    return NOTED.fill(told=words, note=reading.note) if reading.note != NOTHING else words


def quantity_text(reading: Reading) -> Message:
    """Return the value with its unit."""
    return quantity_words(reading.value, reading.unit)


def limits_text(limits: Limits, unit: str) -> Message:
    """Return both limits in one line; NOTHING if there are none."""
    thresholds = {
        level: threshold_words(limits, level, unit) for level in (Level.WARNING, Level.CRITICAL)
    }
    parts = [
        VALUE.fill(name=WORDS[level], value=limit)
        for level, limit in thresholds.items()
        if limit != NOTHING
    ]
    return joined(parts, COMMA)
