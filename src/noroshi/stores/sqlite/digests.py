"""Find the mails that wait for one contact, and replace them by a digest."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from pysqlite3 import dbapi2 as driver

from noroshi.core.digest_id import ENDING, DigestId
from noroshi.core.mail import Envelope, EnvelopeState, Parcel
from noroshi.ports import AcceptedMail
from noroshi.stores.sqlite.quarantine import is_damaged_row, read
from noroshi.stores.sqlite.spool import BYTES, DIGEST_IN_REASON, LIGHT, promote, put, seq_of
from noroshi.stores.sqlite.types import Connection, instant, number, sql_list, words_text
from noroshi.stores.store_rules import OPEN_STATES, without_body

PENDING = f"""
select id, order_key, lease, fate, attempts, {LIGHT}, seq, agent, custody from spool indexed by spool_contact
where contact = ? and fate in {sql_list(OPEN_STATES)} order by seq"""  # noqa: S608  our own text
WAIT_STILL = f"""
select count(*) from spool where id in (select value from json_each(:members))
    and (fate = '{EnvelopeState.WAITING}' and coalesce(lease, :lease) = :lease
        or fate = '{EnvelopeState.IN_DIGEST}' and {DIGEST_IN_REASON} = :digest)"""  # noqa: S608  our own text
REPLACE = f"""
update spool set fate = '{EnvelopeState.IN_DIGEST}', why = ?, lease = null, node = null, life = null,
                 attempts = attempts - (lease is not null)
where id in (select value from json_each(?)) returning seq, order_key"""  # noqa: S608  our own text
AT_ONCE = 50
"""Members that one statement marks."""
ACCEPTED_MAILS = """
select r.at, r.route, s.contact, r.taken, s.id like :digest
from receipt r indexed by receipt_taken join spool s on s.seq = r.envelope
where r.at >= :since and r.taken > 0 order by r.rowid"""


def pending_for(db: Connection, parcel: Parcel) -> Sequence[Envelope]:
    """Do what ports.Store.pending_for says."""
    pending, order_keys, members = list[Envelope](), set[str](), set(parcel.envelope.members)
    sender = parcel.envelope.agent, parcel.envelope.custody.value
    for id, order, lease, state, attempts, body, seq, *row_sender in _pending(
        db, parcel.envelope.contact
    ):
        is_own = id == parcel.envelope.id and lease == parcel.lease
        is_waiting = (not (lease or state) or id in members) and sender == tuple(row_sender)
        if not is_own and (not is_waiting or order in order_keys):
            order_keys.add(order)
        elif is_own:
            pending.append(parcel.envelope)
        else:
            envelope, damage = read(db, seq, body)
            if damage is None:
                pending.append(replace(without_body(envelope), attempts=attempts))
            else:  # what cannot be read is put in quarantine in its turn
                order_keys.add(order)
    return pending


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
    parameters = {"members": members, "lease": parcel.lease}
    parameters |= {"digest": parcel.envelope.id}
    (waiting_count,) = db.execute(WAIT_STILL, parameters).fetchone()
    leased_row = db.execute("select 1 from spool where lease = ?", (parcel.lease,)).fetchone()
    if waiting_count != len(digest.members) or leased_row is None or not put(db, digest):
        return False
    joined_rows = _join(db, digest)
    db.executemany("delete from way where envelope = ?", [(seq,) for seq, _ in joined_rows])
    for order in {order for _, order in joined_rows}:
        promote(db, order)
    if parcel.envelope.members:
        _move_receipts(db, parcel.envelope, digest)
    return True


def _join(db: Connection, digest: Envelope) -> Sequence[Any]:
    """Mark the members. SQLite keeps what one statement changes in memory until its end."""
    reason, rows = words_text(DigestId(digest.id)), list[Any]()
    for start in range(0, len(digest.members), AT_ONCE):
        members = json.dumps(list(digest.members[start : start + AT_ONCE]))
        rows += db.execute(REPLACE, (reason, members)).fetchall()
    return rows


def _move_receipts(db: Connection, old_envelope: Envelope, new_envelope: Envelope) -> None:
    """Delete a digest, and put what it was tried with on the record of a larger one."""
    old_seq, new_seq = seq_of(db, old_envelope), seq_of(db, new_envelope)
    db.execute("update receipt set envelope = ? where envelope = ?", (new_seq, old_seq))
    db.execute("delete from way where envelope = ?", (old_seq,))
    db.execute("delete from spool where seq = ?", (old_seq,))
    promote(db, old_envelope.order)


def last_accepted(db: Connection) -> Mapping[str, datetime]:
    """Do what ports.Store.accepted says."""
    return {
        route: instant(moment) for route, moment in db.execute("select route, at from accepted")
    }


def accepted_since(db: Connection, start: datetime) -> Sequence[AcceptedMail]:
    """Do what ports.Store.accepted_since says."""
    parameters = {"since": number(start), "digest": f"%{ENDING}"}
    return [
        AcceptedMail(
            accepted_at=instant(moment),
            route=route,
            contact=contact,
            recipients=recipients,
            digest=bool(digest),
        )
        for moment, route, contact, recipients, digest in db.execute(ACCEPTED_MAILS, parameters)
    ]
