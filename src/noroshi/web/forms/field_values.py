"""Convert a value into the fields of a form, read posted fields, and convert them back."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from noroshi.core.definitions.safe_toml import loads
from noroshi.definitions.toml import value as toml
from noroshi.web.forms.normalize import BETWEEN, TIMES, addresses, figures
from noroshi.web.forms.schema import AS_TOML, NO, YES, Column, Shape

Form = Mapping[str, str]
ABSENT = object()
OWN = "own"


def to_fields(shape: Shape, name: str, value: Any) -> dict[str, str]:
    """Return the fields for a value. ABSENT: the default where something must be chosen, else
    nothing."""
    shown_value = shape.default if value is ABSENT and shape.sort in CHOSEN else value
    if shape.sort == "choices":
        boxes = {f"{name}.{one}": YES for one in as_list(shown_value)}
        return (
            {name: OWN, **boxes} if not shape.nullable or has_value(shown_value) else {name: ""}
        )
    if shape.sort == "order":
        return {f"{name}.{n}": one for n, one in enumerate(as_list(shown_value), 1)}
    if shape.sort == "rows":
        rows = [_row_of(shape, one) for one in as_list(shown_value)]
        return _rows(name, rows)
    if shape.sort == "table":
        return _cells(shape, name, [_entry(shape, one) for one in as_list(shown_value)])
    return {name: _field_text(shape, shown_value)}


def _entry(shape: Shape, value: Any) -> dict[str, str]:
    settings = value if isinstance(value, Mapping) else {}
    return {
        one.name: ", ".join(map(plain, as_list(settings.get(one.name, ABSENT))))
        for one in shape.columns
    }


def _cells(shape: Shape, name: str, entries: Iterable[Mapping[str, str]]) -> dict[str, str]:
    fields = dict[str, str]()
    for n, one in enumerate(entries, 1):
        for column in shape.columns:
            fields |= _cell(column, f"{name}.{n}.{column.name}", one[column.name])
    return fields


def _cell(column: Column, name: str, text: str) -> dict[str, str]:
    """Return a box for each chosen value where there are some to choose from, else the text."""
    return {f"{name}.{one}": YES for one in split(text)} if column.choices else {name: text}


def split(text: str) -> list[str]:
    """Split the list in one cell."""
    return [part for part in re.split(rf"[{BETWEEN}]+", text) if part]


def _cell_text(column: Column, name: str, form: Form) -> str:
    """Return the text of a cell; for boxes the ticked values in the order of the choices,
    unknown ones last."""
    if not column.choices:
        return form.get(name, "").strip()
    start = f"{name}."
    ticked = [
        key.removeprefix(start)
        for key, value in form.items()
        if value == YES and key.startswith(start)
    ]
    in_order = [one for one in column.choices if one in ticked]
    return ", ".join((*in_order, *(one for one in ticked if one not in in_order)))


def entries_of(shape: Shape, name: str, form: Form) -> list[dict[str, str]]:
    """Return the entries of a table in order, without empty ones."""
    start = f"{name}."
    numbers = {
        key.removeprefix(start).partition(".")[0] for key in form if key.startswith(start)
    }
    entries = [
        {one.name: _cell_text(one, f"{start}{n}.{one.name}", form) for one in shape.columns}
        for n in sorted(numbers, key=lambda n: (len(n), n))
    ]
    return [one for one in entries if any(one.values())]


def _row_of(shape: Shape, value: Any) -> tuple[str, str]:
    """Return the setting that an entry gives, and the text for it; an entry that gives
    something else as TOML."""
    if isinstance(value, Mapping) and len(value) == 1:
        ((setting, text),) = value.items()
        if setting in shape.choices and isinstance(text, str):
            return setting, text
    return AS_TOML, toml(value)


def _rows(name: str, rows: Iterable[tuple[str, str]]) -> dict[str, str]:
    fields = dict[str, str]()
    for n, (setting, text) in enumerate(rows, 1):
        fields |= {f"{name}.{n}.which": setting, f"{name}.{n}.text": text}
    return fields


def rows_of(name: str, form: Form) -> list[tuple[str, str]]:
    """Return the setting and the text of each filled row, in order."""
    start, end = f"{name}.", ".text"
    numbers = [
        key.removeprefix(start).removesuffix(end)
        for key, text in form.items()
        if key.startswith(start) and key.endswith(end) and text.strip()
    ]
    return [
        (form.get(f"{start}{n}.which", AS_TOML), form[f"{start}{n}{end}"])
        for n in sorted(numbers, key=lambda n: (len(n), n))
    ]


CHOSEN = ("boolean", "choice", "choices")


def _field_text(shape: Shape, value: Any) -> str:
    if not has_value(value):
        return ""
    if isinstance(value, bool):
        return YES if value else NO
    if shape.sort == "map" and isinstance(value, Mapping):
        return "\n".join(f"{key}={one}" for key, one in value.items())
    if shape.sort == "lines":
        return "\n".join(map(toml, as_list(value)))
    if shape.sort == "list":
        return "\n".join(map(plain, as_list(value)))
    return plain(value)


def posted_fields(shape: Shape, name: str, form: Form) -> dict[str, str]:
    """Return the fields of a setting as they were posted, in the form of `to_fields`."""
    if shape.sort == "choices":
        if shape.nullable and form.get(name, "") != OWN:
            return {name: ""}
        boxes = {
            key: YES
            for key, value in form.items()
            if key.startswith(f"{name}.") and value == YES
        }
        return {name: OWN, **boxes}
    if shape.sort == "order":
        filled_in = [form[key] for key in _sorted_names(name, form) if form[key]]
        return {f"{name}.{n}": one for n, one in enumerate(filled_in, 1)}
    if shape.sort == "rows":
        return _rows(name, rows_of(name, form))
    if shape.sort == "table":
        return _cells(shape, name, entries_of(shape, name, form))
    text = form.get(name, "").replace("\r\n", "\n")
    return {name: text if shape.sort == "long" else text.strip()}


def from_fields(shape: Shape, name: str, form: Form) -> Any:
    """Return the posted value; ABSENT: the field is empty, so the default holds."""
    fields = posted_fields(shape, name, form)
    if shape.sort == "choices":
        if shape.nullable and fields[name] != OWN:
            return ABSENT
        choices = [key.removeprefix(f"{name}.") for key in fields if key != name]
        return ABSENT if choices == as_list(shape.default) and not shape.nullable else choices
    if shape.sort == "order":
        return list(fields.values()) or ABSENT
    if shape.sort == "rows":
        return [_parse_row(*row) for row in rows_of(name, fields)] or ABSENT
    if shape.sort == "table":
        return [_parse_entry(shape, one) for one in entries_of(shape, name, fields)] or ABSENT
    text = fields[name]
    if not text or (shape.sort == "choice" and text == shape.default):
        return ABSENT
    return _parse_text(shape, text)


def _parse_text(shape: Shape, text: str) -> Any:
    if shape.name in TIMES:
        text = "\n".join(map(figures, text.split("\n")))
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    match shape.sort:
        case "boolean":
            return ABSENT if (text == YES) == bool(shape.default) else text == YES
        case "choice" if shape.choices == (YES, NO):
            return text == YES
        case "number":
            return number(text)
        case "list" if shape.name == "addresses":
            return list(addresses(text))
        case "list":
            return [number(line) for line in lines] if shape.is_integer else lines
        case "lines":
            return [_parse_toml(line) for line in lines]
        case "map":
            pairs = (line.partition("=") for line in lines)
            return {key.strip(): one.strip() for key, _, one in pairs}
    return text


def number(text: str) -> Any:
    """Return the number in a text; else the text itself, which the check then refuses at the
    right place."""
    for kind in (int, float):
        try:
            parsed_number = kind(figures(text))
        except ValueError:
            continue
        return parsed_number if math.isfinite(parsed_number) else text
    return text


def _parse_entry(shape: Shape, entry: Mapping[str, str]) -> dict[str, Any]:
    return {
        one.name: split(entry[one.name]) if one.is_list else entry[one.name]
        for one in shape.columns
        if entry[one.name]
    }


def _parse_row(setting: str, text: str) -> Any:
    return _parse_toml(text) if setting == AS_TOML else {setting: text}


def _parse_toml(line: str) -> Any:
    try:
        return loads(f"x = {line.rstrip(',')}")["x"]
    except (ValueError, RecursionError, KeyError):
        return line


def is_there(name: str, form: Form) -> bool:
    """Return True if the form had that field."""
    return name in form or any(key.startswith(f"{name}.") for key in form)


def _sorted_names(name: str, form: Form) -> list[str]:
    keys = [key for key in form if key.startswith(f"{name}.")]
    return sorted(keys, key=lambda key: (len(key), key))


def as_list(value: Any) -> list[Any]:
    """Return a list of one value; an empty list without a value."""
    if not has_value(value):
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def has_value(value: Any) -> bool:
    """Return True unless the value is ABSENT or None."""
    return value is not ABSENT and value is not None


def plain(value: Any) -> str:
    """Return a text as it is, all else as in TOML."""
    return value if isinstance(value, str) else toml(value)
