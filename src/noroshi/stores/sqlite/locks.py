"""Keep the locks on what one may do at a time."""

from __future__ import annotations

from datetime import datetime

from noroshi.stores.sqlite.types import Connection, number

TAKE = (
    "insert into turn values (?1, ?2, ?3) on conflict (name) do update set "
    "holder = ?2, until = ?3 where holder = ?2 or until <= ?4 or until > 2 * ?3 - ?4"
)


def take(db: Connection, name: str, holder: str, expires_at: datetime, now: datetime) -> bool:
    parameters = (name, holder, number(expires_at), number(now))
    return bool(db.execute(TAKE, parameters).rowcount)


def end(db: Connection, name: str, holder: str) -> None:
    db.execute("delete from turn where name = ? and holder = ?", (name, holder))
