"""Of which sort a definition is that stands in a file alone: by what it says. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import MISSING, Field, fields
from typing import Any

from noroshi.definitions.documents import TYPES, WANTED

NAME = "name"
"""Its own name is the file's."""


def family_of(name: str, given: Mapping[str, Any], there: Collection[str]) -> str:
    """Return the sort whose settings these are, as good as all of them; "" where that is not
    sure. What fits several is of the sort that has one of that name already (`there`: keys in
    force)."""
    fitting = [one for one in TYPES if _known(one, given) * 2 > len(given)]
    return min(fitting, key=lambda one: _strangeness(one, name, given, there), default="")


def family_in(name: str, raw: bytes, there: Collection[str]) -> str:
    """Return the sort of a file's content; of what is no TOML nothing is sure."""
    try:
        given = tomllib.loads(raw.decode())
    except ValueError:
        return ""
    return family_of(name, given, there)


def _strangeness(
    type: str, name: str, given: Mapping[str, Any], there: Collection[str]
) -> tuple[int, int, bool, int]:
    """Count what it says that the sort does not know, what it lacks; then what is there
    already."""
    lacking = sum(one.name not in given for one in _fields(type) if _is_needed(one))
    unknown = len(given) - _known(type, given)
    return unknown, lacking, f"{type}/{name}" not in there, TYPES.index(type)


def _known(type: str, given: Mapping[str, Any]) -> int:
    names = {one.name for one in _fields(type)}
    return sum(one in names for one in given)


def _fields(type: str) -> list[Field[Any]]:
    return [one for one in fields(WANTED[type]) if one.name != NAME]


def _is_needed(one: Field[Any]) -> bool:
    return one.default is MISSING and one.default_factory is MISSING
