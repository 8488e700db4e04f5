"""Keep the versions of the definitions: each document once, under its hash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

from noroshi import schema
from noroshi.core.model import State
from noroshi.ports import Document, StoreConflict, Version
from noroshi.stores.column_values import instant, number
from noroshi.stores.postgres.session import Session
from noroshi.stores.store_rules import first_state
from noroshi.stores.stored_state import state_text

LOCK = "definitions"
PUT_DOCUMENTS = """
insert into document select * from unnest($1::text[], $2::text[], $3::text[]) on conflict do nothing"""
DOCUMENTS = """
select key, body from unnest($1::text[]) with ordinality one (hash, place)
join document using (hash) order by place"""
HEAD = "select number, who, at, note from version"
MOST_NUMBER = 2**63 - 1
"""The greatest bigint: no version has a greater number, and none can be asked for."""
NAME = """
update monitor set named = id = any($1::text[]) where named <> (id = any($1::text[]))"""
NEW_MONITORS = """
select id, (select event.id from event where monitor = one.id order by seq desc limit 1)
from unnest($1::text[]) with ordinality one (id, place)
where not exists (select 1 from monitor where monitor.id = one.id) order by place"""
EVENTS_EVER = """
select coalesce(pg_sequence_last_value(pg_get_serial_sequence('event', 'seq')::regclass), 0)"""
PUT_MONITORS = """
insert into monitor (id, state) select * from unnest($1::text[], $2::text[])
on conflict do nothing"""


async def publish(
    db: Session,
    version: Version,
    monitors: Sequence[str],
    base_number: int,
    states: Mapping[str, State],
) -> int:
    """Do what ports.Store.publish says."""
    await db.lock(LOCK)
    last_number = await latest(db)
    if last_number != base_number:
        raise StoreConflict(f"version {last_number} is current, not {base_number}")
    documents = version.documents
    hashes = [_hash(one) for one in documents]
    columns = [one.key for one in documents], [one.body for one in documents]
    await db.run(PUT_DOCUMENTS, hashes, *columns)
    created_at = None if version.saved_at is None else number(version.saved_at)
    row = (base_number + 1, schema.text(hashes), version.author, created_at, version.note)
    await db.run("insert into version values ($1, $2, $3, $4, $5)", *row)
    await _name(db, monitors, states)
    return base_number + 1


async def enroll(db: Session, version: int, monitors: Sequence[str]) -> bool:
    """Do what ports.Store.enroll says."""
    await db.lock(LOCK)
    if await latest(db) != version:
        return False
    await _name(db, monitors, {})
    return True


async def _name(db: Session, monitors: Sequence[str], states: Mapping[str, State]) -> None:
    ids = list(monitors)
    await db.run(NAME, ids)
    events = int(await db.value(EVENTS_EVER))
    first_states = {
        id: state_text(first_state(last_event, events, states.get(id)))
        for id, last_event in await db.rows(NEW_MONITORS, ids)
    }
    await db.run(PUT_MONITORS, list(first_states), list(first_states.values()))


async def latest(db: Session) -> int:
    return int(await db.value("select coalesce(max(number), 0) from version"))


async def current(db: Session) -> Version:
    return await numbered(db, await latest(db)) or Version(number=0)


async def numbered(db: Session, number: int) -> Version | None:
    if not 0 < number <= MOST_NUMBER:
        return None
    row = await db.row(f"{HEAD} where number = $1", number)
    if row is None:
        return None
    hashes = await db.value("select documents from version where number = $1", number)
    rows = await db.rows(DOCUMENTS, schema.value(list[str], hashes))
    return replace(_head(row), documents=tuple(Document(*one) for one in rows))


async def newest_versions(db: Session, limit: int) -> Sequence[Version]:
    return [_head(row) for row in await db.rows(f"{HEAD} order by number desc limit $1", limit)]


def _head(row: Any) -> Version:
    number, author, created_number, note = row
    created_at = None if created_number is None else instant(created_number)
    return Version(number=number, author=author, saved_at=created_at, note=note)


def _hash(document: Document) -> str:
    return sha256(f"{document.key}\n{document.body}".encode()).hexdigest()
