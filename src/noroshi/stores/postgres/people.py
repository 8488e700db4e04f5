"""Keep users, API tokens, sessions and the audit log in tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from noroshi import schema
from noroshi.core.people import (
    ApiToken,
    Audited,
    Session as LoginSession,
    User,
    ends_sessions,
    may_open,
)
from noroshi.stores.column_values import number
from noroshi.stores.postgres.session import Session

PUT_USER = """
insert into person values ($1, $2) on conflict (name) do update set body = excluded.body"""
PUT_SESSION = """
insert into session values ($1, $2, $3, $4) on conflict (key) do update
set person = excluded.person, ends = excluded.ends, body = excluded.body"""
FIRST_KEPT = """
select min(seq) from audit where at >= $1 and (at <= $2 or $2 < $1)"""
"""Passes over rows dated later than the last one: they come from a clock that was ahead."""
FORGET_AUDIT = """
delete from audit where seq in (
    select seq from audit where at < $1 and seq < coalesce($2, seq + 1) order by seq limit $3)"""


async def users(db: Session) -> Mapping[str, User]:
    rows = await db.rows("select name, body from person order by name")
    return {name: schema.value(User, body) for name, body in rows}


async def put_user(db: Session, user: User, previous: User | None) -> bool:
    """Do what ports.Store.put_user says."""
    # Read back and compared as values: a field that came later has no place in an old text.
    if await _user(db, user.name) != previous:
        return False
    await db.run(PUT_USER, user.name, schema.text(user))
    if ends_sessions(user, previous):
        await _forget_sessions(db, user.name)
    return True


async def _user(db: Session, name: str) -> User | None:
    """Return a user, whom nobody else changes until the transaction ends."""
    await db.lock(f"user {name}")
    body = await db.value("select body from person where name = $1", name)
    return None if body is None else schema.value(User, body)


async def _forget_sessions(db: Session, name: str) -> None:
    await db.run("delete from session where person = $1", name)


async def drop_user(db: Session, name: str) -> bool:
    await db.lock(f"user {name}")
    await _forget_sessions(db, name)
    return bool(await db.run("delete from person where name = $1", name))


async def api_tokens(db: Session) -> Mapping[str, ApiToken]:
    rows = await db.rows("select name, body from api_token order by name")
    return {name: schema.value(ApiToken, body) for name, body in rows}


async def put_api_token(db: Session, token: ApiToken) -> bool:
    sql = "insert into api_token values ($1, $2) on conflict do nothing"
    return bool(await db.run(sql, token.name, schema.text(token)))


async def session(db: Session, key: str) -> LoginSession | None:
    body = await db.value("select body from session where key = $1", key)
    return None if body is None else schema.value(LoginSession, body)


async def put_session(
    db: Session, session: LoginSession, replaced_key: str, authenticated: User | None
) -> bool:
    """Do what ports.Store.put_session says."""
    if not may_open(authenticated, await _user(db, session.user)):
        return False
    deleted_count = await db.run("delete from session where key = $1", replaced_key)
    if replaced_key and not deleted_count:
        return False
    row = (session.key, session.user, number(session.ends), schema.text(session))
    return bool(await db.run(PUT_SESSION, *row))


async def end_sessions(db: Session, cutoff: datetime, user: str, key: str) -> int:
    sql = "delete from session where ends <= $1 or person = $2 or key = $3"
    return await db.run(sql, number(cutoff), user, key)


async def audit(db: Session, row: Audited) -> None:
    sql = "insert into audit (at, body) values ($1, $2)"
    await db.run(sql, number(row.at), schema.text(row))


async def audit_log(db: Session, limit: int) -> Sequence[Audited]:
    rows = await db.rows("select body from audit order by seq desc limit $1", limit)
    return [schema.value(Audited, body) for (body,) in rows]


async def forget_audit(db: Session, cutoff: datetime, limit: int) -> int:
    """Do what ports.Store.forget_audit says."""
    newest = await db.value("select at from audit order by seq desc limit 1")
    if newest is None:
        return 0
    first_recent = await db.value(FIRST_KEPT, number(cutoff), newest)
    return await db.run(FORGET_AUDIT, number(cutoff), first_recent, limit)
