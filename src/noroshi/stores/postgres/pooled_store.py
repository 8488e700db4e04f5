"""Open a store in a database, and do what ports.Store says of the store as a whole."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Self, TypeVar

from noroshi import __version__
from noroshi.config.database import Database
from noroshi.core.mail import NO_ORIGIN, Envelope, Origin, with_origin
from noroshi.core.translation import Message, _
from noroshi.ports import Node, NodePlace
from noroshi.stores.column_values import instant
from noroshi.stores.postgres import locks, monitors, work
from noroshi.stores.postgres.bell import POLL_DEAF, Bell
from noroshi.stores.postgres.connection import listen_database
from noroshi.stores.postgres.database_marks import refuse_moved, refuse_restored
from noroshi.stores.postgres.migrations import Schema, migrate, refuse_older
from noroshi.stores.postgres.origin import origin_of
from noroshi.stores.postgres.pool import OnAnswer, Pool, Work
from noroshi.stores.store_rules import Wakeups

T = TypeVar("T")
NOT_WRITTEN = _("the store is not writable: {why}")
APPLICATION = "noroshi"


class PooledStore:
    """Hold the connections to a store. Made by `open`; used from one event loop."""

    def __init__(
        self, pool: Pool, origin: Origin, bell: Bell | None, wakeups: Wakeups, version: str
    ) -> None:
        self.origin = origin
        self._version = version
        self._pool, self._bell, self._wakeups = pool, bell, wakeups
        self._write, self._read = pool.write, pool.read
        self._mark, self._leases = uuid.uuid4().hex, count()

    @classmethod
    async def open(
        cls, database: Database, schema: Schema | None = None, on_answer: OnAnswer | None = None
    ) -> Self:
        """Open a store, or make one in an empty database. Raise StoreError if the server cannot be
        reached, or its schema is not ours, or newer by a step that this version cannot work with."""
        schema = schema or Schema()
        name = database.place
        pool = await Pool.open(database, f"{APPLICATION}/{secrets.token_hex(3)}", on_answer)
        try:
            await migrate(pool, name, schema)
            await pool.read(refuse_moved)
            await pool.write(refuse_restored)
            origin = await pool.write(origin_of)
        except BaseException:  # whatever it was, the connections must not stay open
            await pool.close()
            raise
        wakeups = Wakeups()
        return cls(pool, origin, _bell(database, wakeups), wakeups, schema.version)

    @classmethod
    async def look(cls, database: Database) -> Self:
        """Open a store that is there, for who only looks, or only renews sign-ins. Raise
        StoreError with StoreFault.OLD where it is of an older schema. No ids are given out."""
        name = database.place
        pool = await Pool.open(database, f"{APPLICATION}/look")
        try:
            await pool.read(lambda db: refuse_older(db, name, Schema()))
            await pool.read(refuse_moved)
        except BaseException:  # whatever it was, the connections must not stay open
            await pool.close()
            raise
        return cls(pool, NO_ORIGIN, None, Wakeups(), __version__)

    def _with_origin(self, envelopes: Iterable[Envelope]) -> tuple[Envelope, ...]:
        """Give envelopes that are put in the origin of this store."""
        return tuple(with_origin(one, self.origin) for one in envelopes)

    async def _write_and_wake(self, work: Work[T]) -> T:
        """Write what may free an envelope or bring one, and wake those who wait, here and on other
        nodes."""
        result = await self._write(work)
        self._wake()
        return result

    def _wake(self) -> None:
        self._wakeups.notify()
        if self._bell is not None:
            self._bell.ring()

    async def wait(self, timeout: timedelta) -> None:
        longest_seconds = POLL_DEAF if self._bell is None else self._bell.longest_wait
        await self._wakeups.wait(min(timeout, timedelta(seconds=longest_seconds)))

    @property
    def hears_others(self) -> bool:
        """Return whether what other nodes commit is heard at once; else it is looked for each
        second."""
        return self._bell is not None and self._bell.hears

    async def acquire_lock(
        self, name: str, holder: str, expires_at: datetime, now: datetime
    ) -> bool:
        return await self._write(lambda db: locks.take(db, name, holder, expires_at - now))

    async def release_lock(self, name: str, holder: str) -> None:
        await self._write(lambda db: locks.end(db, name, holder))

    async def take_work(self, node: str, holder: str, duration: timedelta) -> bool:
        return await self._write(lambda db: work.take(db, node, holder, duration))

    async def clock(self) -> datetime:
        return instant(await self._read(lambda db: db.value("select noroshi_now()")))

    async def leave_work(self, holder: str) -> None:
        await self._write(lambda db: work.leave(db, holder))

    async def announce(self, place: NodePlace) -> Sequence[NodePlace]:
        return await self._write(lambda db: work.announce(db, place))

    async def withdraw(self, node: str) -> None:
        await self._write(lambda db: work.withdraw(db, node))

    async def begin(self, name: str, now: datetime) -> Node:
        return await self._write_and_wake(
            lambda db: monitors.begin(db, name, now, self._version)
        )

    async def end(self, node: Node, now: datetime) -> None:
        await self._write_and_wake(lambda db: monitors.end(db, node, now))

    async def record_unusable(self, node: Node, version: int, reason: Message) -> None:
        await self._write(lambda db: monitors.record_unusable(db, node, version, reason))

    async def trouble(self) -> Message | None:
        failed = self._pool.trouble
        return None if failed is None else NOT_WRITTEN.fill(why=failed)

    async def is_lost(self) -> bool:
        return False

    async def close(self) -> None:
        if self._bell is not None:
            await self._bell.close()
        await self._pool.close()


def _bell(database: Database, wakeups: Wakeups) -> Bell | None:
    bell_database = listen_database(database)
    return (
        None
        if bell_database is None
        else Bell(bell_database, f"{APPLICATION}/bell", wakeups.notify)
    )
