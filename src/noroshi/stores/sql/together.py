"""Digests: what waits for one contact, and the envelope that is put in its place."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from noroshi import schema
from noroshi.core.mail import Envelope, Parcel
from noroshi.core.words import plain
from noroshi.ports import Taken
from noroshi.stores.sql.spool import LIGHT, promote, put
from noroshi.stores.sql.values import Connection, instant, kept, number

PILE = f"""
select id, order_key, lease, fate, attempts, {LIGHT} from spool indexed by spool_contact
where contact = ? and fate in ('', 'held', 'together') order by seq"""  # noqa: S608  our own text
WAIT_STILL = """
select count(*) from spool where id in (select value from json_each(:members))
    and fate = '' and coalesce(lease, :lease) = :lease"""
JOIN = """
update spool set fate = 'together', why = ?, lease = null, node = null, life = null,
                 attempts = attempts - (lease is not null)
where id in (select value from json_each(?)) returning seq, order_key"""
TAKEN = """
select r.at, r.route, s.contact, r.taken, coalesce(json_array_length(s.envelope, '$.members'), 0)
from receipt r indexed by receipt_taken join spool s on s.seq = r.envelope
where r.at >= ? and r.taken > 0 order by r.at"""


def pile(db: Connection, parcel: Parcel) -> Sequence[Envelope]:
    """As ports.Store.pile says."""
    found, behind = list[Envelope](), set[str]()
    rows = db.execute(PILE, (parcel.envelope.contact,))
    for id, order, lease, fate, attempts, body in rows:
        mine = id == parcel.envelope.id and lease == parcel.lease
        if not mine and (lease or fate or order in behind):
            behind.add(order)
        elif mine:
            found.append(parcel.envelope)
        else:
            found.append(replace(schema.value(Envelope, body), attempts=attempts))
    return found


def join(db: Connection, parcel: Parcel, digest: Envelope) -> bool:
    """As ports.Store.join says."""
    members = json.dumps(list(digest.members))
    given = {"members": members, "lease": parcel.lease}
    (waiting,) = db.execute(WAIT_STILL, given).fetchone()
    held = db.execute("select 1 from spool where lease = ?", (parcel.lease,)).fetchone()
    if waiting != len(digest.members) or held is None or not put(db, digest):
        return False
    joined = db.execute(JOIN, (kept(plain(digest.id)), members)).fetchall()
    db.executemany("delete from way where envelope = ?", [(seq,) for seq, _ in joined])
    for order in {order for _, order in joined}:
        promote(db, order)
    return True


def accepted(db: Connection) -> Mapping[str, datetime]:
    """As ports.Store.accepted says."""
    return {route: instant(at) for route, at in db.execute("select route, at from accepted")}


def taken(db: Connection, since: datetime) -> Sequence[Taken]:
    """As ports.Store.taken says."""
    return [
        Taken(
            at=instant(at),
            route=route,
            contact=contact,
            recipients=recipients,
            digest=bool(members),
        )
        for at, route, contact, recipients, members in db.execute(TAKEN, (number(since),))
    ]
