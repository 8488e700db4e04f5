"""Find the definitions of one version that are those of another one under other names."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from noroshi.definitions.stable_ids import TYPES_WITH_ID

Contents = Mapping[str, Mapping[str, Any]]
AMBIGUOUS = ""
"""In the place of a key, where several have a mark: kept one by one, 20,000 that are all alike
would be 20,000 for each of them."""


def renames(old: Contents, new: Contents) -> dict[str, str]:
    """Return new keys by old ones, of the definitions that went and those that came. Rules and
    accounts are recognized by their ids, instances by the ids of their monitors, all others by
    equal content; an ambiguous one is left out."""
    by_mark = dict[str, str]()
    for key in new:
        for mark in _marks(key, new[key]):
            by_mark[mark] = AMBIGUOUS if mark in by_mark else key
    claims, candidates = Counter[str](), dict[str, str]()
    for key in sorted(old):
        names = {by_mark[mark] for mark in _marks(key, old[key]) if mark in by_mark}
        claims.update(names)
        if len(names) == 1:
            candidates[key] = names.pop()
    return {key: name for key, name in candidates.items() if name and claims[name] == 1}


def _marks(key: str, definition: Mapping[str, Any]) -> frozenset[str]:
    """Return the marks by which it is the same under another name."""
    type, _, name = key.partition("/")
    if type in TYPES_WITH_ID:
        return frozenset({f"{type} {definition.get('id') or name}"})
    ids = _monitor_ids(definition) if type == "instances" else ()
    return frozenset(ids or {f"{type} {_digest(definition)}"})


def _digest(definition: Mapping[str, Any]) -> str:
    return sha256(json.dumps(definition, sort_keys=True).encode()).hexdigest()


def _monitor_ids(instance: Mapping[str, Any]) -> tuple[str, ...]:
    groups = instance.get("group", ())
    monitors = (one for group in groups for one in group.get("monitor", ()))
    return tuple(str(one["id"]) for one in monitors if one.get("id"))
