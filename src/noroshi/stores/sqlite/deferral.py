"""Say how long mails that a route put off wait, and make them due once it accepts others."""

from __future__ import annotations

from datetime import datetime, timedelta

from noroshi.core.delivery import SHORTEST
from noroshi.core.mail import EnvelopeState
from noroshi.stores.sqlite.types import MICROSECOND, Connection, number

LATEST_TRIES = """
select at, rowid from receipt where receipt.envelope = spool.seq order by rowid desc limit 1"""
NAMED_TIME = f"""coalesce((
    select max(cast(unixepoch(answer.value ->> '$.again', 'subsec') * 1000 + 1 as integer) * 1000)
    from ({LATEST_TRIES}) last
    cross join receipt r on r.rowid = last.rowid
    cross join json_each(iif(json_valid(r.body), r.body, '{{}}'), '$.answers') answer
    where r.route = :route), 0)"""  # noqa: S608  our own text
"""Before when the other side of that route wants no further try, in whole milliseconds."""
TURN = """(
    select w.route from way w left join rest on rest.route = w.route
    where w.envelope = spool.seq and coalesce(rest.until, 0) <= :now order by w.place limit 1)"""
"""The route by which it goes next; null: all of them rest."""
UNANSWERED_COUNT = """iif(json_valid(spool.envelope),
    coalesce(json_extract(spool.envelope, '$.unanswered'), 0), 0)"""
LAST_IN_LINE = f"iif({UNANSWERED_COUNT} > 1, min(due, :now + :shortest), 0)"
"""Before when what may be what ended two lives of the node is not due, so that others go first."""
PAUSED_UNTIL = """:pause + coalesce(
    (select max(at) from receipt where receipt.envelope = spool.seq), 0)"""
EARLIEST_TRY = f"""
select max(:now, {LAST_IN_LINE}, {PAUSED_UNTIL}, {NAMED_TIME.replace(":route", TURN)}) from spool where seq = :seq"""  # noqa: S608
HASTEN = f"""
update spool indexed by spool_due
set due = min(due, max(:now, {LAST_IN_LINE}, {PAUSED_UNTIL}, {NAMED_TIME}))
where fate = '{EnvelopeState.WAITING}' and head = 1 and lease is null and due > :now
  and exists (select 1 from way w where w.envelope = spool.seq and w.route = :route
      and not exists (select 1 from way better left join rest on rest.route = better.route
          where better.envelope = w.envelope and better.place < w.place
            and coalesce(rest.until, 0) <= :now))
  and exists ({LATEST_TRIES})
  and not exists (
      select 1 from ({LATEST_TRIES}) last, ({LATEST_TRIES} offset 1) before
      cross join receipt other indexed by receipt_taken
      where other.taken > 0 and other.route = :route
        and other.at > before.at and other.at < last.at)"""  # noqa: S608  our own text


def earliest_try(db: Connection, seq: int, now: int, pause: timedelta) -> int:
    """Return the earliest time of the next try of a mail, by the route whose turn it is and
    with that pause after the mail's last try."""
    pauses = {"shortest": SHORTEST // MICROSECOND, "pause": pause // MICROSECOND}
    parameters = {"seq": seq, "now": now} | pauses
    (moment,) = db.execute(EARLIEST_TRY, parameters).fetchone()
    return int(moment)


def hasten(db: Connection, route: str, now: datetime) -> bool:
    """Make a route's deferred mails due (ports.Store.hasten)."""
    shortest_pause = SHORTEST // MICROSECOND
    parameters = {
        "route": route,
        "now": number(now),
        "shortest": shortest_pause,
        "pause": shortest_pause,
    }
    return bool(db.execute(HASTEN, parameters).rowcount)
