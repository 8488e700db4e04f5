"""Keep the arrivals and returns of accepted mails, and the ids by which each mail is known."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from noroshi.core.delivery_state import DeliveryState
from noroshi.core.mail import Envelope
from noroshi.ports import Arrival, TrackedMail
from noroshi.stores.column_values import instant, number, sql_list
from noroshi.stores.postgres.session import Session
from noroshi.stores.postgres.spool import put, row_of

KNOWN_STATES = (DeliveryState.SEEN_ARRIVED, DeliveryState.CAME_BACK)
ARRIVALS = f"""
select address, state, at, said from arrival where envelope = $1 and state in {sql_list(KNOWN_STATES)}
order by at, address, state"""  # noqa: S608  our own text
ACCEPTED_MAIL = """
select seq from spool s where id = $1
and exists (select 1 from receipt where envelope = s.seq and taken > 0)"""
BY_MESSAGE_ID = "select envelope from message where id = any($1::text[]) limit 1"
BY_PREFIX = "select seq from spool where id >= $1 and id < $2 order by id desc limit $3"
PUT = "insert into arrival values ($1, $2, $3, $4, $5) on conflict do nothing"
AFTER_ALL = "\U0010ffff"
"""Sorts behind whatever else an id goes on with."""
NUL, IN_ITS_PLACE = "\0", "�"
"""A character that no text in PostgreSQL can hold, and its substitute."""


async def record_arrival(
    db: Session, id: str, arrival: Arrival, envelopes: Sequence[Envelope] = ()
) -> bool:
    """Do what ports.Store.record_arrival says."""
    seq = await db.value(ACCEPTED_MAIL, id)
    if seq is None:
        return False
    address, text = (one.replace(NUL, IN_ITS_PLACE) for one in (arrival.address, arrival.text))
    row = (seq, address, arrival.state, number(arrival.reported_at), text)
    if not await db.run(PUT, *row):
        return False
    await db.lock_keys({notice.order for notice in envelopes})
    for notice in envelopes:
        await put(db, notice)
    return True


async def find_by_message_id(db: Session, message_ids: Collection[str]) -> TrackedMail | None:
    """Do what ports.Store.find_by_message_id says."""
    known_form = [id for id in message_ids if NUL not in id]
    seq = await db.value(BY_MESSAGE_ID, known_form)
    return None if seq is None else await _tracked_mail(db, seq)


async def latest_by_prefix(
    db: Session, prefix: str, limit: int, end_id: str
) -> Sequence[TrackedMail]:
    """Do what ports.Store.latest_by_prefix says."""
    end = prefix + AFTER_ALL
    rows = await db.rows(BY_PREFIX, prefix, min(end_id or end, end), limit)
    return [await _tracked_mail(db, seq) for (seq,) in rows]


async def arrivals_of(db: Session, id: str) -> Sequence[Arrival]:
    """Do what ports.Store.arrivals says."""
    seq = await db.value("select seq from spool where id = $1", id)
    return () if seq is None else await arrivals(db, seq)


async def arrivals(db: Session, seq: int) -> Sequence[Arrival]:
    """Return the arrivals and returns of the mail in that row."""
    return tuple(
        Arrival(
            address=address,
            state=DeliveryState(state),
            reported_at=instant(arrived_at),
            text=text,
        )
        for address, state, arrived_at, text in await db.rows(ARRIVALS, seq)
    )


async def _tracked_mail(db: Session, seq: int) -> TrackedMail:
    row, receipts = await row_of(db, seq)
    return TrackedMail(
        row=row, receipts=tuple(receipts), arrivals=tuple(await arrivals(db, seq))
    )
