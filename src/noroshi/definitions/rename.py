"""A definition under another name, with whatever names it; and where a place went whose name is
gone. Monitors, rules and accounts are the same by their ids, so state, history, what was told
and sign-ins need nothing of this."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from noroshi.core.definitions.problems import Problem
from noroshi.core.definitions.self_monitoring import OWN
from noroshi.core.definitions.value_syntax import is_name
from noroshi.core.translation import Message, _
from noroshi.definitions.documents import content, document, split
from noroshi.definitions.ids import ids_by_path
from noroshi.definitions.rename_detection import renames
from noroshi.definitions.stable_ids import KEPT, under_another_name
from noroshi.ports import Document
from noroshi.schema import Invalid

NAMED_BY: Mapping[str, Mapping[str, str]] = {
    "instances": {"notifications": "instances"},
    "rules": {"instances": "rules", "blueprints": "rules"},
    "notifications": {},
    "contacts": {"rules": "contacts", "notifications": "contacts"},
    "routes": {"rules": "routes", "notifications": "routes"},
    "networks": {
        "instances": "network",
        "blueprints": "network",
        "routes": "network",
        "accounts": "network",
    },
    "accounts": {"routes": "options.account"},
    "clouds": {"accounts": "cloud"},
    "blueprints": {},
}
"""The definitions that can have another name, by folder: which definitions name it, and in which setting of
theirs, of their groups and of their monitors. All folders there are."""
BELOW = ("group", "monitor")
HALF = 0.5

IS_OURS = _("is a name that Noroshi uses automatically")
NO_NAME = _(
    "is not a valid name: use a-z, 0-9, - and _, at most 64 characters, beginning with a "
    "letter or digit"
)
TAKEN = _("this name is already in use")
NOT_THERE = _("there is no such definition")


def renamed(documents: Iterable[Document], names: Mapping[str, str]) -> tuple[Document, ...]:
    """Return all documents, those of these keys under their new names. Raises Invalid."""
    known = {one.key: one for one in documents}
    for key, name in names.items():
        type, old = split(key)
        if why := _why_not(known, key, name):
            raise Invalid((Problem(f"{key}.toml: name", why),))
        its = under_another_name(type, old, name, content(known.pop(key)))
        known[f"{type}/{name}"] = document(f"{type}/{name}", its)
        known |= _following(known.values(), type, old, name)
    return tuple(sorted(known.values(), key=lambda one: one.key))


def _why_not(known: Mapping[str, Document], key: str, name: str) -> Message | None:
    type, old = split(key)
    if key not in known:
        return NOT_THERE
    if not is_name(name):
        return NO_NAME
    if type == "instances" and OWN in (old, name):
        return IS_OURS
    return TAKEN if f"{type}/{name}" in known else None


def _following(
    documents: Iterable[Document], type: str, old: str, name: str
) -> dict[str, Document]:
    """Those that name it, with_settings it anew."""
    found = dict[str, Document]()
    for one in documents:
        setting = NAMED_BY[type].get(split(one.key)[0])
        if setting is None:
            continue
        its = content(one)
        after = _with(its, setting, lambda given: name if given == old else given)
        if after != its:
            found[one.key] = document(one.key, after)
    return found


def _with(table: Any, setting: str, named: Callable[[Any], Any]) -> Any:
    """A table, and what stands in it, with that setting's names."""
    if not isinstance(table, dict):
        return table
    after = dict(table)
    outer, _, inside = setting.partition(".")
    if inside and outer in after:
        after[outer] = _with(after[outer], inside, named)
    elif setting in after:
        given = after[setting]
        after[setting] = [*map(named, given)] if isinstance(given, list) else named(given)
    for inner in BELOW:
        if isinstance(after.get(inner), list):
            after[inner] = [_with(one, setting, named) for one in after[inner]]
    return after


def went_to(old: Iterable[Document], new: Iterable[Document], key: str) -> str | None:
    """Under which key a definition is now that was given another name between the two; it may
    have been changed with it. None if none that came is like it, or several are; of what has an id
    of its own none is like it but itself."""
    before, after = ({one.key: one for one in some} for some in (old, new))
    its, type = content(before[key]), split(key)[0]
    if type in KEPT:
        came = {one: content(after[one]) for one in after.keys() - before.keys()}
        return renames({key: its}, came).get(key)
    likeness = {
        other: _likeness(its, content(after[other]))
        for other in after.keys() - before.keys()
        if split(other)[0] == type
    }
    most = max(likeness.values(), default=0.0)
    found = [other for other, like in likeness.items() if like == most > HALF]
    return found[0] if len(found) == 1 else None


def _likeness(one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    """Return which part of their settings they have in common."""
    alike = [name for name, its in one.items() if name in other and other[name] == its]
    return len(alike) / max(len(one), len(other), 1)


def places_gone(old: Iterable[Document], new: Iterable[Document]) -> dict[str, str | None]:
    """Instances, and instance/group, of which nothing is there any more under their names while
    monitors of theirs go on, with the place where those are now. None if that is several, was
    there before, or has monitors from elsewhere: what was said of them would be said of others."""
    before = ids_by_path(old)
    after = {id: path for path, id in ids_by_path(new).items()}
    there = {place for path in after.values() for place in _around(path)}
    known, gone, came = set[str](), dict[str, set[str]](), dict[str, set[str]]()
    for path, id in before.items():
        known |= {*_around(path)}
        for was, now in zip(_around(path), _around(after.get(id, ())), strict=False):
            came.setdefault(now, set()).add(was)
            if was not in there:
                gone.setdefault(was, set()).add(now)
    return {place: _only(went - known, went, came) for place, went in gone.items()}


def _only(fresh: set[str], went: set[str], came: Mapping[str, set[str]]) -> str | None:
    """The one place they went to, if it is new and nobody else came to it."""
    if len(went) != 1 or not fresh:
        return None
    (place,) = fresh
    return place if len(came[place]) == 1 else None


def _around(path: tuple[str, ...]) -> Iterator[str]:
    """The instance, and the group, of a monitor; nothing of none."""
    if path:
        yield path[0]
        yield "/".join(path[:2])
