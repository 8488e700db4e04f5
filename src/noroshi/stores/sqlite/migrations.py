"""Take the steps of the schema. A store that is there is copied and tried on before it is
changed."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import closing
from functools import cache
from pathlib import Path

from pysqlite3 import dbapi2 as driver

from noroshi.core.translation import _
from noroshi.ports import StoreError
from noroshi.stores.migration_steps import Migration, migrations_in
from noroshi.stores.sqlite.backup import copy
from noroshi.stores.sqlite.error_messages import in_words
from noroshi.stores.sqlite.types import Connection

NOT_OURS = _("{path} is not a Noroshi store: it holds other tables")
NO_ROOM = _(
    "{path} needs an update of its schema, but there is no space for the copy that is made "
    "first: {needed} MiB are needed, {free} MiB are free. It was not changed: free some "
    "space and start again"
)
FAILED = _(
    "{path}: step {number} of the schema update failed ({why}). It was tried on a copy; the "
    "store was not changed: use the version that wrote it"
)
MIB = 1 << 20


@cache
def known_migrations() -> tuple[Migration, ...]:
    """Return the steps that this program knows, in order."""
    return migrations_in("noroshi.stores")


def applied_steps(path: Path, db: Connection) -> dict[int, str]:
    """Return the steps that a file has taken, with the checksums. Raise StoreError if the file
    is not ours."""
    tables = {name for (name,) in db.execute("select name from sqlite_schema")}
    if not tables:
        return {}
    if "migration" not in tables:
        raise StoreError(NOT_OURS.fill(path=path))
    return dict(db.execute("select number, checksum from migration"))


def migrate(
    path: Path, db: Connection, steps: Sequence[Migration], *, keep: bool = True
) -> None:
    """Take the steps that are missing. StoreError leaves the store as it is. `keep`: first make
    a copy to keep; not needed for a file that is a copy itself."""
    taken_steps = applied_steps(path, db)
    missing_steps = [step for step in steps if step.number not in taken_steps]
    if taken_steps and missing_steps and keep:
        _rehearse(path, db, missing_steps)
    db.execute(
        "create table if not exists migration "
        "(number integer primary key, checksum text not null) strict"
    )
    for step in missing_steps:
        _apply(db, step)


def copy_before(path: Path, number: int) -> Path:
    """Return the path of the copy that was made before a step."""
    return path.with_name(f"{path.name}.before-{number}")


def _rehearse(path: Path, db: Connection, steps: Sequence[Migration]) -> None:
    """Copy the store, and try the steps in the copy, which keeps nothing of them."""
    _refuse_without_room(path, db)
    backup = copy_before(path, steps[0].number)
    backup.unlink(missing_ok=True)  # of an earlier try, when the store was older than it is now
    copy(db, backup)
    try:
        _try(path, backup, steps)
    except BaseException:  # whatever it was, a copy that nobody needs must not take the room
        backup.unlink(missing_ok=True)
        raise


def _refuse_without_room(path: Path, db: Connection) -> None:
    """Raise StoreError without room for the copy, the trial's journal, and what the steps
    themselves write."""
    (pages,) = db.execute("pragma page_count").fetchone()
    (size,) = db.execute("pragma page_size").fetchone()
    needed_bytes, free_bytes = pages * size * 2 + MIB, shutil.disk_usage(path.parent).free
    if free_bytes < needed_bytes:
        sizes = {"needed": needed_bytes // MIB + 1, "free": free_bytes // MIB}
        raise StoreError(NO_ROOM.fill(path=path, **sizes))


def _try(path: Path, backup: Path, steps: Sequence[Migration]) -> None:
    with closing(driver.connect(backup, isolation_level=None)) as db:
        # In memory: beside the copy nothing may stay, whatever happens.
        db.execute("pragma locking_mode = exclusive")
        db.execute("pragma journal_mode = memory")
        db.execute("begin immediate")
        for step in steps:
            try:
                _execute(db, step)
            except driver.Error as error:
                message = FAILED.fill(path=path, number=step.number, why=in_words(error))
                raise StoreError(message) from error
        if (verdict := db.execute("pragma quick_check(1)").fetchone()[0]) != "ok":
            raise StoreError(FAILED.fill(path=path, number=steps[-1].number, why=verdict))
        db.execute("rollback")


def _execute(db: Connection, step: Migration) -> None:
    """Execute statement by statement: executescript would end the transaction."""
    statement = ""
    for line in step.sql.splitlines(keepends=True):
        statement += line
        if driver.complete_statement(statement):
            db.execute(statement)
            statement = ""
    if statement.strip():
        db.execute(statement)


def _apply(db: Connection, step: Migration) -> None:
    try:
        db.execute("begin immediate")
        _execute(db, step)
        db.execute("insert into migration values (?, ?)", (step.number, step.checksum))
        db.execute("commit")
    except BaseException:  # whatever it was, half a step must not stay
        db.rollback()
        raise
