"""Say what a reader of untrusted data found wrong, in words that help an administrator.

Each fault comes as a mapping with `type`, `loc`, `ctx`, `input` and `msg`. What was given is
repeated only where it is too short for a secret, and a number should stand: elsewhere it may be
a secret in the wrong place, and no more is said than of which sort it was.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import reduce
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from noroshi.core.definitions.problems import (
    MOST_FOUND,
    InvalidValueError,
    Problem,
    nested_location,
    shortened_text,
    suggestion,
)
from noroshi.core.marked_names import SettingName
from noroshi.core.printable import printable
from noroshi.core.translation import Message, _, bilingual, list_names, plain

Fault = Mapping[str, Any]

MISSING = _("is missing")
NO_SETTING = _("there is no such setting{instead}")
CHOICE = _("must be one of: {choices}")
AT_LEAST = _("must be at least {ge}")
AT_MOST = _("must be at most {le}")
ABOVE = _("must be more than {gt}")
BELOW = _("must be less than {lt}")
LONGER = _("must have at least {min_length} characters")
SHORTER = _("must have at most {max_length} characters")
MORE = _("must have at least {min_length} entries")
FEWER = _("must have at most {max_length} entries")
PATTERN = _("does not match {pattern}")
FINITE = _("must be a finite number")
OTHER = _("cannot be used: {msg}")
WRONG_SORT = _("must be {wanted}, not {given}")
QUOTED = _("“{text}”")

TEXT = _("text")
WHOLE = _("a whole number")
NUMBER = _("a number")
FRACTION = _("a fraction")
TRUTH = _("true or false")
LIST = _("a list")
TABLE = _("a table")
NOTHING = _("an empty value")
OR = _("{one} or {other}")

FIGURES = (WHOLE, NUMBER)
SHORT = 5
"""Characters of what is repeated: fewer than any password or PIN in letters has."""

SORTS: Sequence[tuple[type | tuple[type, ...], Message]] = (
    (bool, TRUTH),
    (int, WHOLE),
    (float, FRACTION),
    (str, TEXT),
    (Mapping, TABLE),
    ((list, tuple, set, frozenset), LIST),
    (type(None), NOTHING),
)
EXPECTED_TYPES: Mapping[str, Message] = {
    "string": TEXT,
    "int": WHOLE,
    "float": NUMBER,
    "bool": TRUTH,
    "list": LIST,
    "tuple": LIST,
    "set": LIST,
    "frozen_set": LIST,
    "dict": TABLE,
    "mapping": TABLE,
    "dataclass": TABLE,
}
SIMPLE: Mapping[str, Message] = {
    "missing": MISSING,
    "greater_than_equal": AT_LEAST,
    "less_than_equal": AT_MOST,
    "greater_than": ABOVE,
    "less_than": BELOW,
    "string_too_short": LONGER,
    "string_too_long": SHORTER,
    "string_pattern_mismatch": PATTERN,
    "too_short": MORE,
    "too_long": FEWER,
    "finite_number": FINITE,
}


def problems_of(
    faults: Sequence[Fault], shape: Any, data: object, at: str
) -> tuple[Problem, ...]:
    """Return one problem for each place, below `at`; entries of lists are located by name."""
    sorted_out = dict[str, list[Fault]]()
    for fault in faults:
        location = nested_location(at, *_steps(fault, data))
        sorted_out.setdefault(location, []).append(fault)
    first_problems = list(sorted_out.items())[:MOST_FOUND]
    return tuple(
        Problem(location, _merged_fault(faults, shape)) for location, faults in first_problems
    )


def _steps(fault: Fault, data: object) -> Iterator[str]:
    """Yield the way to a fault as a person would say it. The names that a reader gives to the
    arms of a union are no steps in the data, and are left out."""
    node: object = data
    for number, step in enumerate(fault["loc"]):
        if isinstance(node, Mapping):
            last = number == len(fault["loc"]) - 1
            if step in node or (last and fault["type"] == "missing"):
                yield shortened_text(str(step))
                node = node.get(step)
        elif (
            isinstance(node, Sequence)
            and not isinstance(node, str)
            and step in range(len(node))
        ):
            node = node[step]
            name = node.get("name") if isinstance(node, Mapping) else None
            yield shortened_text(name) if isinstance(name, str) and name else str(step + 1)


def _merged_fault(faults: Sequence[Fault], shape: Any) -> Message:
    """Return what is wrong at one place; it is of the wrong sort for each arm of a union
    alike."""
    sorts = list(dict.fromkeys(filter(None, map(_expected_sort, faults))))
    if not sorts:
        return _words(faults[0], shape)
    alternatives = reduce(lambda left, right: OR.fill(one=left, other=right), sorts)
    return WRONG_SORT.fill(
        wanted=alternatives, given=_describe_value(faults[0]["input"], sorts)
    )


def _expected_sort(fault: Fault) -> Message | None:
    kind = fault["type"]
    if kind == "int_from_float":
        return WHOLE
    name, _, suffix = kind.rpartition("_")
    return EXPECTED_TYPES.get(name) if suffix in ("type", "parsing") else None


def _describe_value(value: object, sorts: Sequence[Message]) -> Message:
    """Describe a given value: quoted where that helps and gives nothing away, else by its
    type."""
    text = value.strip() if isinstance(value, str) else ""
    if not text or len(text) > SHORT or not all(one in FIGURES for one in sorts):
        return _sort_of_value(value)
    return QUOTED.fill(text=printable(text))


def _sort_of_value(value: object) -> Message:
    for sort, words in SORTS:
        if isinstance(value, sort):
            return words
    return plain(type(value).__name__)


def _words(fault: Fault, shape: Any) -> Message:
    kind, context = fault["type"], fault.get("ctx", {})
    if kind in ("unexpected_keyword_argument", "extra_forbidden"):
        settings = _names_at(shape, fault["loc"][:-1])
        return NO_SETTING.fill(instead=suggestion(str(fault["loc"][-1]), settings))
    if kind in ("literal_error", "enum"):
        choices = re.findall("'([^']*)'", context["expected"])
        return CHOICE.fill(choices=list_names(choices) if choices else context["expected"])
    if "error" in context:
        return _error_text(context["error"], _names_at(shape, fault["loc"]))
    if kind in SIMPLE:
        return SIMPLE[kind].fill(**context) if context else SIMPLE[kind]
    return OTHER.fill(msg=fault["msg"])


def _error_text(error: Exception, settings: Collection[str]) -> Message:
    """Return what a value says of itself: a plug-in's author may write both languages in one
    line, and begins with the setting that is meant."""
    if isinstance(error, InvalidValueError):
        return error.words
    english, _, japanese = str(error).partition(" / ")
    setting = english.partition(" ")[0]
    if setting not in settings:
        return bilingual(en=english, ja=japanese or english)
    patterns = [_with_place(text, setting) for text in (english, japanese or english)]
    pattern = bilingual(en=patterns[0], ja=patterns[1])
    return pattern.with_arguments({"setting": SettingName(setting)})


def _with_place(text: str, setting: str) -> str:
    """Return somebody's text with the place {setting} where it first names the setting."""
    parts = (part.replace("{", "{{").replace("}", "}}") for part in text.split(setting, 1))
    return "{setting}".join(parts)


def _names_at(shape: Any, steps: Sequence[object]) -> list[str]:
    """Return the settings that there are at a place: the fields of the dataclass expected
    there."""
    arms = arms_at(shape, steps)
    return [field.name for arm in arms if is_dataclass(arm) for field in fields(arm)]


def arms_at(shape: Any, steps: Sequence[object]) -> list[Any]:
    """Return what may stand at a place inside of what is wanted, as types."""
    arms = list(_arms(shape))
    for step in steps:
        arms = [arm for container in arms for arm in _element_types(container, step)] or arms
    return arms


def _element_types(shape: Any, step: object) -> Iterator[Any]:
    if is_dataclass(shape):
        hints = get_type_hints(shape)
        yield from _arms(hints[step]) if step in hints else ()
    elif args := [arg for arg in get_args(shape) if arg is not ...]:
        yield from _arms(args[-1])


def _arms(shape: Any) -> Iterator[Any]:
    """Yield the types of a union, each by itself; a type that is none stands alone."""
    if get_origin(shape) in (Union, UnionType):
        for arm in get_args(shape):
            yield from _arms(arm)
    else:
        yield shape
