"""Connections that may be busy at once: as many as a route has, and as its account may have."""

from __future__ import annotations

import asyncio
from collections import Counter, deque

from noroshi.core.model import Route


class Lines:
    """Whoever wants a line of a route waits until one is free; who came first has it first."""

    def __init__(self) -> None:
        self._busy = Counter[str]()
        self._waiting = deque[tuple[Route, asyncio.Future[None]]]()

    def all_busy(self, route: Route) -> bool:
        """Whether who wants a line of this route now would have to wait."""
        return any(self._busy[key] >= most for key, most in _limits(route))

    async def take(self, route: Route) -> None:
        """Wait for a line; it is busy until it is given to `free`."""
        if not self.all_busy(route):
            self._mark(route)
            return
        mine = asyncio.get_running_loop().create_future()
        self._waiting.append((route, mine))
        try:
            await mine
        except asyncio.CancelledError:
            if not mine.cancelled():  # it was given, and nobody is there to use it
                self.free(route)
            raise

    def free(self, route: Route) -> None:
        """It is not busy any more."""
        self._busy.subtract(key for key, _ in _limits(route))
        self._hand_on()

    def _mark(self, route: Route) -> None:
        self._busy.update(key for key, _ in _limits(route))

    def _hand_on(self) -> None:
        still = deque[tuple[Route, asyncio.Future[None]]]()
        while self._waiting:
            route, waiter = self._waiting.popleft()
            if waiter.done():  # it was cancelled
                continue
            if self.all_busy(route):
                still.append((route, waiter))
                continue
            self._mark(route)
            waiter.set_result(None)
        self._waiting = still


def _limits(route: Route) -> list[tuple[str, int]]:
    """What is counted for a route, and how much of it there may be."""
    own, pace = (f"route/{route.name}", route.connections), route.pace
    if not pace.connections:
        return [own]
    whose = f"account/{pace.account}" if pace.account else f"alone/{route.name}"
    return [own, (whose, pace.connections)]
