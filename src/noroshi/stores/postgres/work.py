"""Let one of the nodes that share the database do what only one may do; it loses that when it does not
renew it.

The database's clock judges, so no node's own clock can be wrong. Whoever takes the work from another ends
in the same step the leases of the mails that that one had out, which then had no answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from noroshi.core.delivery import SHORTEST
from noroshi.ports import NodePlace
from noroshi.stores.column_values import MICROSECOND
from noroshi.stores.postgres import spool
from noroshi.stores.postgres.database_marks import refuse_moved
from noroshi.stores.postgres.session import Session

NAME = "work"
SHORTEN = """
update turn set until = noroshi_now() + $2
where name = $1 and until > noroshi_now() + 2 * $2::bigint"""
"""A turn that would last too long comes from a clock that was ahead. Its holder has time to renew it: if
another one took it, both might send the same mail."""
HOLDER = "select holder, until <= noroshi_now() from turn where name = $1 for update"
TAKE = """
insert into turn values ($1, $2, noroshi_now() + $3)
on conflict (name) do update set holder = excluded.holder, until = excluded.until"""
LAST_SEEN = """
insert into life (node, life, seen) select $1, 0, max(seen) from life having max(seen) is not null
on conflict (node) do update set seen = excluded.seen"""
"""A life of the new holder follows on the one before, whichever node that was."""
ANNOUNCE = """
insert into node_place values ($1, $2, $3, noroshi_now())
on conflict (node) do update
set address = excluded.address, agents = excluded.agents, said = excluded.said"""
PLACES = """
select node, address, agents, node = coalesce((
    select split_part(holder, '/', 1) from turn where name = $1 and until > noroshi_now()), '')
from node_place where said > noroshi_now() - $2 order by node"""
SHOWN_FOR = timedelta(minutes=1)


async def take(db: Session, node: str, holder: str, duration: timedelta) -> bool:
    """Do what ports.SharedStore.take_work says."""
    await db.lock(NAME)
    is_taken = await _take_if_free(db, node, holder, duration)
    await refuse_moved(db)  # last, as a move may have been what was waited for
    return is_taken


async def _take_if_free(db: Session, node: str, holder: str, duration: timedelta) -> bool:
    await db.run(SHORTEN, NAME, duration // MICROSECOND)
    row = await db.row(HOLDER, NAME)
    if row is not None and row[0] != holder and not row[1]:
        return False
    await db.run(TAKE, NAME, holder, duration // MICROSECOND)
    if row is None or row[0] != holder:
        await _follow_on(db, node)
    return True


async def _follow_on(db: Session, node: str) -> None:
    now = await db.value("select noroshi_now()")
    await spool.release_all_leases(db, now, now + SHORTEST // MICROSECOND)
    await db.run(LAST_SEEN, node)


async def leave(db: Session, holder: str) -> None:
    """Do what ports.SharedStore.leave_work says."""
    sql = "update turn set until = 0 where name = $1 and holder = $2"
    await db.run(sql, NAME, holder)


async def holder(db: Session) -> str:
    """Return the name of the node that has the work, or had it last; "" if none ever had."""
    value = await db.value("select holder from turn where name = $1", NAME)
    return "" if value is None else str(value).rpartition("/")[0]


async def announce(db: Session, place: NodePlace) -> Sequence[NodePlace]:
    """Do what ports.SharedStore.announce says."""
    await db.run(ANNOUNCE, place.name, place.address, place.agents)
    return [
        NodePlace(name=name, address=address, agents=agents, sends=sends)
        for name, address, agents, sends in await db.rows(
            PLACES, NAME, SHOWN_FOR // MICROSECOND
        )
    ]


async def withdraw(db: Session, node: str) -> None:
    """Do what ports.SharedStore.withdraw says."""
    await db.run("delete from node_place where node = $1", node)
