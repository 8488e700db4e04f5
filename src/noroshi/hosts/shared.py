"""One look at a fact that serves all who ask for it within a second."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
FRESH = 1.0  # seconds


class Shared(Generic[T]):
    """`look` begins a look; `steady` is the monotonic clock, in seconds."""

    def __init__(
        self, look: Callable[[], asyncio.Future[T]], steady: Callable[[], float]
    ) -> None:
        self._look, self._steady = look, steady
        self._last: asyncio.Future[T] | None = None
        self._began = 0.0

    async def ask(self) -> T:
        """What was found, or the look's own exception. A look under way serves whoever asks
        meanwhile, however long it takes, and goes on when one of them gives up."""
        last = self._last
        if last is None or (last.done() and self._steady() - self._began >= FRESH):
            last = self._last = self._look()
            self._began = self._steady()
        return await asyncio.shield(last)
