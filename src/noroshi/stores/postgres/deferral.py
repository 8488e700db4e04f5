"""Say how long mails that a route put off wait, and make them due once it accepts others."""

from __future__ import annotations

from datetime import datetime, timedelta

from noroshi.core.delivery import SHORTEST
from noroshi.core.mail import EnvelopeState
from noroshi.stores.column_values import MICROSECOND, number
from noroshi.stores.postgres.session import Session

LAST = """
select {column} from receipt where receipt.envelope = s.seq order by receipt.seq desc limit 1"""
LAST_AT, LAST_SEQ = LAST.format(column="at"), LAST.format(column="seq")
NAMED_TIME = f"""coalesce((
    select r.named_until from receipt r where r.seq = ({LAST_SEQ}) and r.route = {{route}}), 0)"""  # noqa: S608  our own text
"""Before when the other side of that route wants no further try."""
TURN = """(
    select w.route from way w left join rest on rest.route = w.route
    where w.envelope = s.seq and coalesce(rest.until, 0) <= $1::bigint
    order by w.place limit 1)"""
"""The route by which it goes next; null: all of them rest."""
LAST_IN_LINE = """
case when s.unanswered > 1 then least(s.due, $1::bigint + $2::bigint) else 0 end"""
"""Before when what may be what ended two lives of the node is not due, so that others go first."""
PAUSED_UNTIL = """$3::bigint + coalesce(
    (select max(at) from receipt where receipt.envelope = s.seq), 0)"""
EARLIEST_TRY = f"""
select greatest($1::bigint, {LAST_IN_LINE}, {PAUSED_UNTIL}, {NAMED_TIME.format(route=TURN)})
from spool s where s.seq = $4"""  # noqa: S608  our own text
HASTEN = f"""
update spool s
set due = least(due, greatest($1::bigint, {LAST_IN_LINE}, {PAUSED_UNTIL}, {NAMED_TIME.format(route="$4")}))
where s.fate = '{EnvelopeState.WAITING}' and s.head and s.lease is null and s.due > $1
  and exists (select 1 from way w where w.envelope = s.seq and w.route = $4
      and not exists (select 1 from way better left join rest on rest.route = better.route
          where better.envelope = w.envelope and better.place < w.place
            and coalesce(rest.until, 0) <= $1))
  and exists ({LAST_AT})
  and not exists (
      select 1 from ({LAST_AT}) last, ({LAST_AT} offset 1) before, receipt other
      where other.taken > 0 and other.route = $4
        and other.at > before.at and other.at < last.at)"""  # noqa: S608  our own text


async def earliest_try(db: Session, seq: int, now: int, pause: timedelta) -> int:
    """Return the earliest time of the next try of a mail, by the route whose turn it is and
    with that pause after the mail's last try."""
    pauses = SHORTEST // MICROSECOND, pause // MICROSECOND
    return int(await db.value(EARLIEST_TRY, now, *pauses, seq))


async def hasten(db: Session, route: str, now: datetime) -> bool:
    """Make a route's deferred mails due (ports.Store.hasten)."""
    shortest = SHORTEST // MICROSECOND
    return bool(await db.run(HASTEN, number(now), shortest, shortest, route))
