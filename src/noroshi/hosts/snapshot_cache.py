"""Look at a fact once for all who ask for it within a second."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
LIFETIME = 1.0  # seconds


class SharedSnapshot(Generic[T]):
    """`look` begins a look; `steady` is the monotonic clock, in seconds."""

    def __init__(
        self, look: Callable[[], asyncio.Future[T]], steady: Callable[[], float]
    ) -> None:
        self._look, self._steady = look, steady
        self._last: asyncio.Future[T] | None = None
        self._asked_at = 0.0

    async def ask(self) -> T:
        """Return what was found, or raise what the look raised. A look under way serves whoever asks
        meanwhile, however long it takes, and goes on when one of them gives up."""
        last = self._last
        if last is None or (last.done() and self._steady() - self._asked_at >= LIFETIME):
            last = self._last = self._look()
            last.add_done_callback(retrieve_exception)
            self._asked_at = self._steady()
        # Nearly all come after its end, and need not wait for a turn of the loop.
        return last.result() if last.done() else await asyncio.shield(last)


class SyncSnapshot(Generic[T]):
    """The same for a look that takes no time; one that raised is made anew."""

    def __init__(self, look: Callable[[], T], steady: Callable[[], float]) -> None:
        self._look, self._steady = look, steady
        self._last: T | None = None
        self._asked_at = 0.0

    def ask(self) -> T:
        """Return what was found, at most a second ago."""
        now = self._steady()
        if self._last is None or now - self._asked_at >= LIFETIME:
            self._last, self._asked_at = self._look(), now
        return self._last


def retrieve_exception(look: asyncio.Future[T]) -> None:
    """Fetch the exception of a look: whoever asked may have given up, and asyncio logs one that
    nobody fetches."""
    if not look.cancelled():
        look.exception()
