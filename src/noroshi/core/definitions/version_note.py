"""The note of a version: a person's stays as it was typed; one of ours is kept in both languages,
so that each reader has it in theirs."""

from __future__ import annotations

import json

from noroshi.core.words import Words, plain

BOTH = {"en", "ja"}


def note_text(words: Words) -> str:
    """Return the stored form of one of ours."""
    return json.dumps({"en": words.en, "ja": words.ja}, ensure_ascii=False)


def note_words(note: str) -> Words:
    """Return a stored note for people."""
    try:
        found = json.loads(note)
    except ValueError:
        return plain(note)
    if not isinstance(found, dict) or found.keys() != BOTH:
        return plain(note)
    en, ja = found["en"], found["ja"]
    return Words(en=en, ja=ja) if isinstance(en, str) and isinstance(ja, str) else plain(note)
