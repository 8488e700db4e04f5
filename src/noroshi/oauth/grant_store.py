"""Keep a sign-in in the vault: the attempt that was begun, and the refresh token that it led to."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from noroshi.core.reserved_entries import SIGN_INS, TOKENS
from noroshi.oauth.account import Account
from noroshi.oauth.provider import Attempt, DeviceAttempt
from noroshi.ports import Resource, StoreError
from noroshi.vault import Secret, Vault

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingSignIn:
    """A sign-in that a person has begun: in a browser, or on another device."""

    attempt: Attempt | DeviceAttempt
    identity: str
    begun_at: datetime
    resource: Resource = "smtp"
    """The resource of the first access token."""
    is_done: bool = False
    """The attempt led to tokens; it is kept so that a second paste can be told apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredGrant:
    """Hold a refresh token and the identity of its owner; for an app that signs in by itself,
    only that it has signed in."""

    token: Secret
    """Empty for an app that signs in by itself: only the credential counts."""
    identity: str
    """To whom it may be shown: see `Account.identity`."""
    signed_in_at: datetime
    renewed: datetime
    user: str = ""
    credential: str = ""
    """The vault's entry of the credential that was taken last; "" without one."""
    public: bool = False
    """The token was given to a public client, which may show no credential."""
    scope: str = ""
    """The granted scope; "" where it is not known, as of a sign-in before scopes were
    stored."""


class GrantStore:
    """Keep the vault entries `signin/<account>` and `refresh/<account>`. Each call raises as
    the vault does."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._unsaved_grants: dict[str, StoredGrant] = {}

    @property
    def holds_unsaved(self) -> bool:
        """Return whether a refresh token is in memory alone, as the store could not take it."""
        return bool(self._unsaved_grants)

    async def attempt(self, account: Account) -> PendingSignIn | None:
        """Return the last attempt, or None if there was none."""
        record = await self._get(f"{SIGN_INS}{account.storage_name}")
        if record is None:
            return None
        return PendingSignIn(
            attempt=_parse_attempt(record),
            begun_at=datetime.fromisoformat(record.pop("at")),
            is_done=record.pop("done", False),
            **record,
        )

    async def put_attempt(self, account: Account, pending: PendingSignIn) -> None:
        """Remember an attempt in the place of any earlier one."""
        record = _as_plain(pending.attempt, is_done=pending.is_done) | {
            "identity": pending.identity,
            "at": pending.begun_at.isoformat(),
            "resource": pending.resource,
            "done": pending.is_done,
        }
        await self._vault.put(f"{SIGN_INS}{account.storage_name}", Secret(json.dumps(record)))

    async def get(self, account: Account) -> StoredGrant | None:
        """Return the refresh token, or None if nobody has signed in."""
        if account.storage_name in self._unsaved_grants:
            return self._unsaved_grants[account.storage_name]
        record = await self._get(f"{TOKENS}{account.storage_name}")
        if record is None:
            return None
        return StoredGrant(
            token=Secret(record.pop("token")),
            signed_in_at=datetime.fromisoformat(record.pop("since")),
            renewed=datetime.fromisoformat(record.pop("renewed")),
            credential=record.pop("by", ""),
            **record,
        )

    async def put(self, account: Account, grant: StoredGrant) -> None:
        """Keep a refresh token in the place of the one before; durable on return."""
        await self._put(account.storage_name, grant)
        self._unsaved_grants.pop(account.storage_name, None)

    async def put_or_hold(self, account: Account, grant: StoredGrant) -> None:
        """Keep a grant; where the store cannot take it now, hold it until `save_held` can. The
        provider has rotated the token by now: to give it up would end the sign-in where the old
        one is no longer accepted."""
        try:
            await self.put(account, grant)
        except StoreError as error:
            self.hold(account, grant, error)

    def hold(self, account: Account, grant: StoredGrant, reason: object) -> None:
        """Hold a grant in memory until `save_held` can keep it."""
        self._unsaved_grants[account.storage_name] = grant
        log.warning("the new sign-in of %s is not saved yet: %s", account.name, reason)

    async def save_held(self) -> None:
        """Try again to keep what is held; what still cannot be kept is held on."""
        for name, grant in list(self._unsaved_grants.items()):
            try:
                await self._put(name, grant)
            except StoreError:
                return
            if self._unsaved_grants.get(name) is grant:  # or a newer one came meanwhile
                del self._unsaved_grants[name]
                log.info("the sign-in of %s is saved", name)

    async def _put(self, name: str, grant: StoredGrant) -> None:
        text = json.dumps(
            {
                "token": grant.token.reveal(),
                "identity": grant.identity,
                "since": grant.signed_in_at.isoformat(),
                "renewed": grant.renewed.isoformat(),
                "user": grant.user,
                "by": grant.credential,
                "public": grant.public,
                "scope": grant.scope,
            }
        )
        await self._vault.put(f"{TOKENS}{name}", Secret(text))

    async def _get(self, name: str) -> dict[str, Any] | None:
        secret = await self._vault.get(name)
        return None if secret is None else json.loads(secret.reveal())


def _as_plain(attempt: Attempt | DeviceAttempt, *, is_done: bool) -> dict[str, Any]:
    """Return the stored form of an attempt; of a finished one, without the secrets."""
    flow = {} if is_done else dict(attempt.flow)
    if isinstance(attempt, Attempt):
        return {"state": attempt.state, "flow": flow}
    device = {
        name: getattr(attempt, name) for name in ("user_code", "url", "expires_in", "interval")
    }
    return {"device": device, "flow": flow}


def _parse_attempt(record: dict[str, Any]) -> Attempt | DeviceAttempt:
    flow: Mapping[str, Any] = record.pop("flow")
    if "device" in record:
        return DeviceAttempt(**record.pop("device"), flow=flow)
    return Attempt(url="", state=record.pop("state"), flow=flow)
