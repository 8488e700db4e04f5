"""Read envelopes whose row is damaged, or was written by a newer Noroshi.

What the row itself tells stands in for them, so that one that cannot be read holds up nothing
else.
"""

from __future__ import annotations

from pysqlite3 import dbapi2 as driver

from noroshi import schema
from noroshi.core.mail import Envelope, Lane
from noroshi.core.translation import Message, _
from noroshi.stores.sqlite.types import Connection, instant

SUBJECT = "?"
UNREADABLE = _(
    "the stored record cannot be read: it is damaged, or a newer Noroshi wrote it ({said})"
)
READABLE_COLUMNS = "select id, order_key, contact, lane, attempts, due from spool where seq = ?"


def is_damaged_row(error: driver.Error) -> bool:
    """Return True if SQLite stumbled over what is in a row, and not over the file."""
    return "malformed JSON" in str(error) or "decode to UTF-8" in str(error)


def read(db: Connection, seq: int, body: str | bytes) -> tuple[Envelope, Message | None]:
    """Return the envelope of a row; or what stands in for it, and why."""
    try:
        return schema.value(Envelope, _decode(body)), None
    except schema.Unreadable as unreadable:
        return _placeholder(db, seq), UNREADABLE.fill(said=unreadable)


def _decode(body: str | bytes) -> str:
    """Return a body's text: a letter that is damaged keeps nothing from being told."""
    return body if isinstance(body, str) else body.decode("utf-8", "replace")


def _placeholder(db: Connection, seq: int) -> Envelope:
    id, order, contact, lane, attempts, due = db.execute(READABLE_COLUMNS, (seq,)).fetchone()
    routes = "select route from way where envelope = ? order by place"
    alarms = "select id from alarm where envelope = ? order by id"
    return Envelope(
        id=id,
        routes=tuple(route for (route,) in db.execute(routes, (seq,))),
        contact=contact,
        to=(),
        order=order,
        alarms=tuple(id for (id,) in db.execute(alarms, (seq,))),
        payload={"subject": SUBJECT, "text": ""},
        born=instant(due),
        attempts=attempts,
        lane=Lane(lane) if lane in {one.value for one in Lane} else Lane.CRITICAL,
    )
