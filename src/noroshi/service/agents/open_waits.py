"""Hold the requests of agents that wait for news."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


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

    def __init__(self) -> None:
        self._open_waits: dict[str, OpenWait] = {}

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
            if self._open_waits.get(agent) is wait:
                del self._open_waits[agent]

    def wake(self, agent: str) -> None:
        """Wake the request of an agent, if there is one."""
        if (wait := self._open_waits.get(agent)) is not None:
            wait.wake()

    def wake_all(self) -> None:
        """Wake all requests."""
        for wait in list(self._open_waits.values()):
            wait.wake()
