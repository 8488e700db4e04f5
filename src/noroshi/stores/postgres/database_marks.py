"""Refuse a database whose store was moved away, or that was restored or copied, so that no node starts
on it by accident."""

from __future__ import annotations

from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.translation import _
from noroshi.ports import StoreError, StoreFault
from noroshi.stores.contents import IDENTITY, MOVED_TO
from noroshi.stores.postgres.session import Session

MOVED_AWAY = _(
    "the store in database {name} was moved to {target}. Enter the new location in "
    "noroshi.toml (store). To return to the state before the move, delete the row “moved-to” "
    "from the table “note”, and run no node on {target}"
)
RESTORED = with_commands(
    _(
        "the database {name} was restored, copied or upgraded by pg_upgrade. To use it from now "
        "on, run this once while no node runs: {command}. Otherwise a new message could get an "
        "ID that was already used after the backup"
    ),
    command=CommandText("store restored"),
)
MAY_ASK = "select has_function_privilege('pg_control_system()', 'execute')"
SERVER = "select system_identifier::text from pg_control_system()"
PLACE = """
select concat_ws('/', oid, 'note'::regclass::oid, 'spool'::regclass::oid, 'event'::regclass::oid)
from pg_database where datname = current_database()"""
"""Object numbers: a standby has the same as its primary, a restored or copied database has others."""
STORED_IDENTITY = "select body from note where name = $1"
PUT_IDENTITY = """
insert into note values ($1, $2) on conflict (name) do update set body = excluded.body"""


async def refuse_restored(db: Session) -> None:
    """Raise StoreError if the noted identity is that of another database. A new database gets the
    note."""
    if await db.value(STORED_IDENTITY, IDENTITY) is None:
        await put_identity(db)
    elif await is_restored(db):
        raise StoreError(RESTORED.fill(name=await db.value("select current_database()")))


async def is_restored(db: Session) -> bool:
    """Return whether the noted identity is that of another database."""
    stored_identity = await db.value(STORED_IDENTITY, IDENTITY)
    return stored_identity is not None and stored_identity != await _identity(db)


async def put_identity(db: Session) -> None:
    """Note in which database the store is."""
    await db.run(PUT_IDENTITY, IDENTITY, await _identity(db))


async def _identity(db: Session) -> str:
    server = await db.value(SERVER) if await db.value(MAY_ASK) else "-"
    return f"{server}/{await db.value(PLACE)}"


async def refuse_moved(db: Session) -> None:
    """Raise StoreError if the store was moved."""
    sql = "select current_database(), body from note where name = $1"
    row = await db.row(sql, MOVED_TO)
    if row is not None:
        raise StoreError(MOVED_AWAY.fill(name=row[0], target=row[1]), StoreFault.GONE)
