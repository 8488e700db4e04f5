"""Keep access tokens at hand: ask one question at a time, keep the rotated token before it is used,
or hold it in memory while the store cannot take it.

`refresh` renews a token, and keeps what is good for a while; `grant_store` and `refusal_cache` keep in
the vault what a sign-in led to and what was refused. `sign_in_flow` lets a person sign in,
`refresh_lock` keeps processes that share a store out of each other's way.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, TypeVar

from noroshi.core.instruction import ANY_ROUTE
from noroshi.core.translation import Message
from noroshi.oauth.account import Account, as_app
from noroshi.oauth.credential_probe import CredentialProbe
from noroshi.oauth.credentials import CredentialInUse, Credentials, in_use
from noroshi.oauth.errors.messages import NEVER_SIGNED_IN, OTHER_APP, SIGNED_IN, UNPROVED
from noroshi.oauth.grant_store import GrantStore, StoredGrant
from noroshi.oauth.provider import Credential, DeviceAttempt, OAuthError, SignInError
from noroshi.oauth.refresh import (
    CachedToken,
    ProviderOf,
    RefreshReason,
    TokenCache,
    TokenParts,
    TokenRefresher,
    refusal_key,
)
from noroshi.oauth.refresh_lock import RefreshLock
from noroshi.oauth.refusal_cache import CachedRefusal, RefusalCache
from noroshi.oauth.sign_in_flow import CompletedSignIn, SignInFlow
from noroshi.ports import Clocks, Resource, StoreError
from noroshi.vault import Secret, Vault, VaultError

__all__ = ["SignInState", "SignInStatus", "TokenSource"]

T = TypeVar("T")
log = logging.getLogger(__name__)
MARGIN = 600.0
"""Microsoft's server for mails in large numbers refuses a token with less than ten minutes left
(501 5.5.127)."""
FORCED_APART = 30.0
"""A token younger than this is not the reason for a refusal: another one would be the same."""
SAVE_AGAIN = 10.0
"""Seconds until a rotated token that the store could not take is offered to it again."""
WORST_FIRST = ("user", "setup", "admin", "wait")
"""The order of refusals to report: first the one that the reader can do most about."""
SMTP: tuple[Resource, ...] = ("smtp",)


class SignInStatus(Enum):
    """Name the state of an account's sign-in."""

    SIGNED_IN = "signed in"
    NEVER = "never signed in"
    NEEDED = "needs somebody"
    WAITING = "asked again by itself"
    LOCKED = "the vault does not open"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInState:
    """Hold the state of an account's sign-in, since when, and why; for `status` and the
    manager."""

    sign: SignInStatus
    reason: Message
    changed_at: datetime | None = None
    """The time of the sign-in; for a refusal, the time when it was first told."""
    renewed: datetime | None = None
    """The time when the refresh token was last renewed: Entra ends one that rests for 90 days.
    For an app that signs in by itself: the time of the last token; nothing of it ends by
    resting."""
    user: str = ""
    ends: date | None = None
    """The end of the secret or certificate in use, as far as it is known."""
    by_next: bool = False
    """The credential in use is the second of two."""
    by_certificate: bool = False
    """The credential in use is a certificate, not a secret."""
    has_token: bool = False
    """A token is at hand that is valid for a while, though another is refused."""


@dataclass(slots=True)
class _LiveToken:
    """Hold one account's token for one resource in this life of the node."""

    access: CachedToken | None = None
    flight: asyncio.Task[Secret] | None = None


class TokenSource:
    """Hand out access tokens, and keep the sign-in behind them alive."""

    def __init__(
        self,
        *,
        vault: Vault,
        provider_of: ProviderOf,
        clocks: Clocks,
        refresh_lock: RefreshLock,
        margin: float = MARGIN,
        save_pause: float = SAVE_AGAIN,
    ) -> None:
        """`margin`: seconds before the end of a token from which it is no longer handed out;
        `save_pause`: seconds between two tries to save what the store could not take."""
        self._clocks, self._save_pause, self._refresh_lock = clocks, save_pause, refresh_lock
        self._grants = GrantStore(vault)
        self._credentials = Credentials(vault, clocks)
        self._refusals = RefusalCache(vault, clocks)
        self._cache = TokenCache(vault, clocks, margin)
        parts = TokenParts(
            provider_of=provider_of,
            clocks=clocks,
            grants=self._grants,
            cache=self._cache,
            credentials=self._credentials,
            refusals=self._refusals,
        )
        self._refresher = TokenRefresher(parts, refresh_lock)
        self._flow = SignInFlow(parts)
        self._probe = CredentialProbe(
            provider_of=provider_of, clocks=clocks, credentials=self._credentials
        )
        self._live: dict[tuple[str, Resource], _LiveToken] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._running_tasks = set[asyncio.Task[Any]]()
        self._saving_task: asyncio.Task[None] | None = None

    async def token(
        self, account: Account, *, force: bool = False, resource: Resource = "smtp"
    ) -> Secret:
        """Return an access token that is good for a while; `force` after one was refused.

        Raises SignInError (remembered: not asked again in vain), UnreachableError, VaultError,
        and what the store raises when the sign-in cannot be read from it.
        """
        live = self._live_token(account, resource)
        if live.access and self._usable(live.access, force):
            return live.access.token
        if live.flight is None or live.flight.done():
            refused_token = live.access.token if force and live.access else None
            live.flight = self._start(
                self._renew(account, resource, refused_token=refused_token)
            )
        return await asyncio.shield(live.flight)

    async def begin(
        self, account: Account, resources: Sequence[Resource] = SMTP, redirect: str = ""
    ) -> str:
        """Return the URL where a person signs in; `redirect` is where it ends, if not where the
        account says. Raises as `token` does."""
        return (await self._flow.begin(account, resources, redirect)).url

    async def finish(self, account: Account, pasted_text: str) -> None:
        """Complete the sign-in with what the person pasted.

        Raises SignInError (the words say what is wrong with the text, or what the provider
        said), UnreachableError, VaultError, and what the store raises.
        """

        async def work() -> CompletedSignIn | int:
            return await self._flow.finish(account, pasted_text)

        await asyncio.shield(self._start(self._complete(account, work)))

    async def device_begin(
        self, account: Account, resources: Sequence[Resource] = SMTP
    ) -> DeviceAttempt:
        """Return the code that a person types on another device, and where. Raises as `token` does."""
        return await self._flow.device_begin(account, resources)

    async def device_ask(self, account: Account) -> int:
        """Return 0 if somebody has signed in there; else the seconds until it may be asked again.

        Raises as `finish` does.
        """

        async def work() -> CompletedSignIn | int:
            return await self._flow.device_ask(account)

        return await asyncio.shield(self._start(self._complete(account, work)))

    async def force_new(self, account: Account, resource: Resource = "smtp") -> Secret:
        """Get a new token, whatever is at hand or remembered; with it forget all that was refused.

        Raises as `token` does.
        """
        token = await asyncio.shield(
            self._start(self._renew(account, resource, RefreshReason.FORCED))
        )
        await self._refusals.forget(account)
        return token

    async def probe_credential(
        self,
        account: Account,
        resource: Resource = "smtp",
        *,
        without_credential: bool = False,
        credential: Credential | None = None,
    ) -> Secret:
        """Get a token for the account's app by secret or certificate, whoever signs in with the
        account; `credential`, which is stored nowhere, replaces the one in the vault.

        `without_credential` shows no credential: Entra refuses that in another way
        (AADSTS7000218) than an unknown app (AADSTS700016). Neither tokens nor refusals are
        remembered. Where the cloud has no scope for apps, the token is for the resource of a
        person's scope. Raises as `token` does.
        """
        app = as_app(account)
        return await self._probe.token(
            app, resource, without_credential=without_credential, credential=credential
        )

    async def credential_valid(
        self, account: Account, credential: Credential | None = None
    ) -> bool:
        """Return whether a server other than Entra knows the account's secret or certificate, or
        else `credential`; False if that cannot be told. Nothing is kept or remembered, and no
        refresh token is used up. Raises as `token` does."""
        if not account.app_only:
            return await self._probe.credential_valid(account, credential)
        await self._probe.token(account, "smtp", credential=credential)
        return True

    async def tenant(self, account: Account) -> str:
        """Return the ID of the account's tenant, as the sign-in server tells it. Raises as `token`."""
        return await self._probe.tenant(account)

    async def keep_alive(self, accounts: Iterable[tuple[Account, Sequence[Resource]]]) -> None:
        """Renew the tokens that have rested for longer than the account allows, each by the
        account's first resource.

        Failures are remembered and logged, and tried again at the next call.
        """
        for account, resources in accounts:
            try:
                if await self._is_idle(account):
                    first: Resource = resources[0] if resources else "smtp"
                    await asyncio.shield(
                        self._start(self._renew(account, first, RefreshReason.IDLE))
                    )
                    log.info("the sign-in of %s is renewed, as it had rested", account.name)
            except (OAuthError, VaultError, StoreError) as error:
                log.warning("the sign-in of %s cannot be renewed: %s", account.name, error)

    async def state(self, account: Account, resource: Resource | None = None) -> SignInState:
        """Return the sign-in state of an account, for one resource or as a whole. Ask the
        vault, not the provider; raises what the store raises."""
        try:
            return await self._state(account, resource)
        except VaultError as error:
            return SignInState(sign=SignInStatus.LOCKED, reason=error.words)

    async def ask_again(self, account: Account) -> None:
        """Forget a remembered refusal: somebody says that it is mended."""
        await self._refusals.forget(account)

    async def close(self, patience: float = 3.0) -> None:
        """Let a rotated token that is on its way be saved; waits `patience` seconds at most."""
        if self._saving_task is not None:
            self._saving_task.cancel()
        if self._grants.holds_unsaved:
            self._start(self._grants.save_held())
        if self._running_tasks:
            await asyncio.wait(self._running_tasks, timeout=patience)

    def _live_token(self, account: Account, resource: Resource) -> _LiveToken:
        # By the whole account: changed settings begin afresh, with nothing of the old ones' tokens.
        return self._live.setdefault((account.fingerprint, resource), _LiveToken())

    def _usable(self, access: CachedToken, force: bool) -> bool:
        now = self._clocks.steady()
        return now < access.ends_at and not (force and now - access.obtained_at >= FORCED_APART)

    def _start(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run work as a separate task: a caller that gives up must not cut a rotation in
        two."""
        task = asyncio.create_task(work)
        self._running_tasks.add(task)
        task.add_done_callback(self._note_end)
        return task

    def _note_end(self, task: asyncio.Task[Any]) -> None:
        self._running_tasks.discard(task)
        if not task.cancelled():
            task.exception()  # looked at, as perhaps nobody waits for it any more

    async def _renew(
        self,
        account: Account,
        resource: Resource,
        reason: RefreshReason = RefreshReason.NEEDED,
        refused_token: Secret | None = None,
    ) -> Secret:
        live = self._live_token(account, resource)
        async with self._lock(account):
            # A sign-in may have been completed meanwhile.
            known_token = live.access if reason is RefreshReason.NEEDED else None
            if (
                known_token
                and known_token.token != refused_token
                and self._usable(known_token, force=False)
            ):
                return known_token.token
            try:
                live.access = await self._refresher.refresh(
                    account, resource, reason, refused_token
                )
            except SignInError:
                if reason is RefreshReason.NEEDED:  # else what is at hand is as good as it was
                    live.access = None
                raise
            finally:
                self._save_later()
                for write in self._refresher.take_postponed():
                    self._start(write())
            return live.access.token

    async def _complete(
        self, account: Account, work: Callable[[], Awaitable[CompletedSignIn | int]]
    ) -> int:
        async with self._lock(account), self._refresh_lock.acquire(account.storage_name):
            result = await work()
            if isinstance(result, int):
                return result
            first = account.fingerprint
            for key in [key for key in self._live if key[0] == first]:
                del self._live[key]
            self._live_token(account, result.resource).access = result.access
            return 0

    def _lock(self, account: Account) -> asyncio.Lock:
        return self._locks.setdefault(account.storage_name, asyncio.Lock())

    async def _is_idle(self, account: Account) -> bool:
        grant = await self._grants.get(account)
        if grant is None or grant.identity != account.identity:
            return False
        age = self._clocks.wall() - grant.renewed
        # Below 0: the clock was set back, and nobody knows its age.
        return not timedelta(0) <= age < account.renew_every

    async def _state(self, account: Account, resource: Resource | None) -> SignInState:
        grant = await self._grants.get(account)
        if grant is not None and grant.identity != account.identity:
            if not account.app_only:
                return SignInState(
                    sign=SignInStatus.NEEDED, reason=OTHER_APP.fill(name=account.name)
                )
            grant = None  # of another app, or of a person: no matter to one that asks by itself
        stored = await self._credentials.stored(account)
        key = refusal_key(account, grant, [value for _, value in stored])
        refusals = await self._refusals.valid(account, key, resource)
        if grant is None and not refusals:
            never_text = UNPROVED if account.app_only else NEVER_SIGNED_IN
            message = never_text.fill(name=account.name, route=account.route or ANY_ROUTE)
            first_credential = in_use(stored, "")
            return SignInState(
                sign=SignInStatus.NEVER,
                reason=message,
                ends=first_credential.ends,
                by_certificate=first_credential.is_certificate,
            )
        has_token = bool(refusals) and await self._has_usable_token(account, resource or "smtp")
        return _state_of(
            grant,
            refusals,
            in_use(stored, grant.credential if grant else ""),
            has_token=has_token,
        )

    async def _has_usable_token(self, account: Account, resource: Resource) -> bool:
        """Return whether mails leave by a token that was got before."""
        live = self._live_token(account, resource).access
        if live is not None and self._usable(live, force=False):
            return True
        return await self._cache.get(account, resource) is not None

    def _save_later(self) -> None:
        if self._grants.holds_unsaved and (
            self._saving_task is None or self._saving_task.done()
        ):
            self._saving_task = asyncio.create_task(self._save())

    async def _save(self) -> None:
        while self._grants.holds_unsaved:
            await asyncio.sleep(self._save_pause)
            await self._grants.save_held()


def _state_of(
    grant: StoredGrant | None,
    refusals: Mapping[str, CachedRefusal],
    credential_in_use: CredentialInUse,
    *,
    has_token: bool = False,
) -> SignInState:
    """Return the sign-in state of an account from stored grants and remembered refusals."""
    renewed_at, user = (grant.renewed, grant.user) if grant else (None, "")
    sign, reason, signed_in_since = (
        SignInStatus.SIGNED_IN,
        SIGNED_IN,
        grant.signed_in_at if grant else None,
    )
    if refusals:
        worst_refusal = min(
            refusals.values(), key=lambda one: WORST_FIRST.index(one.failure.party)
        )
        sign = (
            SignInStatus.WAITING
            if worst_refusal.failure.party == "wait"
            else SignInStatus.NEEDED
        )
        reason, signed_in_since = worst_refusal.failure.words, worst_refusal.first
    return SignInState(
        sign=sign,
        reason=reason,
        changed_at=signed_in_since,
        renewed=renewed_at,
        user=user,
        ends=credential_in_use.ends,
        by_next=credential_in_use.second,
        by_certificate=credential_in_use.is_certificate,
        has_token=has_token,
    )
