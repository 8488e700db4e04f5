"""Tables for a terminal, where a Japanese letter takes two columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from noroshi.command_line.text_width import pad, terminal_columns, width, wrap

READABLE = 100
NARROWEST = 40
"""The least columns for the last cell of a row; with fewer it goes below the row."""
BELOW = 4
"""The indent of a cell below its row, in columns."""


def columns() -> int:
    """Return how wide the terminal is; without one as wide as is easily read."""
    return terminal_columns(READABLE)


def table(rows: Iterable[Sequence[str]], room: int = 0) -> list[str]:
    """Return rows with aligned columns, two spaces apart. The last column is wrapped so that a
    row fits into `room` columns; 0: it is not wrapped. A cell longer than a third of the room
    stands out of its column, or it would push every other row aside."""
    rows = list(rows)
    if not rows:
        return []
    widths = [_column_width((row[n] for row in rows), room) for n in range(len(rows[0]) - 1)]
    last_width = room - sum(widths) - 2 * len(widths)
    if room and last_width < NARROWEST:
        return [line for row in rows for line in _with_last_below(row, widths, room)]
    return [line for row in rows for line in _row(row, widths, last_width if room else 0)]


def _column_width(cells: Iterable[str], room: int) -> int:
    """Return how wide a column is."""
    widths = list(map(width, cells))
    narrow = [size for size in widths if not room or size <= room // 3]
    return max(narrow or widths)


def _with_last_below(row: Sequence[str], widths: Sequence[int], room: int) -> Iterator[str]:
    """Yield the row, then its last text on separate lines: in a narrow column it would read
    like a ladder."""
    yield from _row([*row[:-1], ""], widths, 0)
    if row[-1]:
        indent = " " * BELOW
        yield from (indent + line for line in wrap(row[-1], max(room - BELOW, 1)))


def _row(row: Sequence[str], widths: Sequence[int], last_width: int) -> Iterator[str]:
    cells = [pad(text, columns) for text, columns in zip(row, widths, strict=False)]
    for last in wrap(row[-1], last_width) if last_width else [row[-1]]:
        yield "  ".join([*cells, last]).rstrip()
        cells = [" " * columns for columns in widths]
