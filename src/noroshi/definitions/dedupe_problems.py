"""Drop follow-up problems: report a root cause once, and not what follows from it alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from noroshi.core.definitions.problems import Problem

SETTINGS_TOGETHER = (("every", "at", "days"), ("when", "nth"))
"""Fields that are judged together: if one is faulty, the others cannot be judged."""


def without_echoes(problems: Iterable[Problem], faulty: Iterable[str]) -> tuple[Problem, ...]:
    """Return the problems that stand in no place where something could not be read."""
    unreadable, affected_places = set(faulty), set[str]()
    for place in unreadable:
        affected_places.update(_affected_places(place))
    return tuple(
        problem
        for problem in problems
        if problem.where not in affected_places
        and unreadable.isdisjoint(_enclosing_places(problem.where))
    )


def by_file(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Sort problems by file; those of one file stay in the order in which they were found."""
    return tuple(sorted(problems, key=lambda problem: problem.where.partition(": ")[0]))


def _affected_places(place: str) -> Iterator[str]:
    """Return where a fault at this place makes itself felt, beside the place itself."""
    parent, _, field = _split_place(place)
    if field.isdecimal():  # an entry of a list: how many there are is not known either
        yield parent
        yield from _affected_places(parent)
    for names in SETTINGS_TOGETHER:
        if field in names:
            yield parent
            yield from (f"{parent}{'.' if ': ' in parent else ': '}{name}" for name in names)


def _enclosing_places(place: str) -> Iterator[str]:
    """Yield the place, and all that it is in, up to the file."""
    while place:
        yield place
        place = _split_place(place)[0]


def _split_place(place: str) -> tuple[str, str, str]:
    """Return the parent of a place, the separator, and the name of the place within its
    parent."""
    file, _, inner_place = place.partition(": ")
    parent, _, field = inner_place.rpartition(".")
    if parent:
        return f"{file}: {parent}", ".", field
    return (file, ": ", field) if inner_place else ("", "", "")
