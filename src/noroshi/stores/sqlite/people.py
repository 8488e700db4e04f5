"""Keep users, API tokens, sessions and the audit log in tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice

from noroshi import schema
from noroshi.core.chronology import oldest
from noroshi.core.people import ApiToken, Audited, Session, User, ends_sessions, may_open
from noroshi.stores.sqlite.types import Connection, instant, number


def users(db: Connection) -> Mapping[str, User]:
    rows = db.execute("select name, body from user order by name")
    return {name: schema.value(User, body) for name, body in rows}


def put_user(db: Connection, user: User, previous: User | None) -> bool:
    # Read back and compared as values: a field that came later has no place in an old text.
    if _user(db, user.name) != previous:
        return False
    db.execute("insert or replace into user values (?, ?)", (user.name, schema.text(user)))
    if ends_sessions(user, previous):
        _forget_sessions(db, user.name)
    return True


def _user(db: Connection, name: str) -> User | None:
    row = db.execute("select body from user where name = ?", (name,)).fetchone()
    return None if row is None else schema.value(User, row[0])


def _forget_sessions(db: Connection, name: str) -> None:
    db.execute("delete from session where user = ?", (name,))


def drop_user(db: Connection, name: str) -> bool:
    _forget_sessions(db, name)
    return bool(db.execute("delete from user where name = ?", (name,)).rowcount)


def api_tokens(db: Connection) -> Mapping[str, ApiToken]:
    rows = db.execute("select name, body from api_token order by name")
    return {name: schema.value(ApiToken, body) for name, body in rows}


def put_api_token(db: Connection, token: ApiToken) -> bool:
    sql = "insert or ignore into api_token values (?, ?)"
    return bool(db.execute(sql, (token.name, schema.text(token))).rowcount)


def session(db: Connection, key: str) -> Session | None:
    row = db.execute("select body from session where key = ?", (key,)).fetchone()
    return None if row is None else schema.value(Session, row[0])


def put_session(
    db: Connection, session: Session, replaced_key: str, authenticated: User | None
) -> bool:
    if not may_open(authenticated, _user(db, session.user)):
        return False
    deleted_count = db.execute("delete from session where key = ?", (replaced_key,)).rowcount
    if replaced_key and not deleted_count:
        return False
    row = (session.key, session.user, number(session.ends), schema.text(session))
    return bool(db.execute("insert or replace into session values (?, ?, ?, ?)", row).rowcount)


def end_sessions(db: Connection, cutoff: datetime, user: str, key: str) -> int:
    sql = "delete from session where ends <= ? or user = ? or key = ?"
    return db.execute(sql, (number(cutoff), user, key)).rowcount


def audit(db: Connection, row: Audited) -> None:
    sql = "insert into audit (at, body) values (?, ?)"
    db.execute(sql, (number(row.at), schema.text(row)))


def audit_log(db: Connection, limit: int) -> Sequence[Audited]:
    rows = db.execute("select body from audit order by seq desc limit ?", (limit,))
    return [schema.value(Audited, body) for (body,) in rows]


def forget_audit(db: Connection, cutoff: datetime, limit: int) -> int:
    last_row = db.execute("select at from audit order by seq desc limit 1").fetchone()
    if last_row is None:
        return 0
    rows = db.execute("select seq, at from audit order by seq")
    written_rows = ((seq, instant(written_at)) for seq, written_at in rows)
    old_rows = list(islice(oldest(written_rows, cutoff, instant(last_row[0])), limit))
    db.executemany("delete from audit where seq = ?", [(seq,) for seq in old_rows])
    return len(old_rows)
