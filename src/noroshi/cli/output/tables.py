"""Text on a terminal, where a Japanese letter takes two columns: width, padding, lines, tables."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from unicodedata import combining, east_asian_width

NOT_AT_START = "、。，．)）」』】〉》！？ー・ゃゅょっァィゥェォャュョッ:;"
NOT_AT_END = "(（「『【〈《"
READABLE = 100
NARROWEST = 40
"""Columns that the last column of a table has at least; with less it goes below its row."""
BELOW = 4
"""How far what goes below is indented."""
PIECES = re.compile(r"\s+|[!-~]+|.", re.DOTALL)


def columns() -> int:
    """Return how wide the terminal is; without one as wide as is easily read."""
    return terminal_columns(READABLE)


def terminal_columns(otherwise: int) -> int:
    """Return what shutil.get_terminal_size does, without the archives that come with shutil."""
    variable = os.environ.get("COLUMNS", "")
    if variable.isdecimal() and int(variable):
        return int(variable)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or otherwise  # type: ignore[union-attr]
    except (AttributeError, ValueError, OSError):  # none, closed, or no terminal
        return otherwise


def width(text: str) -> int:
    """Return how many columns it takes. Ambiguous letters such as ○ count one, as in most
    terminals."""
    return sum(
        0 if combining(letter) else 2 if east_asian_width(letter) in "WF" else 1
        for letter in text
    )


def pad(text: str, columns: int) -> str:
    return text + " " * (columns - width(text))


def wrap(text: str, columns: int) -> list[str]:
    """Return lines of at most that many columns; they break at spaces and between Japanese
    letters."""
    lines, line = list[str](), ""
    for piece in _pieces(text):
        if line and width(line) + width(piece.rstrip()) > columns:
            lines.append(line.rstrip())
            line = ""
        line = line + piece if line else piece.lstrip()
    return [*lines, line.rstrip()]


def paragraphs(text: str, columns: int) -> str:
    """Return each line of the text wrapped by itself, at its own indent; empty lines stay."""
    return "\n".join(_indented(line, columns) for line in text.split("\n"))


def _indented(line: str, columns: int) -> str:
    indent = " " * (len(line) - len(line.lstrip()))
    return "\n".join(indent + part for part in wrap(line.strip(), columns - len(indent)))


def _pieces(text: str) -> list[str]:
    """Return what must stay together: a word, a letter with the marks that may not leave it."""
    pieces = list[str]()
    for piece in PIECES.findall(text):
        if pieces and (piece[0] in NOT_AT_START or pieces[-1][-1] in NOT_AT_END):
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return pieces


def table(rows: Iterable[Sequence[str]], room: int = 0) -> list[str]:
    """Return rows with their columns aligned, two spaces apart; the last one is wrapped to fit
    into `room` columns in all, 0 for as long as it is. A cell longer than a third of the room
    stands out of its column, or it would push every other row aside."""
    rows = list(rows)
    if not rows:
        return []
    widths = [_column_width((row[n] for row in rows), room) for n in range(len(rows[0]) - 1)]
    rest = room - sum(widths) - 2 * len(widths)
    if room and rest < NARROWEST:
        return [line for row in rows for line in _with_last_below(row, widths, room)]
    return [line for row in rows for line in _row(row, widths, rest if room else 0)]


def _column_width(cells: Iterable[str], room: int) -> int:
    """Return how wide a column is."""
    widths = list(map(width, cells))
    narrow = [size for size in widths if not room or size <= room // 3]
    return max(narrow or widths)


def _with_last_below(row: Sequence[str], widths: Sequence[int], room: int) -> Iterator[str]:
    """Yield the row, then its last text by itself: a narrow column would be read like a
    ladder."""
    yield from _row([*row[:-1], ""], widths, 0)
    if row[-1]:
        indent = " " * BELOW
        yield from (indent + line for line in wrap(row[-1], max(room - BELOW, 1)))


def _row(row: Sequence[str], widths: Sequence[int], rest: int) -> Iterator[str]:
    cells = [pad(text, columns) for text, columns in zip(row, widths, strict=False)]
    for last in wrap(row[-1], rest) if rest else [row[-1]]:
        yield "  ".join([*cells, last]).rstrip()
        cells = [" " * columns for columns in widths]
