"""Copy a store to a new file, as the store is at one instant."""

from __future__ import annotations

import os
from contextlib import closing, suppress
from pathlib import Path

from pysqlite3 import dbapi2 as driver

from noroshi.core.translation import _
from noroshi.ports import StoreConflict, StoreError, StoreFault
from noroshi.stores.sqlite.error_messages import in_words
from noroshi.stores.sqlite.types import Connection
from noroshi.system.owners import close_new_file
from noroshi.system.raw_files import sync_folder

THERE_IS_ONE = _("{path} already exists; nothing is ever overwritten")
CANNOT_COPY = _("the copy {path} cannot be written: {why}")


def copy(db: Connection, path: Path) -> None:
    """Copy a store to a file (0600) that appears under the given name once it is whole.

    The store is read in one go, at one instant: writers do not wait. Raise StoreConflict if the
    file is there, and StoreError, with nothing left behind, if it cannot be written.
    """
    if path.exists():
        raise StoreConflict(THERE_IS_ONE.fill(path=path).en)
    part = path.with_name(f"{path.name}.part")
    try:
        _fill(db, part)
        part.rename(path)
        sync_folder(path.parent)
    except (driver.Error, OSError) as error:
        _away_with(part)
        words = CANNOT_COPY.fill(path=path, why=in_words(error))
        raise StoreError(words, StoreFault.COPY) from error
    except BaseException:  # whatever it was, half a copy must not stay
        _away_with(part)
        raise


def _fill(db: Connection, part: Path) -> None:
    _away_with(part)
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    os.close(os.open(part, flags, 0o600))
    close_new_file(part)
    with closing(driver.connect(part, isolation_level=None)) as copy_db:
        # It is no store before it has its name: a copy that was cut off is thrown away.
        copy_db.executescript("pragma journal_mode = off; pragma synchronous = off")
        # The first page is written last. The file bears its mark from the beginning all the same,
        # by which no definition may read it (hosts/protected_files.py).
        copy_db.executescript("create table copying (x); drop table copying")
        db.backup(copy_db)
    with part.open("rb+") as file:
        os.fsync(file.fileno())


def _away_with(part: Path) -> None:
    with suppress(OSError):
        part.unlink(missing_ok=True)
