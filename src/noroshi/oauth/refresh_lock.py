"""Let one process at a time refresh an account, of all processes that share the store.

The lock is leased for a short time and renewed while the holder works: a process that died
loses it soon.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Protocol

from noroshi.background_task import run_beside
from noroshi.ports import Clocks, StoreError

log = logging.getLogger(__name__)
LENGTH = timedelta(seconds=20)
LOOK = 0.2
"""Seconds between two looks whether another is done."""


class LockStore(Protocol):
    """Keep the locks; see ports.Store."""

    async def acquire_lock(
        self, name: str, holder: str, expires_at: datetime, now: datetime
    ) -> bool: ...

    async def release_lock(self, name: str, holder: str) -> None: ...


class RefreshLock:
    """Take the locks of one holder. Two tasks of one holder do not keep each other out."""

    def __init__(
        self,
        store: LockStore,
        holder: str,
        clocks: Clocks,
        *,
        length: timedelta = LENGTH,
        look: float = LOOK,
        patience: float | None = None,
    ) -> None:
        """`patience`: seconds within which the store must answer; None: it is waited for."""
        self._store, self._holder, self._clocks = store, holder, clocks
        self._length, self._look, self._patience = length, look, patience
        self.is_mute = False
        """The store did not answer the last question in time."""

    @asynccontextmanager
    async def try_acquire(self, name: str) -> AsyncIterator[bool]:
        """Yield whether it is our turn; if so, hold it until this ends. If not, wait a little at
        the end."""
        if not await self._take(name):
            yield False
            await asyncio.sleep(self._look)
            return
        try:
            async with run_beside(self._hold_on(name)):
                yield True
        finally:
            if not self.is_mute:
                with suppress(StoreError):  # it ends by itself
                    await self._store.release_lock(name, self._holder)

    @asynccontextmanager
    async def acquire(self, name: str) -> AsyncIterator[None]:
        """Wait for our turn, and hold it until this ends."""
        while True:
            async with self.try_acquire(name) as is_our_turn:
                if is_our_turn:
                    yield
                    return

    async def _take(self, name: str) -> bool:
        now = self._clocks.wall()
        try:
            async with asyncio.timeout(self._patience):
                is_ours = await self._store.acquire_lock(
                    name, self._holder, now + self._length, now
                )
        except (StoreError, TimeoutError) as error:
            # Where nothing can be written nobody else has it either, and mail must leave.
            self.is_mute = isinstance(error, TimeoutError)
            reason = str(error) or "no answer"
            log.info("whose turn it is for %s cannot be written: %s", name, reason)
            return True
        self.is_mute = False
        return is_ours

    async def _hold_on(self, name: str) -> None:
        while True:
            await asyncio.sleep(self._length.total_seconds() / 4)
            await self._take(name)
