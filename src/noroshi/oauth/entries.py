"""What the vault keeps of a sign-in: the attempt that was begun, and the refresh token it led to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from noroshi.oauth.clouds import Account
from noroshi.oauth.provider import Attempt
from noroshi.vault import Secret, Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A sign-in that a person has begun."""

    attempt: Attempt
    identity: str
    at: datetime
    done: bool = False
    """Whether it led to tokens: kept so that a second paste can be told apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A refresh token, and whose it is."""

    token: Secret
    identity: str
    """To whom it may be shown: see `Account.identity`."""
    since: datetime
    renewed: datetime
    user: str


class Entries:
    """The entries `signin/<account>` and `refresh/<account>`. Each call raises as the vault does."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def begun(self, account: Account) -> Begun | None:
        """The last attempt, or None if there was none."""
        found = await self._get(f"signin/{account.name}")
        if found is None:
            return None
        attempt = Attempt(url="", state=found.pop("state"), flow=found.pop("flow"))
        return Begun(attempt=attempt, at=datetime.fromisoformat(found.pop("at")), **found)

    async def begin(self, account: Account, begun: Begun) -> None:
        """Remember an attempt in the place of any earlier one."""
        kept = {
            "state": begun.attempt.state,
            "flow": {} if begun.done else dict(begun.attempt.flow),
            "identity": begun.identity,
            "at": begun.at.isoformat(),
            "done": begun.done,
        }
        await self._vault.put(f"signin/{account.name}", Secret(json.dumps(kept)))

    async def kept(self, account: Account) -> Kept | None:
        """The refresh token, or None if nobody has signed in."""
        found = await self._get(f"refresh/{account.name}")
        if found is None:
            return None
        return Kept(
            token=Secret(found.pop("token")),
            since=datetime.fromisoformat(found.pop("since")),
            renewed=datetime.fromisoformat(found.pop("renewed")),
            **found,
        )

    async def keep(self, account: Account, kept: Kept) -> None:
        """Keep a refresh token in the place of the one before; durable on return."""
        text = json.dumps(
            {
                "token": kept.token.reveal(),
                "identity": kept.identity,
                "since": kept.since.isoformat(),
                "renewed": kept.renewed.isoformat(),
                "user": kept.user,
            }
        )
        await self._vault.put(f"refresh/{account.name}", Secret(text))

    async def _get(self, name: str) -> dict[str, Any] | None:
        found = await self._vault.get(name)
        return None if found is None else json.loads(found.reveal())
