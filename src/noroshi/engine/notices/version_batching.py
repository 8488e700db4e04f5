"""Batch versions that follow each other soon, as a setup makes them, into one notice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from noroshi.core.definitions.version_note import note_words
from noroshi.core.translation import Message, joined, plain
from noroshi.ports import Clocks, Version

QUIET_SECONDS, LONGEST_BATCH = 120.0, 1800.0
"""Seconds after the last version until the notice is due, and after the first one at the latest."""


class VersionBatch:
    """Hold the versions of which no notice was posted yet. After a crash the next life of the node
    posts one for each."""

    def __init__(self, clocks: Clocks) -> None:
        self._clocks = clocks
        self._versions: list[Version] = []
        self._first_added_at = self._last_added_at = 0.0
        self._is_closed = False

    def __bool__(self) -> bool:
        return bool(self._versions)

    def add(self, version: Version) -> None:
        """Add a version that is in force."""
        self._last_added_at = self._clocks.steady()
        if not self._versions:
            self._first_added_at = self._last_added_at
        self._versions.append(version)

    def close(self) -> None:
        """Make what waits due: nothing more comes."""
        self._is_closed = True

    def due(self) -> Iterator[Sequence[Version]]:
        """Yield the versions that are due, those of one person together. What was taken waits no
        more."""
        now = self._clocks.steady()
        is_over = (
            now - self._last_added_at >= QUIET_SECONDS
            or now - self._first_added_at >= LONGEST_BATCH
        )
        while self._versions and (is_over or self._is_closed):
            batch = tuple(next(groupby(self._versions, lambda version: version.author))[1])
            yield batch
            del self._versions[: len(batch)]  # by now it is in hand


def notes_of(versions: Sequence[Version]) -> Message:
    """Return the notes of these versions, each once."""
    note_texts = [
        note_words(note) for note in dict.fromkeys(one.note for one in versions if one.note)
    ]
    return joined(note_texts, plain(" / "))
