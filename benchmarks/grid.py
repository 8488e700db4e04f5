"""The fixed grid, reckoned anew from what the documentation says of it, and who is late on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import floor
from pathlib import Path
from zlib import crc32

EARLY = 0.005  # seconds: two clocks, one of them rounded


@dataclass(frozen=True, slots=True)
class Punctuality:
    """Hold how late the checks that were due came, in seconds; one that never came counts a
    period.

    `unchecked` are the monitors of which not one came.
    """

    due: int
    done: int
    late: tuple[float, ...]
    unchecked: tuple[str, ...]

    def share(self, part: float) -> float:
        """The lateness that this part of the checks does not exceed."""
        return self.late[min(len(self.late) - 1, floor(len(self.late) * part))]

    @property
    def worst(self) -> float:
        return self.late[-1]


def punctuality(
    ids: Mapping[int, str],
    taken: Iterable[tuple[int, float]],
    period: float,
    start: float,
    end: float,
) -> Punctuality:
    """Of the monitors `ids` (by number), for the instants due from `start` to before `end`."""
    offsets = {n: period * crc32(id.encode()) / 2**32 for n, id in ids.items()}
    first = dict[tuple[int, int], float]()
    for n, at in taken:
        if n in offsets:
            cell = floor((at - offsets[n] + EARLY) / period)
            first.setdefault((n, cell), max(0.0, at - offsets[n] - cell * period))
    cells = [
        (n, cell)
        for n, offset in offsets.items()
        for cell in range(_first(start, offset, period), _first(end, offset, period))
    ]
    late = sorted(first.get(cell, period) for cell in cells)
    done = sum(cell in first for cell in cells)
    checked = {n for n, cell in cells if (n, cell) in first}
    unchecked = tuple(id for n, id in ids.items() if n not in checked)
    return Punctuality(len(cells), done, tuple(late), unchecked)


def _first(start: float, offset: float, period: float) -> int:
    """The first cell that is due at `start` or later."""
    return -floor((offset - start) / period)


def read_log(path: Path) -> list[tuple[int, float]]:
    """Return what the listener wrote: which port, when."""
    rows = (line.split() for line in path.read_text(encoding="ascii").splitlines())
    return [(int(n), float(at)) for n, at in rows]
