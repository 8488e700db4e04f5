"""Hold the requests of agents that wait for news."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

MOMENT = 15.0
"""Seconds within which an agent waits again, also if it takes up a configuration first."""


class OpenWait:
    """One request that waits. `is_over`: it shall be answered now, whatever there is to tell."""

    def __init__(self) -> None:
        self._news = asyncio.Event()
        self.is_over = False

    async def next_news(self) -> None:
        """Return when there may be news; what came since the last call counts."""
        await self._news.wait()
        self._news.clear()

    def wake(self) -> None:
        """Let it look whether there is news."""
        self._news.set()

    def end(self) -> None:
        """Have it answered now."""
        self.is_over = True
        self._news.set()


class OpenWaits:
    """All requests that wait, one of each agent: a further one ends the one before."""

    def __init__(self, steady: Callable[[], float]) -> None:
        self._steady = steady
        self._open_waits: dict[str, OpenWait] = {}
        self._closed_at: dict[str, float] = {}

    def __contains__(self, agent: str) -> bool:
        return agent in self._open_waits

    @contextmanager
    def open(self, agent: str) -> Iterator[OpenWait]:
        """Keep a request of an agent among those that are woken, until the block ends."""
        wait = OpenWait()
        if (earlier_wait := self._open_waits.get(agent)) is not None:
            earlier_wait.end()
        self._open_waits[agent] = wait
        try:
            yield wait
        finally:
            self._closed_at[agent] = self._steady()
            if self._open_waits.get(agent) is wait:
                del self._open_waits[agent]

    def is_connected(self, agent: str) -> bool:
        """Return whether an agent waits, or did a moment ago: it may be about to wait again."""
        if agent in self._open_waits:
            return True
        closed_at = self._closed_at.get(agent)
        return closed_at is not None and self._steady() - closed_at < MOMENT

    def wake(self, agent: str) -> None:
        """Wake the request of an agent, if there is one."""
        if (wait := self._open_waits.get(agent)) is not None:
            wait.wake()

    def wake_all(self) -> None:
        """Wake all requests."""
        for wait in list(self._open_waits.values()):
            wait.wake()
