"""The note of a version: a person's stays as it was typed; one of ours is kept as a message,
so that each reader has it in theirs."""

from __future__ import annotations

import json

from noroshi.core.stored_message import message_from, stored_form
from noroshi.core.translation import Message, plain

MARK, BEFORE = "message", {"en", "ja"}
"""The key of a note of ours, and the keys of one from before the catalogues."""


class StoredNote(str):
    """A note in its stored form, which no person can type."""

    __slots__ = ()


def note_text(words: Message) -> StoredNote:
    """Return the stored form of one of ours."""
    return StoredNote(json.dumps({MARK: stored_form(words)}, ensure_ascii=False))


def typed_note(text: str) -> str:
    """Return the stored form of what came as a note: a person's as it was typed, unless it could
    be taken for one of ours."""
    if isinstance(text, StoredNote) or not text.startswith("{"):
        return text
    return note_text(plain(text))


def note_words(note: str) -> Message:
    """Return a stored note for people."""
    if not note.startswith("{"):  # JSON may begin with blanks, ours never does
        return plain(note)
    try:
        content = json.loads(note)
        if isinstance(content, dict) and content.keys() == BEFORE:
            return message_from(content)
        return message_from(content[MARK]) if isinstance(content, dict) else plain(note)
    except (ValueError, TypeError, LookupError, RecursionError):
        return plain(note)
