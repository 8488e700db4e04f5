"""Limit the time of checks, thousands at a time, under one timer of the loop.

`asyncio.timeout` makes a timer for each and takes it back at the end. Nearly every check is over
long before its time, so here the limits that are open are kept side by side, and a timer stands for
the first of them alone.
"""

from __future__ import annotations

import asyncio
from types import TracebackType

APART = 0.05
"""Seconds between two rounds, each of which goes through all that is open."""


class Deadlines:
    """Raise TimeoutError as `asyncio.timeout` does, at most APART late, in
    `with deadlines.within(seconds):`. It is for one loop."""

    def __init__(self) -> None:
        self._open = dict[Limit, None]()
        self._timer: asyncio.TimerHandle | None = None

    def within(self, seconds: float) -> Limit:
        """Return a limit for the task that enters it, from then on."""
        return Limit(self, seconds)

    def add(self, limit: Limit) -> None:
        """Add a limit that was entered."""
        self._open[limit] = None
        if self._timer is None or limit.at < self._timer.when():
            self._wait_until(limit.at)

    def remove(self, limit: Limit) -> None:
        """Remove a limit that was left, in time or not. The timer stays: the next one mostly needs
        it."""
        self._open.pop(limit, None)

    def _wait_until(self, at: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_at(at, self._end_expired)

    def _end_expired(self) -> None:
        self._timer, now = None, asyncio.get_running_loop().time()
        for limit in [limit for limit in self._open if limit.at <= now]:
            del self._open[limit]
            limit.end()
        if self._open:
            self._wait_until(max(min(limit.at for limit in self._open), now + APART))


class Limit:
    """Limit the time of one task."""

    __slots__ = ("_cancelling", "_limits", "_over", "_seconds", "_task", "at")

    def __init__(self, limits: Deadlines, seconds: float) -> None:
        self._limits, self._seconds = limits, seconds
        self._over, self.at = False, 0.0

    def __enter__(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._task, self._cancelling = task, task.cancelling()
        self.at = task.get_loop().time() + self._seconds
        self._limits.add(self)

    def end(self) -> None:
        """Cancel the task, as the time is up."""
        self._over = True
        self._task.cancel()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Raise TimeoutError where the cancellation was ours, and no other came beside it (PEP 789
        and the documentation of Task.uncancel)."""
        self._limits.remove(self)
        if not self._over:
            return
        if self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error
