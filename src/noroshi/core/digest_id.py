"""Refer to a digest by its id, where the reason of a mail stands that it tells."""

from __future__ import annotations

from noroshi.core.translation import Message

ENDING = "/together"
"""How a digest's id goes on after its last member's, which no other digest has had: whatever more
is put into it, its id and Message-ID are new with what it says."""


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
