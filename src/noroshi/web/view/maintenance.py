"""Maintenance in documents: where each window stands, and how one is put in and taken out. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from noroshi.core.definitions.value_syntax import day_and_time, is_zone
from noroshi.core.maintenance import Once, span_of
from noroshi.web.view.tree import STEP

Content = Mapping[str, Any]
NAME, BELOW = "maintenance", ("group", "monitor")
OWN = "noroshi"
"""The instance that needs no file of its own."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One window: at which place, as its definition says it, and the how manieth there."""

    place: str
    said: Content
    number: int


def planned(documents: Mapping[str, Content]) -> Iterator[Planned]:
    """All windows of all instances, from the outside in."""
    for key, content in sorted(documents.items()):
        sort, _, name = key.partition("/")
        if sort == "instances":
            yield from _within(name, content, BELOW)


def _within(place: str, content: Content, below: Sequence[str]) -> Iterator[Planned]:
    for number, said in enumerate(content.get(NAME, ())):
        yield Planned(place, said, number)
    for inside in content.get(below[0], ()) if below else ():
        yield from _within(f"{place}/{inside.get('name', '')}", inside, below[1:])


def key_of(place: str) -> str:
    """The document in which a place is."""
    return f"instances/{place.partition('/')[0]}"


def document_of(documents: Mapping[str, Content], place: str) -> Content | None:
    """The place's document; None: there is none."""
    if key_of(place) == f"instances/{OWN}":
        return documents.get(key_of(place), {})
    return documents.get(key_of(place))


def put_in(content: Content, place: str, said: Content) -> Content | None:
    """The document with one window more at a place; None: there is no such place."""
    return _changed(content, place.split("/")[1:], BELOW, lambda kept: [*kept, said])


def is_over(said: Content, zone: str, now: datetime) -> bool:
    """Return whether a window that comes once has ended before now. What cannot be read, or ends
    before it begins, is left to the check."""
    begins, ends = (day_and_time(str(said.get(name, ""))) for name in ("begins", "ends"))
    if begins is None or ends is None or ends <= begins or not is_zone(zone):
        return False
    return span_of(Once(begins=begins, ends=ends, zone=zone), now) is None


def taken_out(content: Content, place: str, number: int, said: Content) -> Content | None:
    """The document without that window; None: it is not there any more."""

    def without(kept: Sequence[Content]) -> list[Content] | None:
        if number >= len(kept) or dict(kept[number]) != dict(said):
            return None
        return [*kept[:number], *kept[number + 1 :]]

    return _changed(content, place.split("/")[1:], BELOW, without)


def _changed(
    content: Content, steps: Sequence[str], below: Sequence[str], change: Any
) -> Content | None:
    if not steps:
        windows = change(list(content.get(NAME, ())))
        if windows is None:
            return None
        rest = {name: inside for name, inside in content.items() if name != NAME}
        return {**rest, NAME: windows} if windows else rest
    if not below:
        return None
    inside = list(content.get(below[0], ()))
    at = next((n for n, one in enumerate(inside) if one.get("name") == steps[0]), None)
    if at is None:
        return None
    changed = _changed(inside[at], steps[1:], below[1:], change)
    if changed is None:
        return None
    return {**content, below[0]: [*inside[:at], changed, *inside[at + 1 :]]}


def titled(documents: Mapping[str, Content], place: str) -> str:
    """A place by the titles along its path, its names where there are none."""
    steps, inside = place.split("/"), document_of(documents, place) or {}
    found = [str(inside.get("title") or steps[0])]
    for name, sort in zip(steps[1:], BELOW, strict=False):
        its = (one for one in inside.get(sort, ()) if one.get("name") == name)
        inside = next(its, {})
        found.append(str(inside.get("title") or name))
    return STEP.join((found[0], *found[1:][-1:]))
