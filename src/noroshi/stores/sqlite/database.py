"""Open the file: what is refused and why, and how it is set up."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from pysqlite3 import dbapi2 as driver

from noroshi.core.mail import NO_ORIGIN, Origin
from noroshi.core.translation import _
from noroshi.ports import StoreError, StoreFault
from noroshi.stores.migration_steps import Migration
from noroshi.stores.sqlite.disk_reserve import fault_of
from noroshi.stores.sqlite.error_messages import meaning
from noroshi.stores.sqlite.migrations import applied_steps, migrate
from noroshi.stores.sqlite.origin import origin_of
from noroshi.stores.sqlite.types import Connection

NEEDED_SQLITE = (3, 51, 3)
WAITS_FOR_A_LOCK = 60.0
"""Seconds for which a write waits for another process; watching and reading go on meanwhile."""
SETTINGS = """
pragma synchronous = full;
pragma wal_autocheckpoint = 1000;
pragma journal_size_limit = 16777216;
pragma temp_store = memory;
"""

CANNOT_OPEN = _("cannot open the store {path}: {why}")
OLD_SQLITE = _(
    "SQLite {found} may corrupt a store that two connections write to "
    "(https://sqlite.org/wal.html#walresetbug); Noroshi requires {needed} or newer: install "
    "pysqlite3 0.6.1 or newer, which includes it"
)
NEWER = _(
    "{path} was written by a newer Noroshi (schema {newest}; this one supports {mine}); it "
    "was not changed: use that version, or a copy from before its update"
)
OTHER_STEP = _(
    "{path}: step {number} of its schema differs from that of this Noroshi; it was not "
    "changed: use the version that wrote it"
)
OLDER_SCHEMA = _("{path} has an older schema; the node updates it when it starts")
NO_WAL = _(
    "{path} is on a file system on which SQLite cannot use its write-ahead log (WAL): use a "
    "local disk"
)


@dataclass(frozen=True, slots=True)
class OpenConnections:
    """A connection to write with, those to read with, and the origin of the ids that they give
    out. `scanner` reads many rows at once for people, and `selector` those that a mail may be
    told with, while `reader` answers those who wait; None: it reads all."""

    writer: Connection
    reader: Connection
    origin: Origin
    scanner: Connection | None = None
    selector: Connection | None = None


def open_file(
    path: Path,
    sqlite: Sequence[int],
    steps: Sequence[Migration],
    patience: float = WAITS_FOR_A_LOCK,
) -> OpenConnections:
    """Open a store's file; raise StoreError and leave it as it is if it will not do."""
    _refuse_old(sqlite)
    try:
        refuse_foreign(path, steps)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        return _open(path, steps, patience)
    except (driver.Error, OSError) as error:
        fault = fault_of(error, path.parent)
        message = CANNOT_OPEN.fill(path=path, why=meaning(path.name, error, fault))
        raise StoreError(message, fault) from error


def connect_to_read(path: Path) -> Connection:
    """Return one more connection that cannot write."""
    reader: Connection = driver.connect(path, isolation_level=None, check_same_thread=False)
    reader.execute("pragma query_only = on")
    return reader


def open_to_read(path: Path, steps: Sequence[Migration]) -> OpenConnections:
    """Return two connections that cannot write, to a store of our schema; raise StoreError
    else. As nothing is put in, no ids are given out."""
    try:
        refuse_foreign(path, steps)
        first, second = connect_to_read(path), connect_to_read(path)
        missing_count = len(steps) - len(applied_steps(path, first))
    except driver.Error as error:
        message = CANNOT_OPEN.fill(path=path, why=meaning(path.name, error, StoreFault.OTHER))
        raise StoreError(message) from error
    if missing_count:
        first.close()
        second.close()
        raise StoreError(OLDER_SCHEMA.fill(path=path), StoreFault.OLD)
    return OpenConnections(first, second, NO_ORIGIN)


def open_to_share(
    path: Path, steps: Sequence[Migration], patience: float = WAITS_FOR_A_LOCK
) -> OpenConnections:
    """Return the same with one that can write, beside whoever has the store."""
    connections = open_to_read(path, steps)
    connections.writer.close()
    writer = driver.connect(
        path, isolation_level=None, check_same_thread=False, timeout=patience
    )
    writer.executescript(SETTINGS)
    return replace(connections, writer=writer)


def _refuse_old(sqlite: Sequence[int]) -> None:
    if tuple(sqlite) < NEEDED_SQLITE:
        version, needed_version = (".".join(map(str, v)) for v in (sqlite, NEEDED_SQLITE))
        raise StoreError(OLD_SQLITE.fill(found=version, needed=needed_version))


def refuse_foreign(path: Path, steps: Sequence[Migration]) -> None:
    """Raise StoreError for a file that is not ours or too new, without writing to it or beside
    it."""
    if not path.exists() or not path.stat().st_size:
        return
    log = path.with_name(f"{path.name}-wal")
    is_unfinished = log.exists() and log.stat().st_size
    mode = "mode=ro" if is_unfinished else "immutable=1"  # immutable: not even a -wal is made
    with closing(driver.connect(f"{path.absolute().as_uri()}?{mode}", uri=True)) as db:
        _compare(path, applied_steps(path, db), steps)


def _compare(
    path: Path, taken_checksums: Mapping[int, str], steps: Sequence[Migration]
) -> None:
    known_checksums = {step.number: step.checksum for step in steps}
    newest_taken, newest_known = (
        max(taken_checksums, default=0),
        max(known_checksums, default=0),
    )
    if newest_taken > newest_known:
        raise StoreError(NEWER.fill(path=path, newest=newest_taken, mine=newest_known))
    for number, checksum in taken_checksums.items():
        if known_checksums.get(number) != checksum:
            raise StoreError(OTHER_STEP.fill(path=path, number=number))


def _open(path: Path, steps: Sequence[Migration], patience: float) -> OpenConnections:
    writer = driver.connect(
        path, isolation_level=None, check_same_thread=False, timeout=patience
    )
    try:
        if writer.execute("pragma journal_mode = wal").fetchone() != ("wal",):
            raise StoreError(NO_WAL.fill(path=path))
        writer.executescript(SETTINGS)
        migrate(path, writer, steps)
        origin = origin_of(writer)
        readers = reader, scanner, selector = [connect_to_read(path) for _ in range(3)]
        # They open the WAL with a first look, and could not once the file has lost its name.
        for connection in readers:
            connection.execute("select 1 from migration").fetchone()
    except BaseException:  # whatever it was, the file must not stay open
        writer.close()
        raise
    return OpenConnections(writer, reader, origin, scanner, selector)
