"""Write what turns changed: the changes of many monitors in as many statements as that of one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from noroshi import schema
from noroshi.core.model import Change, Decision, Event
from noroshi.ports import MOST_DECISIONS
from noroshi.stores.column_values import number
from noroshi.stores.postgres import alarms, monitors, reports, samples, spool
from noroshi.stores.postgres.session import Session
from noroshi.stores.stored_state import state_text

MAY_WRITE = "select 1 from lease where fence = $1 for key share"
"""Held until the commit: whoever ends the lease waits for it, and a renewal does not."""
WRITE = """
update monitor set state = given.state, reporter = '', watched_until = null
from unnest($1::text[], $2::text[]) as given (id, state)
where monitor.id = given.id and fence = $3
returning monitor.id"""
PUT_EVENTS = """
insert into event (id, monitor, at, body)
select id, monitor, at, body
from unnest($1::text[], $2::text[], $3::bigint[], $4::text[])
    with ordinality as given (id, monitor, at, body, place)
order by place on conflict (id) do nothing"""
PUT_DECISIONS = """
with given as (
    select *, row_number() over (partition by monitor, rule, item order by place) as following
    from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[])
        with ordinality as given (monitor, rule, item, at, reason, place))
insert into decision
select monitor, rule, item, following + coalesce((
    select max(number) from decision d
    where d.monitor = given.monitor and d.rule = given.rule and d.item = given.item), 0), at, reason
from given
returning monitor, rule, item, number"""
NO_MORE = """
delete from decision d using unnest($1::text[], $2::text[], $3::text[], $4::bigint[])
    as given (monitor, rule, item, number)
where d.monitor = given.monitor and d.rule = given.rule and d.item = given.item
    and d.number <= given.number"""
FORGET = ("memory", "decision", "acknowledged")


async def commit(db: Session, fence: int, changes: Sequence[Change]) -> Sequence[bool]:
    """Write changes in their order, each as ports.Store.commit says."""
    if await db.value(MAY_WRITE, fence) is None:
        return [False] * len(changes)
    return [
        is_written
        for part in _parts(changes)
        for is_written in await _commit_part(db, fence, part)
    ]


def _parts(changes: Sequence[Change]) -> Iterable[Sequence[Change]]:
    """Yield the changes in parts that name no monitor twice: a later one goes over an earlier one."""
    part = dict[str, Change]()
    for change in changes:
        if change.monitor in part:
            yield list(part.values())
            part = {}
        part[change.monitor] = change
    yield list(part.values())


async def _commit_part(db: Session, fence: int, changes: Sequence[Change]) -> Sequence[bool]:
    ids, states = [one.monitor for one in changes], [state_text(one.state) for one in changes]
    held_ids = {id for (id,) in await db.rows(WRITE, ids, states, fence)}
    held_changes = [one for one in changes if one.monitor in held_ids]
    memories = {one.monitor: one.memory for one in held_changes if one.memory is not None}
    await monitors.remember(db, memories)
    await _write_outcomes(db, held_changes)
    if drafts := [draft for one in held_changes for draft in one.reports]:
        await reports.add(db, drafts)
    await samples.append(
        db, [(one.monitor, sample) for one in held_changes for sample in one.samples]
    )
    return [one.monitor in held_ids for one in changes]


async def write_reported(db: Session, agent: str, change: Change) -> bool:
    """Write what an agent reported of a monitor. False: there is no monitor of that id."""
    sql = "update monitor set state = $1, reporter = $2 where id = $3"
    if not await db.run(sql, state_text(change.state), agent, change.monitor):
        return False
    sql = "select id from event where id = any($1::text[])"
    known_ids = {id for (id,) in await db.rows(sql, [one.id for one in change.events])}
    new_events = tuple(one for one in change.events if one.id not in known_ids)
    await _write_outcomes(db, [replace(change, events=new_events)])
    return True


async def _write_outcomes(db: Session, changes: Sequence[Change]) -> None:
    """Write the events, decisions and envelopes of changes, and what they end."""
    events = [(change.monitor, event) for change in changes for event in change.events]
    await _put_events(db, events)
    await _put_decisions(
        db, [(one.monitor, decision) for one in changes for decision in one.decisions]
    )
    await spool.put_all(db, [envelope for one in changes for envelope in one.envelopes])
    if events:
        await alarms.end_outlived(db, {one.monitor: one.events for one in changes})


async def _put_events(db: Session, events: Collection[tuple[str, Event]]) -> None:
    rows = [(e.id, monitor, number(e.at), schema.text(e)) for monitor, e in events]
    if rows:
        await db.run(PUT_EVENTS, *map(list, zip(*rows, strict=True)))


async def _put_decisions(db: Session, decisions: Collection[tuple[str, Decision]]) -> None:
    rows = [
        (monitor, one.rule, one.item, number(one.decided_at), one.reason.name)
        for monitor, one in decisions
    ]
    if not rows:
        return
    put = await db.rows(PUT_DECISIONS, *map(list, zip(*rows, strict=True)))
    too_old = [(*key, last - MOST_DECISIONS) for *key, last in put if last > MOST_DECISIONS]
    if too_old:
        await db.run(NO_MORE, *map(list, zip(*too_old, strict=True)))


async def retire(db: Session, fence: int, change: Change) -> bool:
    """Write a monitor's last change, and forget the monitor."""
    if not all(await commit(db, fence, [change])):
        return False
    id = change.monitor
    if not await db.run("delete from monitor where id = $1 and not named", id):
        # A version that came meanwhile names it again: it is free, and will be lent anew.
        await db.run("update monitor set fence = null where id = $1", id)
        return True
    for table in FORGET:
        await db.run(f"delete from {table} where monitor = $1", id)  # noqa: S608  our own text
    return True
