"""Spread work that is ready at once over several rounds of the event loop.

When thousands of monitors change in the same second, each costs a millisecond or more of judging
and drafting. Done in one go they would keep everybody else who uses the loop (people who ask, mails
that are sent) waiting for seconds, and once more at each of the steps of an answer.
"""

from __future__ import annotations

import asyncio
from collections import deque
from time import perf_counter

SPENT_SECONDS = 0.01
"""Seconds that one round of the loop shall cost."""
FEWEST_TURNS, MOST_TURNS = 2, 100
"""Pieces of work in one round, however much or little one costs."""


class Rounds:
    """Let so many tasks go on in a round of the loop, in the order in which they came."""

    def __init__(self) -> None:
        self._turn_limit = self._turns_left = FEWEST_TURNS
        self._waiters = deque[asyncio.Future[None]]()
        self._scheduled, self._began_at = False, 0.0

    async def turn(self) -> None:
        """Wait for the caller's turn: none, as long as there is little to do."""
        self._schedule()
        if self._turns_left > 0 and not self._waiters:
            self._turns_left -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiters.append(turn)
        await turn

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled, self._began_at = True, perf_counter()
            asyncio.get_running_loop().call_soon(self._start_round)

    def _start_round(self) -> None:
        """Start the next round, with as many as cost SPENT by what the last ones have cost."""
        turns_taken = self._turn_limit - self._turns_left
        if turns_taken:
            cost = (perf_counter() - self._began_at) / turns_taken
            self._turn_limit = max(
                FEWEST_TURNS, min(MOST_TURNS, int(SPENT_SECONDS / cost) if cost else MOST_TURNS)
            )
        self._scheduled, self._turns_left = False, self._turn_limit
        while self._waiters and self._turns_left > 0:
            turn = self._waiters.popleft()
            if not turn.done():  # who was cancelled meanwhile has no turn
                turn.set_result(None)
                self._turns_left -= 1
        if self._turns_left < self._turn_limit:
            self._schedule()
