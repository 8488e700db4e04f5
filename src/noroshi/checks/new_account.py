"""What is just being set up is not told as ill at once: who defined an account signs it in next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

GRACE = timedelta(minutes=15)
"""As long as the sign-in's page and its code last (RFC 8628, 3.2: Entra gives 15 minutes)."""
SINCE = "new_since"


def since(memory: Mapping[str, Any], now: datetime, *, never: bool) -> dict[str, Any]:
    """What is remembered of when it was first seen without a sign-in; nothing after one."""
    if not never:
        return {}
    return {SINCE: memory.get(SINCE) or now.isoformat()}


def spared(memory: Mapping[str, Any], now: datetime) -> bool:
    """Whether it is still being set up. A clock set back spares nobody for longer."""
    kept = memory.get(SINCE)
    return kept is not None and abs(now - datetime.fromisoformat(kept)) < GRACE
