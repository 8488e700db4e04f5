"""Read envelopes whose row a newer Noroshi wrote, or somebody else.

What the row itself tells stands in for them, so that one that cannot be read holds up nothing
else.
"""

from __future__ import annotations

from noroshi import schema
from noroshi.core.mail import Envelope, Lane
from noroshi.core.translation import Message, _
from noroshi.stores.column_values import instant
from noroshi.stores.postgres.session import Session

SUBJECT = "?"
UNREADABLE = _(
    "the stored record cannot be read: it is damaged, or a newer Noroshi wrote it ({said})"
)
READABLE_COLUMNS = """
select id, order_key, contact, lane, attempts, due,
    array(select route from way where envelope = seq order by place) as routes,
    array(select alarm.id from alarm where envelope = seq order by alarm.id) as alarms
from spool where seq = $1"""


async def read(db: Session, seq: int, body: str) -> tuple[Envelope, Message | None]:
    """Return the envelope of a row; or what stands in for it, and why."""
    try:
        return schema.value(Envelope, body), None
    except schema.Unreadable as unreadable:
        return await _placeholder(db, seq), UNREADABLE.fill(said=unreadable)


async def _placeholder(db: Session, seq: int) -> Envelope:
    row = await db.row(READABLE_COLUMNS, seq)
    id, order, contact, lane, attempts, due, routes, alarms = row
    return Envelope(
        id=id,
        routes=tuple(routes),
        contact=contact,
        to=(),
        order=order,
        alarms=tuple(alarms),
        payload={"subject": SUBJECT, "text": ""},
        born=instant(due),
        attempts=attempts,
        lane=Lane(lane) if lane in {one.value for one in Lane} else Lane.CRITICAL,
    )
