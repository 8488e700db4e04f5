"""Keep the arrivals and returns of accepted mails, and the ids by which each mail is known."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence

from noroshi.core.delivery_state import DeliveryState
from noroshi.core.mail import Envelope
from noroshi.ports import Arrival, TrackedMail
from noroshi.stores.sqlite.spool import put, row_of
from noroshi.stores.sqlite.types import Connection, instant, number, sql_list

KNOWN_STATES = (DeliveryState.SEEN_ARRIVED, DeliveryState.CAME_BACK)
ARRIVALS = f"""
select address, state, at, said from arrival where envelope = ? and state in {sql_list(KNOWN_STATES)}
order by at"""  # noqa: S608  our own text
ACCEPTED_MAIL = """
select seq from spool s where id = ?
and exists (select 1 from receipt where envelope = s.seq and taken > 0)"""
BY_MESSAGE_ID = (
    "select envelope from message where id in (select value from json_each(?)) limit 1"
)
BY_PREFIX = "select seq from spool where id >= ? and id < ? order by id desc limit ?"
AFTER_ALL = "\U0010ffff"
"""Sorts behind whatever else an id goes on with."""


def record_arrival(
    db: Connection, id: str, arrival: Arrival, envelopes: Sequence[Envelope] = ()
) -> bool:
    """Do what ports.Store.record_arrival says."""
    row = db.execute(ACCEPTED_MAIL, (id,)).fetchone()
    if row is None:
        return False
    row_values = (
        row[0],
        arrival.address,
        arrival.state,
        number(arrival.reported_at),
        arrival.text,
    )
    sql = "insert or ignore into arrival values (?, ?, ?, ?, ?)"
    if not db.execute(sql, row_values).rowcount:
        return False
    for notice in envelopes:
        put(db, notice)
    return True


def find_by_message_id(db: Connection, message_ids: Collection[str]) -> TrackedMail | None:
    """Do what ports.Store.find_by_message_id says."""
    row = db.execute(BY_MESSAGE_ID, (json.dumps(list(message_ids)),)).fetchone()
    return None if row is None else _tracked_mail(db, row[0])


def latest_by_prefix(
    db: Connection, prefix: str, limit: int, end_id: str
) -> Sequence[TrackedMail]:
    """Do what ports.Store.latest_by_prefix says."""
    end = prefix + AFTER_ALL
    rows = db.execute(BY_PREFIX, (prefix, min(end_id or end, end), limit)).fetchall()
    return [_tracked_mail(db, seq) for (seq,) in rows]


def arrivals_of(db: Connection, id: str) -> Sequence[Arrival]:
    """Do what ports.Store.arrivals says."""
    row = db.execute("select seq from spool where id = ?", (id,)).fetchone()
    return () if row is None else tuple(arrivals(db, row[0]))


def arrivals(db: Connection, seq: int) -> Iterator[Arrival]:
    """Yield the arrivals and returns of the mail in that row."""
    for address, state, arrived_at, text in db.execute(ARRIVALS, (seq,)):
        yield Arrival(
            address=address,
            state=DeliveryState(state),
            reported_at=instant(arrived_at),
            text=text,
        )


def _tracked_mail(db: Connection, seq: int) -> TrackedMail:
    row, receipts = row_of(db, seq)
    return TrackedMail(row=row, receipts=tuple(receipts), arrivals=tuple(arrivals(db, seq)))
