"""Hold what one node does for all that share a database, or wait until it is this one's turn."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from math import inf

from noroshi.app.shared_clock import SharedClock
from noroshi.app.store_opening import open_shared_store
from noroshi.background_task import run_beside
from noroshi.config.config import Config
from noroshi.ports import Clocks, NodePlace, SharedStore, StoreError, StoreFault

WORK_LEASE = timedelta(seconds=9)
RENEW = 2.0
"""Seconds between two renewals, and between two looks of a node that waits."""
RECENT_CONTACT = 5.0
"""A node has the database if it sent the last statement that was answered within these seconds: one
follows the other, with a pause of RENEW between renewals, so up to 1.5 s a statement. A longer time
would let it say so while nobody has the database, and the node that asks would give up its monitors."""
LEAVE_TIMEOUT = 3.0
"""Seconds in which a node that stops tells the database so."""
log = logging.getLogger(__name__)


class DatabaseContact:
    """Remember when the database last answered this node, and whether the node could renew.
    `block_renewed_at` returns when its engine last renewed the lease of the monitors."""

    def __init__(self, steady: Callable[[], float]) -> None:
        self._steady, self.block_renewed_at = steady, steady
        self._renewed_at, self._answered_at, self._has_failed = -inf, -inf, True

    def note_answer(self, seconds: float) -> None:
        """Note an answer to a statement that was sent so long ago."""
        self._answered_at = self._steady() - seconds

    def note_renewal(self, sent_at: float) -> None:
        """Note a renewal that was begun then and has succeeded."""
        self._renewed_at, self._has_failed = sent_at, False

    def note_failure(self) -> None:
        """Note a renewal that failed: answers alone count no more, as they may all be refusals."""
        self._has_failed = True

    def has_database(self) -> bool:
        """Return whether this node renewed in the database within the last seconds, or does so now
        and is answered, and could have the monitors of another node: as long as each node says that
        and none can renew its lease, no node monitors."""
        newest = self._renewed_at if self._has_failed else self._answered_at
        oldest = min(max(newest, self._renewed_at), self.block_renewed_at())
        return self._steady() - oldest < RECENT_CONTACT


class WorkLostError(Exception):
    """Report that another node does what one does for all, as this one had not renewed it in time."""


class SharedWork:
    """Hold the work of all nodes on a database. `taken_event` is set once this node has it, `lost_event`
    once another node has taken it from this one, or the store was moved away: this one must not go on.
    `place` is where this node is reached, `places` where all that were heard of last are."""

    def __init__(
        self,
        store: SharedStore,
        node: str,
        clock: SharedClock,
        pause: float = RENEW,
        place: NodePlace | None = None,
        leave_timeout: float = LEAVE_TIMEOUT,
        contact: DatabaseContact | None = None,
    ) -> None:
        self._store, self._node, self._clock, self._pause = store, node, clock, pause
        self._place, self._leave_timeout = place or NodePlace(name=node), leave_timeout
        self.contact = contact or DatabaseContact(clock.clocks.steady)
        self.places: Sequence[NodePlace] = ()
        self._takes_from = 0.0
        self._holder = f"{node}/{secrets.token_hex(8)}"
        self.taken_event, self.lost_event = asyncio.Event(), asyncio.Event()

    async def begin(self) -> None:
        """Take the work if nobody has it. Raise StoreError."""
        await self._clock.look()
        await self._take()
        await self._announce()
        if not self.taken_event.is_set():
            log.info("another node sends; this one shares the monitors with it")

    async def keep(self) -> None:
        """Hold the work on, or take it once nobody has it, until another node takes it from this one.
        While the database is away nobody can take it, so that this node goes on; once it is back, the
        one that had it comes first."""
        now = self._clock.clocks.steady
        while not self.lost_event.is_set():
            await asyncio.sleep(self._pause)
            try:
                if self.taken_event.is_set() or now() >= self._takes_from:
                    await self._take()
                await self._announce()
                await self._clock.look()
            except StoreError as error:
                self.contact.note_failure()
                if error.fault is StoreFault.GONE:
                    log.critical("this node ends: %s", error)
                    self.lost_event.set()
                self._takes_from = now() + WORK_LEASE.total_seconds()
            except Exception:  # a fault of ours must not let two nodes send from then on
                self.contact.note_failure()
                log.exception("the renewal of the work met with a bug")
                self._takes_from = now() + WORK_LEASE.total_seconds()

    async def leave(self) -> None:
        """Let another node have it at once; if the database does not say in time that this was done,
        the others wait until the lease is over."""
        with suppress(StoreError, TimeoutError):
            async with asyncio.timeout(self._leave_timeout):
                await self._store.leave_work(self._holder)
                await self._store.withdraw(self._node)

    def clock_agrees(self) -> bool:
        """Return whether this computer's own clock agrees with the database's."""
        return not self._clock.is_wrong

    async def _take(self) -> None:
        is_mine = await self._store.take_work(self._node, self._holder, WORK_LEASE)
        if is_mine:
            self.taken_event.set()
        elif self.taken_event.is_set():
            self.lost_event.set()

    async def _announce(self) -> None:
        sent_at = self._clock.clocks.steady()
        self.places = await self._store.announce(self._place)
        self.contact.note_renewal(sent_at)


class OwnWork:
    """Stand for the work of a node that has its store for itself: nobody can take it."""

    def __init__(self) -> None:
        self.taken_event, self.lost_event = asyncio.Event(), asyncio.Event()
        self.taken_event.set()


@asynccontextmanager
async def work_of(
    config: Config, clocks: Clocks
) -> AsyncIterator[tuple[SharedWork | OwnWork, Clocks]]:
    """Yield the work, and the clocks by which this node dates. Raise StoreError."""
    if config.database is None:
        yield OwnWork(), clocks
        return
    contact = DatabaseContact(clocks.steady)
    store = await open_shared_store(config.database, contact.note_answer)
    try:
        clock = SharedClock(clocks, store.clock)
        work = SharedWork(store, config.name, clock, place=_place(config), contact=contact)
        await work.begin()
        async with _keep_within(work):
            yield work, clock.clocks
    finally:
        await store.close()


def _place(config: Config) -> NodePlace:
    """Return where this node is reached, as noroshi.toml says."""
    cluster = config.cluster
    if cluster is None:
        return NodePlace(name=config.name)
    agents = "" if cluster.agents is None else str(cluster.agents)
    return NodePlace(name=config.name, address=str(cluster.address), agents=agents)


@asynccontextmanager
async def _keep_within(work: SharedWork) -> AsyncIterator[None]:
    try:
        async with run_beside(work.keep()):
            yield
    finally:
        await work.leave()
