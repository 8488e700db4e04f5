"""The part of the store in a file that keeps people and what they changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from noroshi.core.people import ApiToken, Audited, Session, User
from noroshi.stores.sqlite import people
from noroshi.stores.sqlite.writer_thread import Writer


class PeopleInFile:
    """As storing_people.PeopleStore says; SqliteStore has the threads."""

    _writer: Writer
    _reader: Writer

    async def users(self) -> Mapping[str, User]:
        return await self._reader.do(people.users)

    async def put_user(self, user: User, before: User | None) -> bool:
        return await self._writer.do(lambda db: people.put_user(db, user, before))

    async def drop_user(self, name: str) -> bool:
        return await self._writer.do(lambda db: people.drop_user(db, name))

    async def api_tokens(self) -> Mapping[str, ApiToken]:
        return await self._reader.do(people.api_tokens)

    async def put_api_token(self, token: ApiToken) -> bool:
        return await self._writer.do(lambda db: people.put_api_token(db, token))

    async def drop_api_token(self, name: str) -> bool:
        sql = "delete from api_token where name = ?"
        return await self._writer.do(lambda db: db.execute(sql, (name,)).rowcount) > 0

    async def session(self, key: str) -> Session | None:
        return await self._reader.do(lambda db: people.session(db, key))

    async def put_session(
        self, session: Session, instead: str = "", seen: User | None = None
    ) -> bool:
        return await self._writer.do(lambda db: people.put_session(db, session, instead, seen))

    async def end_sessions(self, before: datetime, user: str = "", key: str = "") -> int:
        return await self._writer.do(lambda db: people.end_sessions(db, before, user, key))

    async def audit(self, row: Audited) -> None:
        await self._writer.do(lambda db: people.audit(db, row))

    async def audited(self, last: int = 100) -> Sequence[Audited]:
        return await self._reader.do(lambda db: people.audited(db, last))

    async def forget_audit(self, before: datetime, most: int) -> int:
        return await self._writer.do(lambda db: people.forget_audit(db, before, most))
