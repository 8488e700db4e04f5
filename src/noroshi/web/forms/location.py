"""Locate a document, a group or a monitor in it, and the place of a problem, so that the
problem can be shown at the right field."""

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
        """Return the last name of the path: the monitor's, the group's or the document's."""
        return self.monitor or self.group or self.document

    @property
    def path(self) -> str:
        """Return the names of the parents and of the part: web1/base/disks."""
        return "/".join(filter(None, (self.document, self.group, self.monitor)))

    @property
    def is_whole(self) -> bool:
        """Return True if the spot is a whole document."""
        return not self.group

    def with_name(self, name: str) -> Spot:
        """Return the same place under another name."""
        if self.monitor:
            return replace(self, monitor=name)
        if self.group:
            return replace(self, group=name)
        return replace(self, key=f"{self.type}/{name}")

    def content_in(self, document: Content | None) -> Content | None:
        """Return the content of that place; None if it does not exist."""
        if document is None or self.new:
            return None
        if self.is_whole:
            return document
        group = _find(document.get("group", ()), self.group)
        if group is None or not self.monitor:
            return group
        return _find(group.get("monitor", ()), self.monitor)

    def has_parent_in(self, document: Content | None) -> bool:
        """Return True if the parent of the spot exists."""
        if self.is_whole:
            return True
        if document is None:
            return False
        return not self.monitor or _find(document.get("group", ()), self.group) is not None

    def with_it(self, document: Content | None, content: Content) -> Content:
        """Return the document with that content put at the spot, or after the last one."""
        base = document or {}
        if self.is_whole:
            return content
        if not self.monitor:
            return {**base, "group": _put(base.get("group", ()), self, self.group, content)}
        groups = [
            {**one, "monitor": _put(one.get("monitor", ()), self, self.monitor, content)}
            if one.get("name") == self.group
            else one
            for one in base.get("group", ())
        ]
        return {**base, "group": groups}

    def without_it(self, document: Content) -> Content | None:
        """Return the document without it; None if nothing is left."""
        if self.is_whole:
            return None
        if not self.monitor:
            return {**document, "group": _other_tables(document.get("group", ()), self.group)}
        groups = [
            {**one, "monitor": _other_tables(one.get("monitor", ()), self.monitor)}
            if one.get("name") == self.group
            else one
            for one in document.get("group", ())
        ]
        return {**document, "group": groups}

    def problems_within(self, problems: Problems) -> Problems:
        """Return problems by place within the spot. A problem elsewhere keeps the whole
        place."""
        return [(self._place_within(place), text) for place, text in problems]

    def _place_within(self, place: str) -> str:
        location, steps = read_location(place), self._steps()
        way = nested_location("", *steps)
        if location.key != self.key:
            return place
        if location.inner_path == way:
            return ""
        if not way:
            return location.inner_path
        if location.inner_path == nested_location("", *steps[:-1]):
            return "name"  # where a name that is none is told: at the list it stands in
        inner_place = location.inner_path.removeprefix(f"{way}.")
        return place if inner_place == location.inner_path else inner_place

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
        tables = (document or {}).get("group", ())
        if self.monitor:
            tables = (_find(tables, self.group) or {}).get("monitor", ())
        return {str(one.get("name")) for one in tables}


def title_of(name: str, content: Content | None) -> str:
    """Return the title; the name if there is none."""
    return str((content or {}).get("title") or name)


def unique_label(name: str, content: Content | None) -> str:
    """Return the title with the name, which no other has; the name alone if there is no
    title."""
    title = title_of(name, content)
    return name if title == name else f"{title} ({name})"


def stand_in(name: str, taken_names: set[str]) -> str:
    """Return the name if it is a valid one; else one under which the rest can be checked."""
    if is_name(name) and name not in taken_names:
        return name
    numbers = (f"{STAND_IN}-{n}" for n in range(1, len(taken_names) + 3))
    return next(one for one in numbers if one not in taken_names)


def at_setting(place: str, text: str, names: Iterable[str]) -> str:
    """Return the place at which a problem is reported: a problem of a table as a whole names
    the setting with a field; of several that do not fit together the first one has it."""
    setting_places = [".".join(filter(None, (place, setting))) for setting in settings_in(text)]
    return next((name for name in setting_places if name in names), place)


def _find(tables: Iterable[Content], name: str) -> Content | None:
    return next((one for one in tables if one.get("name") == name), None)


def _other_tables(tables: Iterable[Content], name: str) -> list[Content]:
    return [one for one in tables if one.get("name") != name]


def _put(tables: Iterable[Content], spot: Spot, name: str, content: Content) -> list[Content]:
    entries = list(tables)
    at = [n for n, one in enumerate(entries) if one.get("name") == name and not spot.new]
    if not at:
        return [*entries, content]
    return [content if n == at[0] else one for n, one in enumerate(entries)]
