"""The part of the store in a file that keeps secrets, notes and turns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from noroshi.stores.sqlite import locks
from noroshi.stores.sqlite.writer_thread import Writer


class KeptInFile:
    """As ports.Store says of what is kept under a name; SqliteStore has the threads."""

    _writer: Writer
    _reader: Writer

    async def put_secret(self, name: str, sealed: bytes) -> None:
        sql = "insert or replace into secret values (?, ?)"
        await self._writer.do(lambda db: db.execute(sql, (name, sealed)).rowcount)

    async def get_secret(self, name: str) -> bytes | None:
        sql = "select sealed from secret where name = ?"
        row = await self._reader.do(lambda db: db.execute(sql, (name,)).fetchone())
        return None if row is None else bytes(row[0])

    async def secret_names(self) -> Sequence[str]:
        rows = await self._reader.do(
            lambda db: db.execute("select name from secret order by name").fetchall()
        )
        return [name for (name,) in rows]

    async def drop_secret(self, name: str) -> bool:
        sql = "delete from secret where name = ?"
        return await self._writer.do(lambda db: db.execute(sql, (name,)).rowcount) > 0

    async def note(self, name: str, text: str) -> None:
        sql = "insert or replace into note values (?, ?)"
        await self._writer.do(lambda db: db.execute(sql, (name, text)).rowcount)

    async def notes(self) -> Mapping[str, str]:
        sql = "select name, body from note order by name"
        return dict(await self._reader.do(lambda db: db.execute(sql).fetchall()))

    async def take_turn(self, name: str, holder: str, until: datetime, now: datetime) -> bool:
        return await self._writer.do(lambda db: locks.take(db, name, holder, until, now))

    async def end_turn(self, name: str, holder: str) -> None:
        await self._writer.do(lambda db: locks.end(db, name, holder))
