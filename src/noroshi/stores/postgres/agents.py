"""Keep agents and invitations, and what was last heard of each agent, in tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache

from noroshi import schema
from noroshi.core.agents import Agent, Invitation, JoinRefusal, LastSeen, admission, may_replace
from noroshi.stores.postgres.session import Session

LOCK = "agents"
MOST_KEPT = 4096
"""Agents that are kept as they were read last: more than one hub has."""
PUT_INVITATION = """
insert into invitation values ($1, $2, $3)
on conflict (id) do update set hash = excluded.hash, body = excluded.body"""
PUT_LAST_SEEN = """
insert into last_seen select * from unnest($1::text[], $2::text[])
on conflict (agent) do update set body = excluded.body"""


async def invitations(db: Session) -> Mapping[str, Invitation]:
    rows = await db.rows("select id, body from invitation order by id")
    return {id: schema.value(Invitation, body) for id, body in rows}


async def put_invitation(db: Session, invitation: Invitation) -> None:
    await db.lock(LOCK)
    await _write_invitation(db, invitation)


async def _write_invitation(db: Session, invitation: Invitation) -> None:
    await db.run(PUT_INVITATION, invitation.id, invitation.hash, schema.text(invitation))


async def admit(
    db: Session, secret_hash: str, agent: Agent, now: datetime
) -> Agent | JoinRefusal:
    """Do what ports.Store.admit says."""
    await db.lock(LOCK)
    invitation = await _invitation(db, secret_hash)
    result = admission(invitation, agent, (await agents(db)).values(), now)
    if invitation is None or isinstance(result, JoinRefusal):
        return result
    sql = "insert into agent values ($1, $2, $3) on conflict do nothing"
    await db.run(sql, result.id, result.thumbprint, schema.text(result))
    await _write_invitation(db, invitation.with_use(result.thumbprint))
    return result


async def _invitation(db: Session, secret_hash: str) -> Invitation | None:
    body = await db.value("select body from invitation where hash = $1", secret_hash)
    return None if body is None else schema.value(Invitation, body)


async def agents(db: Session) -> Mapping[str, Agent]:
    rows = await db.rows("select id, body from agent order by id")
    return {id: _agent(body) for id, body in rows}


@lru_cache(maxsize=MOST_KEPT)
def _agent(body: str) -> Agent:
    """A hub reads its agents every two seconds, and few of them change."""
    return schema.value(Agent, body)


async def put_agent(db: Session, agent: Agent, previous: Agent) -> bool:
    """Do what ports.Store.put_agent says."""
    await db.lock(LOCK)
    stored_agents = dict(await agents(db))
    # Compared as values: a field that came later has no place in an old text.
    if stored_agents.pop(agent.id, None) != previous:
        return False
    if not may_replace(agent, stored_agents.values()):
        return False
    sql = "update agent set thumbprint = $1, body = $2 where id = $3"
    await db.run(sql, agent.thumbprint, schema.text(agent), agent.id)
    return True


async def drop_agent(db: Session, agent: Agent) -> bool:
    """Do what ports.Store.drop_agent says, but for its notifications."""
    await db.lock(LOCK)
    if (await agents(db)).get(agent.id) != agent:
        return False
    for sql in (
        "delete from agent where id = $1",
        "delete from last_seen where agent = $1",
        "delete from received where agent = $1",
    ):
        await db.run(sql, agent.id)
    return True


async def last_seen(db: Session) -> Mapping[str, LastSeen]:
    rows = await db.rows("select agent, body from last_seen order by agent")
    return {agent: schema.value(LastSeen, body) for agent, body in rows}


async def put_last_seen(db: Session, last_seen: Sequence[LastSeen]) -> None:
    # In one order, as two nodes may have heard of the same agents.
    bodies = {one.agent: schema.text(one) for one in last_seen}
    names = sorted(bodies)
    await db.run(PUT_LAST_SEEN, names, [bodies[name] for name in names])
