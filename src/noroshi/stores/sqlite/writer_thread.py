"""Hold one connection to SQLite on one thread; what is asked for meanwhile shares one
commit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, TypeVar

from pysqlite3 import dbapi2 as driver

from noroshi.core.translation import _
from noroshi.ports import StoreError, StoreFault
from noroshi.schema import Unreadable
from noroshi.stores.sqlite.batch import Work, do_all
from noroshi.stores.sqlite.disk_reserve import Reserve
from noroshi.stores.sqlite.error_messages import meaning
from noroshi.stores.sqlite.types import Connection

T = TypeVar("T")
IS_CLOSED = _("{name} is closed")
Job = tuple[Work[Any], "asyncio.Future[Any]"]

LARGEST_BATCH = 256
GATHER = 0.001
"""Seconds in which more may join a transaction, if several joined the last one: where much is
written, fewer commits cost less and make nobody wait for longer (PostgreSQL's commit_delay and
commit_siblings)."""
MOST_GATHERS = 3
"""So often it waits, as long as more comes: where nobody joins, all who would wait for an answer."""
BETWEEN_LOOKS = 16
"""Transactions in a rush between two looks at the room on the volume: they write a few MiB."""
RESCUES = 8
"""The number of retries of a transaction after room was made for it."""


class Writer:
    """Run work on a connection, in transactions of at most LARGEST_BATCH pieces of work.

    A piece that fails is undone by itself; those beside it may be done twice then, so a piece
    does nothing that outlasts its transaction. `begin` is how a transaction starts. `reserve`
    makes room when the volume is full. `gather` waits for more before a transaction that
    follows one of several pieces. `guard` raises StoreError where a transaction would be
    written in vain. All who ask live on one event loop.
    """

    def __init__(
        self,
        db: Connection,
        name: str,
        begin: str = "begin immediate",
        reserve: Reserve | None = None,
        gather: Callable[[], None] = lambda: None,
        guard: Callable[[], None] = lambda: None,
    ) -> None:
        self._db, self._name, self._begin, self._reserve = db, name, begin, reserve
        self._guard = guard
        self.trouble: StoreError | None = None
        """The reason why the last transaction failed; None: it did not."""
        self._jobs = SimpleQueue[Job | None]()
        self._gather, self._is_busy, self._commits_since_look = gather, False, 0
        self._is_closed = False
        self._thread = Thread(target=self._run, name="noroshi-store", daemon=True)
        self._thread.start()

    def do(self, work: Work[T]) -> asyncio.Future[T]:
        """Return the result of `work`, once it is on the disk. The work is done even if nobody
        waits."""
        if self._is_closed:
            raise StoreError(IS_CLOSED.fill(name=self._name))
        answer = asyncio.get_running_loop().create_future()
        self._jobs.put((work, answer))
        return answer

    async def close(self) -> None:
        """Do what was asked for, and let go of the file. It may be called twice."""
        if not self._is_closed:
            self._is_closed = True
            self._jobs.put(None)
        loop, end_event = asyncio.get_running_loop(), asyncio.Event()

        def see_it_end() -> None:
            self._thread.join()
            with suppress(RuntimeError):  # nobody waits any more
                loop.call_soon_threadsafe(end_event.set)

        # Not in the loop's pool: look-ups of names may hang in each of its threads.
        Thread(target=see_it_end, daemon=True).start()
        await end_event.wait()

    def _run(self) -> None:
        while self._do_next():
            self._look()
        with suppress(driver.Error):  # all is committed; what is left of the WAL is read again
            self._db.close()

    def _do_next(self) -> bool:
        """Do what is asked for next; return False at the end. All of it is local here, so that
        a writer that waits holds nothing of the last: that may be megabytes."""
        jobs = self._batch()
        if jobs:
            results = self._with_room([work for work, _ in jobs])
            futures = [answer for _, answer in jobs]
            with suppress(RuntimeError):  # the loop that asked is closed
                futures[0].get_loop().call_soon_threadsafe(_answer, futures, results)
        return bool(jobs)

    def _look(self) -> None:
        """See to the room on the volume: in a rush not after each of many small commits."""
        self._commits_since_look += 1
        if self._reserve is not None and (
            not self._is_busy or self._commits_since_look >= BETWEEN_LOOKS
        ):
            self._commits_since_look = 0
            self._reserve.look(self._db)

    def _batch(self) -> list[Job]:
        """Return all waiting pieces of work, at least one; none at the end."""
        jobs = [self._jobs.get()]
        if self._is_busy and jobs[0] is not None:
            self._gather_more()
        with suppress(Empty):
            while jobs[-1] is not None and len(jobs) < LARGEST_BATCH:
                jobs.append(self._jobs.get_nowait())
        if jobs[-1] is None and len(jobs) > 1:
            self._jobs.put(None)
        self._is_busy = len(jobs) > 1
        return [job for job in jobs if job is not None]

    def _gather_more(self) -> None:
        for _unused in range(MOST_GATHERS):
            queue_size = self._jobs.qsize()
            self._gather()
            if self._jobs.qsize() == queue_size:
                return

    def _with_room(self, batch: list[Work[Any]]) -> list[Any]:
        """Return an answer or an exception for each; if the transaction fails, all have
        failed."""
        failed = self._in_one_transaction(batch)
        for _unused in range(RESCUES):
            if not isinstance(failed, driver.Error) or not self._rescued(failed):
                break
            failed = self._in_one_transaction(batch)
        if isinstance(failed, list):
            self.trouble = None
            return failed
        self.trouble = self._store_error(failed)
        return [self._store_error(failed) for _ in batch]

    def _is_full(self, error: Exception) -> bool:
        return self._reserve is not None and self._reserve.is_full(error)

    def _rescued(self, error: driver.Error) -> bool:
        return (
            self._reserve is not None
            and self._is_full(error)
            and self._reserve.rescue(self._db)
        )

    def _in_one_transaction(self, batch: list[Work[Any]]) -> list[Any] | Exception:
        """Return the same, or the error if the transaction failed: whatever it was, as nobody
        else writes if this thread ends (SQLite ends a transaction also where memory is
        short)."""
        try:
            self._guard()
            self._db.execute(self._begin)
            answers = self._all(batch)
            self._db.execute("commit")
        except Exception as error:
            with suppress(driver.Error):  # some faults have ended the transaction already
                self._db.rollback()
            return error
        return answers

    def _all(self, batch: list[Work[Any]]) -> list[Any]:
        """Return an answer or an exception for each. Only where one fails are they done once
        more, each within a savepoint, which costs as much as a small piece of work."""
        try:
            return do_all(self._db, batch)
        except Exception as error:  # whose it is, and handed to whom, is seen below
            if self._is_full(error) or not self._db.in_transaction:  # it ends all of them
                raise
        self._db.rollback()
        self._db.execute(self._begin)
        return [self._in_savepoint(work) for work in batch]

    def _in_savepoint(self, work: Work[Any]) -> Any:
        self._db.execute("savepoint one")
        try:
            answer = work(self._db)
        except Exception as error:  # handed to whoever asked
            if self._is_full(error) or not self._db.in_transaction:  # it ends all of them
                raise
            self._db.execute("rollback to one")
            answer = self._plain(error)
        self._db.execute("release one")
        return answer

    def _plain(self, error: Exception) -> Exception:
        """Return the driver's errors, and text that cannot be stored or read, as the
        store's."""
        if not isinstance(error, driver.Error | Unreadable | UnicodeError):
            return error
        return self._store_error(error)

    def _store_error(self, error: Exception) -> StoreError:
        if isinstance(error, StoreError):
            return StoreError(error.words, error.fault)
        fault = StoreFault.OTHER if self._reserve is None else self._reserve.fault_of(error)
        translated = StoreError(meaning(self._name, error, fault), fault)
        translated.__cause__ = error
        return translated


def _answer(futures: list[asyncio.Future[Any]], answers_found: list[Any]) -> None:
    for answer, value in zip(futures, answers_found, strict=True):
        if answer.done():
            continue
        if isinstance(value, Exception):
            answer.set_exception(value)
        else:
            answer.set_result(value)
