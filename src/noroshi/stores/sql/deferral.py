"""Mails that a route put off, once it accepts others."""

from __future__ import annotations

from datetime import datetime

from noroshi.core.delivery import SHORTEST
from noroshi.stores.sql.values import MICROSECOND, Connection, number

TRIES = """
select at, rowid from receipt where receipt.envelope = spool.seq order by rowid desc limit 1"""
HASTEN = f"""
update spool indexed by spool_due
set due = min(due, max(:now, :shortest + coalesce(
    (select max(at) from receipt where receipt.envelope = spool.seq), 0)))
where fate = '' and head = 1 and lease is null and due > :now
  and exists (select 1 from way w where w.envelope = spool.seq and w.route = :route
      and not exists (select 1 from way better left join rest on rest.route = better.route
          where better.envelope = w.envelope and better.place < w.place
            and coalesce(rest.until, 0) <= :now))
  and not exists (
      select 1 from ({TRIES}) last
      cross join receipt r on r.rowid = last.rowid
      cross join json_each(iif(json_valid(r.body), r.body, '{{}}'), '$.answers') answer
      where answer.value ->> '$.again' is not null)
  and not exists (
      select 1 from ({TRIES}) last, ({TRIES} offset 1) before
      cross join receipt other indexed by receipt_taken
      where other.taken > 0 and other.route = :route
        and other.at > before.at and other.at < last.at)"""  # noqa: S608  our own text


def hasten(db: Connection, route: str, now: datetime) -> bool:
    """Make a route's deferred mails due (ports.Store.hasten)."""
    shortest = SHORTEST // MICROSECOND
    given = {"route": route, "now": number(now), "shortest": shortest}
    return bool(db.execute(HASTEN, given).rowcount)
