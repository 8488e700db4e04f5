"""Find what can be done as it is written, but is surely a slip: it is refused where it is new.

A version that is in force may have it from before: it is watched on as it stands, and what else
changes beside it is not held up by it. So it is no problem of a plan, but of what is brought in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from noroshi.core.definitions.document import Document
from noroshi.core.definitions.problems import Place, Problem, file_of
from noroshi.core.definitions.value_syntax import DAYS, moment
from noroshi.core.translation import _
from noroshi.definitions.compilation import Kinds
from noroshi.definitions.document_content import content, tables
from noroshi.schema import Invalid

Content = Mapping[str, Any]
ENDLESS = _(
    "“{given}” is also the start, so the maintenance would never end: choose days of the "
    "week, or another time"
)

NO_PERCENTAGE = _("must be between 0 and 100, not {given}: this reading is in %")

LONGEST_TITLE = 200
LONG_TITLE = _("must have at most {most} characters, not {given}")


def new_slips(
    documents: Iterable[Document], current: Iterable[Document], kinds: Kinds
) -> tuple[Problem, ...]:
    """Return the slips of the documents that are not in force already, each at its place."""
    current_by_key = {one.key: one for one in current}
    problems = list[Problem]()
    for one in documents:
        current_document = current_by_key.get(one.key)
        slips = [] if one == current_document else _slips(one, kinds)
        old_slips = (
            _slips(current_document, kinds) if slips and current_document is not None else []
        )
        problems += [problem for problem in slips if problem not in old_slips]
    return tuple(problems)


def _slips(document: Document, kinds: Kinds) -> list[Problem]:
    problems, (type, _, name) = list[Problem](), document.key.partition("/")
    file = file_of(type, name, problems)
    try:
        table = content(document)
    except Invalid:  # which is told already
        return []
    if type != "instances":
        _title(table, file)
        return problems
    for part, place in _parts(table, file):
        _title(part, place)
        _maintenance(part, place)
        if part.get("limits"):
            _limits(part, place.at("limits"), kinds)
    return problems


def _parts(instance: Content, file: Place) -> Iterator[tuple[Content, Place]]:
    """Yield an instance, its groups and their monitors, each with its place."""
    yield instance, file
    for group in tables(instance, "group"):
        place_in_file = file.at("group", str(group.get("name", "")))
        yield group, place_in_file
        for monitor in tables(group, "monitor"):
            yield monitor, place_in_file.at("monitor", str(monitor.get("name", "")))


def _title(part: Content, place: Place) -> None:
    """Check the length of a title: it stands in lists, headings and subjects of mails, beside
    others."""
    length = len(str(part.get("title", "")))
    if length > LONGEST_TITLE:
        place.at("title").say(LONG_TITLE, most=LONGEST_TITLE, given=length)


def _maintenance(part: Content, place: Place) -> None:
    """Find each weekly window whose end is its begin: on every day, such a window would never
    end."""
    for number, one in enumerate(tables(part, "maintenance"), 1):
        _title(one, place.at("maintenance", str(number)))
        begins, ends = str(one.get("begins", "")), str(one.get("ends", ""))
        is_empty_span = moment(begins) is not None and moment(begins) == moment(ends)
        if is_empty_span and not _on_some_days(one):
            window_place = place.at("maintenance", str(one.get("title") or number))
            window_place.at("ends").say(ENDLESS, given=ends)


def _on_some_days(window: Content) -> bool:
    days = window.get("days")
    return isinstance(days, list) and 0 < len(set(map(str, days))) < len(DAYS)


def _limits(part: Content, place: Place, kinds: Kinds) -> None:
    """Check a monitor's own limits, or those that an instance or a group has for a kind."""
    limits, kind_of_monitor = _table(part, "limits"), part.get("kind")
    for kind in [kind_of_monitor] if isinstance(kind_of_monitor, str) else limits:
        check = kinds.checks.get(kind)
        limit_place = place if kind_of_monitor else place.at(kind)
        for reading in sorted(check.shares) if check else ():
            of_reading = _table(limits if kind_of_monitor else _table(limits, kind), reading)
            _check_percentages(of_reading, limit_place.at(reading))


def _check_percentages(limits: Content, place: Place) -> None:
    for name in ("warning", "critical"):
        value = limits.get(name)
        if isinstance(value, int | float) and not 0 <= value <= 100:
            text = f"{value:g}" if isinstance(value, float) else value
            place.at(name).say(NO_PERCENTAGE, given=text)


def _table(part: Content, name: str) -> Content:
    table = part.get(name)
    return table if isinstance(table, dict) else {}
