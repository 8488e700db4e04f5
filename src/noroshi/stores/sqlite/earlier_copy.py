"""Go on from the copy that a newer version made of the store before it changed the schema."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from pysqlite3 import dbapi2 as driver

from noroshi.core.translation import plain
from noroshi.ports import StoreError
from noroshi.stores.sqlite.migrations import applied_steps, copy_before, known_migrations

COMPANIONS = ("", "-wal", "-shm")
"""Endings of the names of a store's files: its own, and those that SQLite makes beside it."""


def return_to_copy(path: Path) -> Path | None:
    """Put the copy in the place of a store whose schema this version does not know, and return where
    the store is now; None where nothing is to be done, or there is no copy. No process may have
    the store open. Raises OSError, and StoreError if the file cannot be read or is not ours."""
    newest_known = max(step.number for step in known_migrations())
    copy, newer = copy_before(path, newest_known + 1), path.with_name(f"{path.name}.newer")
    is_cut_off = not path.exists() and newer.exists()
    if not (is_cut_off or _is_newer(path, newest_known)) or not copy.exists():
        return None
    for end in COMPANIONS:
        file = path.with_name(path.name + end)
        if file.exists():
            file.replace(newer.with_name(newer.name + end))
    copy.replace(path)
    return newer


def _is_newer(path: Path, newest_known: int) -> bool:
    return path.exists() and _newest_step(path) > newest_known


def _newest_step(path: Path) -> int:
    try:
        with closing(driver.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            return max(applied_steps(path, db), default=0)
    except driver.Error as error:
        raise StoreError(plain(f"{path}: {error}")) from error
