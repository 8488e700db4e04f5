"""Show an account without a sign-in as critical at once, and alert later: whoever defined it signs
it in next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

GRACE = timedelta(minutes=15)
"""The time for which the page and the code of a sign-in are valid (RFC 8628, 3.2: Entra gives
15 minutes)."""
SINCE = "new_since"


def grace_memory(memory: Mapping[str, Any], now: datetime, *, is_new: bool) -> dict[str, Any]:
    """Return the memory of when the account was first seen without a sign-in; nothing after
    one."""
    if not is_new:
        return {}
    return {SINCE: memory.get(SINCE) or now.isoformat()}


def grace_of(reading: str) -> Callable[[Mapping[str, Any], datetime], Mapping[str, datetime]]:
    """Return what says until when that reading is not told of. A clock set back spares nobody for
    longer."""

    def setting_up(memory: Mapping[str, Any], now: datetime) -> Mapping[str, datetime]:
        start = memory.get(SINCE)
        if start is None or abs(now - datetime.fromisoformat(start)) >= GRACE:
            return {}
        return {reading: datetime.fromisoformat(start) + GRACE}

    return setting_up
