"""Limit the time of checks and mails, thousands at a time, under one timer of the loop.

`asyncio.timeout` makes a timer for each and takes it back at the end. Nearly every one is over
long before its time, so here the deadlines that are open are kept side by side, and a timer stands
for the first of them alone.
"""

from __future__ import annotations

import asyncio
from types import TracebackType

TOLERANCE = 0.05
"""Seconds between two rounds, each of which goes through all that is open."""


class Deadlines:
    """Raise TimeoutError as `asyncio.timeout` does, at most APART late, in
    `with deadlines.within(seconds):`. It is for one loop."""

    def __init__(self) -> None:
        self._open = dict[Deadline, None]()
        self._timer: asyncio.TimerHandle | None = None

    def limit(self, seconds: float) -> Deadline:
        """Return a deadline for the task that enters it, from then on."""
        return Deadline(self, seconds)

    def add(self, deadline: Deadline) -> None:
        """Add a deadline that was entered."""
        self._open[deadline] = None
        if self._timer is None or deadline.due_at < self._timer.when():
            self._wait_until(deadline.due_at)

    def remove(self, deadline: Deadline) -> None:
        """Remove a deadline that was left, in time or not. The timer stays for the next one."""
        self._open.pop(deadline, None)

    def _wait_until(self, due_at: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_at(due_at, self._end_expired)

    def _end_expired(self) -> None:
        self._timer, now = None, asyncio.get_running_loop().time()
        for deadline in [deadline for deadline in self._open if deadline.due_at <= now]:
            del self._open[deadline]
            deadline.expire()
        if self._open:
            self._wait_until(
                max(min(deadline.due_at for deadline in self._open), now + TOLERANCE)
            )


class Deadline:
    """Limit the time of one task."""

    __slots__ = ("_cancelling", "_deadlines", "_expired", "_seconds", "_task", "due_at")

    def __init__(self, deadlines: Deadlines, seconds: float) -> None:
        self._deadlines, self._seconds = deadlines, seconds
        self._expired, self.due_at = False, 0.0

    def __enter__(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._task, self._cancelling = task, task.cancelling()
        self.due_at = task.get_loop().time() + self._seconds
        self._deadlines.add(self)

    def expire(self) -> None:
        """Cancel the task, as the time is up."""
        self._expired = True
        self._task.cancel()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Raise TimeoutError where the cancellation was ours, and no other came beside it (PEP 789
        and the documentation of Task.uncancel)."""
        self._deadlines.remove(self)
        if not self._expired:
            return
        if self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error
