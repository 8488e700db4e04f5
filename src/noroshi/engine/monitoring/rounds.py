"""Spread work that is ready at once over several rounds of the event loop.

When thousands of monitors change in the same second, each costs a millisecond or more of judging and
drafting. Done in one go they would keep everybody else who uses the loop (people who ask, mails
that are sent) waiting for seconds, and once more at each of the steps of an answer.
"""

from __future__ import annotations

import asyncio
from collections import deque
from time import perf_counter

SPENT = 0.01
"""Seconds that one round of the loop shall cost."""
LEAST, MOST = 2, 100
"""Pieces of work in one round, however much or little one costs."""


class Rounds:
    """Lets so many go on in a round of the loop, in the order in which they came."""

    def __init__(self) -> None:
        self._most = self._left = LEAST
        self._waiting = deque[asyncio.Future[None]]()
        self._told, self._began = False, 0.0

    async def turn(self) -> None:
        """Return when it is one's turn: at once, as long as there is little to do."""
        self._tell()
        if self._left > 0 and not self._waiting:
            self._left -= 1
            return
        mine = asyncio.get_running_loop().create_future()
        self._waiting.append(mine)
        await mine

    def _tell(self) -> None:
        if not self._told:
            self._told, self._began = True, perf_counter()
            asyncio.get_running_loop().call_soon(self._next)

    def _next(self) -> None:
        """A round is over: as many in the next as cost so much, by what these have cost."""
        gone = self._most - self._left
        if gone:
            cost = (perf_counter() - self._began) / gone
            self._most = max(LEAST, min(MOST, int(SPENT / cost) if cost else MOST))
        self._told, self._left = False, self._most
        while self._waiting and self._left > 0:
            one = self._waiting.popleft()
            if not one.done():  # who was cancelled meanwhile has no turn
                one.set_result(None)
                self._left -= 1
        if self._left < self._most:
            self._tell()
