"""Date by the database's clock what nodes share, whatever the clock of a node's own computer says."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from noroshi.ports import Clocks

STEP = 0.5
"""Seconds by which the database's clock may go apart from what this one says, until it follows."""
WRONG = timedelta(seconds=2)
"""How far this computer's own clock may be off, until that is said."""
log = logging.getLogger(__name__)


class SharedClock:
    """Tell the database's time as of the last look; between two looks it goes on by the steady
    clock."""

    def __init__(self, own: Clocks, read: Callable[[], Awaitable[datetime]]) -> None:
        self._own, self._read = own, read
        self._base: datetime | None = None
        self._is_said = False
        self.clocks = Clocks(wall=self.wall, steady=own.steady)

    def wall(self) -> datetime:
        """Return the database's time; this computer's, until the first look."""
        if self._base is None:
            return self._own.wall()
        return self._base + timedelta(seconds=self._own.steady())

    async def look(self) -> None:
        """Ask the database. Raise StoreError."""
        asked_at = self._own.steady()
        read_time = await self._read()
        answered_at, own_time = self._own.steady(), self._own.wall()
        doubt = timedelta(seconds=(answered_at - asked_at) / 2)
        base = read_time + doubt - timedelta(seconds=answered_at)
        if self._base is None or abs(base - self._base) > timedelta(seconds=STEP) + doubt:
            self._base = base
        self._say(own_time - (read_time + doubt), doubt)

    def _say(self, offset: timedelta, doubt: timedelta) -> None:
        is_wrong = abs(offset) > WRONG + doubt
        if is_wrong and not self._is_said:
            log.warning(
                "this computer's clock is off by %+.1f s from the database's, which counts",
                offset.total_seconds(),
            )
        if self._is_said and not is_wrong:
            log.info("this computer's clock agrees with the database's again")
        self._is_said = is_wrong
