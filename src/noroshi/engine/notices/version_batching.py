"""Versions that come into force one after the other, as a setup makes them, told as one change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from noroshi.core.definitions.version_note import told
from noroshi.core.words import Words
from noroshi.ports import Clocks, Version

QUIET, LONGEST = 120.0, 1800.0
"""Seconds: so long after the last one it is told, and so long after the first one anyhow."""


class Folded:
    """Those that are not told yet. A node that dies tells them one by one in its next life."""

    def __init__(self, clocks: Clocks) -> None:
        self._clocks = clocks
        self._waiting: list[Version] = []
        self._first = self._last = 0.0
        self._closed = False

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, version: Version) -> None:
        """Another one is in force."""
        self._last = self._clocks.steady()
        if not self._waiting:
            self._first = self._last
        self._waiting.append(version)

    def close(self) -> None:
        """Nothing more comes: what waits is due."""
        self._closed = True

    def due(self) -> Iterator[Sequence[Version]]:
        """What is told now, each person's own together; none of it waits any more once it is
        taken."""
        now = self._clocks.steady()
        over = now - self._last >= QUIET or now - self._first >= LONGEST
        while self._waiting and (over or self._closed):
            several = tuple(next(groupby(self._waiting, lambda one: one.who))[1])
            yield several
            del self._waiting[: len(several)]  # by now it is in hand


def notes_of(several: Sequence[Version]) -> Words:
    """What was noted with them, each once."""
    noted = [told(note) for note in dict.fromkeys(one.note for one in several if one.note)]
    return Words(en=" / ".join(n.en for n in noted), ja=" / ".join(n.ja for n in noted))
