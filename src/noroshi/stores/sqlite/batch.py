"""Do what the thread that writes is asked to do: a piece by itself, or several alike in one go.

Each statement is a turn at the interpreter's lock, which the loop mostly holds: ten mails that
are lent and settled by four statements leave sooner than by thirty.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from noroshi.stores.sqlite.types import Connection

T = TypeVar("T")
Argument = TypeVar("Argument")
Work = Callable[[Connection], T]


@dataclass(frozen=True, slots=True)
class SharedWork(Generic[Argument, T]):
    """Hold a piece of work that those of the same `kind` may join: `all_of` does the work for
    each argument and answers each, in that order. Kinds must not mind which of them comes
    first."""

    kind: Hashable
    all_of: Callable[[Connection, Sequence[Argument]], Sequence[T]]
    argument: Argument

    def __call__(self, db: Connection) -> T:
        (answer,) = self.all_of(db, (self.argument,))
        return answer


def do_all(db: Connection, batch: Sequence[Work[Any]]) -> list[Any]:
    """Return the answer of each piece of work; raise the error of one of them. Consecutive
    pieces are done in one go where they can be."""
    answers: list[Any] = [None] * len(batch)
    for places in _in_one_go(batch):
        for place, answer in zip(places, _answers_of(db, batch, places), strict=True):
            answers[place] = answer
    return answers


def _answers_of(db: Connection, batch: Sequence[Work[Any]], places: list[int]) -> Sequence[Any]:
    first = batch[places[0]]
    if not isinstance(first, SharedWork):
        return (first(db),)
    return first.all_of(db, [batch[place].argument for place in places])  # type: ignore[attr-defined]


def _in_one_go(batch: Sequence[Work[Any]]) -> Iterator[list[int]]:
    """Return the places of those that are done together, in the order in which that happens."""
    places_by_kind = dict[Hashable, list[int]]()
    for place, work in enumerate(batch):
        if isinstance(work, SharedWork):
            places_by_kind.setdefault(work.kind, []).append(place)
            continue
        yield from places_by_kind.values()
        places_by_kind = {}
        yield [place]
    yield from places_by_kind.values()
