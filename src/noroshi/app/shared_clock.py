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

    def __init__(self, own_clocks: Clocks, read: Callable[[], Awaitable[datetime]]) -> None:
        self._own_clocks, self._read_database = own_clocks, read
        self._epoch: datetime | None = None
        self.is_wrong = False
        """True if this computer's own clock was off at the last look."""
        self.clocks = Clocks(wall=self.wall, steady=own_clocks.steady)

    def wall(self) -> datetime:
        """Return the database's time; this computer's, until the first look."""
        if self._epoch is None:
            return self._own_clocks.wall()
        return self._epoch + timedelta(seconds=self._own_clocks.steady())

    async def look(self) -> None:
        """Ask the database. Raise StoreError."""
        asked_at = self._own_clocks.steady()
        read_time = await self._read_database()
        answered_at, own_time = self._own_clocks.steady(), self._own_clocks.wall()
        doubt = timedelta(seconds=(answered_at - asked_at) / 2)
        epoch = read_time + doubt - timedelta(seconds=answered_at)
        if self._epoch is None or abs(epoch - self._epoch) > timedelta(seconds=STEP) + doubt:
            self._epoch = epoch
        self._say(own_time - (read_time + doubt), doubt)

    def _say(self, offset: timedelta, doubt: timedelta) -> None:
        is_wrong = abs(offset) > WRONG + doubt
        if is_wrong and not self.is_wrong:
            log.warning(
                "this computer's clock is off by %+.1f s from the database's, which counts",
                offset.total_seconds(),
            )
        if self.is_wrong and not is_wrong:
            log.info("this computer's clock agrees with the database's again")
        self.is_wrong = is_wrong
