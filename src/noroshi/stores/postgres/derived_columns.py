"""Compute the derived columns of rows that come from another store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from noroshi import schema
from noroshi.core.digest import waits_since
from noroshi.core.digest_id import digest_in
from noroshi.core.mail import Envelope, Receipt
from noroshi.stores.column_values import message_of, number


@dataclass(frozen=True, slots=True)
class _Body:
    """Read the fields of an envelope that the columns need, and ignore the others."""

    born: datetime
    unanswered: int = 0
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Dated:
    at: datetime


def spool_columns(body: str, due: int, fate: str, reason: str) -> tuple[Any, ...]:
    """Return digest, unanswered, born, member_count and oldest of an envelope; what cannot be read
    counts as drafted when it is due."""
    digest = digest_in(message_of(reason)) if fate else ""
    try:
        facts = schema.value(_Body, body)
        oldest = number(waits_since(schema.value(Envelope, body))) if facts.members else None
    except schema.Unreadable:
        return digest, 0, due, 0, None
    return digest, facts.unanswered, number(facts.born), len(facts.members), oldest


def event_time(body: str) -> int:
    """Return the time of an event; 0 if the event cannot be read."""
    try:
        return number(schema.value(_Dated, body).at)
    except schema.Unreadable:
        return 0


def named_until(body: str) -> int:
    """Return the time before which the server wants no further attempt; 0: it named none."""
    try:
        answers = schema.value(Receipt, body).answers.values()
    except schema.Unreadable:
        return 0
    return max((number(one.again) for one in answers if one.again is not None), default=0)


def with_derived_columns(table: str, row: Sequence[Any]) -> tuple[Any, ...]:
    """Return a row of the contents with the derived columns of its table."""
    if table == "event":
        return *row, event_time(row[3])
    if table == "receipt":
        return *row, named_until(row[2])
    if table == "spool":
        return *row, *spool_columns(row[17], row[3], row[9], row[10])
    return tuple(row)
