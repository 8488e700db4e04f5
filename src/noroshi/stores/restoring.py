"""Bringing a backup back: it is looked through, made fit to go on, and put in the store's place."""

from __future__ import annotations

import os
import shutil
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pysqlite3 import dbapi2 as driver

from noroshi import schema
from noroshi.core.model import State
from noroshi.core.words import Words
from noroshi.ports import StoreError
from noroshi.stores.sql.checking import faults
from noroshi.stores.sql.copying import copy, sync_folder
from noroshi.stores.sql.migrating import migrate, ours
from noroshi.stores.sql.opening import refuse_foreign
from noroshi.stores.sql.values import Connection, instant

AHEAD = 1_000_000
"""By how much the monitors' serials jump: what was told after the backup has ids that the
backup does not know, and a mail under one of them would pass for a mail that is known."""

RELEASE = """
update spool set due = coalesce((select max(seen) from life), 0),
                 lease = null, node = null, life = null
where lease is not null"""
NO_FILE = Words(en="{path}: there is no such file", ja="{path} というファイルはありません")
NO_STORE = Words(
    en="{path} cannot be read as a store: {why}", ja="{path} を保存先として読めません: {why}"
)
NOT_WHOLE = Words(
    en="{path} is not whole, nothing was changed: {what}",
    ja="{path} は壊れています。何も変更していません: {what}",
)
KEPT_BEFORE = Words(
    en="{path} is there already; try again in a second",
    ja="{path} はすでにあります。1秒待って再試行してください",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What came back: `seen` is the last instant the backup knows of (None: no node had run).

    `waiting` mails go out once a node runs, of these `out` had been on their way; `held` wait
    for a person. `kept` is where the store that was there lies now (None: there was none).
    """

    version: int
    seen: datetime | None
    waiting: int
    out: int
    held: int
    kept: Path | None


def faults_of(path: Path) -> list[Words]:
    """What should not be so in a store that nobody has open, or in a backup of one. StoreError
    if it is none of ours."""
    _refuse_no_file(path)
    try:
        refuse_foreign(path, ours())
        with closing(_read_only(path)) as db:
            return list(faults(db))
    except driver.Error as error:
        raise StoreError(NO_STORE.fill(path=path, why=error)) from error


def restore(backup: Path, store: Path, now: datetime, *, hold: bool = False) -> Restored:
    """Put a backup in a store's place, for who holds the life lock; the old store is kept.

    Mails that had been out are due at once, under the Message-ID they had. With `hold` all
    that wait are held instead. StoreError, and nothing changed, if it is not whole or of a
    newer schema.
    """
    _refuse_no_file(backup)
    fresh = store.with_name(f"{store.name}.restoring")
    try:
        refuse_foreign(backup, ours())
        fresh.unlink(missing_ok=True)
        found = _prepare(backup, fresh, hold=hold)
        return replace(found, kept=_exchange(fresh, store, now))
    except (driver.Error, OSError) as error:
        why = getattr(error, "strerror", None) or error
        raise StoreError(NO_STORE.fill(path=backup, why=why)) from error
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)


def _refuse_no_file(path: Path) -> None:
    if not path.is_file() or not path.stat().st_size:
        raise StoreError(NO_FILE.fill(path=path))


def _read_only(path: Path) -> Connection:
    """A copy of a store that crashed may have its WAL beside it, which is read as well."""
    log = path.with_name(f"{path.name}-wal")
    mode = "mode=ro" if log.exists() and log.stat().st_size else "immutable=1"
    uri = f"{path.absolute().as_uri()}?{mode}"
    opened: Connection = driver.connect(uri, uri=True, isolation_level=None)
    return opened


def _prepare(backup: Path, fresh: Path, *, hold: bool) -> Restored:
    """A copy beside the store, looked through, brought to our schema, and fit to go on."""
    with closing(_read_only(backup)) as db:
        copy(db, fresh)
    with closing(driver.connect(fresh, isolation_level=None)) as db:
        db.execute("pragma journal_mode = delete")
        if wrong := faults(db):
            said = Words(en="; ".join(w.en for w in wrong), ja=" ".join(w.ja for w in wrong))
            raise StoreError(NOT_WHOLE.fill(path=backup, what=said))
        migrate(fresh, db, ours(), keep=False)
        db.execute("begin immediate")
        found = _go_on(db, hold=hold)
        db.execute("commit")
        return found


def _go_on(db: Connection, *, hold: bool) -> Restored:
    """No life of before the backup holds anything; no id is given out twice."""
    (out,) = db.execute("select count(*) from spool where lease is not null").fetchone()
    (seen,) = db.execute("select max(seen) from life").fetchone()
    db.execute(RELEASE)
    db.execute("delete from lease")
    db.execute("update monitor set fence = null")
    if hold:
        db.execute("update spool set fate = 'held', why = 'restore' where fate = ''")
    _jump(db)
    count = "select count(*) from spool where fate = ?"
    (waiting,), (held,) = (db.execute(count, (fate,)).fetchone() for fate in ("", "held"))
    (version,) = db.execute("select coalesce(max(number), 0) from version").fetchone()
    return Restored(
        version=version,
        seen=None if seen is None else instant(seen),
        waiting=waiting,
        out=out,
        held=held,
        kept=None,
    )


def _jump(db: Connection) -> None:
    states = [(id, schema.value(State, body)) for id, body in _states(db)]
    ahead = [(schema.text(replace(s, serial=s.serial + AHEAD)), id) for id, s in states]
    db.executemany("update monitor set state = ? where id = ?", ahead)


def _states(db: Connection) -> list[tuple[str, str]]:
    return db.execute("select id, state from monitor").fetchall()


def _exchange(fresh: Path, store: Path, now: datetime) -> Path | None:
    """Put it in the store's place. At no instant is there no store; the old one has a second
    name before the first is taken from it."""
    kept = None
    if store.exists():
        kept = store.with_name(f"{store.name}.before-restore-{now:%Y%m%dT%H%M%SZ}")
        if kept.exists():
            raise StoreError(KEPT_BEFORE.fill(path=kept))
        _put_by(store, kept)
    fresh.replace(store)
    sync_folder(store.parent)
    return kept


def _put_by(store: Path, kept: Path) -> None:
    _settle_log(store)
    log = store.with_name(f"{store.name}-wal")
    if log.exists():  # the file is broken; its WAL must not be read into the new one
        log.replace(kept.with_name(f"{kept.name}-wal"))
    store.with_name(f"{store.name}-shm").unlink(missing_ok=True)
    try:
        os.link(store, kept)
    except OSError:  # a file system without second names
        shutil.copy2(store, kept)


def _settle_log(store: Path) -> None:
    """Whoever closes the last connection brings the WAL into the file."""
    with suppress(driver.Error), closing(driver.connect(store)) as db:
        db.execute("pragma wal_checkpoint(truncate)").fetchone()
