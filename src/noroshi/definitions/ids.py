"""Ids of monitors: made once, kept for good, as state and history hang on them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from noroshi.ports import Document

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ULID = re.compile(f"[0-7][{CROCKFORD}]{{25}}")
RANDOM_BYTES = 10


def ulid(at: datetime, randomness: bytes) -> str:
    """26 characters that sort by time: 48 bits of milliseconds, then ten random bytes."""
    number = int.from_bytes(randomness, "big") | int(at.timestamp() * 1000) << 80
    return "".join(CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))


def give_ids(
    documents: tuple[Document, ...], current: tuple[Document, ...], new_id: Callable[[], str]
) -> tuple[Document, ...]:
    """The documents with an id for each monitor: its own, else that of the monitor of the same
    instance, group and name in the current version, else a new one.

    Invalid if an id is malformed or stands twice.
    """
    raise NotImplementedError
