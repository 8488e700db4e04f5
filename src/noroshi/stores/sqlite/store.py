"""The store in a file of SQLite: one thread writes, another reads.

What it keeps is described in migrations/; samples are kept to the millisecond, and without
the notes of their readings.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from pysqlite3 import dbapi2 as driver

from noroshi.core.delivery import Fate, RestRoute
from noroshi.core.mail import Envelope, Origin, Parcel, Receipt, signed
from noroshi.core.model import Change, Decision, Event, Sample, Standing, State
from noroshi.core.words import Words
from noroshi.ports import (
    Arrival,
    Away,
    Beat,
    Block,
    Entry,
    Followed,
    InQueue,
    Node,
    Renewal,
    Resting,
    StoreError,
    Taken,
    Version,
    Waiting,
)
from noroshi.stores.common import News
from noroshi.stores.sqlite import (
    arrivals as stored_arrivals,
    deferral,
    definitions,
    digests,
    history,
    leases,
    ledger,
    monitors,
    spool,
    spool_counts,
)
from noroshi.stores.sqlite.backup import copy
from noroshi.stores.sqlite.batch import Alike, Work
from noroshi.stores.sqlite.connection import (
    WAITS_FOR_A_LOCK,
    connect_to_read,
    open_file,
    open_to_read,
    open_to_share,
)
from noroshi.stores.sqlite.disk_reserve import BALLAST, Ballast, Reserve, lay_log
from noroshi.stores.sqlite.integrity import faults
from noroshi.stores.sqlite.migrations import Migration, ours
from noroshi.stores.sqlite.presence import Presence, refuse_lost
from noroshi.stores.sqlite.store_alarms import AlarmsInFile
from noroshi.stores.sqlite.store_people import PeopleInFile
from noroshi.stores.sqlite.store_values import KeptInFile
from noroshi.stores.sqlite.types import MICROSECOND, Connection, instant, number
from noroshi.stores.sqlite.writer_thread import GATHER, Writer

T = TypeVar("T")
NOT_WRITTEN = Words(en="the store cannot be written: {why}", ja="保存先に書き込めません: {why}")
FEW = 100
"""So many monitors' last samples are read in a moment: nobody waits behind them."""


class SqliteStore(PeopleInFile, AlarmsInFile, KeptInFile):
    """As ports.Store says. Made by `open`; used from one event loop."""

    def __init__(
        self,
        path: Path,
        writer: Writer,
        reader: Writer,
        reserve: Reserve,
        presence: Presence,
        origin: Origin,
        scanner: Writer | None = None,
    ) -> None:
        self.origin = origin
        self._path, self._reserve, self._presence = path, reserve, presence
        self._writer, self._reader, self._scanner = writer, reader, scanner or reader
        self._write, self._read, self._scan = writer.do, reader.do, self._scanner.do
        self._series: dict[history.Key, int] = {}
        self._news, self._copying = News(), asyncio.Lock()
        self._mark, self._leases = uuid.uuid4().hex, count()

    @classmethod
    def open(
        cls,
        path: Path,
        sqlite: Sequence[int] = driver.sqlite_version_info,
        steps: Sequence[Migration] | None = None,
        reserve: int = BALLAST,
        patience: float = WAITS_FOR_A_LOCK,
    ) -> SqliteStore:
        """Open a store, or make one (0600), with a ballast of so many bytes beside it; writes
        wait that many seconds for another process.
        StoreError, with the file as it was, if this SQLite or the file will not do: too old,
        too new, changed, or something else."""
        steps, name = ours() if steps is None else steps, str(path)
        try:
            opened = open_file(path, sqlite, steps, patience)
        except StoreError as error:
            if error.away is not Away.FULL or not Ballast(path).give_up():
                raise
            opened = open_file(path, sqlite, steps, patience)
        room = Reserve(path, reserve)
        if not room.tight:
            lay_log(path)
        presence, gather = Presence(path), partial(time.sleep, GATHER)
        guard = presence.refuse_lost
        writing = Writer(opened.writer, name, reserve=room, gather=gather, guard=guard)
        reading = Writer(opened.reader, name, begin="begin")
        scanning = Writer(opened.scanner, name, begin="begin") if opened.scanner else None
        return cls(path, writing, reading, room, presence, opened.origin, scanning)

    @classmethod
    def reopen(cls, path: Path) -> SqliteStore:
        """Open the store that is there. StoreError where there is none: it was lost, and an
        empty one in its place would pass for a new node's."""
        refuse_lost(path)
        return cls.open(path)

    @classmethod
    def look(cls, path: Path) -> SqliteStore:
        """Open the store that is there to read alone: others may write to it meanwhile, a node
        may start. StoreError with Away.OLD where it is of an older schema, which only who may
        write can bring up to date."""
        refuse_lost(path)
        opened = open_to_read(path, ours())
        both = opened.writer, opened.reader
        writing, reading = (Writer(db, str(path), begin="begin") for db in both)
        return cls(path, writing, reading, Reserve(path, size=0), Presence(path), opened.origin)

    @classmethod
    def share(cls, path: Path) -> SqliteStore:
        """Open it as `look` does, and able to write: for sign-ins, which processes that share a
        store renew one at a time. Nobody's ids are given out, so no mail is put in."""
        refuse_lost(path)
        opened, presence = open_to_share(path, ours()), Presence(path)
        writing = Writer(opened.writer, str(path), guard=presence.refuse_lost)
        reading = Writer(opened.reader, str(path), begin="begin")
        return cls(path, writing, reading, Reserve(path, size=0), presence, opened.origin)

    def _own(self, envelopes: Iterable[Envelope]) -> tuple[Envelope, ...]:
        """What is put in goes by our ids."""
        return tuple(signed(one, self.origin) for one in envelopes)

    async def _tell(self, work: Work[T]) -> T:
        """Write what may free an envelope or bring one, and wake those who wait."""
        found = await self._write(work)
        self._news.tell()
        return found

    # definitions

    async def publish(self, version: Version, ids: Iterable[str], base: int) -> int:
        named = tuple(dict.fromkeys(ids))
        return await self._tell(lambda db: definitions.publish(db, version, named, base))

    async def enroll(self, version: int, monitors: Iterable[str]) -> bool:
        named = tuple(dict.fromkeys(monitors))
        return await self._write(lambda db: definitions.enroll(db, version, named))

    async def current(self) -> Version:
        return await self._read(definitions.current)

    async def current_number(self) -> int:
        return await self._read(definitions.latest)

    async def version(self, number: int) -> Version | None:
        return await self._read(lambda db: definitions.numbered(db, number))

    async def versions(self, last: int = 100) -> Sequence[Version]:
        return await self._read(lambda db: definitions.newest(db, last))

    # monitors

    async def begin(self, name: str, now: datetime) -> Node:
        return await self._tell(lambda db: monitors.begin(db, name, now))

    async def end(self, node: Node, now: datetime) -> None:
        await self._tell(lambda db: monitors.end(db, node, now))

    async def lease_monitors(self, node: Node, now: datetime, fence: int = 0) -> Block:
        return await self._write(lambda db: monitors.lend(db, node, now, fence))

    async def renew(self, fence: int, now: datetime) -> Renewal | None:
        return await self._write(lambda db: monitors.renew(db, fence, now))

    async def commit(self, fence: int, change: Change) -> bool:
        keep = not self._reserve.tight  # a change comes first; its samples are only charts
        sampled = [(change.monitor, sample) for sample in change.samples if keep]
        change = replace(change, envelopes=self._own(change.envelopes))

        def work(db: Connection) -> tuple[bool, dict[history.Key, int]]:
            done = monitors.commit(db, fence, change)
            return done, history.append(db, self._series, sampled if done else ())

        done, series = await self._write(work)
        self._series |= series
        if change.envelopes:
            self._news.tell()
        return done

    async def recall(self, monitor: str) -> tuple[State, Mapping[str, Any]]:
        # By the writer: a commit that nobody waits for any more may stand in its queue.
        return await self._write(lambda db: monitors.recall(db, monitor))

    async def retire(self, fence: int, change: Change) -> bool:
        change = replace(change, envelopes=self._own(change.envelopes))
        return await self._tell(lambda db: monitors.retire(db, fence, change))

    async def append(self, samples: Sequence[tuple[str, Sample]]) -> None:
        if words := self._reserve.trouble:
            raise StoreError(words, Away.SAVING)
        newest = {monitor: sample.memory for monitor, sample in samples}

        def work(db: Connection) -> dict[history.Key, int]:
            monitors.remember(db, newest)
            return history.append(db, self._series, samples)

        self._series |= await self._write(work)

    async def drop_samples(self, before: datetime, most: int) -> int:
        return await self._write(lambda db: history.drop(db, before, most))

    async def states(self, ids: Collection[str] | None = None) -> Mapping[str, State]:
        read = self._scan if ids is None else self._read
        return await read(lambda db: monitors.states(db, ids))

    async def events(self, monitor: str = "", last: int = 100) -> Sequence[Event]:
        return await self._read(lambda db: monitors.events(db, monitor, last))

    async def decisions(self, monitor: str) -> Sequence[Decision]:
        return await self._read(lambda db: monitors.decisions(db, monitor))

    async def samples(self, monitor: str, last: int = 100) -> Sequence[Sample]:
        return await self._read(lambda db: history.newest(db, monitor, last))

    async def newest(self, monitors: Collection[str]) -> Mapping[str, Sample]:
        if not monitors:
            return {}
        wanted = frozenset(monitors)
        read = self._scan if len(wanted) > FEW else self._read
        return await read(lambda db: history.newest_of(db, wanted))

    async def stand(self, monitor: str, standing: Standing) -> bool:
        return await self._write(lambda db: monitors.stand(db, monitor, standing))

    # jobs that report in

    async def beat(self, name: str, beat: Beat) -> None:
        row = (name, number(beat.at), beat.ok, beat.text)
        sql = "insert or replace into beat values (?, ?, ?, ?)"
        await self._tell(lambda db: db.execute(sql, row).rowcount)

    async def beats(self) -> Mapping[str, Beat]:
        sql = "select name, at, ok, text from beat order by name"
        rows = await self._read(lambda db: db.execute(sql).fetchall())
        return {n: Beat(at=instant(at), ok=bool(ok), text=text) for n, at, ok, text in rows}

    # envelopes

    async def post(self, *envelopes: Envelope) -> int:
        own = self._own(envelopes)
        return await self._tell(lambda db: sum(spool.put(db, one) for one in own))

    async def claim_parcel(
        self,
        node: Node,
        route: str,
        now: datetime,
        but: Collection[str] = (),
        only_critical: Collection[str] = (),
    ) -> Parcel | None:
        lease = f"{self._mark}/{next(self._leases)}"
        claim = leases.Claim(node, route, now, lease, but, only_critical)
        return await self._write(Alike(claim.kind, leases.lend, claim))

    async def pile(self, parcel: Parcel) -> Sequence[Envelope]:
        return await self._scan(lambda db: digests.pile(db, parcel))

    async def join(self, parcel: Parcel, digest: Envelope) -> bool:
        own = signed(digest, self.origin)
        return await self._tell(lambda db: digests.join(db, parcel, own))

    async def give_back(self, parcel: Parcel, now: datetime) -> bool:
        return await self._tell(lambda db: spool.untried(db, parcel, now))

    async def put_by(
        self, parcel: Parcel, why: Words, now: datetime, envelopes: Sequence[Envelope] = ()
    ) -> bool:
        own = self._own(envelopes)
        return await self._tell(lambda db: leases.put_by(db, parcel, why, now, own))

    async def taken(self, since: datetime) -> Sequence[Taken]:
        return await self._read(lambda db: digests.taken(db, since))

    async def settle(
        self, parcel: Parcel, receipt: Receipt, fate: Fate, envelopes: Sequence[Envelope] = ()
    ) -> bool:
        end = leases.End(parcel, receipt, fate, self._own(envelopes))
        return await self._tell(Alike("settle", leases.settle, end))

    async def waiting(self) -> Sequence[Waiting]:
        return await self._scan(spool.waiting)

    async def in_queue(self, but: str = "") -> InQueue:
        return await self._read(lambda db: spool_counts.in_queue(db, but))

    async def tally(self, since: datetime) -> Mapping[str, int]:
        return await self._read(lambda db: ledger.tally(db, since))

    async def ledger(
        self, last: int = 100, alarm: str = "", monitor: str = ""
    ) -> Sequence[Entry]:
        return await self._read(lambda db: ledger.ledger(db, last, alarm, monitor))

    async def totals(self) -> Mapping[str, int]:
        return await self._read(ledger.totals)

    async def arrived(
        self, envelope: str, arrival: Arrival, envelopes: Sequence[Envelope] = ()
    ) -> bool:
        own = self._own(envelopes)
        return await self._tell(lambda db: stored_arrivals.arrived(db, envelope, arrival, own))

    async def bearer(self, message_ids: Collection[str]) -> Followed | None:
        return await self._read(lambda db: stored_arrivals.bearer(db, message_ids))

    async def followed(self, begins: str, last: int, before: str = "") -> Sequence[Followed]:
        return await self._read(lambda db: stored_arrivals.followed(db, begins, last, before))

    async def arrivals(self, envelope: str) -> Sequence[Arrival]:
        return await self._read(lambda db: stored_arrivals.arrivals_of(db, envelope))

    async def forget(self, before: datetime, most: int) -> int:
        return await self._write(lambda db: ledger.forget(db, before, most))

    async def envelope(self, id: str) -> tuple[Waiting, Sequence[Receipt]] | None:
        return await self._read(lambda db: spool.envelope(db, id))

    async def retry(self, id: str, now: datetime) -> bool:
        return await self._tell(lambda db: spool.retry(db, id, now))

    async def hasten(self, route: str, now: datetime) -> bool:
        return await self._tell(lambda db: deferral.hasten(db, route, now))

    async def hold(self, id: str, who: str) -> bool:
        return await self._tell(lambda db: spool.hold(db, id, who))

    async def release(self, id: str, now: datetime) -> bool:
        return await self._tell(lambda db: spool.release(db, id, now))

    async def drop(self, id: str, who: str) -> bool:
        return await self._tell(lambda db: spool.drop(db, id, who))

    async def readdress(
        self, id: str, to: Sequence[str], routes: Sequence[str], *, anew: bool = True
    ) -> bool:
        return await self._tell(lambda db: spool.readdress(db, id, to, routes, anew))

    async def accepted(self) -> Mapping[str, datetime]:
        return await self._read(digests.accepted)

    async def resting(self) -> Sequence[Resting]:
        return await self._read(spool.resting)

    async def probed(self, route: str, rest: RestRoute | None) -> None:
        await self._tell(lambda db: spool.write_health(db, route, rest))

    async def wake(self, route: str, now: datetime) -> bool:
        return await self._tell(lambda db: spool.wake(db, route, now))

    # all

    async def shift(self, by: timedelta) -> None:
        await self._tell(partial(spool.shift, by=by // MICROSECOND))

    async def wait(self, longest: timedelta) -> None:
        await self._news.wait(longest)

    async def trouble(self) -> Words | None:
        if lost := self._presence.lost:
            return lost
        failed = self._writer.trouble
        return self._reserve.trouble if failed is None else NOT_WRITTEN.fill(why=failed.words)

    async def lost(self) -> bool:
        self._presence.look()
        return self._presence.lost is not None

    async def copy_to(self, path: Path) -> None:
        async with self._copying:  # two to one path would take each other's file for their own
            await self._apart(lambda db: copy(db, path))

    async def faults(self) -> Sequence[Words]:
        self._presence.look()
        lost = self._presence.lost
        return [*([] if lost is None else [lost]), *await self._apart(faults)]

    async def _apart(self, work: Work[T]) -> T:
        """Read for long on a connection of its own, so that nobody else waits for it. A store
        that lost its file is still whole in the connections that are open, and only there."""
        if self._presence.lost:
            return await self._read(work)
        reader = Writer(connect_to_read(self._path), str(self._path), begin="begin")
        try:
            return await reader.do(work)
        finally:
            await reader.close()

    async def close(self) -> None:
        await self._scanner.close()
        await self._reader.close()
        await self._writer.close()  # last, so that it may put the WAL away
