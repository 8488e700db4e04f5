"""Find what waits for one contact, and put a digest in its place."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from pysqlite3 import dbapi2 as driver

from noroshi.core.digest import ENDING
from noroshi.core.mail import Envelope, EnvelopeState, Parcel
from noroshi.core.translation import plain
from noroshi.ports import AcceptedMail
from noroshi.stores.sqlite.quarantine import is_damaged_row, read
from noroshi.stores.sqlite.spool import BYTES, LIGHT, promote, put, seq_of
from noroshi.stores.sqlite.types import Connection, instant, listed, number, words_text
from noroshi.stores.store_rules import OPEN, without_body

PENDING = f"""
select id, order_key, lease, fate, attempts, {LIGHT}, seq from spool indexed by spool_contact
where contact = ? and fate in {listed(OPEN)} order by seq"""  # noqa: S608  our own text
WAIT_STILL = f"""
select count(*) from spool where id in (select value from json_each(:members))
    and (fate = '{EnvelopeState.WAITING}' and coalesce(lease, :lease) = :lease
        or fate = '{EnvelopeState.IN_DIGEST}' and why = :digest)"""  # noqa: S608  our own text
REPLACE = f"""
update spool set fate = '{EnvelopeState.IN_DIGEST}', why = ?, lease = null, node = null, life = null,
                 attempts = attempts - (lease is not null)
where id in (select value from json_each(?)) returning seq, order_key"""  # noqa: S608  our own text
TAKEN = """
select r.at, r.route, s.contact, r.taken, s.id like :digest
from receipt r indexed by receipt_taken join spool s on s.seq = r.envelope
where r.at >= :since and r.taken > 0 order by r.rowid"""


def pending_for(db: Connection, parcel: Parcel) -> Sequence[Envelope]:
    """Do what ports.Store.pending_for says."""
    found, behind, members = list[Envelope](), set[str](), set(parcel.envelope.members)
    for id, order, lease, state, attempts, body, seq in _pending(db, parcel.envelope.contact):
        is_own = id == parcel.envelope.id and lease == parcel.lease
        waits = not (lease or state) or id in members
        if not is_own and (not waits or order in behind):
            behind.add(order)
        elif is_own:
            found.append(parcel.envelope)
        else:
            envelope, why = read(db, seq, body)
            if why is None:
                found.append(replace(without_body(envelope), attempts=attempts))
            else:  # what cannot be read is put in quarantine in its turn
                behind.add(order)
    return found


def _pending(db: Connection, contact: str) -> Sequence[Any]:
    try:
        return db.execute(PENDING, (contact,)).fetchall()
    except driver.OperationalError as error:
        if not is_damaged_row(error):
            raise
        return db.execute(PENDING.replace(LIGHT, BYTES), (contact,)).fetchall()


def replace_by_digest(db: Connection, parcel: Parcel, digest: Envelope) -> bool:
    """Do what ports.Store.replace_by_digest says."""
    members = json.dumps(list(digest.members))
    values = {"members": members, "lease": parcel.lease}
    values |= {"digest": words_text(plain(parcel.envelope.id))}
    (waiting,) = db.execute(WAIT_STILL, values).fetchone()
    held = db.execute("select 1 from spool where lease = ?", (parcel.lease,)).fetchone()
    if waiting != len(digest.members) or held is None or not put(db, digest):
        return False
    joined = db.execute(REPLACE, (words_text(plain(digest.id)), members)).fetchall()
    db.executemany("delete from way where envelope = ?", [(seq,) for seq, _ in joined])
    for order in {order for _, order in joined}:
        promote(db, order)
    if parcel.envelope.members:
        _move_receipts(db, parcel.envelope, digest)
    return True


def _move_receipts(db: Connection, old: Envelope, new: Envelope) -> None:
    """Delete a digest, and put what it was tried with on the record of a larger one."""
    old_seq, new_seq = seq_of(db, old), seq_of(db, new)
    db.execute("update receipt set envelope = ? where envelope = ?", (new_seq, old_seq))
    db.execute("delete from way where envelope = ?", (old_seq,))
    db.execute("delete from spool where seq = ?", (old_seq,))
    promote(db, old.order)


def accepted(db: Connection) -> Mapping[str, datetime]:
    """Do what ports.Store.accepted says."""
    return {route: instant(at) for route, at in db.execute("select route, at from accepted")}


def accepted_since(db: Connection, since: datetime) -> Sequence[AcceptedMail]:
    """Do what ports.Store.accepted_since says."""
    values = {"since": number(since), "digest": f"%{ENDING}"}
    return [
        AcceptedMail(
            at=instant(at),
            route=route,
            contact=contact,
            recipients=recipients,
            digest=bool(digest),
        )
        for at, route, contact, recipients, digest in db.execute(TAKEN, values)
    ]
