"""Writes TOML the same way every time: what a person looks for first comes first."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

FIRST = (
    "id",
    "name",
    "title",
    "kind",
    "action",
    "events",
    "instances",
    "address",
    "addresses",
    "language",
    "zone",
    "cloud",
    "every",
    "at",
    "begins",
    "ends",
    "days",
)
ORDER = {name: number for number, name in enumerate(FIRST)}
BARE = re.compile(r"[A-Za-z0-9_-]+")


def toml(content: Mapping[str, Any]) -> str:
    """Write the content as a TOML file; it knows what JSON knows, without null."""
    return "\n".join(_table((), content)).lstrip("\n") + "\n"


def value(given: Any) -> str:
    """Write one value as TOML has it, on one line."""
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, str):
        # JSON's escapes are TOML's, but for DEL, which TOML wants escaped.
        return json.dumps(given, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(given, Mapping):
        inside = ", ".join(f"{_key(k)} = {value(v)}" for k, v in _sorted(given))
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(given, list | tuple):
        return "[" + ", ".join(map(value, given)) + "]"
    return repr(given)


def _table(path: tuple[str, ...], content: Mapping[str, Any]) -> Iterator[str]:
    """Plain values first: in TOML whatever follows a table's head belongs to that table."""
    entries = _sorted(content)
    for key, given in entries:
        if not isinstance(given, Mapping) and not _is_tables(given):
            yield f"{_key(key)} = {value(given)}"
    for key, given in entries:
        head = ".".join(map(_key, (*path, key)))
        if isinstance(given, Mapping):
            if _needs_head(given):
                yield f"\n[{head}]"
            yield from _table((*path, key), given)
        elif _is_tables(given):
            for one in given:
                yield f"\n[[{head}]]"
                yield from _table((*path, key), one)


def _needs_head(table: Mapping[str, Any]) -> bool:
    """A table that holds tables alone is there by their heads."""
    return not table or not all(isinstance(given, Mapping) for given in table.values())


def _is_tables(given: object) -> bool:
    return (
        isinstance(given, list) and bool(given) and all(isinstance(v, Mapping) for v in given)
    )


def _sorted(content: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return sorted(content.items(), key=lambda kv: (ORDER.get(kv[0], len(ORDER)), kv[0]))


def _key(name: str) -> str:
    return name if BARE.fullmatch(name) else value(name)
