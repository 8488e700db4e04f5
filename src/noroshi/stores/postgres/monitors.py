"""Keep lives, leases, and what is remembered of each monitor."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from noroshi import schema
from noroshi.core.levels import Reason
from noroshi.core.model import NOT_SUPPRESSED, Decision, Event, State, Suppression
from noroshi.core.node_versions import incompatible_versions
from noroshi.core.translation import Message, _
from noroshi.ports import SHARED_LEASE, Block, Loan, Node, NodeLease, Renewal, StoreError
from noroshi.stores.column_values import MICROSECOND, instant, message_of, number, words_text
from noroshi.stores.postgres import alarms, definitions, spool, work
from noroshi.stores.postgres.session import Session
from noroshi.stores.stored_state import read_state

Memory = Mapping[str, Any]

DURATION = SHARED_LEASE // MICROSECOND
SILENCE = timedelta(seconds=4) // MICROSECOND
"""Two renewals, and a little more."""
RETURN_TIME = timedelta(seconds=2) // MICROSECOND
"""Time that a node without a session has to connect again: it tries each second."""
LIVE = """
insert into life (node, life, has_left) values ($1, 1, false)
on conflict (node) do update
set life = life.life + 1, has_left = false, unusable_version = 0, unusable_reason = ''
returning life, seen"""
LEAVE = """
update life set seen = noroshi_now(), has_left = true, unusable_version = 0, unusable_reason = ''
where node = $1 and life = $2"""
MARK_SEEN = """
update life set seen = noroshi_now() from lease
where lease.fence = $1 and life.node = lease.node and life.life = lease.life"""
END_LEASES = """
with ended as (delete from lease where {which} returning fence, until)
update monitor set fence = null, watched_until = coalesce(watched_until, {watched_until})
from ended where monitor.fence = ended.fence"""
RENEWED_AT = f"ended.until - {DURATION}"
OVER = f"""fence in (
    select fence from lease
    where until <= noroshi_now() or until > noroshi_now() + {2 * DURATION}
    order by fence for update skip locked)"""  # noqa: S608  our own text
"""Selects the leases that are over, or come from a clock that was ahead. One whose holder is in the
middle of a commit is left to it, until that is through."""
END_OVER = END_LEASES.format(which=OVER, watched_until=RENEWED_AT)
END_OF_NODE = END_LEASES.format(which="node = $1", watched_until=RENEWED_AT)
END_OF_LIFE = END_LEASES.format(
    which="node = $1 and life = $2", watched_until="least(noroshi_now(), $3)"
)
END_UNHELD = END_LEASES.format(which="node = $1 and life = $2", watched_until=RENEWED_AT)
"""The node holds nothing by such a lease, or nothing any more."""
HAS_NO_SESSION = """session <> '' and not exists (
    select 1 from pg_stat_activity where application_name = lease.session)"""
GONE = f"""fence in (
    select fence from lease
    where until <= noroshi_now() + {DURATION - SILENCE}
        and without_session_since <= noroshi_now() - {RETURN_TIME} and {HAS_NO_SESSION}
    order by fence for update skip locked)"""  # noqa: S608  our own text
"""Selects the leases of nodes that are silent, and of whose program no session was left for a while: it
has ended, or is cut off."""
END_GONE = END_LEASES.format(which=GONE, watched_until=RENEWED_AT)
MARK_WITHOUT_SESSION = f"""
update lease set without_session_since = noroshi_now()
where fence in (
    select fence from lease where without_session_since is null and {HAS_NO_SESSION}
    order by fence for update skip locked)"""  # noqa: S608  our own text
"""A renewal takes the mark off. After the database was away for a moment, no node has a session until
it connects again."""
NEXT_END = f"""
select min(ends_at) - noroshi_now() from (
    select until as ends_at from lease where fence <> $1
    union all
    select greatest(until - {DURATION - SILENCE}, without_session_since + {RETURN_TIME})
    from lease where fence <> $1 and $2 and {HAS_NO_SESSION}) as one
where ends_at > noroshi_now()"""  # noqa: S608  our own text
"""Returns the microseconds until a lease is over, or its holder counts as gone."""
NEW_LEASE = f"""
insert into lease (node, life, until, version, session)
values ($1, $2, noroshi_now() + {DURATION}, $3, current_setting('application_name'))
returning fence"""  # noqa: S608  our own text
RENEW = f"""
update lease set until = noroshi_now() + {DURATION}, without_session_since = null,
    steady_since = case when until > noroshi_now() + {DURATION - SILENCE} then steady_since
        else noroshi_now() end
where fence = $1
returning steady_since <= noroshi_now() - {DURATION}"""  # noqa: S608  our own text
"""Tells whether the node has renewed in time for as long as a lease lasts. One that did not may be the
first that is back after the database was away, when no other has a session yet."""
SHORTEN = f"""
with ahead as (
    select fence from lease
    where until > noroshi_now() + {DURATION} or steady_since > noroshi_now()
    order by fence for update skip locked)
update lease set until = least(until, noroshi_now() + {DURATION}),
    steady_since = least(steady_since, noroshi_now())
from ahead where lease.fence = ahead.fence"""  # noqa: S608  our own text
"""Follows a clock that was set back: whoever lives renews its lease in time, and who does not is not
waited for until the clock is where it was."""
NODES = """
select node, life.unusable_version > 0 from life
where exists (select 1 from lease where lease.node = life.node and until > noroshi_now())
order by node"""
OTHER_VERSIONS = """
select version from lease where until > noroshi_now() and node <> $1"""
TOO_FAR_APART = _(
    "nodes of version {versions} are running on this database, and this one is {version}. "
    "Nodes that share a database may be at most one minor version apart: update in steps, or "
    "stop the others first"
)
NODE_LEASES = f"""
select life.node, count(monitor.id), coalesce(max(lease.until) - {DURATION}, life.seen),
    coalesce(max(lease.until) > noroshi_now(), false), life.has_left,
    coalesce(max(lease.version), ''), max(lease.began), coalesce(max(node_place.address), ''),
    life.unusable_version, life.unusable_reason
from life left join lease on lease.node = life.node and lease.life = life.life
    left join monitor on monitor.fence = lease.fence
    left join node_place on node_place.node = life.node
where lease.fence is not null or life.seen > noroshi_now() - $1
group by life.node order by life.node"""  # noqa: S608  our own text
SHOWN_FOR = timedelta(days=30)
RECORD_UNUSABLE = """
update life set unusable_version = $3, unusable_reason = $4, seen = coalesce(seen, noroshi_now())
where node = $1 and life = $2"""
"""A node that never had a lease is shown, too, from then on."""
FORGET_NODE = """
update life set seen = null where node = $1 and seen is not null
    and not exists (select 1 from lease where lease.node = $1 and until > noroshi_now())"""
"""Its number stays, so that a life under that name is another one even so."""
LEND = """
with free as (
    select id, watched_until from monitor
    where (fence is null
            or ($3 and not exists (select 1 from lease where lease.fence = monitor.fence)))
        and not exists (select 1 from unnest($2::text[]) other (id) where other.id = monitor.id)
    for update
)
update monitor set fence = $1 from free where monitor.id = free.id
returning monitor.id, monitor.state, free.watched_until"""
GIVE_BACK = """
update monitor set fence = null,
    watched_until = coalesce(monitor.watched_until, least(noroshi_now(), given.watched_until))
from unnest($2::text[], $3::bigint[]) as given (id, watched_until)
where fence = $1 and monitor.id = given.id"""
FREE_UNHEARD = "update monitor set fence = null where fence = $1 and not (id = any($2::text[]))"
"""Frees what the node was lent and did not hear of; nobody has watched it, so it is alone as long as
before."""
WATCHED = """
update monitor set watched_until = null
where fence = $1 and id = any($2::text[]) and watched_until is not null"""
"""A sample is there. Until then nobody has made up for what fell due since, however often the monitor
changed hands."""
HELD = """
select monitor.id from monitor join lease on lease.fence = monitor.fence
where monitor.fence = $1 and monitor.id = any($2::text[])"""
REMEMBER = """
insert into memory
select given.id, given.body from unnest($1::text[], $2::text[]) as given (id, body)
join monitor on monitor.id = given.id order by given.id
on conflict (monitor) do update set body = excluded.body where memory.body <> excluded.body"""


async def begin(db: Session, name: str, now: datetime, version: str) -> Node:
    await _refuse_too_far_apart(db, name, version)
    life, last_seen = await db.row(LIVE, name)
    await db.run(END_OF_NODE, name)
    await spool.hasten_never_tried(db, now)
    await spool.release_leases(db, name, range(1, life), now)
    return Node(name, life, None if last_seen is None else instant(last_seen))


async def end(db: Session, node: Node, now: datetime) -> None:
    life_of_node = (node.name, node.life)
    await db.run(END_OF_LIFE, *life_of_node, number(now))
    await db.run(LEAVE, *life_of_node)
    await spool.release_leases(db, node.name, range(node.life, node.life + 1), now)


async def _refuse_too_far_apart(db: Session, name: str, version: str) -> None:
    """Raise StoreError if a node lives beside which this version must not work."""
    rows = await db.rows(OTHER_VERSIONS, name)
    if versions := incompatible_versions(version, [other for (other,) in rows]):
        words = ", ".join(one or "?" for one in versions)
        raise StoreError(TOO_FAR_APART.fill(versions=words, version=version))


@dataclass(frozen=True, slots=True)
class LoanRequest:
    """A request for monitors, as in ports.Store.lease_monitors, by a node of this version."""

    node: Node
    loan: Loan
    left_out: Collection[str]
    version: str


async def lend(db: Session, request: LoanRequest) -> Block:
    await db.lock("blocks")
    if request.loan.takes_over:
        await db.run(END_OVER)
    fence = await _fence_of(db, request)
    rows = await db.rows(LEND, fence, list(request.left_out), request.loan.takes_over)
    now = await db.value("select noroshi_now()")
    sql = "select monitor, body from memory where monitor = any($1::text[])"
    memories = await db.rows(sql, [id for id, _, _ in rows])
    return Block(
        {id: read_state(body) for id, body, _ in rows},
        {id: schema.value(dict[str, Any], body) for id, body in memories},
        fence,
        {id: (now - last) * MICROSECOND for id, _, last in rows if last is not None},
        instant(now),
    )


async def _fence_of(db: Session, request: LoanRequest) -> int:
    """Return the fence under which the node holds monitors, and free those of which it does not know,
    as the answer was lost."""
    node = request.node.name, request.node.life
    sql = "select 1 from lease where fence = $1 and node = $2 and life = $3"
    if await db.value(sql, request.loan.fence, *node) is not None:
        await db.run(FREE_UNHEARD, request.loan.fence, list(request.loan.ids))
        return request.loan.fence
    await db.run(END_UNHELD, *node)
    await _refuse_too_far_apart(db, request.node.name, request.version)
    return int(await db.value(NEW_LEASE, *node, request.version))


async def give_back(db: Session, fence: int, watched_until: Mapping[str, datetime]) -> None:
    instants = [number(one) for one in watched_until.values()]
    await db.run(GIVE_BACK, fence, list(watched_until), instants)


async def renew(db: Session, fence: int, now: datetime) -> Renewal | None:
    is_steady = await db.value(RENEW, fence)
    if is_steady is None:
        return None
    await db.run(MARK_SEEN, fence)
    await db.run(SHORTEN)
    if is_steady:
        await db.run(END_GONE)
        await db.run(MARK_WITHOUT_SESSION)
    sql = "select id, standing from monitor where fence = $1 and standing is not null"
    stored_suppressions = {
        id: schema.value(Suppression, body) for id, body in await db.rows(sql, fence)
    }
    version = await definitions.latest(db)
    living_nodes = await db.rows(NODES)
    next_end = await db.value(NEXT_END, fence, is_steady)
    return Renewal(
        stored_suppressions,
        version,
        await alarms.suppressions(db, now),
        tuple(node for node, _ in living_nodes),
        await work.holder(db),
        frozenset(node for node, is_unusable in living_nodes if is_unusable),
        next_end=None if next_end is None else next_end * MICROSECOND,
    )


async def nodes(db: Session) -> Sequence[NodeLease]:
    sender = await work.holder(db)
    rows = await db.rows(NODE_LEASES, SHOWN_FOR // MICROSECOND)
    return [
        NodeLease(
            name=name,
            monitor_count=count,
            renewed_at=instant(renewed_at),
            is_alive=is_alive,
            sends=is_alive and name == sender,
            has_left=has_left and not is_alive,
            version=version,
            held_since=instant(began_at) if is_alive else None,
            address=address,
            unusable_version=unusable_version,
            unusable_reason=message_of(unusable_reason),
        )
        for (
            name,
            count,
            renewed_at,
            is_alive,
            has_left,
            version,
            began_at,
            address,
            unusable_version,
            unusable_reason,
        ) in rows
    ]


async def record_unusable(db: Session, node: Node, version: int, reason: Message) -> None:
    await db.run(RECORD_UNUSABLE, node.name, node.life, version, words_text(reason))


async def forget_node(db: Session, name: str) -> bool:
    if not await db.run(FORGET_NODE, name):
        return False
    await db.run(END_OF_NODE, name)
    return True


async def remember(db: Session, memories: Mapping[str, Memory]) -> None:
    """Write memories, where they are not what is there already."""
    bodies = {id: schema.text(memory) for id, memory in memories.items() if memory}
    if bodies:
        await db.run(REMEMBER, list(bodies), list(bodies.values()))
    emptied = [id for id, memory in memories.items() if not memory]
    if emptied:
        await db.run("delete from memory where monitor = any($1::text[])", emptied)


async def remember_held(db: Session, fence: int, memories: Mapping[str, Memory]) -> None:
    """Write the memories of those monitors that are held under the fence, which watches them now."""
    await db.run(WATCHED, fence, list(memories))
    held_ids = {id for (id,) in await db.rows(HELD, fence, list(memories))}
    await remember(db, {id: one for id, one in memories.items() if id in held_ids})


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
