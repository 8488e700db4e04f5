"""The user's own values in a guide's {places}; one that is not known shows what belongs there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from string import Formatter

from noroshi.core.translation import Message

Value = str | Message
HARMLESS = re.compile(r"\w[\w.@+:/%-]*")
"""The text that PowerShell takes as it stands, between quotes as without them: no other text
that somebody typed is put into lines that an administrator runs."""
OURS = frozenset({"app", "connect"})
"""The values that nobody typed."""


class _Places(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return placeholder(name)


def fill_places(words: Message, values: Mapping[str, Value]) -> Message:
    """Fill a sentence's places with the values."""
    return words.fill(
        **{name: values.get(name) or placeholder(name) for name in words.empty_places}
    )


def line(text: str, values: Mapping[str, Value]) -> str:
    """Fill the places of a line to be run, with what PowerShell takes as it stands."""
    return text.format_map(_Places(line_values(values)))


def line_values(values: Mapping[str, Value]) -> Mapping[str, str]:
    """Return the values that may stand in a line to be run."""
    plain_values = {n: v.en if isinstance(v, Message) else v for n, v in values.items()}
    return {n: v for n, v in plain_values.items() if n in OURS or HARMLESS.fullmatch(v)}


def places_of_line(text: str) -> list[str]:
    """Return the names of the places of a line to be run."""
    return [name for _text, name, _spec, _conversion in Formatter().parse(text) if name]


def placeholder(name: str) -> str:
    """Return what stands in a place whose value is not known: a word for what belongs there."""
    return name.upper().replace("_", "-")
