"""The user's own values in a guide's {places}; one that is not known shows what belongs there."""

from __future__ import annotations

import re
from collections.abc import Mapping

from noroshi.core.translation import Message, bilingual

Value = str | Message
HARMLESS = re.compile(r"\w[\w.@+:/%-]*")
"""What PowerShell takes as it stands, between quotes as without them: whatever else somebody has
typed is not put into lines that an administrator runs."""
OURS = frozenset({"app", "connect"})
"""What nobody typed."""


class _Places(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return name.upper().replace("_", "-")


def filled(words: Message, values: Mapping[str, Value]) -> Message:
    """A sentence with the values in it, each in its own language."""
    return bilingual(en=_said(words.en, values, "en"), ja=_said(words.ja, values, "ja"))


def line(text: str, values: Mapping[str, Value]) -> str:
    """A line to be run, with the values in it."""
    plain = {name: _in(value, "en") for name, value in values.items()}
    safe = {n: v for n, v in plain.items() if n in OURS or HARMLESS.fullmatch(v)}
    return text.format_map(_Places(safe))


def _said(text: str, values: Mapping[str, Value], language: str) -> str:
    told = {name: _in(value, language) for name, value in values.items()}
    return text.format_map(_Places({name: value for name, value in told.items() if value}))


def _in(value: Value, language: str) -> str:
    return value.say(language) if isinstance(value, Message) else value
