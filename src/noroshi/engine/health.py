"""How well the node itself does its work: how late turns begin, and whether the clock was set."""

from __future__ import annotations

MINUTE, HOUR = 60.0, 3600.0


class Health:
    """What the engine notes of itself; all instants are the steady clock's, in seconds."""

    def __init__(self) -> None:
        self._since, self._worst, self._before = 0.0, 0.0, 0.0
        self._set_at, self._set_by = -HOUR, 0.0
        self._waiting = dict[str, float]()

    def began(self, now: float, late: float) -> None:
        """A turn began so many seconds after it was due."""
        self._turn_over(now)
        self._worst = max(self._worst, late)

    def late(self, now: float) -> float:
        """By how much the latest turn of the last minute, or two, was late, or is by now."""
        self._turn_over(now)
        waits = now - min(self._waiting.values(), default=now)
        return max(self._worst, self._before, waits)

    def waits(self, monitor: str, since: float) -> None:
        """Note that a turn has begun and waits for a slot."""
        self._waiting[monitor] = since

    def begins(self, monitor: str, now: float) -> None:
        """Note that it got a slot: the wait counts as lateness."""
        self.began(now, now - self._waiting.pop(monitor, now))

    def gave_up(self, monitor: str) -> None:
        """Note that it no longer waits, if it did."""
        self._waiting.pop(monitor, None)

    def clock_was_set(self, now: float, by: float) -> None:
        """By so many seconds."""
        self._set_at, self._set_by = now, by

    def clock_set(self, now: float) -> float:
        """By how many seconds the clock was last set within the last hour; 0: it was not."""
        return self._set_by if now - self._set_at < HOUR else 0.0

    def _turn_over(self, now: float) -> None:
        if now - self._since >= MINUTE:
            stale = now - self._since >= 2 * MINUTE
            self._before = 0.0 if stale else self._worst
            self._since, self._worst = now, 0.0
