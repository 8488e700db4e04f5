"""Read what programs print as numbers: one number, JSON, or a Nagios plug-in's report.

The report's form: Monitoring Plugins Development Guidelines, "Plugin Output" and
"Performance data"; several lines as Nagios Core's plug-in API has them.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from noroshi.core.model import Reading
from noroshi.core.translation import _
from noroshi.ports import Unmeasurable

LONGEST = 200  # characters of what a program said
NOTHING = _("(it printed nothing)")
NUMBER = r"[-+]?(?:\d++(?:[.,]\d*+)?|[.,]\d++)(?:[eE][-+]?\d++)?"
QUOTED = r"'((?:[^']|'')*+)'"
ALONE = re.compile(rf"({NUMBER})\s*+(%|[^\W\d]*+)")
DATUM = re.compile(rf"\s*+(?:{QUOTED}|([^\s'=]++))=({NUMBER})([^\s;]*+)(?:;\S*+)?(?!\S)")
SKIPPED = re.compile(rf"\s*+(?:{QUOTED}\S*+|\S++)")
# Possessive throughout (*+, ++): no output, however odd, takes more than one pass over it.

NO_NUMBER = _("the program's last line must be a number, but it printed: {said}")
NO_OUTPUT = _("the program printed nothing; its last line must be a number")
NO_JSON = _("the program's output is not a JSON object: {said}")
NO_VALUE = _("{where} in the program's JSON output is not a number: {said}")
NO_ITEMS = _("{where} in the program's JSON output is not an object: {said}")


@dataclass(frozen=True, slots=True)
class Report:
    """Hold the report of a Nagios plug-in: the text of the first line, and the performance
    data."""

    text: str
    readings: tuple[Reading, ...]


def first_line(output: str) -> str:
    """Return the first line that says something, at most 200 characters."""
    lines = (line.strip() for line in output.splitlines())
    return _short(next((line for line in lines if line), ""))


def number(output: str, name: str, unit: str) -> Reading:
    """Read the last line, a number and perhaps a unit; raise Unmeasurable if it is something
    else."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    match = ALONE.fullmatch(lines[-1]) if lines else None
    if match is None or not math.isfinite(value := _float(match[1])):
        shown_text = _short(output.strip())
        raise Unmeasurable(NO_NUMBER.fill(said=shown_text) if shown_text else NO_OUTPUT)
    return Reading(name, value, unit or match[2])


def json_readings(output: str) -> tuple[Reading, ...]:
    """Read {"name": number} or {"items": {"item": {"name": number}}}, or both together."""
    try:
        document = json.loads(output, parse_constant=_refuse)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise Unmeasurable(NO_JSON.fill(said=_short(output.strip()) or NOTHING))
    items = document.pop("items", {})
    if not isinstance(items, dict):
        raise Unmeasurable(NO_ITEMS.fill(where="items", said=_short(repr(items))))
    readings = list(_numbers(document, ""))
    for item, numbers in items.items():
        if not isinstance(numbers, dict):
            shown_name = _name(item)
            raise Unmeasurable(NO_ITEMS.fill(where=shown_name, said=_short(repr(numbers))))
        readings += _numbers(numbers, _name(item))
    return tuple(readings)


def nagios(output: str) -> Report:
    """Read text, then "|" and data; further lines are long text until a second "|", then
    data."""
    first_line_text, _, further_lines = output.lstrip().partition("\n")
    text, _, data = first_line_text.partition("|")
    _, _, more_data = further_lines.partition("|")
    return Report(_short(text.strip()), tuple(_data(f"{data}\n{more_data}")))


def _data(text: str) -> Iterator[Reading]:
    """Read 'label'=value[unit];warn;crit;min;max. What is not of that form (value U) is
    skipped."""
    offset = 0
    while offset < len(text):
        if match := DATUM.match(text, offset):
            quoted_label, bare_label, value, unit = match.groups()
            label = bare_label or (quoted_label or "").replace("''", "'")
            if math.isfinite(number_value := _float(value)):
                # "status" is what the exit code is called.
                yield Reading(f"{label} " if label == "status" else label, number_value, unit)
        match = match or SKIPPED.match(text, offset)
        offset = match.end() if match else len(text)


def _numbers(members: dict[str, Any], item: str) -> Iterator[Reading]:
    for name, value in members.items():
        name, number_value = _name(name), _number_of(value)
        if not math.isfinite(number_value):
            shown_name = f"{item}.{name}" if item else name
            raise Unmeasurable(NO_VALUE.fill(where=shown_name, said=_short(repr(value))))
        yield Reading(name, number_value, item=item)


def _name(name: str) -> str:
    """Return a name that can be written: JSON can write half a character (a lone surrogate),
    which no store and no mail can."""
    return name.encode("utf-8", "replace").decode()


def _number_of(value: object) -> float:
    """Return NaN for what is no number, or too large for one; true is none either."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.nan


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number in JSON")


def _float(text: str) -> float:
    """Read a number; some plug-ins write the decimal comma of their locale."""
    return float(text.replace(",", "."))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
