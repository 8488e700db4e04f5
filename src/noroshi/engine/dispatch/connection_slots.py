"""Connections that may be busy at once: as many as a route has, and as its account may have."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque

from noroshi.core.mail import Route

Limit = tuple[str, int]
"""What is counted, and how much of it there may be."""


class Lines:
    """Whoever wants a line of a route waits until one is free; who came first has it first."""

    def __init__(self) -> None:
        self._busy = defaultdict[str, int](int)
        self._waiting = deque[tuple[Route, asyncio.Future[None]]]()
        self._limits = dict[str, tuple[Route, tuple[Limit, ...]]]()

    def all_busy(self, route: Route) -> bool:
        """Whether who wants a line of this route now would have to wait."""
        return any(self._busy[key] >= most for key, most in self._limits_of(route))

    def is_unused(self, route: Route) -> bool:
        """Whether none of its lines is busy, and one may be."""
        return not self._busy[_own(route)] and not self.all_busy(route)

    async def take(self, route: Route) -> None:
        """Wait for a line; it is busy until it is given to `free`."""
        if not self.all_busy(route):
            self._count(route, 1)
            return
        mine = asyncio.get_running_loop().create_future()
        waits = route, mine
        self._waiting.append(waits)
        try:
            await mine
        except asyncio.CancelledError:
            if mine.cancelled():
                self._waiting.remove(waits)
            else:  # it was given, and nobody is there to use it
                self.free(route)
            raise

    def free(self, route: Route) -> None:
        """It is not busy any more."""
        self._count(route, -1)
        self._hand_on()

    def _count(self, route: Route, change: int) -> None:
        for key, _ in self._limits_of(route):
            self._busy[key] += change

    def _hand_on(self) -> None:
        """To the first who may have it: what became free is enough for one."""
        for place, (route, waiter) in enumerate(self._waiting):
            if not waiter.done() and not self.all_busy(route):
                del self._waiting[place]
                self._count(route, 1)
                waiter.set_result(None)
                return

    def _limits_of(self, route: Route) -> tuple[Limit, ...]:
        known = self._limits.get(route.name)
        if known is None or known[0] is not route:
            known = self._limits[route.name] = route, _limits(route)
        return known[1]


def _limits(route: Route) -> tuple[Limit, ...]:
    own, pace = (_own(route), route.connections), route.pace
    if not pace.connections:
        return (own,)
    whose = f"account/{pace.account}" if pace.account else f"alone/{route.name}"
    return own, (whose, pace.connections)


def _own(route: Route) -> str:
    return f"route/{route.name}"
