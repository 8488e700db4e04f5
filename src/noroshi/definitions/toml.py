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
BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def toml(content: Mapping[str, Any]) -> str:
    """Write the content as a TOML file; it knows what JSON knows, without null."""
    return "\n".join(_table((), content)).lstrip("\n") + "\n"


def value(item: Any) -> str:
    """Write one value as TOML has it, on one line."""
    if isinstance(item, bool):
        return "true" if item else "false"
    if isinstance(item, str):
        # JSON's escapes are TOML's, but for DEL, which TOML wants escaped.
        return json.dumps(item, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(item, Mapping):
        inline_items = ", ".join(f"{_key(k)} = {value(v)}" for k, v in _in_order(item))
        return f"{{ {inline_items} }}" if inline_items else "{}"
    if isinstance(item, list | tuple):
        return "[" + ", ".join(map(value, item)) + "]"
    return repr(item)


def _table(path: tuple[str, ...], content: Mapping[str, Any]) -> Iterator[str]:
    """Yield plain values first: in TOML whatever follows a table's head belongs to that
    table."""
    entries = _in_order(content)
    for key, entry in entries:
        if not isinstance(entry, Mapping) and not _is_tables(entry):
            yield f"{_key(key)} = {value(entry)}"
    for key, entry in entries:
        head = ".".join(map(_key, (*path, key)))
        if isinstance(entry, Mapping):
            if _needs_head(entry):
                yield f"\n[{head}]"
            yield from _table((*path, key), entry)
        elif _is_tables(entry):
            for one in entry:
                yield f"\n[[{head}]]"
                yield from _table((*path, key), one)


def _needs_head(table: Mapping[str, Any]) -> bool:
    """Return True if a table needs a head: one that holds tables alone is there by their
    heads."""
    return not table or not all(isinstance(entry, Mapping) for entry in table.values())


def _is_tables(entry: object) -> bool:
    return (
        isinstance(entry, list) and bool(entry) and all(isinstance(v, Mapping) for v in entry)
    )


def _in_order(content: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return sorted(content.items(), key=lambda kv: (ORDER.get(kv[0], len(ORDER)), kv[0]))


def _key(name: str) -> str:
    return name if BARE_KEY.fullmatch(name) else value(name)
