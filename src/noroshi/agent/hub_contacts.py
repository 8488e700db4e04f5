"""Count the answers of the hub, so that whoever did not reach it waits for the next one."""

from __future__ import annotations

import asyncio


class HubContacts:
    """Hold how often the hub has answered the link."""

    def __init__(self) -> None:
        self.count = 0
        self._event = asyncio.Event()

    def note(self) -> None:
        """Count an answer, and wake those who wait for it."""
        self.count += 1
        self._event.set()
        self._event = asyncio.Event()

    async def wait_for_more(self, count: int) -> None:
        """Wait until the hub has answered more often than that. Whoever takes the count before a
        request misses no answer that comes while the request fails."""
        while self.count <= count:
            await self._event.wait()
