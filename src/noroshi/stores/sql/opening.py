"""Opening the file: what is refused and why, and the migrations, each in one transaction."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from pysqlite3 import dbapi2 as driver

from noroshi.ports import StoreError
from noroshi.stores.sql.values import Connection

NEEDED = (3, 51, 3)
SETTINGS = """
pragma synchronous = full;
pragma wal_autocheckpoint = 1000;
pragma journal_size_limit = 16777216;
pragma temp_store = memory;
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """A step of the schema. Once it was released, its text never changes."""

    number: int
    sql: str

    @property
    def checksum(self) -> str:
        return sha256(self.sql.encode()).hexdigest()


@cache
def ours() -> tuple[Migration, ...]:
    """The steps that this program knows, in order; read as text, so that line ends are one."""
    folder = files("noroshi.stores").joinpath("migrations")
    scripts = [file for file in folder.iterdir() if file.name.endswith(".sql")]
    found = [Migration(int(f.name.split("_")[0]), f.read_text("utf-8")) for f in scripts]
    return tuple(sorted(found, key=lambda step: step.number))


def open_file(
    path: Path, sqlite: Sequence[int], steps: Sequence[Migration]
) -> tuple[Connection, Connection]:
    """A connection to write with and one to read with; StoreError leaves the file as it is."""
    _refuse_old(sqlite)
    try:
        _look(path, steps)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        return _open(path, steps)
    except (driver.Error, OSError) as error:
        raise StoreError(f"cannot open the store {path}: {error}") from error


def _refuse_old(sqlite: Sequence[int]) -> None:
    if tuple(sqlite) < NEEDED:
        found, needed = (".".join(map(str, v)) for v in (sqlite, NEEDED))
        raise StoreError(
            f"SQLite {found} may corrupt a store that two connections write to "
            f"(https://sqlite.org/wal.html#walresetbug); Noroshi needs {needed} or newer, "
            "which pysqlite3 0.6.1 or newer brings: install that"
        )


def _look(path: Path, steps: Sequence[Migration]) -> None:
    """Refuse a file that is not ours, without writing to it or beside it."""
    if not path.exists() or not path.stat().st_size:
        return
    log = path.with_name(f"{path.name}-wal")
    crashed = log.exists() and log.stat().st_size
    mode = "mode=ro" if crashed else "immutable=1"  # immutable: not even a -wal is made
    with closing(driver.connect(f"{path.absolute().as_uri()}?{mode}", uri=True)) as db:
        _compare(path, _applied(path, db), steps)


def _applied(path: Path, db: Connection) -> dict[int, str]:
    tables = {name for (name,) in db.execute("select name from sqlite_schema")}
    if not tables:
        return {}
    if "migration" not in tables:
        raise StoreError(f"{path} is not a store of Noroshi: it holds other tables")
    return dict(db.execute("select number, checksum from migration"))


def _compare(path: Path, applied: Mapping[int, str], steps: Sequence[Migration]) -> None:
    known = {step.number: step.checksum for step in steps}
    newest, mine = max(applied, default=0), max(known, default=0)
    if newest > mine:
        raise StoreError(
            f"{path} was written by a newer Noroshi (schema {newest}, this one knows {mine}); "
            "it was left as it is: use that version, or a copy from before its update"
        )
    for number, checksum in applied.items():
        if known.get(number) != checksum:
            raise StoreError(
                f"{path}: step {number} of its schema is not the one that this Noroshi "
                "brings; it was left as it is: use the version that wrote it"
            )


def _open(path: Path, steps: Sequence[Migration]) -> tuple[Connection, Connection]:
    writer = driver.connect(path, isolation_level=None, check_same_thread=False)
    try:
        if writer.execute("pragma journal_mode = wal").fetchone() != ("wal",):
            raise StoreError(f"{path} lies where SQLite has no WAL: use a local disk")
        writer.executescript(SETTINGS)
        _migrate(path, writer, steps)
        reader = driver.connect(path, isolation_level=None, check_same_thread=False)
        reader.execute("pragma query_only = on")
    except BaseException:  # whatever it was, the file must not stay open
        writer.close()
        raise
    return writer, reader


def _migrate(path: Path, db: Connection, steps: Sequence[Migration]) -> None:
    db.execute(
        "create table if not exists migration "
        "(number integer primary key, checksum text not null) strict"
    )
    applied = _applied(path, db)
    for step in steps:
        if step.number not in applied:
            _apply(db, step)


def _apply(db: Connection, step: Migration) -> None:
    try:
        db.executescript(f"begin immediate;\n{step.sql}")
        db.execute("insert into migration values (?, ?)", (step.number, step.checksum))
        db.execute("commit")
    except BaseException:  # whatever it was, half a step must not stay
        db.rollback()
        raise
