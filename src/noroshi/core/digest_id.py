"""Refer to a digest by its id in the reason that is shown for one of its mails."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from noroshi.core.translation import Message

ENDING = "/together"
"""The end of a digest's id, after the id of its last member, which no other digest has had:
whenever the digest takes in more, its id and Message-ID are new."""
HASH_LETTERS = 16


def id_of_set(members: Iterable[str]) -> str:
    """Return an id of a digest that names all its members, whatever their order: equal sets have
    one, and others another."""
    ids = sorted(members)
    name = hashlib.sha256("\n".join(ids).encode()).hexdigest()[:HASH_LETTERS]
    return f"{ids[-1]}/{name}{ENDING}"


class DigestId(Message):
    """Hold the id of a digest, which is the same in every language."""

    __slots__ = ()

    def __init__(self, id: str) -> None:
        super().__init__(id, translations={})


def digest_in(reason: Message) -> str:
    """Return the id of the digest that a reason is; "": it is another reason."""
    if isinstance(reason, DigestId):
        return reason.id
    # A row of before the id had a form of its own: a text like any other one.
    is_old_row = reason.en == reason.ja and reason.en.endswith(ENDING)
    return reason.en if is_old_row else ""
