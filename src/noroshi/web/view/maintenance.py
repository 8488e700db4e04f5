"""Find, add and remove the windows of maintenance in documents. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from noroshi.core.definitions.value_syntax import day_and_time, is_zone
from noroshi.core.maintenance import OneTimeWindow, span_of
from noroshi.web.view.tree import STEP

Content = Mapping[str, Any]
NAME, BELOW = "maintenance", ("group", "monitor")
OWN = "noroshi"
"""The name of the instance that needs no file."""


@dataclass(frozen=True, slots=True)
class PlannedWindow:
    """Hold one window, with the place that has it and the index there."""

    place: str
    window: Content
    number: int


def planned_windows(documents: Mapping[str, Content]) -> Iterator[PlannedWindow]:
    """Yield all windows of all instances, from the outside in."""
    for key, content in sorted(documents.items()):
        sort, _, name = key.partition("/")
        if sort == "instances":
            yield from _windows_within(name, content, BELOW)


def _windows_within(
    place: str, content: Content, part_types: Sequence[str]
) -> Iterator[PlannedWindow]:
    for number, window in enumerate(content.get(NAME, ())):
        yield PlannedWindow(place, window, number)
    for part in content.get(part_types[0], ()) if part_types else ():
        yield from _windows_within(f"{place}/{part.get('name', '')}", part, part_types[1:])


def key_of(place: str) -> str:
    """Return the key of the document that has a place."""
    return f"instances/{place.partition('/')[0]}"


def document_of(documents: Mapping[str, Content], place: str) -> Content | None:
    """Return the document of a place; None: there is none."""
    if key_of(place) == f"instances/{OWN}":
        return documents.get(key_of(place), {})
    return documents.get(key_of(place))


def add_window(content: Content, place: str, window: Content) -> Content | None:
    """Return the document with one window more at a place; None: there is no such place."""
    return _with_windows(
        content, place.split("/")[1:], BELOW, lambda windows: [*windows, window]
    )


def is_over(window: Content, zone: str, now: datetime) -> bool:
    """Return True if a window that comes once has ended before now. A window that cannot be
    read, or ends before it begins, is left to the check."""
    begins, ends = (day_and_time(str(window.get(name, ""))) for name in ("begins", "ends"))
    if begins is None or ends is None or ends <= begins or not is_zone(zone):
        return False
    return span_of(OneTimeWindow(begins=begins, ends=ends, zone=zone), now) is None


def remove_window(content: Content, place: str, number: int, window: Content) -> Content | None:
    """Return the document without that window; None: it is not there any more."""

    def remaining_windows(windows: Sequence[Content]) -> list[Content] | None:
        if number >= len(windows) or dict(windows[number]) != dict(window):
            return None
        return [*windows[:number], *windows[number + 1 :]]

    return _with_windows(content, place.split("/")[1:], BELOW, remaining_windows)


def _with_windows(
    content: Content, steps: Sequence[str], part_types: Sequence[str], change: Any
) -> Content | None:
    if not steps:
        windows = change(list(content.get(NAME, ())))
        if windows is None:
            return None
        other_settings = {name: parts for name, parts in content.items() if name != NAME}
        return {**other_settings, NAME: windows} if windows else other_settings
    if not part_types:
        return None
    parts = list(content.get(part_types[0], ()))
    at = next((n for n, one in enumerate(parts) if one.get("name") == steps[0]), None)
    if at is None:
        return None
    changed_part = _with_windows(parts[at], steps[1:], part_types[1:], change)
    if changed_part is None:
        return None
    return {**content, part_types[0]: [*parts[:at], changed_part, *parts[at + 1 :]]}


def path_of_titles(documents: Mapping[str, Content], place: str) -> str:
    """Return a place by the titles along the path, by names where there are none."""
    steps, part = place.split("/"), document_of(documents, place) or {}
    titles = [str(part.get("title") or steps[0])]
    for name, sort in zip(steps[1:], BELOW, strict=False):
        parts = (one for one in part.get(sort, ()) if one.get("name") == name)
        part = next(parts, {})
        titles.append(str(part.get("title") or name))
    return STEP.join((titles[0], *titles[1:][-1:]))
