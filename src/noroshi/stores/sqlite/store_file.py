"""Hold a store's file while it is open: one thread writes, others read.

The log and a ballast lie beside the file, and all three are watched.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Self, TypeVar

from pysqlite3 import dbapi2 as driver

from noroshi.core.mail import Envelope, Origin, with_origin
from noroshi.core.translation import Message, _
from noroshi.ports import FiledStore, StoreError, StoreFault
from noroshi.stores.migration_steps import Migration
from noroshi.stores.sqlite import locks, samples
from noroshi.stores.sqlite.backup import copy
from noroshi.stores.sqlite.batch import Work
from noroshi.stores.sqlite.database import (
    WAITS_FOR_A_LOCK,
    connect_to_read,
    open_file,
    open_to_read,
    open_to_share,
)
from noroshi.stores.sqlite.disk_reserve import BALLAST, Ballast, Reserve, preallocate_log
from noroshi.stores.sqlite.integrity import faults
from noroshi.stores.sqlite.migrations import known_migrations
from noroshi.stores.sqlite.presence import Presence, refuse_lost
from noroshi.stores.sqlite.writer_thread import GATHER, Writer
from noroshi.stores.store_rules import Wakeups
from noroshi.stores.unshared_nodes import UnsharedNodes

T = TypeVar("T")
NOT_WRITTEN = _("the store is not writable: {why}")


@dataclass(frozen=True, slots=True)
class Connections:
    """Hold the connections to one file, each in a thread of its own: `scanner` reads many rows
    at once for people, `selector` the rows of which a mail is chosen."""

    writer: Writer
    reader: Writer
    scanner: Writer
    selector: Writer

    @classmethod
    def without_scans(cls, writer: Writer, reader: Writer) -> Self:
        """Return the two connections of whoever only looks, or only renews sign-ins."""
        return cls(writer, reader, reader, reader)


class StoreFile(UnsharedNodes, FiledStore):
    """Do what ports.Store says of the file as a whole. Made by `open`; used from one event loop."""

    def __init__(
        self,
        path: Path,
        connections: Connections,
        reserve: Reserve,
        presence: Presence,
        origin: Origin,
    ) -> None:
        self.origin = origin
        self._path, self._reserve, self._presence = path, reserve, presence
        self._writer, self._reader = connections.writer, connections.reader
        self._scanner, self._selector = connections.scanner, connections.selector
        self._write, self._read = self._writer.do, self._reader.do
        self._scan = self._scanner.do
        # Not by the scanner: however many people look at all that waits, mails leave.
        self._select = self._selector.do
        self._series: dict[samples.Key, int] = {}
        self._wakeups, self._copying = Wakeups(), asyncio.Lock()
        self._mark, self._leases = uuid.uuid4().hex, count()

    @classmethod
    def open(
        cls,
        path: Path,
        sqlite: Sequence[int] = driver.sqlite_version_info,
        steps: Sequence[Migration] | None = None,
        reserve: int = BALLAST,
        patience: float = WAITS_FOR_A_LOCK,
    ) -> Self:
        """Open a store, or make one (0600), with a ballast of so many bytes beside it; writes
        wait that many seconds for another process.

        Raise StoreError, with the file as it was, if this SQLite or the file will not do: too
        old, too new, changed, or something else.
        """
        steps, name = known_migrations() if steps is None else steps, str(path)
        try:
            db_connections = open_file(path, sqlite, steps, patience)
        except StoreError as error:
            if error.fault is not StoreFault.FULL or not Ballast(path).give_up():
                raise
            db_connections = open_file(path, sqlite, steps, patience)
        room = Reserve(path, reserve)
        if not room.is_tight:
            preallocate_log(path)
        presence, gather = Presence(path), partial(time.sleep, GATHER)
        guard = presence.refuse_lost
        writer = Writer(db_connections.writer, name, reserve=room, gather=gather, guard=guard)
        reading = Writer(db_connections.reader, name, begin="begin")
        more_readers = (
            Writer(db, name, begin="begin") if db else reading
            for db in (db_connections.scanner, db_connections.selector)
        )
        connections = Connections(writer, reading, *more_readers)
        return cls(path, connections, room, presence, db_connections.origin)

    @classmethod
    def reopen(cls, path: Path) -> Self:
        """Open the store that is there. Raise StoreError where there is none: it was lost, and
        an empty one in its place would pass for a new node's."""
        refuse_lost(path)
        return cls.open(path)

    @classmethod
    def look(cls, path: Path) -> Self:
        """Open the store that is there to read alone: others may write to it meanwhile, a node
        may start. Raise StoreError with StoreFault.OLD where it is of an older schema, which
        only who may write can bring up to date."""
        refuse_lost(path)
        db_connections = open_to_read(path, known_migrations())
        both_connections = db_connections.writer, db_connections.reader
        writer, reading = (Writer(db, str(path), begin="begin") for db in both_connections)
        connections = Connections.without_scans(writer, reading)
        return cls(
            path, connections, Reserve(path, size=0), Presence(path), db_connections.origin
        )

    @classmethod
    def share(cls, path: Path) -> Self:
        """Open it as `look` does, and able to write: for sign-ins, which processes that share a
        store renew one at a time. No ids are given out, so no mail is put in."""
        refuse_lost(path)
        db_connections, presence = open_to_share(path, known_migrations()), Presence(path)
        writer = Writer(db_connections.writer, str(path), guard=presence.refuse_lost)
        reading = Writer(db_connections.reader, str(path), begin="begin")
        connections = Connections.without_scans(writer, reading)
        return cls(path, connections, Reserve(path, size=0), presence, db_connections.origin)

    def _with_origin(self, envelopes: Iterable[Envelope]) -> tuple[Envelope, ...]:
        """Give envelopes that are put in the origin of this store."""
        return tuple(with_origin(one, self.origin) for one in envelopes)

    async def _write_and_wake(self, work: Work[T]) -> T:
        """Write what may free an envelope or bring one, and wake those who wait."""
        result = await self._write(work)
        self._wakeups.notify()
        return result

    async def wait(self, timeout: timedelta) -> None:
        await self._wakeups.wait(timeout)

    async def trouble(self) -> Message | None:
        if loss := self._presence.loss:
            return loss
        failed = self._writer.trouble
        return self._reserve.trouble if failed is None else NOT_WRITTEN.fill(why=failed.words)

    async def acquire_lock(
        self, name: str, holder: str, expires_at: datetime, now: datetime
    ) -> bool:
        return await self._write(lambda db: locks.take(db, name, holder, expires_at, now))

    async def release_lock(self, name: str, holder: str) -> None:
        await self._write(lambda db: locks.end(db, name, holder))

    async def is_lost(self) -> bool:
        self._presence.look()
        return self._presence.loss is not None

    async def copy_to(self, path: Path) -> None:
        async with self._copying:  # two to one path would take each other's file for their own
            await self._read_apart(lambda db: copy(db, path))

    async def faults(self) -> Sequence[Message]:
        self._presence.look()
        loss = self._presence.loss
        return [*([] if loss is None else [loss]), *await self._read_apart(faults)]

    async def _read_apart(self, work: Work[T]) -> T:
        """Do a long read on a separate connection, so that nobody else waits for it. A store
        that lost its file is still whole in the open connections, and only there."""
        if self._presence.loss:
            return await self._read(work)
        reader = Writer(connect_to_read(self._path), str(self._path), begin="begin")
        try:
            return await reader.do(work)
        finally:
            await reader.close()

    async def close(self) -> None:
        await self._selector.close()
        await self._scanner.close()
        await self._reader.close()
        await self._writer.close()  # last, so that it may put the WAL away
