"""Keep the throttle of log-ins in the store, so that nobody escapes a wait by a restart or a change of
the node that answers."""

from __future__ import annotations

import logging
from math import inf

from noroshi import schema
from noroshi.people.throttle import SlowedAttempts, Throttle
from noroshi.ports import Clocks, Store, StoreError

NOTE = "log-in throttle"
WRITE_INTERVAL = 2.0
"""Seconds between two writes, so that many attempts do not cause many writes."""
log = logging.getLogger(__name__)


class StoredThrottle:
    """Read the stored failures once, and write each change."""

    def __init__(self, throttle: Throttle, store: Store, clocks: Clocks) -> None:
        self._throttle, self._store, self._clocks = throttle, store, clocks
        self._is_read, self._written_at = False, -inf
        self._written_attempts = SlowedAttempts()

    async def load(self) -> None:
        """Continue from the failures that an earlier process or another node wrote. If the store or
        the text cannot be read, log it and start from none."""
        if self._is_read:
            return
        self._is_read = True
        try:
            text = (await self._store.get_values()).get(NOTE, "")
            slowed = schema.value(SlowedAttempts, text) if text else SlowedAttempts()
        except (StoreError, schema.Unreadable) as error:
            log.warning("the throttle of log-ins begins anew: %s", error)
            self._is_read = not isinstance(error, StoreError)
            return
        stored_attempts = slowed.with_offset(-self._offset)
        self._throttle.put_back(stored_attempts.no_later_than(self._clocks.steady()))

    async def save(self) -> None:
        """Write the failures, if they changed and the last write is `WRITE_INTERVAL` ago."""
        now, slowed = self._clocks.steady(), self._throttle.slowed()
        if slowed == self._written_attempts or now - self._written_at < WRITE_INTERVAL:
            return
        self._written_attempts, self._written_at = slowed, now
        try:
            await self._store.put_value(NOTE, schema.text(slowed.with_offset(self._offset)))
        except StoreError as error:
            log.warning("the throttle of log-ins is not kept: %s", error)

    @property
    def _offset(self) -> float:
        """Return the difference in seconds from the steady clock to the time since 1970."""
        return self._clocks.wall().timestamp() - self._clocks.steady()
