"""Which definitions of one version are those of another one under other names."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from noroshi.definitions.stable_ids import KEPT

Contents = Mapping[str, Mapping[str, Any]]


def renames(old: Contents, new: Contents) -> dict[str, str]:
    """New keys by old ones, of those that went and those that came. Rules and accounts are known by their ids, instances by those of
    their monitors, all else by saying the very same; what may be several is none."""
    its = dict[str, set[str]]()
    for key in new:
        for mark in _marks(key, new[key]):
            its.setdefault(mark, set()).add(key)
    marked = {key: _marks(key, old[key]) for key in sorted(old)}
    found = {
        key: set[str]().union(*(its.get(mark, ()) for mark in marks))
        for key, marks in marked.items()
    }
    claimed = Counter(name for names in found.values() for name in names)
    only = {key: next(iter(names)) for key, names in found.items() if len(names) == 1}
    return {key: name for key, name in only.items() if claimed[name] == 1}


def _marks(key: str, its: Mapping[str, Any]) -> frozenset[str]:
    """By what it is the same under another name."""
    type, _, name = key.partition("/")
    if type in KEPT:
        return frozenset({f"{type} {its.get('id') or name}"})
    ids = _monitor_ids(its) if type == "instances" else ()
    return frozenset(ids or {f"{type} {json.dumps(its, sort_keys=True)}"})


def _monitor_ids(instance: Mapping[str, Any]) -> tuple[str, ...]:
    groups = instance.get("group", ())
    monitors = (one for group in groups for one in group.get("monitor", ()))
    return tuple(str(one["id"]) for one in monitors if one.get("id"))
