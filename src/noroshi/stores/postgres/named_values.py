"""Keep secrets, which are sealed, texts, and what jobs report, each under its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from noroshi.ports import Beat
from noroshi.stores.column_values import instant, number
from noroshi.stores.postgres.session import Session

PUT_SECRET = """
insert into secret values ($1, $2) on conflict (name) do update set sealed = excluded.sealed"""
PUT_VALUE = """
insert into note values ($1, $2) on conflict (name) do update set body = excluded.body"""
PUT_BEAT = """
insert into beat values ($1, $2, $3, $4) on conflict (name) do update
set at = excluded.at, ok = excluded.ok, text = excluded.text"""


async def put_secret(db: Session, name: str, sealed_secret: bytes) -> None:
    await db.run(PUT_SECRET, name, sealed_secret)


async def get_secret(db: Session, name: str) -> bytes | None:
    sealed = await db.value("select sealed from secret where name = $1", name)
    return None if sealed is None else bytes(sealed)


async def secret_names(db: Session) -> Sequence[str]:
    return [name for (name,) in await db.rows("select name from secret order by name")]


async def get_secrets(db: Session) -> Mapping[str, bytes]:
    rows = await db.rows("select name, sealed from secret order by name")
    return {name: bytes(sealed) for name, sealed in rows}


async def drop_secret(db: Session, name: str) -> bool:
    return await db.run("delete from secret where name = $1", name) > 0


async def put_value(db: Session, name: str, text: str) -> None:
    await db.run(PUT_VALUE, name, text)


async def get_values(db: Session) -> Mapping[str, str]:
    return dict(await db.rows("select name, body from note order by name"))


async def beat(db: Session, name: str, row: Beat) -> None:
    await db.run(PUT_BEAT, name, number(row.at), row.ok, row.text)


async def beats(db: Session) -> Mapping[str, Beat]:
    rows = await db.rows("select name, at, ok, text from beat order by name")
    return {
        name: Beat(at=instant(beat_at), ok=ok, text=text) for name, beat_at, ok, text in rows
    }
