"""Turns of the loop: much that is ready at once is done a little at a time.

When thousands of monitors change in the same second, each costs some milliseconds of judging and
drafting. Done in one go they would keep everybody else who uses the loop (people who ask, mails
that are sent) waiting for seconds, and once more at each of the steps of an answer.
"""

from __future__ import annotations

import asyncio
from collections import deque

MOST = 8
"""Pieces of work in one round of the loop: some twenty milliseconds of a storm."""


class Rounds:
    """Lets so many go on in a round of the loop, in the order in which they came."""

    def __init__(self, most: int = MOST) -> None:
        self._most, self._left = most, most
        self._waiting = deque[asyncio.Future[None]]()
        self._told = False

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
            self._told = True
            asyncio.get_running_loop().call_soon(self._next)

    def _next(self) -> None:
        """A round is over: as many again."""
        self._told, self._left = False, self._most
        while self._waiting and self._left > 0:
            one = self._waiting.popleft()
            if not one.done():  # who was cancelled meanwhile has no turn
                one.set_result(None)
                self._left -= 1
        if self._waiting:
            self._tell()
