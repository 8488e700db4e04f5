"""Prepare a database that PostgreSQL's own tools restored, so that nodes may start on it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from noroshi.config.database import Database
from noroshi.core.agents import ERA_NOTE
from noroshi.core.mail import EnvelopeState
from noroshi.core.translation import SENTENCES, _, joined
from noroshi.ports import StoreError
from noroshi.stores.column_values import instant
from noroshi.stores.postgres.contents_database import DatabaseContents
from noroshi.stores.postgres.database_marks import is_restored, put_identity
from noroshi.stores.postgres.integrity import faults
from noroshi.stores.postgres.json_text import with_fields
from noroshi.stores.postgres.migrations import Schema, has_schema, take_steps
from noroshi.stores.postgres.moved_database import long_transaction, refuse_running
from noroshi.stores.postgres.session import Session
from noroshi.stores.store_rules import SERIALS_AHEAD, RestoreReport
from noroshi.stores.stored_state import read_state, state_text

NO_STORE = _(
    "there is no store in {name}. To use a backup, restore it into this database first "
    "({restore}), then run this command again. For a new store, start a node: it creates the tables"
)
RESTORE = "pg_restore --exit-on-error --no-owner --dbname {database} FILE"
NOT_WHOLE = _("{name} is damaged; nothing was changed: {what}")
RELEASE = """
update spool set due = coalesce((select max(seen) from life), 0), lease = null, node = null,
    life = null
where lease is not null"""
ENDED = (
    "delete from lease",
    "delete from turn",
    "delete from node_place",
    "delete from session",  # what was ended since must not hold again
    "delete from invitation",  # nor must one that was used since
    "update monitor set fence = null, watched_until = null where fence is not null",
)
HOLD = "update spool set fate = $1, why = 'restore' where fate = $2"
PUT_STATES = """
update monitor set state = new.state
from unnest($1::text[], $2::text[]) new (id, state) where monitor.id = new.id"""
SKIP_LIVES = "update life set life = greatest(life + $1::bigint, $2::bigint)"
SKIP_EVENTS = """
select setval(one.seq, greatest(coalesce(pg_sequence_last_value(one.seq), 0) + $1::bigint, $2::bigint))
from (select pg_get_serial_sequence('event', 'seq')::regclass as seq) one"""
PUT_AGENT = "update agent set body = $2 where id = $1"


async def prepare_restored(
    database: Database, now: datetime, *, hold: bool = False
) -> RestoreReport:
    """Prepare a restored database while no node runs, as `sqlite.restore` does with a file. Raise
    StoreError, with nothing changed, also if a node runs, or if the database is damaged or empty."""
    async with long_transaction(database) as connection:
        db = Session(connection)
        await _refuse_absent(db, database)
        await take_steps(db, database.place, Schema())
        await refuse_running(db, database)
        await _refuse_unused(connection, database)
        if faults_found := await faults(db):
            fault_words = joined(faults_found, SENTENCES)
            raise StoreError(NOT_WHOLE.fill(name=database.place, what=fault_words))
        report = await _report(db)
        await _end_what_was_held(db)
        if hold:
            states = EnvelopeState.HELD.value, EnvelopeState.WAITING.value
            await db.run(HOLD, *states)
        await _skip_ahead(db, int(now.timestamp()))
        await put_identity(db)
        return replace(
            report,
            waiting_count=await _count(db, EnvelopeState.WAITING),
            held_count=await _count(db, EnvelopeState.HELD),
        )


async def _refuse_absent(db: Session, database: Database) -> None:
    if not await has_schema(db):
        raise _no_store(database)


async def _refuse_unused(connection: Any, database: Database) -> None:
    """Raise StoreError for tables without contents that were made here, and not restored."""
    is_empty = await DatabaseContents(connection).is_empty()
    if is_empty and not await is_restored(Session(connection)):
        raise _no_store(database)


def _no_store(database: Database) -> StoreError:
    restore = RESTORE.format(database=database.name)
    return StoreError(NO_STORE.fill(name=database.place, restore=restore))


async def _report(db: Session) -> RestoreReport:
    last_seen = await db.value("select max(seen) from life")
    return RestoreReport(
        version=await db.value("select coalesce(max(number), 0) from version"),
        last_seen=None if last_seen is None else instant(last_seen),
        waiting_count=0,
        out_count=await db.value("select count(*) from spool where lease is not null"),
        held_count=0,
        previous_store=None,
    )


async def _count(db: Session, state: EnvelopeState) -> int:
    return int(await db.value("select count(*) from spool where fate = $1", state.value))


async def _end_what_was_held(db: Session) -> None:
    """End the leases, turns, log-ins and invitations of the time before the backup."""
    await db.run(RELEASE)
    for statement in ENDED:
        await db.run(statement)
    await db.run("delete from note where name = $1", ERA_NOTE)
    # Since the backup an agent may have got a route by which it sends itself: it has to be heard first.
    for id, body in await db.rows("select id, body from agent"):
        await db.run(PUT_AGENT, id, with_fields(body, needs_lease=True))


async def _skip_ahead(db: Session, least_serial: int) -> None:
    """Advance the numbers that IDs are made of, as the restore of a file does."""
    states = [
        (id, read_state(body)) for id, body in await db.rows("select id, state from monitor")
    ]
    texts = [
        state_text(replace(one, serial=max(one.serial + SERIALS_AHEAD, least_serial)))
        for _, one in states
    ]
    await db.run(PUT_STATES, [id for id, _ in states], texts)
    await db.run(SKIP_LIVES, SERIALS_AHEAD, least_serial)
    await db.value(SKIP_EVENTS, SERIALS_AHEAD, least_serial)
