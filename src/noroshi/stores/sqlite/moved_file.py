"""Open a file as the source of a move, or make one as the target."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from pysqlite3 import dbapi2 as driver

from noroshi.core.translation import _
from noroshi.ports import StoreError
from noroshi.stores.contents import MOVED_FROM
from noroshi.stores.sqlite.contents_file import EmptyFileContents, FileContents
from noroshi.stores.sqlite.database import open_to_read, open_to_share
from noroshi.stores.sqlite.error_messages import in_words
from noroshi.stores.sqlite.migrations import known_migrations, migrate
from noroshi.stores.sqlite.presence import (
    INDEX,
    LOG,
    is_blank,
    log_left,
    moved_name,
    refuse_lost,
)
from noroshi.system.owners import close_new_file
from noroshi.system.raw_files import sync_folder

UNFINISHED = ".moving"
COMPANIONS = (LOG, INDEX, "-journal", "-ballast")
CANNOT_READ = _("{path} cannot be read: {why}")
CANNOT_WRITE = _("{path} cannot be written: {why}")


@contextmanager
def opened_source(path: Path) -> Iterator[FileContents]:
    """Yield what a file contains; nobody writes to it meanwhile. Raise StoreError."""
    refuse_lost(path)
    connections = open_to_share(path, known_migrations())
    connections.reader.close()
    try:
        connections.writer.execute("begin immediate")
        yield FileContents(connections.writer)
    except driver.Error as error:
        raise StoreError(CANNOT_READ.fill(path=path, why=in_words(error))) from error
    finally:
        with suppress(driver.Error):
            connections.writer.rollback()
        connections.writer.close()


def rename_moved(path: Path, now: datetime) -> Path:
    """Rename a store that was moved, so that no node opens it, and return the new name."""
    with suppress(driver.Error), closing(driver.connect(path)) as db:
        db.execute("pragma wal_checkpoint(truncate)").fetchone()
    new_path = moved_name(path, now)
    log = path.with_name(f"{path.name}{LOG}")
    if log_left(path):  # somebody else has it open
        log.replace(new_path.with_name(f"{new_path.name}{LOG}"))
    path.replace(new_path)
    _unlink_companions(path)
    sync_folder(path.parent)
    return new_path


@contextmanager
def unfinished_file(path: Path) -> Iterator[EmptyFileContents]:
    """Yield an empty store in a new file (0600) beside its place, which `put_in_place` gives its
    name. Raise StoreError."""
    part = path.with_name(f"{path.name}{UNFINISHED}")
    try:
        _make(part)
        with closing(driver.connect(part, isolation_level=None)) as db:
            # Only a whole file gets its name: what was cut off is thrown away.
            db.executescript("pragma journal_mode = off; pragma synchronous = off")
            migrate(part, db, known_migrations(), keep=False)
            db.execute("begin immediate")
            yield EmptyFileContents(db)
    except (driver.Error, OSError) as error:
        _remove(part)
        raise StoreError(CANNOT_WRITE.fill(path=path, why=in_words(error))) from error
    except BaseException:  # whatever it was, half a store must not stay
        _remove(part)
        raise


def put_in_place(path: Path) -> None:
    """Give the finished file its name, in the place of an empty store if there is one."""
    part = path.with_name(f"{path.name}{UNFINISHED}")
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    _unlink_companions(path)
    part.replace(path)
    sync_folder(path.parent)


def move_state(path: Path) -> tuple[bool, str]:
    """Return whether nothing has been done on a store yet (or there is none), and the hash of the
    contents that were moved there; "": none were. Raise StoreError if it cannot be read."""
    if not path.exists() or is_blank(path):
        return not log_left(path), ""
    connections = open_to_read(path, known_migrations())
    try:
        contents = FileContents(connections.reader)
        return contents.is_empty(), contents.note(MOVED_FROM)
    except driver.Error as error:
        raise StoreError(CANNOT_READ.fill(path=path, why=in_words(error))) from error
    finally:
        connections.reader.close()
        connections.writer.close()


def _make(part: Path) -> None:
    _remove(part)
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    os.close(os.open(part, flags, 0o600))
    close_new_file(part)


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink(missing_ok=True)
        _unlink_companions(path)


def _unlink_companions(path: Path) -> None:
    for ending in COMPANIONS:
        path.with_name(f"{path.name}{ending}").unlink(missing_ok=True)
