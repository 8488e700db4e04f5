"""Judge whether a node is alive and punctual: checks start in time, and writes go well. No I/O."""

from __future__ import annotations

from dataclasses import dataclass

from noroshi.core.translation import Message, _

MINUTE, HOUR = 60.0, 3600.0
STANDS_STILL = 30.0
"""Seconds without a look at the schedule, which is due each second: the watcher hangs."""
NOT_WRITTEN = 180.0
"""Seconds without a write that went well. A lock is waited for 60 s, so this is two refusals."""
NOT_WRITTEN_FOR_LONG = 3600.0
"""The same, until the service manager may start the node anew. A start is no cure for a full
disk, and a node that cannot write watches and tells all the same; one that cannot open its store
does not. So this comes late, for a store that only a new start would bring back."""
STANDSTILL = _("monitoring has stalled for {seconds} s")
STORE_STANDSTILL = _("nothing could be written to the store for {seconds} s")


@dataclass(frozen=True, slots=True)
class Liveness:
    """Hold when each step last went well, by the steady clock, in seconds without sleeps.

    `ticked_at`: the schedule was looked at, and what was due was started; `renewed_at`: the
    lease of the block was renewed, a write; `flushed_at`: what was measured was handed to the
    store.
    """

    ticked_at: float
    renewed_at: float
    flushed_at: float


def find_stall(liveness: Liveness, now: float, patience: float = NOT_WRITTEN) -> Message | None:
    """Return what keeps the node from its work; None: the node is alive. `patience` is the time
    that the store may take, in seconds."""
    if now - liveness.ticked_at > STANDS_STILL:
        return STANDSTILL.fill(seconds=round(now - liveness.ticked_at))
    since_last_write = now - min(liveness.renewed_at, liveness.flushed_at)
    return (
        STORE_STANDSTILL.fill(seconds=round(since_last_write))
        if since_last_write > patience
        else None
    )


class Punctuality:
    """Record how late checks start, and whether the clock was set. All instants are the steady
    clock's, in seconds."""

    def __init__(self) -> None:
        self._minute_began, self._greatest_delay, self._delay_before = 0.0, 0.0, 0.0
        self._set_at, self._set_by = -HOUR, 0.0
        self._waiting_since = dict[str, float]()

    def record_start(self, now: float, lateness: float) -> None:
        """Record that a check started so many seconds after it was due."""
        self._turn_over(now)
        self._greatest_delay = max(self._greatest_delay, lateness)

    def lateness(self, now: float) -> float:
        """Return by how many seconds the latest check of the last minute, or two, was late, or is
        by now."""
        self._turn_over(now)
        longest_wait = now - min(self._waiting_since.values(), default=now)
        return max(self._greatest_delay, self._delay_before, longest_wait)

    def record_wait(self, monitor: str, waiting_since: float) -> None:
        """Record that a check has begun and waits for a slot."""
        self._waiting_since[monitor] = waiting_since

    def record_slot(self, monitor: str, now: float) -> None:
        """Record that a check got a slot: the wait counts as lateness."""
        self.record_start(now, now - self._waiting_since.pop(monitor, now))

    def drop_wait(self, monitor: str) -> None:
        """Record that a check no longer waits, if it did."""
        self._waiting_since.pop(monitor, None)

    def record_clock_set(self, now: float, amount: float) -> None:
        """Record that the wall clock was set by so many seconds."""
        self._set_at, self._set_by = now, amount

    def clock_set_by(self, now: float) -> float:
        """Return by how many seconds the clock was last set within the last hour; 0: it was not."""
        return self._set_by if now - self._set_at < HOUR else 0.0

    def _turn_over(self, now: float) -> None:
        if now - self._minute_began >= MINUTE:
            is_stale = now - self._minute_began >= 2 * MINUTE
            self._delay_before = 0.0 if is_stale else self._greatest_delay
            self._minute_began, self._greatest_delay = now, 0.0
