"""The part of the store for tests and trials that keeps people and what they changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice

from noroshi.core.chronology import oldest
from noroshi.core.people import ApiToken, Audited, Session, User, ends_sessions, may_open


class PeopleInMemory:
    """As storing_people.PeopleStore says."""

    def __init__(self) -> None:
        super().__init__()
        self._users: dict[str, User] = {}
        self._api_tokens: dict[str, ApiToken] = {}
        self._sessions: dict[str, Session] = {}
        self._audit: list[Audited] = []

    async def users(self) -> Mapping[str, User]:
        return dict(sorted(self._users.items()))

    async def put_user(self, user: User, before: User | None) -> bool:
        if self._users.get(user.name) != before:
            return False
        if ends_sessions(user, before):
            self._forget_sessions(user.name)
        self._users[user.name] = user
        return True

    def _forget_sessions(self, name: str) -> None:
        self._sessions = {k: s for k, s in self._sessions.items() if s.user != name}

    async def drop_user(self, name: str) -> bool:
        self._forget_sessions(name)
        return self._users.pop(name, None) is not None

    async def api_tokens(self) -> Mapping[str, ApiToken]:
        return dict(sorted(self._api_tokens.items()))

    async def put_api_token(self, token: ApiToken) -> bool:
        return self._api_tokens.setdefault(token.name, token) is token

    async def drop_api_token(self, name: str) -> bool:
        return self._api_tokens.pop(name, None) is not None

    async def session(self, key: str) -> Session | None:
        return self._sessions.get(key)

    async def put_session(
        self, session: Session, instead: str = "", seen: User | None = None
    ) -> bool:
        if not may_open(seen, self._users.get(session.user)):
            return False
        if instead and self._sessions.pop(instead, None) is None:
            return False
        self._sessions[session.key] = session
        return True

    async def end_sessions(self, before: datetime, user: str = "", key: str = "") -> int:
        over = {
            k: s
            for k, s in self._sessions.items()
            if s.ends <= before or s.user == user or k == key
        }
        self._sessions = {k: s for k, s in self._sessions.items() if k not in over}
        return len(over)

    async def audit(self, row: Audited) -> None:
        self._audit.append(row)

    async def audited(self, last: int = 100) -> Sequence[Audited]:
        return self._audit[::-1][:last]

    async def forget_audit(self, before: datetime, most: int) -> int:
        if not self._audit:
            return 0
        written = ((row, row.at) for row in self._audit)
        old = list(islice(oldest(written, before, self._audit[-1].at), most))
        self._audit = [row for row in self._audit if row not in old]
        return len(old)
