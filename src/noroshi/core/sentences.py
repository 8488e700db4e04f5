"""Find where sentences end, in every language that a text may be in: ours, people's, other
programs'."""

from __future__ import annotations

import re

STOPS = ".。"
ENDS = (".", ":", "。")
END = re.compile(r"[.!?](?=\s)|。")
"""The end of a sentence that another one may follow."""


def is_sentence(text: str) -> bool:
    """Return True if a text ends as a sentence does, so that another one may follow."""
    return text.endswith(ENDS)


def has_sentence(text: str) -> bool:
    """Return whether a sentence ends in it: it is more than a phrase."""
    return END.search(f"{text} ") is not None


def amid_sentence(name: str) -> str:
    """Return a name within a line: "Used" is "used" there, while "CPU" stays."""
    return name[:1].lower() + name[1:] if name[1:2].islower() else name


def without_stop(text: str) -> str:
    """Return a sentence as it stands within another one."""
    return text.rstrip(STOPS)
