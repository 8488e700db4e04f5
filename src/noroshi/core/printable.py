"""Words of somebody else's, made fit for a terminal, a log and a mail."""

from __future__ import annotations

from unicodedata import category

BLANK = "Zs"


def printable(text: str) -> str:
    """The same without what a terminal would obey or nobody could see, a ? for each.

    Line ends are among these: whoever wants blanks in their place splits and joins first. Blanks
    are not: Japanese has one of its own, as wide as a letter.
    """
    return "".join(c if c.isprintable() or category(c) == BLANK else "?" for c in text)
