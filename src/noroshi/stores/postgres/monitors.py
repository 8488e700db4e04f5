"""Keep lives, leases, and what is remembered of each monitor."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from noroshi import schema
from noroshi.core.levels import Reason
from noroshi.core.model import NOT_SUPPRESSED, Change, Decision, Event, State, Suppression
from noroshi.ports import LEASE, MOST_DECISIONS, Block, Node, Renewal
from noroshi.stores.column_values import instant, number
from noroshi.stores.postgres import alarms, definitions, reports, spool
from noroshi.stores.postgres.session import Session
from noroshi.stores.stored_state import read_state, state_text

Memory = Mapping[str, Any]

LIVE = """
insert into life (node, life) values ($1, 1) on conflict (node) do update set life = life.life + 1
returning life, seen"""
MARK_SEEN = """
update life set seen = $1 from lease
where lease.fence = $2 and life.node = lease.node and life.life = lease.life"""
END_LEASES = """
delete from lease where fence in (
    select fence from lease where until <= $1 order by fence for update skip locked)"""
"""One whose holder is in the middle of a commit is left to it, until that is through."""
MAY_WRITE = "select 1 from lease where fence = $1 for key share"
"""Held until the commit: whoever ends the lease waits for it, and a renewal does not."""
LEND = """
update monitor set fence = $1
where fence is null or not exists (select 1 from lease where lease.fence = monitor.fence)
returning id, state"""
WRITE = "update monitor set state = $1, reporter = '' where id = $2 and fence = $3"
REMEMBER = """
insert into memory
select given.id, given.body from unnest($1::text[], $2::text[]) as given (id, body)
join monitor on monitor.id = given.id order by given.id
on conflict (monitor) do update set body = excluded.body where memory.body <> excluded.body"""
PUT_EVENTS = """
insert into event (id, monitor, at, body)
select id, $1, at, body
from unnest($2::text[], $3::bigint[], $4::text[]) with ordinality as given (id, at, body, place)
order by place on conflict (id) do nothing"""
DECIDED = """
insert into decision values ($1, $2, $3, 1 + coalesce((
    select max(number) from decision where monitor = $1 and rule = $2 and item = $3), 0), $4, $5)
returning number"""
NO_MORE = """
delete from decision where monitor = $1 and rule = $2 and item = $3 and number <= $4"""
FORGET = ("memory", "decision", "acknowledged")


async def begin(db: Session, name: str, now: datetime) -> Node:
    life, last_seen = await db.row(LIVE, name)
    await db.run("delete from lease where node = $1", name)
    await spool.hasten_never_tried(db, now)
    await spool.release_leases(db, name, range(1, life), now)
    return Node(name, life, None if last_seen is None else instant(last_seen))


async def end(db: Session, node: Node, now: datetime) -> None:
    life_of_node = (node.name, node.life)
    await db.run("delete from lease where node = $1 and life = $2", *life_of_node)
    sql = "update life set seen = $1 where node = $2 and life = $3"
    await db.run(sql, number(now), *life_of_node)
    await spool.release_leases(db, node.name, range(node.life, node.life + 1), now)


async def lend(db: Session, node: Node, now: datetime, fence: int) -> Block:
    await db.lock("blocks")
    await db.run(END_LEASES, number(now))
    sql = "select 1 from lease where fence = $1 and node = $2 and life = $3"
    if await db.value(sql, fence, node.name, node.life) is None:
        sql = "insert into lease (node, life, until) values ($1, $2, $3) returning fence"
        fence = await db.value(sql, node.name, node.life, number(now + LEASE))
    states = dict(await db.rows(LEND, fence))
    sql = "select monitor, body from memory where monitor = any($1::text[])"
    memories = await db.rows(sql, list(states))
    return Block(
        {id: read_state(body) for id, body in states.items()},
        {id: schema.value(dict[str, Any], body) for id, body in memories},
        fence,
    )


async def renew(db: Session, fence: int, now: datetime) -> Renewal | None:
    sql = "update lease set until = $1 where fence = $2"
    if not await db.run(sql, number(now + LEASE), fence):
        return None
    await db.run(MARK_SEEN, number(now), fence)
    sql = "select id, standing from monitor where fence = $1 and standing is not null"
    stored_suppressions = {
        id: schema.value(Suppression, body) for id, body in await db.rows(sql, fence)
    }
    version = await definitions.latest(db)
    return Renewal(stored_suppressions, version, await alarms.suppressions(db, now))


async def commit(db: Session, fence: int, change: Change) -> bool:
    id = change.monitor
    if await db.value(MAY_WRITE, fence) is None:
        return False
    if not await db.run(WRITE, state_text(change.state), id, fence):
        return False
    if change.memory is not None:
        await remember(db, {id: change.memory})
    await _write_outcome(db, change)
    if change.reports:
        await reports.add(db, change.reports)
    return True


async def write_reported(db: Session, agent: str, change: Change) -> bool:
    """Write what an agent reported of a monitor. False: there is no monitor of that id."""
    sql = "update monitor set state = $1, reporter = $2 where id = $3"
    if not await db.run(sql, state_text(change.state), agent, change.monitor):
        return False
    sql = "select id from event where id = any($1::text[])"
    known_ids = {id for (id,) in await db.rows(sql, [one.id for one in change.events])}
    new_events = tuple(one for one in change.events if one.id not in known_ids)
    await _write_outcome(db, replace(change, events=new_events))
    return True


async def _write_outcome(db: Session, change: Change) -> None:
    """Write the events, decisions and envelopes of a change, and what they end."""
    if change.events:
        rows = [(e.id, number(e.at), schema.text(e)) for e in change.events]
        await db.run(PUT_EVENTS, change.monitor, *map(list, zip(*rows, strict=True)))
    for decision in change.decisions:
        await _write_decision(db, change.monitor, decision)
    await spool.put_all(db, change.envelopes)
    if change.events:
        await alarms.end_outlived(db, change.monitor, change.events)


async def _write_decision(db: Session, monitor: str, decision: Decision) -> None:
    key = monitor, decision.rule, decision.item
    last = await db.value(DECIDED, *key, number(decision.decided_at), decision.reason.name)
    if last > MOST_DECISIONS:
        await db.run(NO_MORE, *key, last - MOST_DECISIONS)


async def retire(db: Session, fence: int, change: Change) -> bool:
    if not await commit(db, fence, change):
        return False
    id = change.monitor
    if not await db.run("delete from monitor where id = $1 and not named", id):
        # A version that came meanwhile names it again: it is free, and will be lent anew.
        await db.run("update monitor set fence = null where id = $1", id)
        return True
    for table in FORGET:
        await db.run(f"delete from {table} where monitor = $1", id)  # noqa: S608  our own text
    return True


async def remember(db: Session, memories: Mapping[str, Memory]) -> None:
    """Write memories, where they are not what is there already."""
    bodies = {id: schema.text(memory) for id, memory in memories.items() if memory}
    if bodies:
        await db.run(REMEMBER, list(bodies), list(bodies.values()))
    emptied = [id for id, memory in memories.items() if not memory]
    if emptied:
        await db.run("delete from memory where monitor = any($1::text[])", emptied)


async def recall(db: Session, monitor: str) -> tuple[State, Memory]:
    state = await db.value("select state from monitor where id = $1", monitor)
    memory = await db.value("select body from memory where monitor = $1", monitor)
    return (
        State() if state is None else read_state(state),
        {} if memory is None else schema.value(dict[str, Any], memory),
    )


async def set_suppression(db: Session, monitor: str, suppression: Suppression) -> bool:
    body = None if suppression == NOT_SUPPRESSED else schema.text(suppression)
    sql = "update monitor set standing = $1 where id = $2"
    return bool(await db.run(sql, body, monitor))


async def reporters(db: Session) -> Mapping[str, str]:
    return dict(await db.rows("select id, reporter from monitor where reporter <> ''"))


async def states(db: Session, ids: Collection[str] | None = None) -> Mapping[str, State]:
    """Return the states of all, or of some."""
    sql = "select id, state from monitor"
    if ids is None:
        rows = await db.rows(sql)
    else:
        rows = await db.rows(f"{sql} where id = any($1::text[])", list(ids))
    return {id: read_state(body) for id, body in rows}


async def events(db: Session, monitor: str, limit: int) -> Sequence[Event]:
    sql = "select body from event order by seq desc limit $1"
    of_monitor = "select body from event where monitor = $1 order by seq desc limit $2"
    rows = await (db.rows(of_monitor, monitor, limit) if monitor else db.rows(sql, limit))
    return [schema.value(Event, body) for (body,) in rows]


async def decisions(db: Session, monitor: str) -> Sequence[Decision]:
    sql = """
    select rule, item, reason, at from decision where monitor = $1
    order by rule, item, number desc"""
    return [
        Decision(rule, item, Reason[name], instant(decided_at))
        for rule, item, name, decided_at in await db.rows(sql, monitor)
    ]
