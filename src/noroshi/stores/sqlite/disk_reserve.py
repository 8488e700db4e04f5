"""Keep room for the time when the volume is full: a ballast file beside the store.

It is given up at the moment it is needed. What is in it is for events and mails; samples wait,
and old ones are deleted, as SQLite writes new rows into the pages that they leave.
"""

from __future__ import annotations

import errno
import logging
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from pysqlite3 import dbapi2 as driver

from noroshi.core.translation import Message, _
from noroshi.ports import StoreFault
from noroshi.stores.sqlite.samples import drop_oldest
from noroshi.stores.sqlite.types import Connection
from noroshi.system.raw_files import BINARY, allocate, is_read_only

log = logging.getLogger(__name__)

MIB = 1 << 20
BALLAST = 24 * MIB
"""Bytes: some thousand monitors' changes; docs/develop/decisions/0007-reserve.md has figures."""
PIECE = 2 * MIB
"""Bytes of it that are given up at a time."""
LOW = 2 * MIB
"""Bytes free on the volume, below which samples are no longer taken."""
FREE_BESIDE_BALLAST = 8 * MIB
"""Bytes that must be free beside the ballast for all to be as before."""
SPARE = 4 * MIB
"""Bytes of free pages that are kept inside the file while room is short."""
LOG_ROOM = 8 * MIB
"""Bytes that the WAL is given at once, so that the way into the store needs no room."""
PORTION, PORTIONS = 20_000, 25
"""Samples that are deleted in one transaction, and how many of those in a row at most."""

SAMPLES_NOT_SAVED = _(
    "the volume of {path} has only {free} MiB left: samples are not saved, to leave space "
    "for events and messages; free some space"
)
RESERVE_IN_USE = _(
    "the volume of {path} is full ({free} MiB left): events and messages use the reserve, "
    "samples are not saved; free some space"
)
ROOM_AGAIN = "the volume of %s has room again; the reserve is laid out anew"
FAULTS = {
    driver.SQLITE_FULL: StoreFault.FULL,
    driver.SQLITE_BUSY: StoreFault.LOCKED,
    driver.SQLITE_LOCKED: StoreFault.LOCKED,
    driver.SQLITE_READONLY: StoreFault.READ_ONLY,
    driver.SQLITE_IOERR: StoreFault.BROKEN,
    driver.SQLITE_CANTOPEN: StoreFault.BROKEN,
    driver.SQLITE_CORRUPT: StoreFault.BROKEN,
    driver.SQLITE_NOTADB: StoreFault.BROKEN,
}

ERRNO = {
    errno.ENOSPC: StoreFault.FULL,
    getattr(errno, "EDQUOT", errno.ENOSPC): StoreFault.FULL,
    errno.EROFS: StoreFault.READ_ONLY,
}


def free_bytes(folder: Path) -> int:
    """Return the bytes that may still be written to the volume of a folder."""
    return shutil.disk_usage(folder).free


def fault_of(
    error: Exception, folder: Path, measure_free: Callable[[Path], int] = free_bytes
) -> StoreFault:
    """Return the meaning of an error of the driver or the system for a store in that folder. A
    full volume mostly says so; at the WAL's index, or at a file that is to be made, SQLite
    speaks of a fault of the disk."""
    if isinstance(error, OSError):
        return ERRNO.get(error.errno or 0, StoreFault.BROKEN)
    known_fault = FAULTS.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, StoreFault.OTHER)
    if known_fault is StoreFault.BROKEN and _free_bytes(folder, measure_free) < LOW:
        return StoreFault.FULL
    if known_fault is StoreFault.BROKEN and _read_only(folder):
        return StoreFault.READ_ONLY  # it became so while the file was open: a fault of the disk
    return known_fault


def _free_bytes(folder: Path, measure_free: Callable[[Path], int]) -> int:
    try:
        return measure_free(folder)
    except OSError:  # a volume that cannot be asked has none
        return 0


class Ballast:
    """The file that holds the room for a store, beside it (0600)."""

    def __init__(self, store: Path, size: int = BALLAST) -> None:
        self.path, self.size = store.with_name(f"{store.name}-ballast"), size

    @property
    def is_laid(self) -> bool:
        return self._current_size() >= self.size

    def lay(self) -> bool:
        """Write the ballast in real blocks. False: there is no room, and nothing has
        changed."""
        previous_size = self._current_size()
        try:
            file = os.open(self.path, os.O_RDWR | os.O_CREAT | BINARY, 0o600)
            try:
                _fill(file, previous_size, self.size)
            finally:
                os.close(file)
        except OSError:
            self._shrink_to(previous_size)
            return False
        return True

    def give_up(self) -> bool:
        """Give up a piece. False: there is none left, or it cannot be changed."""
        return self._shrink_to(self._current_size() - PIECE)

    def _current_size(self) -> int:
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    def _shrink_to(self, size: int) -> bool:
        try:
            if size > 0:
                os.truncate(self.path, size)
            else:
                self.path.unlink()
        except OSError:
            return False
        return True


def preallocate_log(path: Path) -> None:
    """Reserve disk space for the WAL of a store; SQLite takes the zeros for the end of the log.

    No lock of SQLite is on this file, so it may be opened and closed while SQLite has it open.
    """
    with suppress(OSError):  # without it the ballast alone has to do
        file = os.open(path.with_name(f"{path.name}-wal"), os.O_RDWR | BINARY)
        try:
            _fill(file, os.fstat(file).st_size, LOG_ROOM)
        finally:
            os.close(file)


def _handle_of(path: Path) -> int | None:
    """Return SQLite's own handle of an open store, where the system tells it (Linux). Another
    handle that is opened and closed would drop SQLite's locks (sqlite.org/howtocorrupt.html,
    2.2)."""
    handles = Path("/proc/self/fd")
    for handle in handles.iterdir() if handles.exists() else ():
        with suppress(OSError):  # the one by which they are listed is gone by then
            if handle.samefile(path):
                return int(handle.name)
    return None


def _read_only(folder: Path) -> bool:
    try:
        return is_read_only(folder)
    except OSError:
        return False


def _fill(file: int, start: int, end: int) -> None:
    if start < end:
        allocate(file, start, end - start)


class Reserve:
    """Do for the thread that writes what the volume needs. `is_tight`: samples are not
    taken."""

    def __init__(
        self, path: Path, size: int = BALLAST, measure_free: Callable[[Path], int] = free_bytes
    ) -> None:
        self._path, self._measure_free = path, measure_free
        self._ballast, self._file = Ballast(path, size), _handle_of(path)
        self.is_tight = False
        if not self._ballast.is_laid:
            self.is_tight = not (self._roomy() and self._ballast.lay())

    @property
    def trouble(self) -> Message | None:
        """Return the trouble of the volume that a person should know of."""
        if not self.is_tight:
            return None
        message = SAMPLES_NOT_SAVED if self._ballast.is_laid else RESERVE_IN_USE
        return message.fill(path=self._path, free=round(self._free_bytes() / MIB))

    def fault_of(self, error: Exception) -> StoreFault:
        """Return the meaning of an error of the driver."""
        return fault_of(error, self._path.parent, self._measure_free)

    def is_full(self, error: Exception) -> bool:
        return self.fault_of(error) is StoreFault.FULL

    def rescue(self, db: Connection) -> bool:
        """Make room at once: in the file, by old samples, and on the volume, by the ballast.
        False: there is none to be had."""
        self._tighten()
        has_spare, piece = self._make_spare(db), self._give_up(db)
        return self._move(db) or has_spare or piece

    def look(self, db: Connection) -> None:
        """Look after a transaction whether room is short, or is there again. It costs a
        microsecond (statvfs), and a transaction waits for the disk."""
        if not self.is_tight and self._free_bytes() < LOW:
            self._tighten()
        if not self.is_tight:
            return
        if self._roomy():
            self._loosen()
        else:
            self._make_spare(db)
            self._move(db)

    def _tighten(self) -> None:
        if not self.is_tight:
            self.is_tight = True
            log.error("%s: its volume is full; samples wait, the reserve is used", self._path)

    def _loosen(self) -> None:
        if self._ballast.is_laid or self._ballast.lay():
            self.is_tight = False
            log.warning(ROOM_AGAIN, self._path)

    def _make_spare(self, db: Connection) -> bool:
        """Delete the oldest samples, a portion at a time, while free pages in the file are few:
        what is written next must not make the file grow. False: nothing was deleted."""
        has_deleted = False
        try:
            (size,) = db.execute("pragma page_size").fetchone()
            for _unused in range(PORTIONS):
                (pages,) = db.execute("pragma freelist_count").fetchone()
                if pages * size >= SPARE or not drop_oldest(db, PORTION):
                    break
                has_deleted = True
        except driver.Error:
            pass  # not even that can be written: the ballast has to help first
        return has_deleted

    def _move(self, db: Connection) -> bool:
        """Bring the WAL into the file, so that it begins anew. If the file cannot grow, piece
        by piece of the ballast: another program may take each as soon as it is given up."""
        while not self._checkpoint(db):
            if not self._give_up(db):
                return False
        return True

    def _give_up(self, db: Connection) -> bool:
        """Give up a piece of the ballast. The file takes at once what it must grow by: SQLite
        comes to that last, and another program would be faster."""
        end = self._merged_size(db)
        has_given_up = self._ballast.give_up()
        if has_given_up and self._file is not None:
            with suppress(OSError):
                file_size = os.fstat(self._file).st_size
                _fill(self._file, file_size, min(end, file_size + PIECE))
        return has_given_up

    def _merged_size(self, db: Connection) -> int:
        """Return the bytes of the file once all of the WAL is in it; 0 if that cannot be
        known."""
        try:
            (pages,) = db.execute("pragma page_count").fetchone()
            (size,) = db.execute("pragma page_size").fetchone()
        except driver.Error:
            return 0
        return int(pages * size)

    def _checkpoint(self, db: Connection) -> bool:
        """Bring the WAL into the file. False: the file cannot grow."""
        try:
            db.execute("pragma wal_checkpoint(passive)").fetchone()
        except driver.Error as error:
            return not self.is_full(error)
        return True

    def _roomy(self) -> bool:
        ballast_size = self._ballast.size if self._ballast.is_laid else 0
        return self._free_bytes() + ballast_size >= self._ballast.size + FREE_BESIDE_BALLAST

    def _free_bytes(self) -> int:
        return _free_bytes(self._path.parent, self._measure_free)
