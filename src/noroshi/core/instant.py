"""Read an instant that may still be the text of an answer."""

from __future__ import annotations

from datetime import datetime

Instant = datetime | str
"""An instant, or its ISO text."""


def as_datetime(at: Instant) -> datetime:
    """Return the instant."""
    return datetime.fromisoformat(at) if isinstance(at, str) else at
