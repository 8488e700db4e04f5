"""Keep the locks on what one may do at a time."""

from __future__ import annotations

from datetime import timedelta

from noroshi.stores.column_values import MICROSECOND
from noroshi.stores.postgres.session import Session

TAKE = """
insert into turn values ($1, $2, noroshi_now() + $3)
on conflict (name) do update set holder = excluded.holder, until = excluded.until
where turn.holder = excluded.holder or turn.until <= noroshi_now()
    or turn.until > noroshi_now() + 2 * $3::bigint"""


async def take(db: Session, name: str, holder: str, duration: timedelta) -> bool:
    return bool(await db.run(TAKE, name, holder, duration // MICROSECOND))


async def end(db: Session, name: str, holder: str) -> None:
    await db.run("delete from turn where name = $1 and holder = $2", name, holder)
