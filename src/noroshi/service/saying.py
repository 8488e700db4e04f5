"""A level's cause as a sentence: the reading, its unit, the limit that it reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from noroshi.core.model import NOTHING, Cause, Level, Limits, Reading
from noroshi.core.words import Words, plain

FROM = Words(en="{told} (limit {limit})", ja="{told} (しきい値 {limit})")
NOTED = Words(en="{told}: {note}", ja="{told}: {note}")
STEPS = ((2**40, "TiB"), (2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB"))


def told(cause: Cause, level: Level, names: Mapping[str, Words]) -> Words:
    """What stands behind a level, in one line; NOTHING if nothing is known."""
    if cause.reading is None:
        return cause.words
    reading = cause.reading
    words = Words(en="{name} {value}", ja="{name} {value}").fill(
        name=names.get(reading.name, plain(reading.name)),
        value=amount(reading.value, reading.unit),
    )
    limit = _limit(cause.limits, level)
    if limit is not None:
        words = FROM.fill(told=words, limit=amount(limit, reading.unit))
    return NOTED.fill(told=words, note=reading.note) if reading.note != NOTHING else words


def amount(value: float, unit: str) -> str:
    """A number as a person reads it, three digits that count, with its unit."""
    if unit in ("B", "bytes"):
        for step, name in STEPS:
            if abs(value) >= step:
                return f"{value / step:.1f} {name}"
    number = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return f"{number}%" if unit == "%" else f"{number} {unit}".rstrip()


def newest(cause: Cause, readings: Sequence[Reading], item: str) -> Cause:
    """The same cause with today's value; while nothing is wrong, the item's first reading."""
    mine = [r for r in readings if r.item == item]
    if cause.reading is not None:
        mine = [r for r in mine if r.name == cause.reading.name]
    return replace(cause, reading=mine[0]) if mine else cause


def _limit(limits: Limits | None, level: Level) -> float | None:
    if limits is None:
        return None
    return {Level.WARNING: limits.warning, Level.CRITICAL: limits.critical}.get(level)
