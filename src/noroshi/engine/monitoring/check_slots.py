"""Limit the checks that hold a thread or a process: few slots for each kind and instance.

One that hangs must keep no other one waiting. So a monitor whose last run was slow may use half of
the slots at most, and a run that turns out to be slow gives up the place among the others.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from enum import Enum
from itertools import count
from types import TracebackType

SLOTS = 4
HALF = SLOTS // 2
MOST_CHECKS = 32
"""Runs of one kind and instance at a time, however many of them are slow; beyond it, HALF of those
whose last run was brisk."""
IN_A_ROW = 8
"""Choices among several sorts until one is for whoever has waited longest."""
SLOW = 1.0
"""Seconds after which a run is slow. A run that hangs shows by that, before its time-out ends
it."""


class RunPace(Enum):
    """Classify monitors by how long the last run took, in the order in which they are admitted."""

    BRISK = "brisk"
    UNKNOWN = "new"
    SLOW = "slow"


class CheckSlots:
    """Share the slots of one kind of check on one instance. Used from one loop.

    A monitor that is known to be slow runs only where fewer than HALF of all are slow. Others run
    SLOTS at a time; those that turn out to be slow are not counted with them any more.
    """

    def __init__(self, slow: float = SLOW) -> None:
        self.slow = slow
        self._pace = dict[str, RunPace]()
        self._brisk, self._slow, self._candidate = 0, 0, 0
        self._numbers = count()
        self._waiters: dict[RunPace, deque[CheckSlot]] = {pace: deque() for pace in RunPace}

    def slot(self, id: str) -> CheckSlot:
        """Return a slot for a run of that monitor, to be entered when the run begins."""
        return CheckSlot(self, id)

    def pace(self, id: str) -> RunPace:
        """Return how the last run of that monitor went."""
        return self._pace.get(id, RunPace.UNKNOWN)

    def acquire(self, slot: CheckSlot) -> bool:
        """Take a slot if there is one, and nobody of the same pace waits; else wait for it."""
        queue = self._waiters[slot.pace]
        if not queue and self._has_room(slot.pace):
            self._count(slot, 1)
            return True
        slot.number = next(self._numbers)
        queue.append(slot)
        return False

    def stop_waiting(self, slot: CheckSlot) -> None:
        """Stop waiting. A slot that was passed over, as its run was ended, waits no more."""
        with contextlib.suppress(ValueError):
            self._waiters[slot.pace].remove(slot)

    def mark_slow(self, slot: CheckSlot) -> None:
        """Count a run with the slow ones from now on."""
        self._count(slot, -1)
        slot.pace = self._pace[slot.id] = RunPace.SLOW
        self._count(slot, 1)
        self._admit()

    def release(self, slot: CheckSlot, *, was_slow: bool) -> None:
        """Free the slot of a run that ended."""
        self._count(slot, -1)
        if not was_slow:
            self._pace[slot.id] = RunPace.BRISK
        self._admit()

    def _has_room(self, pace: RunPace) -> bool:
        running_count = self._brisk + self._slow
        if pace is RunPace.SLOW:
            return self._slow < HALF and running_count < SLOTS
        limit = MOST_CHECKS + HALF if pace is RunPace.BRISK else MOST_CHECKS
        return self._brisk < SLOTS and running_count < limit

    def _count(self, slot: CheckSlot, step: int) -> None:
        if slot.pace is RunPace.SLOW:
            self._slow += step
        else:
            self._brisk += step

    def _admit(self) -> None:
        while queue := self._next_queue():
            slot = queue.popleft()
            if slot.admit():
                self._count(slot, 1)

    def _next_queue(self) -> deque[CheckSlot] | None:
        """Return the queue to admit next: the brisk first, as they are soon over. Now and then it
        is that of whoever has waited longest, as there may be more of the brisk than slots for
        them."""
        open = [
            queue for pace, queue in self._waiters.items() if queue and self._has_room(pace)
        ]
        if len(open) > 1:
            self._candidate += 1
            if self._candidate % IN_A_ROW == 0:
                return min(open, key=lambda queue: queue[0].number)
        return open[0] if open else None


class CheckSlot:
    """Hold one run of a check in its slot, by `async with`."""

    def __init__(self, slots: CheckSlots, id: str) -> None:
        self.id, self._slots = id, slots
        self.pace, self.number = slots.pace(id), 0
        self._entry: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._started_at = 0.0

    def admit(self) -> bool:
        """Let the waiting run go on. Return False where it was ended meanwhile."""
        if self._entry is None or self._entry.done():
            return False
        self._entry.set_result(None)
        return True

    async def __aenter__(self) -> None:
        loop = asyncio.get_running_loop()
        if not self._slots.acquire(self):
            self._entry = loop.create_future()
            try:
                await self._entry
            except asyncio.CancelledError:
                if self._entry.cancelled():
                    self._slots.stop_waiting(self)
                else:  # let in, in the very moment in which it was ended
                    self._slots.release(self, was_slow=self.pace is RunPace.SLOW)
                raise
        self._started_at = loop.time()
        if self.pace is not RunPace.SLOW:
            self._timer = loop.call_later(self._slots.slow, self._slots.mark_slow, self)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        duration = asyncio.get_running_loop().time() - self._started_at
        self._slots.release(self, was_slow=duration >= self._slots.slow)
