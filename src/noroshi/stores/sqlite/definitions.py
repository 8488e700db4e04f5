"""Keep the versions of the definitions: each document once, under its hash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

from noroshi import schema
from noroshi.core.model import State
from noroshi.ports import Document, StoreConflict, Version
from noroshi.stores.sqlite.types import Connection, instant, number
from noroshi.stores.store_rules import first_state
from noroshi.stores.stored_state import state_text

DOCUMENTS = """
select d.key, d.body
from version v, json_each(v.documents) h join document d on d.hash = h.value
where v.number = ? order by h.key"""
MOST_NUMBER = 2**63 - 1
"""SQLite's greatest integer: no version has a greater number, and none can be asked for."""
HEAD = "select number, who, at, note from version"
NEW_MONITORS = """
select value, (select id from event where monitor = value order by seq desc limit 1),
    coalesce((select seq from sqlite_sequence where name = 'event'), 0)
from json_each(?) where value not in (select id from monitor)"""
NAME = """
update monitor set named = (id in (select value from json_each(?1)))
where named <> (id in (select value from json_each(?1)))"""


def publish(
    db: Connection,
    version: Version,
    monitors: Sequence[str],
    base_number: int,
    states: Mapping[str, State],
) -> int:
    last_number = latest(db)
    if last_number != base_number:
        raise StoreConflict(f"version {last_number} is current, not {base_number}")
    rows = [(_hash(document), document.key, document.body) for document in version.documents]
    db.executemany("insert or ignore into document values (?, ?, ?)", rows)
    created_at = None if version.saved_at is None else number(version.saved_at)
    hashes = schema.text([hash for hash, _, _ in rows])
    row = (base_number + 1, hashes, version.author, created_at, version.note)
    db.execute("insert into version values (?, ?, ?, ?, ?)", row)
    _name(db, monitors, states)
    return base_number + 1


def enroll(db: Connection, version: int, monitors: Sequence[str]) -> bool:
    """Do what ports.Store.enroll says."""
    if latest(db) != version:
        return False
    _name(db, monitors, {})
    return True


def _name(db: Connection, monitors: Sequence[str], states: Mapping[str, State]) -> None:
    ids_text = (schema.text(monitors),)
    db.execute(NAME, ids_text)
    new_states = [
        (id, state_text(first_state(last_event, events, states.get(id))))
        for id, last_event, events in db.execute(NEW_MONITORS, ids_text)
    ]
    db.executemany("insert into monitor (id, state) values (?, ?)", new_states)


def latest(db: Connection) -> int:
    return int(db.execute("select coalesce(max(number), 0) from version").fetchone()[0])


def current(db: Connection) -> Version:
    return numbered(db, latest(db)) or Version(number=0)


def numbered(db: Connection, number: int) -> Version | None:
    if not 0 < number <= MOST_NUMBER:
        return None
    row = db.execute(f"{HEAD} where number = ?", (number,)).fetchone()
    if row is None:
        return None
    documents = tuple(
        Document(*document_row) for document_row in db.execute(DOCUMENTS, (number,))
    )
    return replace(_head(row), documents=documents)


def newest_versions(db: Connection, limit: int) -> Sequence[Version]:
    return [_head(row) for row in db.execute(f"{HEAD} order by number desc limit ?", (limit,))]


def _head(row: tuple[Any, ...]) -> Version:
    number, author, created_number, note = row
    created_at = None if created_number is None else instant(created_number)
    return Version(number=number, author=author, saved_at=created_at, note=note)


def _hash(document: Document) -> str:
    return sha256(f"{document.key}\n{document.body}".encode()).hexdigest()
