"""Words of somebody else's, made fit for a terminal, a log and a mail."""

from __future__ import annotations

import re
from functools import cache
from unicodedata import category

BLANK = "Zs"
BIDI_CONTROLS = "\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
"""Letters that change the direction of writing (UAX #9), and Unicode's own line ends."""
OBEYED = (
    *range(0x09),
    *range(0x0B, 0x20),
    *range(0x7F, 0xA0),
    *(0x061C, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A)),
    *range(0xD800, 0xE000),
)
"""These, all of Cc but line end and tab, and half a letter. No pattern: it would take a tenth of
`noroshi --help` to compile."""
SHOWN = "?"
LONG = 1 << 14
"""Letters from which a pattern is worth it: a table of letters looks at each that is not ASCII by
itself, which takes twenty times as long."""
_SHOWN_BY_CODE = dict.fromkeys(OBEYED, SHOWN)


def printable(text: str) -> str:
    """Return the text without what a terminal would obey or nobody could see, a ? for each.

    Line ends become ? too: a caller that wants blanks in their place splits and joins first.
    Blanks stay: Japanese has one of its own, as wide as a letter.
    """
    return "".join(c if c.isprintable() or category(c) == BLANK else "?" for c in text)


def visible_text(text: str) -> str:
    """Return a given text as a sentence has it between quotation marks: with an escape, as Python
    writes it, for each letter that nobody could see."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def readable(text: str) -> str:
    """Return the same text with a ? for each character that a terminal or a browser would obey;
    lines and tabs stay."""
    if is_short(text):
        return text.translate(_SHOWN_BY_CODE)
    return obeyed_pattern().sub(SHOWN, text)


def is_short(text: str) -> bool:
    """Return whether a table of letters is the quicker way through a text."""
    return len(text) < LONG or text.isascii()


@cache
def obeyed_pattern() -> re.Pattern[str]:
    """Return the pattern of OBEYED, for much text."""
    return re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{BIDI_CONTROLS}\ud800-\udfff]")
