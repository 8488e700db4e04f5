"""Compare replies of other servers: each has ids and times of its own in an answer that is the same."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

IN_BRACKETS = re.compile(r"\[[^\]]*\]")
MADE_UP = re.compile(r"\[[^\]]*\]|<[^>]*>|\S*\d\S*")


def same_reply_key(reply: Mapping[str, Any]) -> tuple[object, ...]:
    """Return what is alike in two replies of the same kind, from a reply as an operation answers it:
    its codes, and the text without the id that the server gives each. Where nothing was said, what
    that means."""
    text = without_ids(reply["text"]) or tuple(sorted(reply["words"].items()))
    return (reply["address"], reply["verdict"], reply["code"], reply["enhanced"], text)


def without_ids(text: str) -> str:
    """Return a reply without the id that the server gives each."""
    return IN_BRACKETS.sub("", text)


def without_numbers(text: str) -> str:
    """Return what another program said without the numbers, times and names that are other ones each
    time."""
    return MADE_UP.sub("", text)
