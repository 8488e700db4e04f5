"""Parts of definitions by their path: an instance, a group of it, a monitor of that. Found,
switched off and on, copied and moved. All of it is pure."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from noroshi.core.definitions.problems import Place, Problem
from noroshi.core.definitions.value_syntax import is_name
from noroshi.core.translation import _
from noroshi.definitions.documents import content, document, split
from noroshi.ports import Document
from noroshi.schema import Invalid

Path = tuple[str, ...]
"""Names from the outside in: instance; instance, group; instance, group, monitor."""
Table = dict[str, Any]
WITHIN = ("group", "monitor")
OFF = '"enabled":false'
"""How a body says it (`document` writes no blanks): a body without it need not be read."""

NO_NAME = _("{given} is not a valid name: use a-z, 0-9, - and _, at most 64 characters")
THERE_ALREADY = _("{path} already exists; choose another name")
NO_INSTANCE = _("there is no instance {given}")
IN_ITSELF = _("is already there")


def part(documents: Iterable[Document], path: Path) -> Table | None:
    """Return what the definitions say of a part; None: there is no such part."""
    its = _instance(documents, path[0])
    return None if its is None else _within(its, path[1:])


def parts(documents: Iterable[Document]) -> Iterator[tuple[Path, Table]]:
    """Yield all instances, groups and monitors, with what is said of each."""
    for one in documents:
        if one.key.startswith("instances/"):
            yield from _parts(one)


def switched(documents: Iterable[Document], path: Path, *, on: bool) -> tuple[Document, ...]:
    """Return the documents with that part, which is there, enabled or not. On is not written:
    unless somebody says otherwise it is so."""
    its = _instance(documents, path[0])
    assert its is not None
    inner = _within(its, path[1:])
    assert inner is not None
    inner.pop("enabled", None)
    if not on:
        inner["enabled"] = False
    return _with(documents, path[0], its)


def stops(documents: Iterable[Document]) -> dict[str, Path]:
    """Return all parts that are switched off by its own word, by what it is: a monitor's id
    goes with it wherever it is moved; what has none is its path."""
    found: dict[str, Path] = {}
    for one in documents:
        if one.key.startswith("instances/") and OFF in one.body:
            for path, its in _parts(one):
                if its.get("enabled") is False:
                    found[str(its.get("id") or "/".join(path))] = path
    return found


def copied(
    documents: tuple[Document, ...], source: Path, target: Path, title: str = ""
) -> tuple[Document, ...]:
    """Return the documents with a copy of a group or a monitor there, without ids, so that it
    gets new ones. Invalid if there is something already, or nowhere to put it."""
    its = part(documents, source)
    assert its is not None
    return _put(documents, target, _named(_without_ids(its), target, title))


def moved(documents: tuple[Document, ...], source: Path, target: Path) -> tuple[Document, ...]:
    """Return the documents with a group or a monitor there instead, and its ids. Invalid as
    `copied`."""
    its = part(documents, source)
    assert its is not None
    if source == target:
        raise Invalid((Problem("to", IN_ITSELF),))
    return _put(_taken_out(documents, source), target, _named(its, target, ""))


def instance_copied(
    documents: tuple[Document, ...], source: str, name: str, said: Mapping[str, Any]
) -> tuple[Document, ...]:
    """Return the documents with another instance of that name like the source, but for what is
    said of it, and with ids of its own. Invalid if the name cannot be."""
    its, place = _instance(documents, source), Place("name", [])
    assert its is not None
    if not is_name(name):
        place.say(NO_NAME, given=name or '""')
    elif _instance(documents, name) is not None:
        place.say(THERE_ALREADY, path=name)
    if place.problems:
        raise Invalid(tuple(place.problems))
    return _with(documents, name, {**_without_ids(its), **said})


def _put(documents: tuple[Document, ...], target: Path, its: Table) -> tuple[Document, ...]:
    found, place = _instance(documents, target[0]), Place("to", [])
    if found is None:
        place.say(NO_INSTANCE, given=target[0])
    for name in target[1:]:
        if not is_name(name):
            place.say(NO_NAME, given=name or '""')
    if found is not None and _within(found, target[1:]) is not None:
        place.say(THERE_ALREADY, path="/".join(target))
    if place.problems or found is None:
        raise Invalid(tuple(place.problems))
    inside = found
    for table, name in zip(WITHIN, target[1:-1], strict=False):
        inside = _made(inside, table, name)
    inside.setdefault(WITHIN[len(target) - 2], []).append(its)
    return _with(documents, target[0], found)


def _made(inside: Table, table: str, name: str) -> Table:
    """The group of that name, made if there is none."""
    known = _one(inside, table, name)
    if known is None:
        known = {"name": name}
        inside.setdefault(table, []).append(known)
    return known


def _taken_out(documents: tuple[Document, ...], path: Path) -> tuple[Document, ...]:
    its = _instance(documents, path[0])
    assert its is not None
    above = _within(its, path[1:-1])
    assert above is not None
    table = WITHIN[len(path) - 2]
    above[table] = [one for one in above[table] if one.get("name") != path[-1]]
    return _with(documents, path[0], its)


def _named(its: Table, target: Path, title: str) -> Table:
    return {**its, "name": target[-1], **({"title": title} if title else {})}


def _without_ids(its: Table) -> Table:
    """A copy of a part with all that is in it; ids are a monitor's own."""
    bare = copy.deepcopy(its)
    bare.pop("id", None)
    for table in WITHIN:
        if table in bare:
            bare[table] = [_without_ids(one) for one in bare[table]]
    return bare


def _instance(documents: Iterable[Document], name: str) -> Table | None:
    key = f"instances/{name}"
    return next((content(one) for one in documents if one.key == key), None)


def _with(documents: Iterable[Document], name: str, its: Table) -> tuple[Document, ...]:
    key = f"instances/{name}"
    rest = [one for one in documents if one.key != key]
    return tuple(sorted((*rest, document(key, its)), key=lambda one: one.key))


def _within(its: Table, names: Path) -> Table | None:
    found: Table | None = its
    for table, name in zip(WITHIN, names, strict=False):
        found = None if found is None else _one(found, table, name)
    return found


def _one(inside: Table, table: str, name: str) -> Table | None:
    return next((one for one in inside.get(table, ()) if one.get("name") == name), None)


def _parts(one: Document) -> Iterator[tuple[Path, Table]]:
    _, name = split(one.key)
    its = content(one)
    yield (name,), its
    for group in its.get("group", ()):
        yield (name, str(group.get("name"))), group
        for monitor in group.get("monitor", ()):
            yield (name, str(group.get("name")), str(monitor.get("name"))), monitor
