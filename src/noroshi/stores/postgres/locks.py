"""Keep the locks on what one may do at a time."""

from __future__ import annotations

from datetime import datetime

from noroshi.stores.column_values import number
from noroshi.stores.postgres.session import Session

TAKE = """
insert into turn values ($1, $2, $3) on conflict (name) do update set holder = $2, until = $3
where turn.holder = $2 or turn.until <= $4 or turn.until > 2 * $3 - $4"""


async def take(
    db: Session, name: str, holder: str, expires_at: datetime, now: datetime
) -> bool:
    return bool(await db.run(TAKE, name, holder, number(expires_at), number(now)))


async def end(db: Session, name: str, holder: str) -> None:
    await db.run("delete from turn where name = $1 and holder = $2", name, holder)
