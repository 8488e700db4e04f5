"""Keep agents and invitations, and what was last heard of each agent, in tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache

from noroshi import schema
from noroshi.core.agents import Agent, Invitation, JoinRefusal, LastSeen, admission, may_replace
from noroshi.stores.sqlite.types import Connection

MOST_KEPT = 4096
"""Agents that are kept as they were read last: more than one hub has."""


def invitations(db: Connection) -> Mapping[str, Invitation]:
    rows = db.execute("select id, body from invitation order by id")
    return {id: schema.value(Invitation, body) for id, body in rows}


def put_invitation(db: Connection, invitation: Invitation) -> None:
    row = (invitation.id, invitation.hash, schema.text(invitation))
    db.execute("insert or replace into invitation values (?, ?, ?)", row)


def admit(db: Connection, secret_hash: str, agent: Agent, now: datetime) -> Agent | JoinRefusal:
    invitation = _invitation(db, secret_hash)
    result = admission(invitation, agent, agents(db).values(), now)
    if invitation is None or isinstance(result, JoinRefusal):
        return result
    sql = "insert or ignore into agent values (?, ?, ?)"
    db.execute(sql, (result.id, result.thumbprint, schema.text(result)))
    put_invitation(db, invitation.with_use(result.thumbprint))
    return result


def _invitation(db: Connection, secret_hash: str) -> Invitation | None:
    sql = "select body from invitation where hash = ?"
    row = db.execute(sql, (secret_hash,)).fetchone()
    return None if row is None else schema.value(Invitation, row[0])


def agents(db: Connection) -> Mapping[str, Agent]:
    rows = db.execute("select id, body from agent order by id")
    return {id: _agent(body) for id, body in rows}


@lru_cache(maxsize=MOST_KEPT)
def _agent(body: str) -> Agent:
    """A hub reads its agents every two seconds, and few of them change."""
    return schema.value(Agent, body)


def put_agent(db: Connection, agent: Agent, previous: Agent) -> bool:
    stored_agents = dict(agents(db))
    # Compared as values: a field that came later has no place in an old text.
    if stored_agents.pop(agent.id, None) != previous:
        return False
    if not may_replace(agent, stored_agents.values()):
        return False
    sql = "update agent set thumbprint = ?, body = ? where id = ?"
    db.execute(sql, (agent.thumbprint, schema.text(agent), agent.id))
    return True


def drop_agent(db: Connection, agent: Agent) -> bool:
    if agents(db).get(agent.id) != agent:
        return False
    for sql in (
        "delete from agent where id = ?",
        "delete from last_seen where agent = ?",
        "delete from received where agent = ?",
    ):
        db.execute(sql, (agent.id,))
    return True


def last_seen(db: Connection) -> Mapping[str, LastSeen]:
    rows = db.execute("select agent, body from last_seen order by agent")
    return {agent: schema.value(LastSeen, body) for agent, body in rows}


def put_last_seen(db: Connection, last_seen: Sequence[LastSeen]) -> None:
    rows = [(one.agent, schema.text(one)) for one in last_seen]
    db.executemany("insert or replace into last_seen values (?, ?)", rows)
