"""Keep in the store who has to wait before the next log-in, so that a restart, or another node that
answers from then on, sets nobody free."""

from __future__ import annotations

import logging
from math import inf

from noroshi import schema
from noroshi.people.throttle import SlowedAttempts, Throttle
from noroshi.ports import Clocks, Store, StoreError

NOTE = "log-in throttle"
WRITTEN_EVERY = 2.0
"""Seconds between two writes: a flood of attempts is none of writes."""
log = logging.getLogger(__name__)


class KeptThrottle:
    """Read once what was counted before, and write what changes."""

    def __init__(self, throttle: Throttle, store: Store, clocks: Clocks) -> None:
        self._throttle, self._store, self._clocks = throttle, store, clocks
        self._is_read, self._written_at = False, -inf
        self._written_attempts = SlowedAttempts()

    async def load(self) -> None:
        """Count on from what an earlier process or another node wrote. A store that is away, or a
        text that cannot be read, changes nothing."""
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
        known = slowed.with_offset(-self._offset)
        self._throttle.put_back(known.no_later_than(self._clocks.steady()))

    async def save(self) -> None:
        """Write who has to wait, if that has changed, and was not written a moment ago."""
        now, slowed = self._clocks.steady(), self._throttle.slowed()
        if slowed == self._written_attempts or now - self._written_at < WRITTEN_EVERY:
            return
        self._written_attempts, self._written_at = slowed, now
        try:
            await self._store.put_value(NOTE, schema.text(slowed.with_offset(self._offset)))
        except StoreError as error:
            log.warning("the throttle of log-ins is not kept: %s", error)

    @property
    def _offset(self) -> float:
        """Return what to add to the steady clock's seconds, to have those since 1970."""
        return self._clocks.wall().timestamp() - self._clocks.steady()
