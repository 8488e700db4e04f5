"""Compare replies of other servers, which put different ids and times into one and the same
answer."""

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
    """Return the key by which two attempts count as the same, and are told once with a count:
    the route, and of each reply the codes and the text without the id that the server gives
    each. Where a server said nothing, the meaning of that takes the place of the text."""
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
