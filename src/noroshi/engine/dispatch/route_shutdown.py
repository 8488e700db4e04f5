"""How a route is let go of, as the node stops or the route is changed, with mails on their way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from functools import partial
from typing import Any

from noroshi.engine.dispatch.active_route import Way

GRACE = 3.0  # seconds that what is being sent has

Attempt = Callable[[Callable[[], Awaitable[bool]]], Awaitable[bool | None]]


class Endings:
    """What is being sent may end and be written down: else it would be sent twice."""

    def __init__(self, attempt: Attempt) -> None:
        self._attempt, self._ending = attempt, set[asyncio.Task[Any]]()

    async def stop(self, way: Way) -> None:
        """The node stops. What it cannot write down now nobody knows in its next life."""
        await _let_end(way)
        await _cut(way.sending, 0.0)
        await way.transport.close()

    async def leave(self, way: Way) -> None:
        """The route is changed. What the disk has not taken by then is written down however long
        that takes: what was lent meanwhile would be nobody's until its lease ends."""
        await _let_end(way)
        await way.break_off()
        for sending in way.sending:
            ending = asyncio.create_task(self._see_to(sending))
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)
        await way.transport.close()

    async def close(self) -> None:
        """What is left of routes that were changed has a moment more."""
        await _cut(self._ending, GRACE)

    async def _see_to(self, sending: asyncio.Task[bool]) -> None:
        await self._attempt(partial(_end_of, sending))


async def _end_of(sending: asyncio.Task[bool]) -> bool:
    return await sending


async def _let_end(way: Way) -> None:
    """Take nothing new by it, and give what it has out a moment."""
    for slot in way.slots:
        slot.cancel()
    await asyncio.gather(*way.slots, return_exceptions=True)
    if way.sending:
        await asyncio.wait(way.sending, timeout=GRACE)


async def _cut(tasks: Collection[asyncio.Task[Any]], grace: float) -> None:
    if tasks and grace:
        await asyncio.wait(tasks, timeout=grace)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
