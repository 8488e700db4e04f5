"""Stamps: proof that a request is fresh, on clocks that may be hours apart.

The hub gives one with each answer, and the agent sends it back in the next request, as the nonce of
RFC 9449 (8). A stamp holds the hub's era, its time, and a MAC by a key of the hub.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

FRESH_FOR = timedelta(minutes=10)
MAC_BYTES = 16
FUTURE = timedelta(seconds=5)
"""A stamp that is dated ahead by more than this was given before the clock was set back."""


@dataclass(frozen=True, slots=True)
class StampMint:
    """Make stamps and read them again. `era` is another one after each restore of the hub's
    store; `key` is the hub's alone; `now` is the hub's time, in which all stamps are dated."""

    era: str
    key: bytes = field(repr=False)
    now: Callable[[], datetime]

    def create(self) -> str:
        """Return a stamp of this moment."""
        milliseconds = int(self.now().timestamp() * 1000)
        return self._signed(f"{self.era}.{milliseconds}")

    def time_of(self, stamp: str) -> datetime | None:
        """Return when a stamp was given; None if it is not one of this hub and era, or not
        fresh."""
        body, _, _mac = stamp.rpartition(".")
        if not hmac.compare_digest(self._signed(body).encode(), stamp.encode()):
            return None
        era, _, milliseconds = body.rpartition(".")
        now = self.now()
        given = datetime.fromtimestamp(int(milliseconds) / 1000, tz=now.tzinfo)
        is_fresh = -FUTURE <= now - given <= FRESH_FOR
        return given if era == self.era and is_fresh else None

    def _signed(self, body: str) -> str:
        digest = hmac.digest(self.key, body.encode(), "sha256")[:MAC_BYTES]
        return f"{body}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def era_of(stamp: str) -> str:
    """Return the era of a stamp, which nobody but its hub can verify; "" if it has none."""
    return stamp.rpartition(".")[0].rpartition(".")[0]
