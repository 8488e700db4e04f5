"""The same line again and again: told once, then counted, and told how often."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from noroshi.logs.line_format import Line

WINDOW = 60.0
MOST_LINES = 200
"""Different lines that are remembered; a storm of others is told line by line."""


@dataclass(slots=True)
class _RepeatedLine:
    line: Line
    window_start: float
    repeat_count: int = 0


class Repeats:
    """The lines that are to be written; times are steady seconds, handed in."""

    def __init__(self) -> None:
        self._lines = dict[tuple[object, ...], _RepeatedLine]()

    def take(self, line: Line, now: float) -> Iterator[Line]:
        """Return the lines that are due to be written now that this one has come."""
        yield from self.due(now)
        repeated_line = self._lines.get(line.identity)
        if repeated_line is not None:
            repeated_line.line, repeated_line.repeat_count = (
                line,
                repeated_line.repeat_count + 1,
            )
            return
        if len(self._lines) >= MOST_LINES:
            yield from _with_count(self._lines.pop(next(iter(self._lines))))
        self._lines[line.identity] = _RepeatedLine(line, now)
        yield line

    def due(self, now: float) -> Iterator[Line]:
        """Return how often what was first told a minute ago was repeated; who was not is
        forgotten."""
        while self._lines:
            key, entry = next(iter(self._lines.items()))
            if now - entry.window_start < WINDOW:
                return  # they stand in the order in which they were told
            del self._lines[key]
            if entry.repeat_count:
                yield from _with_count(entry)
                self._lines[key] = _RepeatedLine(entry.line, now)

    def remaining_lines(self) -> Iterator[Line]:
        """Return what has been counted and not been told yet, at the end."""
        for entry in self._lines.values():
            yield from _with_count(entry)
        self._lines.clear()


def _with_count(entry: _RepeatedLine) -> Iterator[Line]:
    """Yield the line with the time of its last repetition."""
    if entry.repeat_count:
        times = "time" if entry.repeat_count == 1 else "times"
        text = f"{entry.line.text} [repeated {entry.repeat_count} {times}]"
        yield replace(entry.line, text=text)
