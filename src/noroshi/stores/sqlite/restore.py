"""Bring a backup back: look through it, make it fit to go on, and put it in the store's
place."""

from __future__ import annotations

import os
import shutil
from contextlib import closing, suppress
from dataclasses import replace
from datetime import datetime
from itertools import chain, count
from pathlib import Path

from pysqlite3 import dbapi2 as driver

from noroshi.core.agents import ERA_NOTE
from noroshi.core.mail import EnvelopeState
from noroshi.core.translation import SENTENCES, Message, _, joined
from noroshi.ports import StoreError
from noroshi.stores.sqlite.backup import copy
from noroshi.stores.sqlite.database import refuse_foreign
from noroshi.stores.sqlite.error_messages import in_words
from noroshi.stores.sqlite.integrity import faults
from noroshi.stores.sqlite.migrations import known_migrations, migrate
from noroshi.stores.sqlite.types import Connection, instant
from noroshi.stores.store_rules import SERIALS_AHEAD, RestoreReport
from noroshi.stores.stored_state import read_state, state_text
from noroshi.system.raw_files import sync_folder

NEED_LEASES = """
update agent set body = json_set(body, '$.needs_lease', json('true')) where json_valid(body)"""
"""Since the backup an agent may have got a route by which it sends itself: it has to be heard
first."""
FILE_ENDINGS = ("-wal", "-shm", "-journal")
"""Files that SQLite keeps beside a database, and would read into another one of the same
name."""

RELEASE = """
update spool set due = coalesce((select max(seen) from life), 0),
                 lease = null, node = null, life = null
where lease is not null"""
NO_FILE = _("{path}: there is no such file")
NO_STORE = _("{path} cannot be read as a store: {why}")
NOT_WHOLE = _("{path} is damaged; nothing was changed: {what}")


def faults_of(path: Path) -> list[Message]:
    """Return the faults of a store that nobody has open, or of a backup. Raise StoreError if it
    is none of ours."""
    _refuse_no_file(path)
    try:
        refuse_foreign(path, known_migrations())
        with closing(_read_only(path)) as db:
            return list(faults(db))
    except driver.Error as error:
        raise StoreError(NO_STORE.fill(path=path, why=in_words(error))) from error


def restore(backup: Path, store: Path, now: datetime, *, hold: bool = False) -> RestoreReport:
    """Put a backup in a store's place, for who holds the life lock; the old store is kept.

    Mails that had been out are due at once, under the Message-ID they had. With `hold` all
    that wait are held instead. StoreError, and nothing changed, if it is not whole or of a
    newer schema.
    """
    _refuse_no_file(backup)
    new_file = store.with_name(f"{store.name}.restoring")
    try:
        refuse_foreign(backup, known_migrations())
        _away_with(new_file)
        restored = _prepare(backup, new_file, now, hold=hold)
        return replace(restored, previous_store=_exchange(new_file, store, now))
    except (driver.Error, OSError) as error:
        raise StoreError(NO_STORE.fill(path=backup, why=in_words(error))) from error
    finally:
        with suppress(OSError):
            _away_with(new_file)


def _away_with(file: Path) -> None:
    for ending in ("", *FILE_ENDINGS):
        file.with_name(f"{file.name}{ending}").unlink(missing_ok=True)


def _refuse_no_file(path: Path) -> None:
    if not path.is_file() or not path.stat().st_size:
        raise StoreError(NO_FILE.fill(path=path))


def _read_only(path: Path) -> Connection:
    """Open a copy of a crashed store; a WAL beside it is read as well."""
    log = _log_of(path)
    mode = "mode=ro" if log.exists() and log.stat().st_size else "immutable=1"
    uri = f"{path.absolute().as_uri()}?{mode}"
    db: Connection = driver.connect(uri, uri=True, isolation_level=None)
    return db


def _prepare(backup: Path, new_file: Path, now: datetime, *, hold: bool) -> RestoreReport:
    """Make a copy beside the store, looked through, brought to our schema, and fit to go on."""
    with closing(_read_only(backup)) as db:
        copy(db, new_file)
    with closing(driver.connect(new_file, isolation_level=None)) as db:
        db.execute("pragma journal_mode = delete")
        if faults_found := faults(db):
            raise StoreError(NOT_WHOLE.fill(path=backup, what=joined(faults_found, SENTENCES)))
        migrate(new_file, db, known_migrations(), keep=False)
        db.execute("begin immediate")
        restored = _make_fit(db, now, hold=hold)
        db.execute("commit")
        return restored


def _make_fit(db: Connection, now: datetime, *, hold: bool) -> RestoreReport:
    """Take from each life and log-in of before the backup what it holds; let no id be given out
    twice."""
    (out_count,) = db.execute("select count(*) from spool where lease is not null").fetchone()
    (last_seen,) = db.execute("select max(seen) from life").fetchone()
    db.execute(RELEASE)
    db.execute("delete from lease")
    db.execute("update monitor set fence = null")
    db.execute("delete from session")  # what was ended since must not hold again
    db.execute("delete from invitation")  # nor must one that was used since
    db.execute("delete from note where name = ?", (ERA_NOTE,))
    db.execute(NEED_LEASES)
    if hold:
        sql = "update spool set fate = ?, why = 'restore' where fate = ?"
        db.execute(sql, (EnvelopeState.HELD, EnvelopeState.WAITING))
    _skip_ahead(db, int(now.timestamp()))
    count = "select count(*) from spool where fate = ?"
    both_states = EnvelopeState.WAITING, EnvelopeState.HELD
    (waiting_count,), (held_count,) = (
        db.execute(count, (state,)).fetchone() for state in both_states
    )
    (version,) = db.execute("select coalesce(max(number), 0) from version").fetchone()
    return RestoreReport(
        version=version,
        last_seen=None if last_seen is None else instant(last_seen),
        waiting_count=waiting_count,
        out_count=out_count,
        held_count=held_count,
        previous_store=None,
    )


def _skip_ahead(db: Connection, least_serial: int) -> None:
    """Set on the serials of the monitors that are known, the number from which all others count
    on, and the lives, after which starts, stops and unwatched times are called."""
    states = [(id, read_state(body)) for id, body in _states(db)]
    new_serials = [(s, max(s.serial + SERIALS_AHEAD, least_serial), id) for id, s in states]
    bodies = [(state_text(replace(s, serial=serial)), id) for s, serial, id in new_serials]
    db.executemany("update monitor set state = ? where id = ?", bodies)
    db.execute("update life set life = max(life + ?, ?)", (SERIALS_AHEAD, least_serial))
    sql = "update sqlite_sequence set seq = max(seq + ?, ?) where name = 'event'"
    if not db.execute(sql, (SERIALS_AHEAD, least_serial)).rowcount:  # nothing has happened yet
        db.execute(
            "insert into sqlite_sequence (name, seq) values ('event', ?)", (least_serial,)
        )


def _states(db: Connection) -> list[tuple[str, str]]:
    return db.execute("select id, state from monitor").fetchall()


def _exchange(new_file: Path, store: Path, now: datetime) -> Path | None:
    """Put the new file in the store's place. At no instant is there no store; the old one has a
    second name before the first is taken from it."""
    old_path = _free_name(store, now)
    if had_store := store.exists():
        _settle_log(store)
        _name_also(store, old_path)
    log = _log_of(store)
    if log.exists():  # of a broken file, or one that is gone: the new one must not read it
        log.replace(_log_of(old_path))
    store.with_name(f"{store.name}-shm").unlink(missing_ok=True)
    new_file.replace(store)
    sync_folder(store.parent)
    return old_path if had_store else None


def _free_name(store: Path, now: datetime) -> Path:
    """Return a name of the second, or with a number if another restore has that one: a log may
    be all that it left."""
    name = f"{store.name}.before-restore-{now:%Y%m%dT%H%M%SZ}"
    names = chain([name], (f"{name}-{number}" for number in count(2)))
    paths = (store.with_name(name) for name in names)
    return next(p for p in paths if not (p.exists() or _log_of(p).exists()))


def _log_of(store: Path) -> Path:
    return store.with_name(f"{store.name}-wal")


def _name_also(store: Path, old_path: Path) -> None:
    try:
        os.link(store, old_path)
    except OSError:  # a file system without second names
        shutil.copy2(store, old_path)


def _settle_log(store: Path) -> None:
    """Bring the WAL into the file, as whoever closes the last connection does."""
    with suppress(driver.Error), closing(driver.connect(store)) as db:
        db.execute("pragma wal_checkpoint(truncate)").fetchone()
