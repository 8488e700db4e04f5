"""Put instants, words and states as tables have them, and name the type of a connection."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from noroshi import schema
from noroshi.core.mail import EnvelopeState
from noroshi.core.translation import NOTHING, Message, plain

if TYPE_CHECKING:
    from sqlite3 import Connection as Connection  # for its types; pysqlite3 brings none
else:
    Connection = object

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def listed(states: Iterable[StrEnum]) -> str:
    """Return states as a list in SQL. A partial index is used only where the text is its own."""
    return "(" + ", ".join(f"'{state}'" for state in states) + ")"


def envelope_state(stored: str) -> EnvelopeState:
    """Return a stored state. One that no Noroshi writes is of a damaged row: a person decides."""
    try:
        return EnvelopeState(stored)
    except ValueError:
        return EnvelopeState.SET_ASIDE


def number(at: datetime) -> int:
    """Return microseconds since 1970, so that instants are compared as numbers."""
    return (at - EPOCH) // MICROSECOND


def words_text(words: Message) -> str:
    """Return words as a text column has them; nothing stays nothing."""
    return "" if words == NOTHING else schema.text(words)


def words(stored: str) -> Message:
    """Return what was kept; the first schema's rows hold a text in one language, or a name."""
    try:
        return schema.value(Message, stored)
    except schema.Unreadable:
        return plain(stored)


def instant(stored: int) -> datetime:
    return EPOCH + stored * MICROSECOND
