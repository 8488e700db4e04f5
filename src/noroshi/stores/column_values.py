"""Put instants, words and states as tables of any database have them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from noroshi import schema
from noroshi.core.mail import EnvelopeState
from noroshi.core.translation import NOTHING, Message, plain

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def sql_list(states: Iterable[StrEnum]) -> str:
    """Return states as a list in SQL. SQLite uses a partial index only where the text equals
    that of the index."""
    return "(" + ", ".join(f"'{state}'" for state in states) + ")"


def envelope_state(stored_text: str) -> EnvelopeState:
    """Return a stored state. One that no Noroshi writes is of a damaged row: a person decides."""
    try:
        return EnvelopeState(stored_text)
    except ValueError:
        return EnvelopeState.SET_ASIDE


def number(moment: datetime) -> int:
    """Return microseconds since 1970, so that instants are compared as numbers."""
    return (moment - EPOCH) // MICROSECOND


def words_text(message: Message) -> str:
    """Return words as a text column has them; nothing stays nothing."""
    return "" if message == NOTHING else schema.text(message)


def message_of(stored_text: str) -> Message:
    """Return a stored message; rows of the first schema hold a text in one language, or a
    name."""
    try:
        return schema.value(Message, stored_text)
    except schema.Unreadable:
        return plain(stored_text)


def instant(stored_number: int) -> datetime:
    return EPOCH + stored_number * MICROSECOND
