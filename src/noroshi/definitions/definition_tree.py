"""Find parts of definitions by path (an instance, a group of it, a monitor of that), switch
them off and on, copy and move them. Pure."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from noroshi.core.definitions.document import Document
from noroshi.core.definitions.problems import Place, Problem
from noroshi.core.definitions.value_syntax import is_name
from noroshi.core.translation import _
from noroshi.definitions.document_content import content, document, split
from noroshi.schema import Invalid

Path = tuple[str, ...]
"""Names from the outside in: instance; instance, group; instance, group, monitor."""
Table = dict[str, Any]
PART_LISTS = ("group", "monitor")
OFF = '"enabled":false'
"""The text that a switched-off part leaves in a body (`document` writes no blanks): a body
without it need not be read."""

NO_NAME = _("“{given}” is not a valid name: use a-z, 0-9, - and _, at most 64 characters")
THERE_ALREADY = _("{path} already exists; choose another name")
NO_INSTANCE = _("there is no instance “{given}”")
IN_ITSELF = _("is already there")


def part(documents: Iterable[Document], path: Path) -> Table | None:
    """Return what the definitions say of a part; None: there is no such part."""
    instance = _instance(documents, path[0])
    return None if instance is None else _find(instance, path[1:])


def parts(documents: Iterable[Document]) -> Iterator[tuple[Path, Table]]:
    """Yield all instances, groups and monitors, with what is said of each."""
    for one in documents:
        if one.key.startswith("instances/"):
            yield from _parts(one)


def set_enabled(
    documents: Iterable[Document], path: Path, *, enabled: bool
) -> tuple[Document, ...]:
    """Return the documents with that part, which is there, enabled or not. On is not written:
    unless somebody says otherwise it is so."""
    instance = _instance(documents, path[0])
    assert instance is not None
    part = _find(instance, path[1:])
    assert part is not None
    part.pop("enabled", None)
    if not enabled:
        part["enabled"] = False
    return _with_instance(documents, path[0], instance)


def disabled_parts(documents: Iterable[Document]) -> dict[str, Path]:
    """Return all parts that are switched off by a setting of their own. The key is the id of a
    monitor, which goes with it wherever it is moved; of a part without an id, the path."""
    disabled: dict[str, Path] = {}
    for one in documents:
        if one.key.startswith("instances/") and OFF in one.body:
            for path, subtree in _parts(one):
                if subtree.get("enabled") is False:
                    disabled[str(subtree.get("id") or "/".join(path))] = path
    return disabled


def copy_part(
    documents: tuple[Document, ...], source: Path, target: Path, title: str = ""
) -> tuple[Document, ...]:
    """Return the documents with a copy of a group or a monitor there, without ids, so that it
    gets new ones. Invalid if there is something already, or nowhere to put it."""
    subtree = part(documents, source)
    assert subtree is not None
    return _insert(documents, target, _with_name(_without_ids(subtree), target, title))


def move_part(
    documents: tuple[Document, ...], source: Path, target: Path
) -> tuple[Document, ...]:
    """Return the documents with a group or a monitor moved, ids included. Raises Invalid as
    `copy_part` does."""
    subtree = part(documents, source)
    assert subtree is not None
    if source == target:
        raise Invalid((Problem("to", IN_ITSELF),))
    return _insert(_remove(documents, source), target, _with_name(subtree, target, ""))


def copy_instance(
    documents: tuple[Document, ...], source: str, name: str, changes: Mapping[str, Any]
) -> tuple[Document, ...]:
    """Return the documents with a copy of an instance under a new name, with `changes` and with
    ids of its own. With another address, perhaps of another computer, the copy names no source.
    Raises Invalid if the name cannot be."""
    instance, place = _instance(documents, source), Place("name", [])
    assert instance is not None
    if not is_name(name):
        place.say(NO_NAME, given=name)
    elif _instance(documents, name) is not None:
        place.say(THERE_ALREADY, path=name)
    if place.problems:
        raise Invalid(tuple(place.problems))
    new_instance = {**_without_ids(instance), **changes}
    if new_instance.get("address") != instance.get("address"):
        new_instance.pop("source", None)
    return _with_instance(documents, name, new_instance)


def _insert(
    documents: tuple[Document, ...], target: Path, subtree: Table
) -> tuple[Document, ...]:
    instance, place = _instance(documents, target[0]), Place("to", [])
    if instance is None:
        place.say(NO_INSTANCE, given=target[0])
    for name in target[1:]:
        if not is_name(name):
            place.say(NO_NAME, given=name)
    if instance is not None and _find(instance, target[1:]) is not None:
        place.say(THERE_ALREADY, path="/".join(target))
    if place.problems or instance is None:
        raise Invalid(tuple(place.problems))
    parent = instance
    for table, name in zip(PART_LISTS, target[1:-1], strict=False):
        parent = _ensure_entry(parent, table, name)
    parent.setdefault(PART_LISTS[len(target) - 2], []).append(subtree)
    return _with_instance(documents, target[0], instance)


def _ensure_entry(parent: Table, table: str, name: str) -> Table:
    """Return the group of that name, made if there is none."""
    entry = _entry(parent, table, name)
    if entry is None:
        entry = {"name": name}
        parent.setdefault(table, []).append(entry)
    return entry


def _remove(documents: tuple[Document, ...], path: Path) -> tuple[Document, ...]:
    instance = _instance(documents, path[0])
    assert instance is not None
    parent = _find(instance, path[1:-1])
    assert parent is not None
    table = PART_LISTS[len(path) - 2]
    parent[table] = [one for one in parent[table] if one.get("name") != path[-1]]
    return _with_instance(documents, path[0], instance)


def _with_name(subtree: Table, target: Path, title: str) -> Table:
    return {**subtree, "name": target[-1], **({"title": title} if title else {})}


def _without_ids(subtree: Table) -> Table:
    """Return a copy of a part with all that is in it; ids are a monitor's own."""
    duplicate = copy.deepcopy(subtree)
    duplicate.pop("id", None)
    for table in PART_LISTS:
        if table in duplicate:
            duplicate[table] = [_without_ids(one) for one in duplicate[table]]
    return duplicate


def _instance(documents: Iterable[Document], name: str) -> Table | None:
    key = f"instances/{name}"
    return next((content(one) for one in documents if one.key == key), None)


def _with_instance(
    documents: Iterable[Document], name: str, instance: Table
) -> tuple[Document, ...]:
    key = f"instances/{name}"
    other_documents = [one for one in documents if one.key != key]
    return tuple(sorted((*other_documents, document(key, instance)), key=lambda one: one.key))


def _find(instance: Table, names: Path) -> Table | None:
    subtree: Table | None = instance
    for table, name in zip(PART_LISTS, names, strict=False):
        subtree = None if subtree is None else _entry(subtree, table, name)
    return subtree


def _entry(parent: Table, table: str, name: str) -> Table | None:
    return next((one for one in parent.get(table, ()) if one.get("name") == name), None)


def _parts(one: Document) -> Iterator[tuple[Path, Table]]:
    _, name = split(one.key)
    instance = content(one)
    yield (name,), instance
    for group in instance.get("group", ()):
        yield (name, str(group.get("name"))), group
        for monitor in group.get("monitor", ()):
            yield (name, str(group.get("name")), str(monitor.get("name"))), monitor
