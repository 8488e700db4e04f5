"""Raise what a person is to read: the base of errors that are nothing but their words."""

from __future__ import annotations

from noroshi.core.translation import Message


class MessageError(Exception):
    """Report a trouble in `words` for people; as a string it is their English."""

    def __init__(self, words: Message) -> None:
        super().__init__(words.en)
        self.words = words
