"""Tell a time that never goes back while this process runs."""

from __future__ import annotations

from datetime import datetime, timedelta

from noroshi.ports import Clocks


class HubTime:
    """Begin with the wall clock's time, and go on by the steady clock: stamps and leases are dated
    so, whatever happens to the wall clock."""

    def __init__(self, clocks: Clocks) -> None:
        self._clocks = clocks
        self._start, self._steady_start = clocks.wall(), clocks.steady()

    def now(self) -> datetime:
        """Return the time."""
        return self._start + timedelta(seconds=self._clocks.steady() - self._steady_start)
