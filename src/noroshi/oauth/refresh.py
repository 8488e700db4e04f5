"""Renew an account's token: whose turn it is, what is asked, what is kept and when.

Access tokens that are good for a while are in memory, and sealed for others who share the store: who
waited while another asked finds the answer here, and so does the next life of a node.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from functools import partial
from typing import Any, get_args

from noroshi.core.instruction import ANY_ROUTE
from noroshi.core.reserved_entries import ACCESS
from noroshi.oauth.account import Account, Cloud
from noroshi.oauth.credentials import Credentials, ask_with_each, fingerprints_of
from noroshi.oauth.errors.messages import NEVER_SIGNED_IN, NO_SCOPE, OTHER_APP
from noroshi.oauth.grant_store import GrantStore, StoredGrant
from noroshi.oauth.provider import Client, Credential, Provider, SignInError, Tokens
from noroshi.oauth.refresh_lock import RefreshLock
from noroshi.oauth.refusal_cache import RefusalCache, RefusalKey
from noroshi.ports import Clocks, Resource, StoreError
from noroshi.vault import Secret, Vault, VaultError

log = logging.getLogger(__name__)
NO_TOKEN = Secret("")
ProviderOf = Callable[[Cloud], Provider]
Question = Callable[[Client], Awaitable[Tokens]]
Write = Callable[[], Coroutine[Any, Any, None]]


class RefreshReason(Enum):
    """The reason for a renewal, which decides what counts as an answer."""

    NEEDED = "needed"
    """Any that is good will do; what was refused before is not asked for again."""
    IDLE = "rested"
    """A new one alone, as the sign-in has rested."""
    FORCED = "proving"
    """A new one alone, and it is asked for whatever was refused before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenParts:
    """Hold the parts that renewals and sign-ins share."""

    provider_of: ProviderOf
    clocks: Clocks
    grants: GrantStore
    cache: TokenCache
    credentials: Credentials
    refusals: RefusalCache


class TokenRefresher:
    """Renew access tokens, one process at a time."""

    def __init__(self, parts: TokenParts, refresh_lock: RefreshLock) -> None:
        self._provider_of, self._clocks = parts.provider_of, parts.clocks
        self._grants, self._cache = parts.grants, parts.cache
        self._credentials, self._refusals = parts.credentials, parts.refusals
        self._refresh_lock = refresh_lock
        self._postponed_writes: list[Write] = []

    def take_postponed(self) -> Sequence[Write]:
        """Return what is to be written and was not, as the store did not answer and a mail waited."""
        writes, self._postponed_writes = self._postponed_writes, []
        return writes

    async def refresh(
        self,
        account: Account,
        resource: Resource,
        reason: RefreshReason,
        refused_token: Secret | None = None,
    ) -> CachedToken:
        """Return a token that another has got meanwhile, or a new one; not the `refused_token` one.

        Raises SignInError, UnreachableError, and as vault and store do.
        """
        while True:
            ready = await self._ready(account, resource, reason, refused_token)
            if isinstance(ready, CachedToken):
                return ready
            async with self._refresh_lock.try_acquire(account.storage_name) as is_our_turn:
                # Whoever had the turn may have brought what we want, or been refused.
                ready = await self._ready(account, resource, reason, refused_token)
                if isinstance(ready, CachedToken):
                    return ready
                if is_our_turn and (
                    tokens := await self._ask(account, resource, reason, ready)
                ):
                    return tokens

    async def _ready(
        self,
        account: Account,
        resource: Resource,
        reason: RefreshReason,
        refused_token: Secret | None,
    ) -> CachedToken | _Request:
        """Return a token that is there, or what a question needs. Raises what was refused before."""
        is_needed = reason is RefreshReason.NEEDED
        cached = await self._cache.get(account, resource) if is_needed else None
        if cached is not None and cached.token != refused_token:
            return cached
        request = await self._prepare(account, resource)
        if reason is not RefreshReason.FORCED:
            await self._refusals.raise_remembered(account, resource, request.key)
        return request

    async def _prepare(self, account: Account, resource: Resource) -> _Request:
        check_scope(account, resource)
        grant = await self._grants.get(account)
        if account.app_only and grant is not None and grant.identity != account.identity:
            grant = None  # of another app, or of a person: no matter to one that asks by itself
        # Of an app by itself two things would be wrong, of which a sign-in mends both.
        if not account.app_only:
            grant = _grant_of_person(account, grant)
        public, last_entry = (grant.public, grant.credential) if grant else (False, "")
        credentials = () if public else await self._credentials.in_order(account, last_entry)
        return _Request(account, grant, credentials)

    async def _ask(
        self, account: Account, resource: Resource, reason: RefreshReason, request: _Request
    ) -> CachedToken | None:
        """Ask the provider. None: somebody else has renewed the sign-in meanwhile, so look at it
        anew."""
        proxy = await self._credentials.proxy_password(account)
        asked_at = self._clocks.steady()
        try:
            entry, tokens = await ask_with_each(
                account, request.credentials, proxy, self._question(resource, request)
            )
        except SignInError as failure:
            if await self._was_overtaken(account, request):
                return None
            if reason is RefreshReason.NEEDED or not await self._still_sends(
                account, resource, request
            ):
                await self._write(
                    partial(self._refusals.remember, account, resource, failure, request.key)
                )
            raise
        await self._keep(account, request, tokens, entry)
        await self._write(partial(self._record, account, resource, tokens, asked_at))
        return self._cache.cached_token(tokens, asked_at)

    async def _record(
        self, account: Account, resource: Resource, tokens: Tokens, asked_at: float
    ) -> None:
        await self._cache.put(account, resource, tokens, asked_at)
        await self._refusals.forget(account, resource)

    async def _write(self, write: Write) -> None:
        """Write what others may want to know; postpone it if the store does not answer: a mail waits."""
        if self._refresh_lock.is_mute:
            self._postponed_writes.append(write)
        else:
            await write()

    async def _still_sends(
        self, account: Account, resource: Resource, request: _Request
    ) -> bool:
        """Return whether mails leave all the same: a token is at hand that is good for a while, and
        nothing was refused before. What keeps it from being renewed is told when it ends."""
        if await self._refusals.valid(account, request.key, resource):
            return False
        return await self._cache.get(account, resource) is not None

    def _question(self, resource: Resource, request: _Request) -> Question:
        provider = self._provider_of(request.account.cloud)
        if request.account.app_only or request.grant is None:
            return lambda client: provider.app_only(client, resource)
        token, granted_scope = request.grant.token, request.grant.scope
        return lambda client: provider.refresh(client, token, resource, granted_scope)

    async def _keep(
        self, account: Account, request: _Request, tokens: Tokens, entry: str
    ) -> None:
        """Keep a rotated token before the access token is handed out: to lose it may end the
        sign-in.

        Of an app by itself no more is kept than since when it holds.
        """
        now, grant = self._clocks.wall(), request.grant
        if grant is None:
            grant = StoredGrant(
                token=NO_TOKEN, identity=account.identity, signed_in_at=now, renewed=now
            )
        elif await self._is_overtaken(account, request):
            return  # what another has kept is newer than what we asked with
        token = tokens.refresh or grant.token
        user = grant.user or tokens.user
        new_grant = replace(grant, token=token, renewed=now, credential=entry, user=user)
        if self._refresh_lock.is_mute:
            self._grants.hold(account, new_grant, "the store does not answer")
        else:
            await self._grants.put_or_hold(account, new_grant)

    async def _is_overtaken(self, account: Account, request: _Request) -> bool:
        """Return the same where a store that cannot be read must not cost us a rotated token: it is
        our turn, so hardly anybody else has signed in meanwhile."""
        try:
            return await self._was_overtaken(account, request)
        except StoreError:
            return False

    async def _was_overtaken(self, account: Account, request: _Request) -> bool:
        """Return whether the sign-in is another one now than the one that was asked with."""
        if account.app_only:
            return False
        grant = await self._grants.get(account)
        return (
            grant is not None
            and request.grant is not None
            and grant.token != request.grant.token
        )


class _Request:
    """Hold what the provider is asked with, and what a refusal of it would be about."""

    def __init__(
        self, account: Account, grant: StoredGrant | None, credentials: tuple[Credential, ...]
    ) -> None:
        self.account, self.grant, self.credentials = account, grant, credentials
        self.key = refusal_key(account, grant, [one.value for one in credentials])


def refusal_key(
    account: Account, grant: StoredGrant | None, credentials: Iterable[Secret]
) -> RefusalKey:
    """Return the key of a refusal now; for a public client no credential is part of it."""
    signed_in = grant.signed_in_at if grant is not None and not account.app_only else None
    fingerprints = () if grant is not None and grant.public else fingerprints_of(credentials)
    return RefusalKey(signed_in=signed_in, fingerprints=fingerprints)


def check_scope(account: Account, resource: Resource) -> None:
    """Refuse a cloud that has nothing to be asked for. Raises SignInError."""
    if not account.scope_for(resource):
        message = NO_SCOPE.fill(cloud=account.cloud.name, resource=resource, name=account.name)
        raise SignInError(message, error="no_scope", party="setup")


def _grant_of_person(account: Account, grant: StoredGrant | None) -> StoredGrant:
    """Return the sign-in of a person, if it may be shown to this account's server."""
    if grant is None:
        message = NEVER_SIGNED_IN.fill(name=account.name, route=account.route or ANY_ROUTE)
        raise SignInError(message, error="never_signed_in", party="user")
    if grant.identity != account.identity:
        message = OTHER_APP.fill(name=account.name)
        raise SignInError(message, error="other_account", party="user")
    return grant


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedToken:
    """Hold an access token, and how long it may be handed out, on the steady clock."""

    token: Secret
    obtained_at: float
    ends_at: float


class TokenCache:
    """Keep the entries `access/<account>/<resource>`."""

    def __init__(self, vault: Vault, clocks: Clocks, margin: float) -> None:
        """`margin`: seconds before the end of a token from which it is no longer handed out."""
        self._vault, self._clocks, self._margin = vault, clocks, margin

    async def get(self, account: Account, resource: Resource) -> CachedToken | None:
        """Return a token that is still good. Raises as the store does."""
        try:
            secret = await self._vault.get(_name(account, resource))
        except VaultError:  # of another key, say: another is got, and sealed in its place
            return None
        if secret is None:
            return None
        record = json.loads(secret.reveal())
        if record["for"] != account.fingerprint:
            return None
        age = (self._clocks.wall() - datetime.fromisoformat(record["got"])).total_seconds()
        lifetime = self._usable_seconds(record["lasts"])
        if not 0 <= age < lifetime:  # below 0: the clock was set back, and nobody knows its age
            return None
        obtained_at = self._clocks.steady() - age
        return CachedToken(
            token=Secret(record["token"]),
            obtained_at=obtained_at,
            ends_at=obtained_at + lifetime,
        )

    async def put(
        self, account: Account, resource: Resource, tokens: Tokens, asked_at: float
    ) -> CachedToken:
        """Take up what was asked for at an instant of the steady clock, and seal it for others;
        a store that cannot take it costs them a question, and us nothing."""
        age = self._clocks.steady() - asked_at
        record = {
            "token": tokens.access.reveal(),
            "got": self._clocks.wall().isoformat(),
            "lasts": tokens.expires_in - age,
            "for": account.fingerprint,
        }
        try:
            await self._vault.put(_name(account, resource), Secret(json.dumps(record)))
        except StoreError as error:
            log.info("an access token of %s is in memory alone: %s", account.name, error)
        return self.cached_token(tokens, asked_at)

    def cached_token(self, tokens: Tokens, asked_at: float) -> CachedToken:
        """Return what was asked for at an instant of the steady clock, as it is handed out."""
        ends_at = asked_at + self._usable_seconds(tokens.expires_in)
        return CachedToken(token=tokens.access, obtained_at=asked_at, ends_at=ends_at)

    async def clear(self, account: Account) -> None:
        """Drop the tokens of all resources: somebody signs in anew, perhaps another person."""
        try:
            for resource in get_args(Resource):
                await self._vault.remove(_name(account, resource))
        except StoreError as error:
            log.info("what %s had is still in the store: %s", account.name, error)

    def _usable_seconds(self, seconds: float) -> float:
        # A server whose tokens are short-lived would be asked at each mail: half their life then.
        return seconds - min(self._margin, seconds / 2)


def _name(account: Account, resource: Resource) -> str:
    return f"{ACCESS}{account.storage_name}/{resource}"
