"""Keep lives, leases, and what is remembered of each monitor."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from noroshi import schema
from noroshi.core.levels import Reason
from noroshi.core.model import NOT_SUPPRESSED, Change, Decision, Event, State, Suppression
from noroshi.ports import LEASE, MOST_DECISIONS, Block, Loan, Node, Renewal
from noroshi.stores.sqlite import alarms, definitions, reports, spool
from noroshi.stores.sqlite.types import Connection, instant, number
from noroshi.stores.stored_state import read_state, state_text

Memory = Mapping[str, Any]

LIVE = """
insert into life (node, life) values (?, 1) on conflict do update set life = life + 1
returning life, seen"""
MARK_SEEN = """
update life set seen = ?
where (node, life) = (select node, life from lease where fence = ?)"""
LEND = """
update monitor set fence = ?1
where (fence is null or (?3 and fence not in (select fence from lease)))
    and id not in (select value from json_each(?2))
returning id, state"""
GIVE_BACK = """
update monitor set fence = null where fence = ? and id in (select value from json_each(?))"""
FREE_UNHEARD = """
update monitor set fence = null where fence = ? and id not in (select value from json_each(?))"""
"""Frees what the node was lent and did not hear of."""
WRITE = """
update monitor set state = ?, reporter = ''
where id = ? and fence = ? and exists (select 1 from lease where fence = monitor.fence)"""
REMEMBER = """
insert into memory
select ?1, ?2 where exists (select 1 from monitor where id = ?1 and (?3 is null or fence = ?3))
on conflict (monitor) do update set body = excluded.body where body <> excluded.body"""
FORGET_MEMORY = """
delete from memory where monitor = ?1
    and (?2 is null or exists (select 1 from monitor where id = ?1 and fence = ?2))"""
DECIDED = """
insert into decision values (?1, ?2, ?3, 1 + coalesce((
    select number from decision where monitor = ?1 and rule = ?2 and item = ?3
    order by number desc limit 1), 0), ?4, ?5)"""
NO_MORE = """
delete from decision where monitor = ?1 and rule = ?2 and item = ?3 and number <= (
    select max(number) - ?4 from decision where monitor = ?1 and rule = ?2 and item = ?3)"""


def begin(db: Connection, name: str, now: datetime) -> Node:
    life, last_seen = db.execute(LIVE, (name,)).fetchone()
    db.execute("delete from lease where node = ?", (name,))
    spool.hasten_never_tried(db, now)
    spool.release_leases(db, name, range(1, life), now)
    return Node(name, life, None if last_seen is None else instant(last_seen))


def end(db: Connection, node: Node, now: datetime) -> None:
    life_of_node = (node.name, node.life)
    db.execute("delete from lease where node = ? and life = ?", life_of_node)
    db.execute(
        "update life set seen = ? where node = ? and life = ?", (number(now), *life_of_node)
    )
    spool.release_leases(db, node.name, range(node.life, node.life + 1), now)


def lend(
    db: Connection, node: Node, now: datetime, loan: Loan, left_out: Collection[str]
) -> Block:
    fence = loan.fence
    if loan.takes_over:
        db.execute("delete from lease where until <= ?", (number(now),))
    lease_query = "select 1 from lease where fence = ? and node = ? and life = ?"
    if not db.execute(lease_query, (fence, node.name, node.life)).fetchone():
        row = (node.name, node.life, number(now + LEASE))
        sql = "insert into lease (node, life, until) values (?, ?, ?) returning fence"
        fence = db.execute(sql, row).fetchone()[0]
    else:
        db.execute(FREE_UNHEARD, (fence, schema.text(tuple(loan.ids))))
    lending = (fence, schema.text(tuple(left_out)), loan.takes_over)
    states = dict(db.execute(LEND, lending).fetchall())
    sql = "select m.monitor, body from memory m join monitor on id = m.monitor where fence = ?"
    memories = {id: body for id, body in db.execute(sql, (fence,)) if id in states}
    return Block(
        {id: read_state(body) for id, body in states.items()},
        {id: schema.value(dict[str, Any], body) for id, body in memories.items()},
        fence,
    )


def give_back(db: Connection, fence: int, ids: Collection[str]) -> None:
    db.execute(GIVE_BACK, (fence, schema.text(tuple(ids))))


def renew(db: Connection, fence: int, now: datetime) -> Renewal | None:
    lease_values = (number(now + LEASE), fence)
    if not db.execute("update lease set until = ? where fence = ?", lease_values).rowcount:
        return None
    db.execute(MARK_SEEN, (number(now), fence))
    sql = "select id, standing from monitor where fence = ? and standing is not null"
    stored_suppressions = {
        id: schema.value(Suppression, body) for id, body in db.execute(sql, (fence,))
    }
    return Renewal(stored_suppressions, definitions.latest(db), alarms.suppressions(db, now))


def commit(db: Connection, fence: int, change: Change) -> bool:
    id = change.monitor
    if not db.execute(WRITE, (state_text(change.state), id, fence)).rowcount:
        return False
    if change.memory is not None:
        remember(db, {id: change.memory})
    _write_outcome(db, change)
    if change.reports:
        reports.add(db, change.reports)
    return True


def write_reported(db: Connection, agent: str, change: Change) -> bool:
    """Write what an agent reported of a monitor. False: there is no monitor of that id."""
    sql = "update monitor set state = ?, reporter = ? where id = ?"
    if not db.execute(sql, (state_text(change.state), agent, change.monitor)).rowcount:
        return False
    new_events = tuple(one for one in change.events if not _is_known(db, one))
    _write_outcome(db, replace(change, events=new_events))
    return True


def _is_known(db: Connection, event: Event) -> bool:
    return bool(db.execute("select 1 from event where id = ?", (event.id,)).fetchone())


def _write_outcome(db: Connection, change: Change) -> None:
    """Write the events, decisions and envelopes of a change, and what they end."""
    id = change.monitor
    events = [(e.id, id, schema.text(e)) for e in change.events]
    sql = "insert or ignore into event (id, monitor, body) values (?, ?, ?)"
    db.executemany(sql, events)
    decision_rows = [
        (id, d.rule, d.item, number(d.decided_at), d.reason.name) for d in change.decisions
    ]
    db.executemany(DECIDED, decision_rows)
    db.executemany(NO_MORE, [(*key, MOST_DECISIONS) for *key, _, _ in decision_rows])
    for envelope in change.envelopes:
        spool.put(db, envelope)
    if change.events:
        alarms.end_outlived(db, id, change.events)


def retire(db: Connection, fence: int, change: Change) -> bool:
    if not commit(db, fence, change):
        return False
    id_values = (change.monitor,)
    if not db.execute("delete from monitor where id = ? and not named", id_values).rowcount:
        # A version that came meanwhile names it again: it is free, and will be lent anew.
        db.execute("update monitor set fence = null where id = ?", id_values)
        return True
    db.execute("delete from memory where monitor = ?", id_values)
    db.execute("delete from decision where monitor = ?", id_values)
    db.execute("delete from acknowledged where monitor = ?", id_values)
    return True


def remember(db: Connection, memories: Mapping[str, Memory], fence: int | None = None) -> None:
    """Write memories, where they are not what is there already; with a fence, only those of monitors
    that are held under it."""
    rows = [(id, schema.text(memory), fence) for id, memory in memories.items() if memory]
    db.executemany(REMEMBER, rows)
    emptied = [(id, fence) for id, memory in memories.items() if not memory]
    db.executemany(FORGET_MEMORY, emptied)


def recall(db: Connection, monitor: str) -> tuple[State, Memory]:
    state = db.execute("select state from monitor where id = ?", (monitor,)).fetchone()
    memory = db.execute("select body from memory where monitor = ?", (monitor,)).fetchone()
    return (
        read_state(state[0]) if state else State(),
        schema.value(dict[str, Any], memory[0]) if memory else {},
    )


def set_suppression(db: Connection, monitor: str, suppression: Suppression) -> bool:
    body = None if suppression == NOT_SUPPRESSED else schema.text(suppression)
    sql = "update monitor set standing = ? where id = ?"
    return bool(db.execute(sql, (body, monitor)).rowcount)


def reporters(db: Connection) -> Mapping[str, str]:
    return dict(db.execute("select id, reporter from monitor where reporter <> ''").fetchall())


def states(db: Connection, ids: Collection[str] | None = None) -> Mapping[str, State]:
    """Return the states of all, or of some; these are looked up one by one, as the others may
    be very many."""
    sql = "select id, state from monitor"
    rows: Iterable[Any] = db.execute(sql)
    if ids is not None:
        rows = (row for id in ids for row in db.execute(f"{sql} where id = ?", (id,)))
    return {id: read_state(body) for id, body in rows}


def events(db: Connection, monitor: str, limit: int) -> Sequence[Event]:
    sql = "select body from event order by seq desc limit ?"
    of_monitor = "select body from event where monitor = ? order by seq desc limit ?"
    rows = db.execute(of_monitor, (monitor, limit)) if monitor else db.execute(sql, (limit,))
    return [schema.value(Event, body) for (body,) in rows]


def decisions(db: Connection, monitor: str) -> Sequence[Decision]:
    sql = (
        "select rule, item, reason, at from decision where monitor = ? "
        "order by rule, item, number desc"
    )
    rows = db.execute(sql, (monitor,))
    return [
        Decision(rule, item, Reason[name], instant(decided_at))
        for rule, item, name, decided_at in rows
    ]
