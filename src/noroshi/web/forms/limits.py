"""Draw limits as rows of a form, one for each reading, with the defaults."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from typing import Any

from noroshi import schema
from noroshi.actions.phrases import UNITS, is_time
from noroshi.core.definitions.schema import LimitsDef
from noroshi.core.translation import Medium, _
from noroshi.operations.kind_answers import Kind as KindAnswer
from noroshi.web.forms.field_values import Form
from noroshi.web.forms.fields import (
    Drawing,
    Field,
    Problems,
    fields_of,
    merged as merged_fields,
    read as read_fields,
)
from noroshi.web.forms.schema import YES, Schema

Limits = Mapping[str, Mapping[str, Any]]
EXTRA = ("+1", "+2")
"""Rows for readings that a user's own program names."""
NUMBERS = _("1 = yes, 0 = no")
"""The hint beside the name of a yes-or-no reading: the limits are numbers."""
CELLS = ("warning", "critical", "margin", "rising")


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitRow:
    """Hold one reading. `has_no_limits`: it has no limits at all. `has_own_limits`: some are set
    here."""

    reading: str
    title: str
    prefix: str
    cells: Mapping[str, Field]
    has_no_limits: bool
    has_own_limits: bool
    unit: str = ""
    extra: bool = False
    problems: tuple[str, ...] = ()
    now: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Hold a kind of monitor whose readings have limits; `defaults` hold unless others are set:
    those of the kind, with those of instance and group on top. `units` by title."""

    name: str
    title: str
    readings: Mapping[str, str]
    defaults: Limits
    open: bool
    units: Mapping[str, str] = field(default_factory=dict)


def kind_of(answer: KindAnswer, language: str, *outer_limits: Limits) -> Kind:
    """Return a kind from the answer of the operation `kinds`; `outer_limits` are the limits of
    instance and group."""
    defaults: dict[str, Mapping[str, Any]] = {
        name: asdict(one) for name, one in answer.defaults.items()
    }
    for one in outer_limits:
        defaults |= one
    readings = {
        name: title.say(language, Medium.PAGE) for name, title in answer.readings.items()
    }
    return Kind(
        name=answer.kind,
        title=answer.title.say(language, Medium.PAGE),
        readings=readings,
        defaults=defaults,
        open=answer.open,
        units={
            **{
                readings[name]: unit_word(unit, language) for name, unit in answer.units.items()
            },
            **{readings[name]: NUMBERS.say(language) for name in answer.yes_no},
        },
    )


def unit_word(unit: str, language: str) -> str:
    """Return a unit as a reader of that language has it: a unit of time is a word."""
    return UNITS[unit].fill(number="").say(language).strip() if is_time(unit) else unit


@cache
def _schema() -> Schema:
    return schema.form(LimitsDef)


def rows_of(
    kind: Kind, values: Limits, problems: Problems, drawing: Drawing, prefix: str = "limits."
) -> list[LimitRow]:
    """Return a row for each reading that the kind has or that has limits."""
    rows = [
        _row(kind, name, values, problems, drawing, prefix)
        for name in dict.fromkeys((*kind.readings, *kind.defaults, *values))
    ]
    if kind.open:
        rows += [_extra(one, problems, drawing, prefix) for one in EXTRA]
    return rows


def _row(
    kind: Kind, name: str, values: Limits, problems: Problems, drawing: Drawing, prefix: str
) -> LimitRow:
    start, reading_limits = f"{prefix}{name}.", values.get(name)
    now = None if drawing.now is None else drawing.now.get(name) or {}
    drawn_here = replace(drawing, defaults=_defaults(kind, name), now=now)
    cells = fields_of(
        _schema(), reading_limits or {}, problems, drawing=drawn_here, prefix=start
    )
    is_off = (
        reading_limits == {}
        if drawing.typed_form is None
        else drawing.typed_form.get(f"{start}off") == YES
    )
    return LimitRow(
        reading=name,
        title=(title := kind.readings.get(name, name)),
        unit=kind.units.get(title, ""),
        prefix=start,
        cells={one.code: one for one in cells},
        has_no_limits=is_off,
        has_own_limits=is_off or any(one.value for one in cells),
        problems=tuple(text for place, text in problems if place == f"{prefix}{name}"),
        now=" / ".join(f"{one.label} {one.now}" for one in cells if one.now),
    )


def _defaults(kind: Kind, name: str) -> Mapping[str, Any]:
    """Return the limits as the fields show them while they are empty."""
    defaults = kind.defaults.get(name) or {}
    shown_limits = {
        cell: defaults.get(cell) for cell in CELLS if defaults.get(cell) is not None
    }
    if not defaults.get("margin"):
        shown_limits["margin"] = 0
    return shown_limits


def _extra(name: str, problems: Problems, drawing: Drawing, prefix: str) -> LimitRow:
    start, typed_form = f"{prefix}{name}.", drawing.typed_form or {}
    reading = typed_form.get(f"{start}reading", "")
    placed_problems = [
        (start + place.removeprefix(f"{prefix}{reading}."), text)
        for place, text in problems
        if reading and place.startswith(f"{prefix}{reading}.")
    ]
    cells = fields_of(
        _schema(), {}, placed_problems, drawing=replace(drawing, now=None), prefix=start
    )
    return LimitRow(
        reading=reading,
        title="",
        prefix=start,
        cells={one.code: one for one in cells},
        has_no_limits=typed_form.get(f"{start}off") == YES,
        has_own_limits=bool(reading),
        extra=True,
        problems=tuple(w for place, w in problems if reading and place == f"{prefix}{reading}"),
    )


def read(form: Form, base: Limits, names: Iterable[str], prefix: str = "limits.") -> Limits:
    """Put the posted limits of these readings and of the extra rows on top of the old ones."""
    limits = dict[str, Mapping[str, Any]](base)
    for name in dict.fromkeys((*names, *base)):
        _read_reading(limits, name, form, f"{prefix}{name}.", base.get(name))
    for one in EXTRA:
        start = f"{prefix}{one}."
        if reading := form.get(f"{start}reading", "").strip():
            _read_reading(limits, reading, form, start, None)
    return limits


def _read_reading(
    limits: dict[str, Mapping[str, Any]],
    name: str,
    form: Form,
    start: str,
    base_values: Mapping[str, Any] | None,
) -> None:
    if f"{start}warning" not in form:
        return
    reading_limits = read_fields(_schema(), form, base_values or {}, prefix=start)
    if form.get(f"{start}off") == YES:
        limits[name] = {}
    elif reading_limits:
        limits[name] = reading_limits
    else:
        limits.pop(name, None)


def merged(
    form: Form, base: Limits, now: Limits, names: Iterable[str], prefix: str = "limits."
) -> dict[str, str]:
    """Merge the typed changes against what was seen into the limits in force now."""
    fields = {key: one for key, one in form.items() if key.startswith(f"{prefix}+")}
    for name in dict.fromkeys((*names, *base, *now)):
        start, base_limits, current_limits = f"{prefix}{name}.", base.get(name), now.get(name)
        fields |= merged_fields(
            _schema(), form, base_limits or {}, current_limits or {}, prefix=start
        )
        is_off = form.get(f"{start}off") == YES
        if is_off if is_off != (base_limits == {}) else current_limits == {}:
            fields[f"{start}off"] = YES
    return fields


def names_of(kind: Kind, *limits: Limits) -> Sequence[str]:
    """Return all readings that a form may have."""
    return list(
        dict.fromkeys((*kind.readings, *kind.defaults, *(n for one in limits for n in one)))
    )
