"""One slip is one problem: what follows only from a fault that was told is not told as well."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from noroshi.core.definitions.problems import Problem

TOGETHER = (("every", "at", "days"), ("when", "nth"))
"""Fields that are judged by each other: with a faulty one the others cannot be judged."""


def without_echoes(found: Iterable[Problem], faulty: Iterable[str]) -> tuple[Problem, ...]:
    """Return the problems that stand in no place where something could not be read."""
    whole, exact = set(faulty), set[str]()
    for place in whole:
        exact.update(_beside(place))
    return tuple(
        problem
        for problem in found
        if problem.where not in exact and whole.isdisjoint(_storeys(problem.where))
    )


def by_file(found: Iterable[Problem]) -> tuple[Problem, ...]:
    """Sort problems in the order of their files; within a file as they were found."""
    return tuple(sorted(found, key=lambda problem: problem.where.partition(": ")[0]))


def _beside(place: str) -> Iterator[str]:
    """Return where a fault at this place makes itself felt, beside the place itself."""
    above, _, field = _split(place)
    if field.isdecimal():  # an entry of a list: how many there are is not known either
        yield above
        yield from _beside(above)
    for names in TOGETHER:
        if field in names:
            yield above
            yield from (f"{above}{'.' if ': ' in above else ': '}{name}" for name in names)


def _storeys(place: str) -> Iterator[str]:
    """The place, what it is in, and so on up to its file."""
    while place:
        yield place
        place = _split(place)[0]


def _split(place: str) -> tuple[str, str, str]:
    """Return what a place is in, and its own name there."""
    file, _, inside = place.partition(": ")
    above, _, field = inside.rpartition(".")
    if above:
        return f"{file}: {above}", ".", field
    return (file, ": ", field) if inside else ("", "", "")
