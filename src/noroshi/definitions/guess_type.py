"""Guess the type of a definition that stands in a file alone, by its settings. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import MISSING, Field, fields
from typing import Any

from noroshi.definitions.document_content import TYPES
from noroshi.definitions.documents import DEFINITION_TYPES

NAME = "name"
"""The setting that repeats the name of the file, and tells nothing of the type."""


def family_of(name: str, table: Mapping[str, Any], current_keys: Collection[str]) -> str:
    """Return the sort whose settings these are, as good as all of them; "" where that is not
    sure. What fits several is of the sort that has one of that name already (`current_keys`:
    those in force)."""
    candidates = [one for one in TYPES if _count_known(one, table) * 2 > len(table)]
    return min(
        candidates, key=lambda one: _strangeness(one, name, table, current_keys), default=""
    )


def family_in(name: str, raw: bytes, current_keys: Collection[str]) -> str:
    """Return the sort of a file's content; of what is no TOML nothing is sure."""
    try:
        table = tomllib.loads(raw.decode())
    except (ValueError, RecursionError):
        return ""
    return family_of(name, table, current_keys)


def _strangeness(
    type: str, name: str, table: Mapping[str, Any], current_keys: Collection[str]
) -> tuple[int, int, bool, int]:
    """Count what it says that the sort does not know, what it lacks; then what is there
    already."""
    missing_count = sum(one.name not in table for one in _fields(type) if _is_needed(one))
    unknown = len(table) - _count_known(type, table)
    return unknown, missing_count, f"{type}/{name}" not in current_keys, TYPES.index(type)


def _count_known(type: str, table: Mapping[str, Any]) -> int:
    names = {one.name for one in _fields(type)}
    return sum(one in names for one in table)


def _fields(type: str) -> list[Field[Any]]:
    return [one for one in fields(DEFINITION_TYPES[type]) if one.name != NAME]


def _is_needed(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING
