"""One mail's way through a slot: answered by the other side, then written down."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from noroshi.core.mail import Parcel


class Turn:
    """A slot's work on one parcel. It comes to something once the other side has spoken, so that
    its line is free again; it is `ended` when all is written down too."""

    ended: asyncio.Task[bool]
    parcel: Parcel | None = None

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self._came, self._over = loop.create_future(), loop.create_future()

    @property
    def lent(self) -> Parcel:
        """The parcel, where there surely is one."""
        assert self.parcel is not None, "asked for"
        return self.parcel

    def begin(self, work: Coroutine[Any, Any, bool]) -> None:
        self.ended = asyncio.create_task(work)
        self.ended.add_done_callback(self._see_the_end)

    def is_answered(self) -> None:
        self._come_to(True)

    async def came_to_something(self) -> bool:
        """Wait for that. False, or what it failed with: nothing was sent."""
        return await self._came or self.ended.result()

    async def is_over(self) -> None:
        """Wait until all is written down. There is one who waits."""
        await self._over

    def _come_to(self, something: bool) -> None:
        if not self._came.done():
            self._came.set_result(something)

    def _see_the_end(self, _: asyncio.Task[bool]) -> None:
        self._come_to(False)
        if not self._over.done():
            self._over.set_result(None)
