"""Measure and break text for a terminal, where a Japanese letter takes two columns."""

from __future__ import annotations

import os
import re
import sys
from unicodedata import combining, east_asian_width

NOT_AT_START = "、。，．)）」』】〉》！？ー・ゃゅょっァィゥェォャュョッ:;"
NOT_AT_END = "(（「『【〈《"
LONGEST_NUMBER = 9
"""Digits of a width: int() raises from 4,301 on."""
PIECES = re.compile(r"\s+|[!-~]+|.", re.DOTALL)


def terminal_columns(otherwise: int) -> int:
    """Return what shutil.get_terminal_size does, without the archives that come with shutil."""
    setting = os.environ.get("COLUMNS", "")
    if setting.isdecimal() and len(setting) <= LONGEST_NUMBER and int(setting):
        return int(setting)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or otherwise  # type: ignore[union-attr]
    except (AttributeError, ValueError, OSError):  # none, closed, or no terminal
        return otherwise


def width(text: str) -> int:
    """Return how many columns it takes. Ambiguous letters such as ○ count one, as in most
    terminals."""
    if text.isascii():
        return len(text)
    return sum(
        0 if combining(letter) else 2 if east_asian_width(letter) in "WF" else 1
        for letter in text
    )


def pad(text: str, columns: int) -> str:
    return text + " " * (columns - width(text))


def wrap(text: str, columns: int) -> list[str]:
    """Return lines of at most that many columns; it breaks at spaces and between Japanese letters."""
    lines, line = list[str](), ""
    for piece in _pieces(text):
        if line and width(line) + width(piece.rstrip()) > columns:
            lines.append(line.rstrip())
            line = ""
        line = line + piece if line else piece.lstrip()
    return [*lines, line.rstrip()]


def paragraphs(text: str, columns: int) -> str:
    """Return the text with each line wrapped separately at the indent of that line; empty lines
    stay."""
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
