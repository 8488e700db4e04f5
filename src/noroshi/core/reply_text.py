"""Compare replies of other servers: each has ids and times of its own in an answer that is the same."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol

from noroshi.core.mail import Verdict
from noroshi.core.translation import Message

IN_BRACKETS = re.compile(r"\[[^\]]*\]")
MADE_UP = re.compile(r"\[[^\]]*\]|<[^>]*>|\S*\d\S*")


class Reply(Protocol):
    """The reply of another server about one address."""

    @property
    def address(self) -> str: ...
    @property
    def verdict(self) -> Verdict: ...
    @property
    def code(self) -> int: ...
    @property
    def enhanced(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def words(self) -> Message: ...


def same_attempt_key(route: str, replies: Iterable[Reply]) -> tuple[object, ...]:
    """Return what is alike in two attempts that people are told once, with their count: the route,
    and of each reply the codes and the text without the id that the server gives each. Where
    nothing was said, what that means."""
    return (route, *map(_same_reply_key, replies))


def _same_reply_key(reply: Reply) -> tuple[object, ...]:
    text = _without_ids(reply.text) or reply.words
    return (reply.address, reply.verdict, reply.code, reply.enhanced, text)


def _without_ids(text: str) -> str:
    return IN_BRACKETS.sub("", text)


def without_numbers(text: str) -> str:
    """Return what another program said without the numbers, times and names that are other ones each
    time."""
    return MADE_UP.sub("", text)
