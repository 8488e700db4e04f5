"""TOML that anybody may have written: what would take long to read is none.

Python's reader looks at each part of a dotted name as often as there are parts before it: of a
name of 100,000 parts it would read for an hour, and nothing could stop it.
"""

from __future__ import annotations

import re
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


def loads(text: str) -> dict[str, Any]:
    """Read a text of TOML. Raise ValueError if it is none (a number without end is none
    either), RecursionError if it is nested too deep."""
    if text.count(".") >= MOST_PARTS and _has_long_name(text):
        raise ValueError(TOO_MANY_PARTS)
    return tomllib.loads(text)


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
