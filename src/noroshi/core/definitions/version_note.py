"""The note of a version: a person's stays as it was typed; one of ours is kept as a message,
so that each reader has it in theirs."""

from __future__ import annotations

import json

from noroshi.core.translation import Message, plain, restored, stored


def note_text(words: Message) -> str:
    """Return the stored form of one of ours."""
    return json.dumps(stored(words), ensure_ascii=False)


def note_words(note: str) -> Message:
    """Return a stored note for people."""
    try:
        return restored(json.loads(note))
    except (ValueError, TypeError):
        return plain(note)
