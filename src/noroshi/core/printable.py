"""Words of somebody else's, made fit for a terminal, a log and a mail."""

from __future__ import annotations

import re
from unicodedata import category

BLANK = "Zs"
BIDI_CONTROLS = "\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
"""Letters that turn the direction of writing round (UAX #9), and Unicode's own line ends."""
OBEYED = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{BIDI_CONTROLS}\ud800-\udfff]")
"""These, all of Cc but line end and tab, and half a letter."""
SHOWN = "?"


def printable(text: str) -> str:
    """Return the text without what a terminal would obey or nobody could see, a ? for each.

    Line ends are among these: whoever wants blanks in their place splits and joins first. Blanks
    are not: Japanese has one of its own, as wide as a letter.
    """
    return "".join(c if c.isprintable() or category(c) == BLANK else "?" for c in text)


def readable(text: str) -> str:
    """Return the same text with a ? for each character that a terminal or a browser would obey;
    lines and tabs stay."""
    return OBEYED.sub(SHOWN, text)
