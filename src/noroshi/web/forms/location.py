"""Locate the whole, a group or a monitor in a document, and a problem in it, so that it can be
told at its field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from noroshi.core.definitions.problems import nested_location, read_location
from noroshi.core.definitions.value_syntax import is_name
from noroshi.core.marked_names import settings_in

Content = Mapping[str, Any]
Problems = Sequence[tuple[str, str]]
STAND_IN = "new"


@dataclass(frozen=True, slots=True)
class Spot:
    """Locate a document (instances/web1), one of its groups, or a monitor of that. `new`: it
    does not exist yet."""

    key: str
    group: str = ""
    monitor: str = ""
    new: bool = False

    @property
    def type(self) -> str:
        """Return the type of the document that it is in."""
        return self.key.partition("/")[0]

    @property
    def document(self) -> str:
        """Return the name of that document."""
        return self.key.partition("/")[2]

    @property
    def name(self) -> str:
        """Return its own name."""
        return self.monitor or self.group or self.document

    @property
    def path(self) -> str:
        """Return its name with those of its parents: web1/base/disks."""
        return "/".join(filter(None, (self.document, self.group, self.monitor)))

    @property
    def is_whole(self) -> bool:
        """Return True if it is a document of its own."""
        return not self.group

    def named(self, name: str) -> Spot:
        """Return the same place under another name."""
        if self.monitor:
            return replace(self, monitor=name)
        if self.group:
            return replace(self, group=name)
        return replace(self, key=f"{self.type}/{name}")

    def found(self, document: Content | None) -> Content | None:
        """Return the content of that place; None if it does not exist."""
        if document is None or self.new:
            return None
        if self.is_whole:
            return document
        group = _named(document.get("group", ()), self.group)
        if group is None or not self.monitor:
            return group
        return _named(group.get("monitor", ()), self.monitor)

    def fits(self, document: Content | None) -> bool:
        """Return True if its parent exists."""
        if self.is_whole:
            return True
        if document is None:
            return False
        return not self.monitor or _named(document.get("group", ()), self.group) is not None

    def with_it(self, document: Content | None, content: Content) -> Content:
        """Return the document with that content in its place, or after the last."""
        whole = document or {}
        if self.is_whole:
            return content
        if not self.monitor:
            return {**whole, "group": _put(whole.get("group", ()), self, self.group, content)}
        groups = [
            {**one, "monitor": _put(one.get("monitor", ()), self, self.monitor, content)}
            if one.get("name") == self.group
            else one
            for one in whole.get("group", ())
        ]
        return {**whole, "group": groups}

    def without_it(self, document: Content) -> Content | None:
        """Return the document without it; None if nothing is left."""
        if self.is_whole:
            return None
        if not self.monitor:
            return {**document, "group": _but(document.get("group", ()), self.group)}
        groups = [
            {**one, "monitor": _but(one.get("monitor", ()), self.monitor)}
            if one.get("name") == self.group
            else one
            for one in document.get("group", ())
        ]
        return {**document, "group": groups}

    def within(self, problems: Problems) -> Problems:
        """Return problems by their place in it. A problem elsewhere keeps its whole place."""
        return [(self._within(where), what) for where, what in problems]

    def _within(self, where: str) -> str:
        found, steps = read_location(where), self._steps()
        way = nested_location("", *steps)
        if found.key != self.key:
            return where
        if found.inner_path == way:
            return ""
        if not way:
            return found.inner_path
        if found.inner_path == nested_location("", *steps[:-1]):
            return "name"  # where a name that is none is told: at the list it stands in
        rest = found.inner_path.removeprefix(f"{way}.")
        return where if rest == found.inner_path else rest

    def _steps(self) -> tuple[str, ...]:
        steps = list[str]()
        if self.group:
            steps += ["group", self.group]
        if self.monitor:
            steps += ["monitor", self.monitor]
        return tuple(steps)

    def siblings(self, document: Content | None, keys: Iterable[str]) -> set[str]:
        """Return the names beside it."""
        if self.is_whole:
            return {k.partition("/")[2] for k in keys if k.startswith(f"{self.type}/")}
        inside = (document or {}).get("group", ())
        if self.monitor:
            inside = (_named(inside, self.group) or {}).get("monitor", ())
        return {str(one.get("name")) for one in inside}


def called(name: str, content: Content | None) -> str:
    """Return the title; the name if there is none."""
    return str((content or {}).get("title") or name)


def unique_label(name: str, content: Content | None) -> str:
    """Return the title with the name, which no other has; the name alone if there is no
    title."""
    title = called(name, content)
    return name if title == name else f"{title} ({name})"


def stand_in(name: str, taken: set[str]) -> str:
    """Return the name if it is a valid one; else one under which the rest can be checked."""
    if is_name(name) and name not in taken:
        return name
    numbers = (f"{STAND_IN}-{n}" for n in range(1, len(taken) + 3))
    return next(one for one in numbers if one not in taken)


def at_setting(where: str, what: str, names: Iterable[str]) -> str:
    """Return the place at which a problem is reported: a problem of a table as a whole names
    the setting with a field; of several that do not fit together the first one has it."""
    meant = [".".join(filter(None, (where, setting))) for setting in settings_in(what)]
    return next((name for name in meant if name in names), where)


def _named(tables: Iterable[Content], name: str) -> Content | None:
    return next((one for one in tables if one.get("name") == name), None)


def _but(tables: Iterable[Content], name: str) -> list[Content]:
    return [one for one in tables if one.get("name") != name]


def _put(tables: Iterable[Content], spot: Spot, name: str, content: Content) -> list[Content]:
    entries = list(tables)
    at = [n for n, one in enumerate(entries) if one.get("name") == name and not spot.new]
    if not at:
        return [*entries, content]
    return [content if n == at[0] else one for n, one in enumerate(entries)]
