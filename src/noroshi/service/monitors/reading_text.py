"""A level's cause as a sentence: the reading, its unit, the limit that it reached."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.actions.phrases import WORDS, quantity, threshold
from noroshi.core.levels import Level
from noroshi.core.model import Cause, Limits, Reading
from noroshi.core.translation import NOTHING, Message, _, bilingual, plain

VALUE = _("{name} {value}")
LIMITED = _("{told} (limit {limit})")
NOTED = _("{told}: {note}")


def told(cause: Cause, level: Level, names: Mapping[str, Message]) -> Message:
    """Return what stands behind a level, in one line; NOTHING if nothing is known."""
    reading, limits = cause.reading, cause.limits
    if reading is None:
        return cause.words
    if not reading.unit.strip() and reading.note != NOTHING:
        return reading.note  # as in a mail: a 0 or 1 says less than its note
    name = names.get(reading.name, plain(reading.name))
    words = VALUE.fill(name=name, value=quantity_told(reading))
    if limits is not None:
        en, ja = (threshold(limits, level, reading.unit, language) for language in ("en", "ja"))
        if en:
            words = LIMITED.fill(told=words, limit=bilingual(en=en, ja=ja))
    return NOTED.fill(told=words, note=reading.note) if reading.note != NOTHING else words


def quantity_told(reading: Reading) -> Message:
    """Return the value with its unit."""
    en, ja = (quantity(reading.value, reading.unit, language) for language in ("en", "ja"))
    return bilingual(en=en, ja=ja)


def limits_told(limits: Limits, unit: str) -> Message:
    """Return both limits in one line; NOTHING if there are none."""
    given = {
        level: bilingual(
            en=threshold(limits, level, unit, "en"), ja=threshold(limits, level, unit, "ja")
        )
        for level in (Level.WARNING, Level.CRITICAL)
    }
    said = {level: words for level, words in given.items() if words.en}
    return bilingual(
        en=", ".join(f"{level.name} {words.en}" for level, words in said.items()),
        ja="、".join(f"{WORDS[level].ja} {words.ja}" for level, words in said.items()),
    )
