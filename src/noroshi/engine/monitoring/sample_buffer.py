"""Samples that led to no change and wait for the next second's append."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from noroshi.core.model import Sample

MOST = 100_000
"""How many are kept while the store cannot take them; then the oldest go."""

PORTION = 5_000
"""How many are handed to the store at a time: while it is away for long, what is tried in vain
each second must not hold up the loop."""

Sampled = tuple[str, Sample]


class Unwritten:
    """By monitor, as a change takes those of its monitor with it: what a check remembers must
    never be ahead of what was written of it."""

    def __init__(self) -> None:
        self._of: dict[str, list[Sample]] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, monitor: str, sample: Sample) -> None:
        """Keep one more, in the place of an old one where there are too many."""
        self._of.setdefault(monitor, []).append(sample)
        self._count += 1
        if self._count > MOST:
            oldest = next(iter(self._of))
            self.put_back(oldest, self.take(oldest)[1:])

    def take(self, monitor: str) -> tuple[Sample, ...]:
        """Those of one monitor, oldest first; they are no longer kept here."""
        taken = tuple(self._of.pop(monitor, ()))
        self._count -= len(taken)
        return taken

    def take_some(self, but: Collection[str]) -> list[Sampled]:
        """About PORTION, and all that there is of each monitor, in the order in which they were
        measured; none of some monitors."""
        taken = list[Sampled]()
        for monitor in [monitor for monitor in self._of if monitor not in but]:
            if len(taken) >= PORTION:
                break
            taken += [(monitor, sample) for sample in self.take(monitor)]
        return sorted(taken, key=lambda sampled: sampled[1].at)

    def put_back(self, monitor: str, samples: Iterable[Sample]) -> None:
        """They could not be written: they come before what was measured meanwhile."""
        older = list(samples)
        if older:
            self._of[monitor] = older + self._of.get(monitor, [])
            self._count += len(older)

    def put_all_back(self, taken: Iterable[Sampled]) -> None:
        """The same for those of several monitors."""
        of = dict[str, list[Sample]]()
        for monitor, sample in taken:
            of.setdefault(monitor, []).append(sample)
        for monitor, samples in of.items():
            self.put_back(monitor, samples)
