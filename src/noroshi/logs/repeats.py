"""The same line again and again: told once, then counted, and told how often."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from noroshi.logs.line_format import Line

WINDOW = 60.0
MOST = 200
"""Different lines that are remembered; a storm of others is told line by line."""


@dataclass(slots=True)
class _Told:
    line: Line
    since: float
    repeated: int = 0


class Repeats:
    """The lines that are to be written; times are steady seconds, handed in."""

    def __init__(self) -> None:
        self._told = dict[tuple[object, ...], _Told]()

    def take(self, line: Line, now: float) -> Iterator[Line]:
        """Return the lines that are due to be written now that this one has come."""
        yield from self.due(now)
        known = self._told.get(line.same)
        if known is not None:
            known.line, known.repeated = line, known.repeated + 1
            return
        if len(self._told) >= MOST:
            yield from _counted(self._told.pop(next(iter(self._told))))
        self._told[line.same] = _Told(line, now)
        yield line

    def due(self, now: float) -> Iterator[Line]:
        """Return how often what was first told a minute ago was repeated; who was not is
        forgotten."""
        for key, told in list(self._told.items()):
            if now - told.since < WINDOW:
                return  # they stand in the order in which they were told
            del self._told[key]
            if told.repeated:
                yield from _counted(told)
                self._told[key] = _Told(told.line, now)

    def rest(self) -> Iterator[Line]:
        """Return what has been counted and not been told yet, at the end."""
        for told in self._told.values():
            yield from _counted(told)
        self._told.clear()


def _counted(told: _Told) -> Iterator[Line]:
    """The line with the time of its last repetition."""
    if told.repeated:
        times = "time" if told.repeated == 1 else "times"
        said = f"{told.line.text} [repeated {told.repeated} {times}]"
        yield replace(told.line, text=said)
