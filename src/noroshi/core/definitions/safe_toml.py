"""Read TOML that anybody may have written: a text that would take long to read is refused.

Python's reader looks at each part of a dotted name as often as there are parts before it: of a
name of 100,000 parts it would read for an hour, and nothing could stop it.
"""

from __future__ import annotations

import re
import sys
import tomllib
from typing import Any

MOST_PARTS = 40
"""A definition's settings lie less than ten deep."""
PART, DOT, BLANK = "part", "dot", "blank"
TOKEN = re.compile(
    r'''(?P<part>[\w-]++
    |"""(?:[^"\\]|\\.|"(?!""))*+(?:"{3,5})?|"(?:[^"\\\n]|\\[^\n])*+"?
    |\'\'\'(?:[^']|'(?!''))*+(?:'{3,5})?|'[^'\n]*+'?)
    |(?P<dot>\.)|(?P<blank>[ \t]++)|[^\w"'.\-]''',
    re.DOTALL | re.VERBOSE,
)
"""Each character is looked at once: what has no end goes to the end of the text or the line."""
TOO_MANY_PARTS = f"a name of more than {MOST_PARTS} parts"
DIGITS = re.compile(r"\d[\d_]*+")
TOO_MANY_DIGITS = "a number of too many digits"
"""Python makes no number of more than sys.get_int_max_str_digits() digits, as the time grows
with the square of their count; the error does not name the place."""


def loads(text: str) -> dict[str, Any]:
    """Read a text of TOML. Raise ValueError with the place if it is none (a number without end
    is none either), RecursionError if it is nested too deep."""
    if text.count(".") >= MOST_PARTS and _has_long_name(text):
        raise ValueError(TOO_MANY_PARTS)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except ValueError as error:
        raise ValueError(_place_of_long_number(text) or str(error)) from None


def _place_of_long_number(text: str) -> str:
    """Return what is wrong with the first number that is too long, in the words of the reader;
    "" where there is none."""
    most = sys.get_int_max_str_digits()
    for match in DIGITS.finditer(text):
        if 0 < most < len(match[0].replace("_", "")):
            line = text.count("\n", 0, match.start()) + 1
            column = match.start() - text.rfind("\n", 0, match.start())
            return f"{TOO_MANY_DIGITS} (at line {line}, column {column})"
    return ""


def _has_long_name(text: str) -> bool:
    """Return whether so many parts stand one after the other with a dot between them."""
    parts, last = 0, None
    for match in TOKEN.finditer(text):
        token = match.lastgroup
        if token == BLANK:
            continue
        if token == PART:
            parts = parts + 1 if last == DOT else 1
        elif token != DOT or last != PART:
            parts = 0
        if parts > MOST_PARTS:
            return True
        last = token
    return False
