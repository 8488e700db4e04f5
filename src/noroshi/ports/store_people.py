"""The seam to the store, as far as it keeps people and what they changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from noroshi.core.people import ApiToken, Audited, Session, User


class PeopleStore(Protocol):
    """A part of ports.Store. Each method is atomic, or a StoreError."""

    async def users(self) -> Mapping[str, User]:
        """All who may log in, by name."""

    async def put_user(self, user: User, before: User | None) -> bool:
        """Write one over just what it was before (None: there was none); False, and nothing
        written, if it is not so any more. Thus what is good once is good once. Where it
        `ends_sessions`, theirs go in the same step."""

    async def drop_user(self, name: str) -> bool:
        """Forget one, with all their sessions. False: there is none."""

    async def api_tokens(self) -> Mapping[str, ApiToken]:
        """All of them, by name."""

    async def put_api_token(self, token: ApiToken) -> bool:
        """Keep a new one. False: there is one of that name."""

    async def drop_api_token(self, name: str) -> bool:
        """Forget one. False: there is none."""

    async def session(self, key: str) -> Session | None:
        """The session of that key, also one that is over."""

    async def put_session(
        self, session: Session, instead: str = "", seen: User | None = None
    ) -> bool:
        """Keep it in the place of the one of the key `instead`; False, and nothing written, if
        that one is not there any more, or if what became of the user since they were `seen` so
        `ends_sessions`."""

    async def end_sessions(self, before: datetime, user: str = "", key: str = "") -> int:
        """Forget those that are over by then, those of a user, and that of a key; how many."""

    async def audit(self, row: Audited) -> None:
        """Write down what somebody changed."""

    async def audited(self, last: int = 100) -> Sequence[Audited]:
        """What was changed, newest first."""

    async def forget_audit(self, before: datetime, most: int) -> int:
        """Delete so many of the oldest rows that are older than that; how many."""
