"""Find the mails that wait for one contact, and replace them by a digest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from noroshi.core.digest_id import ENDING, DigestId
from noroshi.core.mail import Envelope, EnvelopeState, Parcel
from noroshi.ports import AcceptedMail
from noroshi.stores.column_values import instant, number, sql_list, words_text
from noroshi.stores.postgres.quarantine import read
from noroshi.stores.postgres.session import Session
from noroshi.stores.postgres.spool import ORDERS, delete_row, promote, put, seq_of
from noroshi.stores.store_rules import OPEN_STATES, without_body

PENDING = f"""
select id, order_key, lease, fate, attempts, envelope, seq, agent, custody from spool
where contact = $1 and fate in {sql_list(OPEN_STATES)} order by seq"""  # noqa: S608  our own text
WAIT_STILL = f"""
select count(*) from (
    select fate, lease, digest from spool where id = any($1::text[]) order by seq for update) s
where fate = '{EnvelopeState.WAITING}' and coalesce(lease, $2) = $2
    or fate = '{EnvelopeState.IN_DIGEST}' and digest = $3"""  # noqa: S608  our own text
REPLACE = f"""
update spool set fate = '{EnvelopeState.IN_DIGEST}', why = $1, digest = $2,
                 attempts = attempts - case when lease is null then 0 else 1 end,
                 lease = null, node = null, life = null
where id = any($3::text[]) returning seq, order_key"""  # noqa: S608  our own text
IS_LENT = "select 1 from spool where lease = $1"
ACCEPTED_MAILS = """
select r.at, r.route, s.contact, r.taken, right(s.id, length($2)) = $2
from receipt r join spool s on s.seq = r.envelope
where r.at >= $1 and r.taken > 0 order by r.seq"""


async def pending_for(db: Session, parcel: Parcel) -> Sequence[Envelope]:
    """Do what ports.Store.pending_for says."""
    pending, order_keys, members = list[Envelope](), set[str](), set(parcel.envelope.members)
    sender = parcel.envelope.agent, parcel.envelope.custody.value
    async for row in db.pages(PENDING, parcel.envelope.contact):
        id, order, lease, state, attempts, body, seq, *row_sender = row
        is_own = id == parcel.envelope.id and lease == parcel.lease
        is_waiting = (not (lease or state) or id in members) and sender == tuple(row_sender)
        if not is_own and (not is_waiting or order in order_keys):
            order_keys.add(order)
        elif is_own:
            pending.append(parcel.envelope)
        else:
            envelope, damage = await read(db, seq, body)
            if damage is None:
                pending.append(replace(without_body(envelope), attempts=attempts))
            else:  # what cannot be read is put in quarantine in its turn
                order_keys.add(order)
    return pending


async def replace_by_digest(db: Session, parcel: Parcel, digest: Envelope) -> bool:
    """Do what ports.Store.replace_by_digest says."""
    members = list(digest.members)
    orders = [key for (key,) in await db.rows(ORDERS, members)]
    await db.lock_keys([*orders, digest.order, parcel.envelope.order])
    waiting = await db.value(WAIT_STILL, members, parcel.lease, parcel.envelope.id)
    if waiting != len(members) or await db.value(IS_LENT, parcel.lease) is None:
        return False
    if not await put(db, digest):
        return False
    rows = await db.rows(REPLACE, words_text(DigestId(digest.id)), digest.id, members)
    await db.run("delete from way where envelope = any($1::bigint[])", [seq for seq, _ in rows])
    await promote(db, {order for _, order in rows})
    if parcel.envelope.members:
        await _move_receipts(db, parcel.envelope, digest)
    return True


async def _move_receipts(db: Session, old_envelope: Envelope, new_envelope: Envelope) -> None:
    """Delete a digest, and put what it was tried with on the record of a larger one."""
    old_seq, new_seq = await seq_of(db, old_envelope), await seq_of(db, new_envelope)
    await db.run("update receipt set envelope = $1 where envelope = $2", new_seq, old_seq)
    await delete_row(db, old_seq)
    await promote(db, {old_envelope.order})


async def last_accepted(db: Session) -> Mapping[str, datetime]:
    """Do what ports.Store.accepted says."""
    rows = await db.rows("select route, at from accepted")
    return {route: instant(moment) for route, moment in rows}


async def accepted_since(db: Session, start: datetime) -> Sequence[AcceptedMail]:
    """Do what ports.Store.accepted_since says."""
    return [
        AcceptedMail(
            accepted_at=instant(moment),
            route=route,
            contact=contact,
            recipients=recipients,
            digest=digest,
        )
        for moment, route, contact, recipients, digest in await db.rows(
            ACCEPTED_MAILS, number(start), ENDING
        )
    ]
