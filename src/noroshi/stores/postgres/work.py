"""Let one of the nodes that share the database do the work; it loses it when it does not renew it.

The database's clock judges, so no node's own clock can be wrong. Whoever takes the work from another ends
what that one held in the same step: its blocks, so that none of its commits is accepted any more, and the
mails that it had out, which then had no answer.
"""

from __future__ import annotations

from datetime import timedelta

from noroshi.core.delivery import SHORTEST
from noroshi.stores.column_values import MICROSECOND
from noroshi.stores.postgres import spool
from noroshi.stores.postgres.session import Session

NAME = "work"
NOW = "(extract(epoch from clock_timestamp()) * 1000000)::bigint"
HOLDER = f"select holder, until <= {NOW} from turn where name = $1 for update"  # noqa: S608  our own text
TAKE = f"""
insert into turn values ($1, $2, {NOW} + $3)
on conflict (name) do update set holder = excluded.holder, until = excluded.until"""  # noqa: S608  our own text
LAST_SEEN = """
insert into life (node, life, seen) select $1, 0, max(seen) from life having max(seen) is not null
on conflict (node) do update set seen = excluded.seen"""
"""A life of the new holder follows on the one before, whichever node that was."""


async def take(db: Session, node: str, holder: str, duration: timedelta) -> bool:
    """Do what ports.SharedStore.take_work says."""
    await db.lock(NAME)
    row = await db.row(HOLDER, NAME)
    if row is not None and row[0] != holder and not row[1]:
        return False
    await db.run(TAKE, NAME, holder, duration // MICROSECOND)
    if row is None or row[0] != holder:
        await _end_the_others(db, node)
    return True


async def _end_the_others(db: Session, node: str) -> None:
    await db.run("delete from lease")
    now = await db.value(f"select {NOW}")
    await spool.release_all_leases(db, now, now + SHORTEST // MICROSECOND)
    await db.run(LAST_SEEN, node)


async def leave(db: Session, holder: str) -> None:
    """Do what ports.SharedStore.leave_work says."""
    sql = "update turn set until = 0 where name = $1 and holder = $2"
    await db.run(sql, NAME, holder)
