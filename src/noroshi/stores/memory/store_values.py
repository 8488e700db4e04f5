"""The part of the store for tests and trials that keeps secrets, notes and turns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta


class KeptInMemory:
    """As ports.Store says of what is kept under a name."""

    def __init__(self) -> None:
        super().__init__()
        self._secrets: dict[str, bytes] = {}
        self._notes: dict[str, str] = {}
        self._turns: dict[str, tuple[str, datetime]] = {}

    async def put_secret(self, name: str, sealed: bytes) -> None:
        self._secrets[name] = sealed

    async def get_secret(self, name: str) -> bytes | None:
        return self._secrets.get(name)

    async def secret_names(self) -> Sequence[str]:
        return sorted(self._secrets)

    async def drop_secret(self, name: str) -> bool:
        return self._secrets.pop(name, None) is not None

    async def note(self, name: str, text: str) -> None:
        self._notes[name] = text

    async def notes(self) -> Mapping[str, str]:
        return dict(self._notes)

    async def take_turn(self, name: str, holder: str, until: datetime, now: datetime) -> bool:
        whose, ends = self._turns.get(name, (holder, now))
        if whose != holder and now < ends <= until + (until - now):
            return False
        self._turns[name] = holder, until
        return True

    async def end_turn(self, name: str, holder: str) -> None:
        if self._turns.get(name, ("",))[0] == holder:
            del self._turns[name]

    def _shift_turns(self, by: timedelta) -> None:
        self._turns = {name: (whose, ends + by) for name, (whose, ends) in self._turns.items()}
