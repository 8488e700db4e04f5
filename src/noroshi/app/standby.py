"""Wait until no other node on the same database works, and hold the work while this one does."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from noroshi.app.store_opening import open_shared_store
from noroshi.config.config import Config
from noroshi.ports import SharedStore, StoreError

WORK_LEASE = timedelta(seconds=9)
RENEW = 2.0
"""Seconds between two renewals, and between two looks of a node that waits."""
log = logging.getLogger(__name__)


class WorkLostError(Exception):
    """Report that another node has taken over, as this one had not renewed the work in time."""


class Work:
    """Hold the work of all nodes on a database. `lost_event` is set once another node has it: this one
    must not go on."""

    def __init__(self, store: SharedStore, node: str) -> None:
        self._store, self._node = store, node
        self._holder = f"{node}/{secrets.token_hex(8)}"
        self.lost_event = asyncio.Event()

    async def wait(self, on_wait: Callable[[], None]) -> None:
        """Return when this node has the work; `on_wait` is called before each pause. Raise
        StoreError if the first question is not answered."""
        is_mine = await self._take()
        if not is_mine:
            log.info("another node works on this database; this one stands by")
        while not is_mine:
            on_wait()
            await asyncio.sleep(RENEW)
            is_mine = await self._take_if_it_answers()

    async def hold(self) -> None:
        """Hold the work on until another node has it. While the database is away nobody can take
        it, so that this node goes on."""
        while not self.lost_event.is_set():
            await asyncio.sleep(RENEW)
            with suppress(StoreError):
                if not await self._take():
                    self.lost_event.set()

    async def leave(self) -> None:
        """Let another node have it at once."""
        with suppress(StoreError):
            await self._store.leave_work(self._holder)

    async def _take(self) -> bool:
        return await self._store.take_work(self._node, self._holder, WORK_LEASE)

    async def _take_if_it_answers(self) -> bool:
        try:
            return await self._take()
        except StoreError as error:
            log.warning("the database does not say whether another node works: %s", error)
            return False


@asynccontextmanager
async def work_of(
    config: Config, stop: asyncio.Event, on_wait: Callable[[], None]
) -> AsyncIterator[asyncio.Event]:
    """Wait for the work unless `stop` is set, and hold it within. Yield what is set once it is
    lost: never, where the store is a file, which no other node shares."""
    if config.database is None:
        yield asyncio.Event()
        return
    store = await open_shared_store(config.database)
    try:
        work = Work(store, config.name)
        waiting = asyncio.create_task(work.wait(on_wait))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait((waiting, stopping), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if waiting.done():
            await waiting
        waiting.cancel()
        async with _hold_within(work):
            yield work.lost_event
    finally:
        await store.close()


@asynccontextmanager
async def _hold_within(work: Work) -> AsyncIterator[None]:
    task = asyncio.create_task(work.hold())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait((task,))
        await work.leave()
