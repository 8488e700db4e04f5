"""Limit the connections that are busy at once: by route, and by the account that routes share."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque

from noroshi.core.mail import Route

Limit = tuple[str, int]
"""The key of a counter, and the highest number that it may reach."""


class ConnectionSlots:
    """Hand out connection slots, first come, first served."""

    def __init__(self) -> None:
        self._busy = defaultdict[str, int](int)
        self._waiters = deque[tuple[Route, asyncio.Future[None]]]()
        self._limits = dict[str, tuple[Route, tuple[Limit, ...]]]()

    def all_busy(self, route: Route) -> bool:
        """Return whether `acquire` would have to wait for this route now."""
        return any(self._busy[key] >= limit for key, limit in self._limits_of(route))

    def is_unused(self, route: Route) -> bool:
        """Return whether no slot of this route is busy, and one may be."""
        return not self._busy[_route_key(route)] and not self.all_busy(route)

    async def acquire(self, route: Route) -> None:
        """Wait for a slot; it is busy until `release`."""
        if not self.all_busy(route):
            self._count(route, 1)
            return
        turn = asyncio.get_running_loop().create_future()
        waiter = route, turn
        self._waiters.append(waiter)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                self._waiters.remove(waiter)
            else:  # it was given, and nobody is there to use it
                self.release(route)
            raise

    def release(self, route: Route) -> None:
        """Free a slot, and give it to the first who waits for one."""
        self._count(route, -1)
        self._grant_next()

    def _count(self, route: Route, change: int) -> None:
        for key, _ in self._limits_of(route):
            self._busy[key] += change

    def _grant_next(self) -> None:
        """Grant a slot to the first who may have it: what became free is enough for one."""
        for place, (route, turn) in enumerate(self._waiters):
            if not turn.done() and not self.all_busy(route):
                del self._waiters[place]
                self._count(route, 1)
                turn.set_result(None)
                return

    def _limits_of(self, route: Route) -> tuple[Limit, ...]:
        cached = self._limits.get(route.name)
        if cached is None or cached[0] is not route:
            cached = self._limits[route.name] = route, _limits(route)
        return cached[1]


def _limits(route: Route) -> tuple[Limit, ...]:
    by_route, pace = (_route_key(route), route.connections), route.pace
    if not pace.connections:
        return (by_route,)
    key = f"account/{pace.account}" if pace.account else f"alone/{route.name}"
    return by_route, (key, pace.connections)


def _route_key(route: Route) -> str:
    return f"route/{route.name}"
