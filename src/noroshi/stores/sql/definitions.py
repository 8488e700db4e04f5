"""Versions of the definitions: each document is kept once, under its hash."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from noroshi import schema
from noroshi.core.model import State
from noroshi.ports import Conflict, Document, Version
from noroshi.stores.sql.values import Connection, instant, number

DOCUMENTS = """
select d.key, d.body
from version v, json_each(v.documents) h join document d on d.hash = h.value
where v.number = ? order by h.key"""
NAME = """
insert into monitor (id, state) values (?, ?) on conflict (id) do update set named = 1
where not named"""


def publish(db: Connection, version: Version, monitors: Sequence[str], base: int) -> int:
    last = latest(db)
    if last != base:
        raise Conflict(f"version {last} is current, not {base}")
    rows = [(_hash(document), document.key, document.body) for document in version.documents]
    db.executemany("insert or ignore into document values (?, ?, ?)", rows)
    at = None if version.at is None else number(version.at)
    hashes = schema.text([hash for hash, _, _ in rows])
    row = (base + 1, hashes, version.who, at, version.note)
    db.execute("insert into version values (?, ?, ?, ?, ?)", row)
    named, fresh = schema.text(monitors), schema.text(State())
    sql = "update monitor set named = 0 where id not in (select value from json_each(?))"
    db.execute(sql, (named,))
    db.executemany(NAME, [(id, fresh) for id in monitors])
    return base + 1


def latest(db: Connection) -> int:
    return int(db.execute("select coalesce(max(number), 0) from version").fetchone()[0])


def current(db: Connection) -> Version:
    last = latest(db)
    row = db.execute("select who, at, note from version where number = ?", (last,)).fetchone()
    if row is None:
        return Version(number=0)
    who, at, note = row
    documents = tuple(Document(*found) for found in db.execute(DOCUMENTS, (last,)))
    at = None if at is None else instant(at)
    return Version(number=last, documents=documents, who=who, at=at, note=note)


def _hash(document: Document) -> str:
    return sha256(f"{document.key}\n{document.body}".encode()).hexdigest()
