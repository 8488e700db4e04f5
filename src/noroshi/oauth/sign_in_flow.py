"""Sign a person in: begun and completed, in a browser or on another device."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from noroshi.core.translation import NOTHING, Message
from noroshi.oauth.account import Account
from noroshi.oauth.credentials import Credentials, ask_with_each
from noroshi.oauth.errors.messages import (
    ALREADY,
    BY_ITSELF,
    CODE_OVER,
    NO_REFRESH,
    NO_REFRESH_ELSEWHERE,
    NO_SCOPE,
    NOT_BEGUN,
    OTHER_WAY,
    TOO_OLD,
)
from noroshi.oauth.grant_store import GrantStore, PendingSignIn, StoredGrant
from noroshi.oauth.provider import (
    Attempt,
    Client,
    DeviceAttempt,
    OAuthError,
    SignInError,
    Tokens,
)
from noroshi.oauth.redirect_url import PasteProblem, read_pasted
from noroshi.oauth.refresh import CachedToken, ProviderOf, Question, TokenCache
from noroshi.oauth.refusal_cache import RefusalCache
from noroshi.ports import Clocks, Resource

ATTEMPT_LIFE = timedelta(hours=1)
SLOWER = 5
"""Seconds that a server which says so is asked less often (RFC 8628, 3.5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletedSignIn:
    """Hold the access token that a sign-in led to, and for which resource it is."""

    resource: Resource
    access: CachedToken


class SignInFlow:
    """Begin and complete the sign-ins of people."""

    def __init__(
        self,
        *,
        provider_of: ProviderOf,
        clocks: Clocks,
        grants: GrantStore,
        cache: TokenCache,
        credentials: Credentials,
        refusals: RefusalCache,
    ) -> None:
        self._provider_of, self._clocks = provider_of, clocks
        self._grants, self._cache = grants, cache
        self._credentials, self._refusals = credentials, refusals

    async def begin(
        self, account: Account, resources: Sequence[Resource], redirect: str
    ) -> Attempt:
        """Return where a person signs in, and consents to all of these."""
        _check(account, resources)
        client = await self._client(account)
        provider = self._provider_of(account.cloud)
        attempt = await provider.begin(client, resources, redirect or account.redirect)
        await self._remember(account, attempt, resources[0])
        return attempt

    async def finish(self, account: Account, pasted: str) -> CompletedSignIn:
        """Trade what the browser ended at for tokens."""
        begun, query = answer_to(
            await self._grants.attempt(account), account, pasted, self._clocks.wall()
        )
        attempt = begun.attempt
        assert isinstance(attempt, Attempt)  # answer_to refuses the other sort
        provider = self._provider_of(account.cloud)
        return await self._complete(
            account,
            begun,
            lambda client: provider.redeem(client, attempt, query, begun.resource),
        )

    async def device_begin(
        self, account: Account, resources: Sequence[Resource]
    ) -> DeviceAttempt:
        """Return the code to type, and where. For one resource: its device endpoint knows no more."""
        _check(account, resources)
        client = await self._client(account)
        provider = self._provider_of(account.cloud)
        attempt = await provider.device_begin(client, resources[0])
        await self._remember(account, attempt, resources[0])
        return attempt

    async def device_ask(self, account: Account) -> CompletedSignIn | int:
        """Return the tokens if somebody has finished there; else the seconds until it is asked
        again."""
        begun, attempt = device_of(
            await self._grants.attempt(account), account, self._clocks.wall()
        )
        provider = self._provider_of(account.cloud)

        async def ask(client: Client) -> Tokens:
            found = await provider.device_ask(client, attempt)
            if isinstance(found, Tokens):
                return found
            raise _PendingError(slower=found.slower)

        try:
            return await self._complete(account, begun, ask)
        except _PendingError as pending:
            return await self._wait(account, begun, attempt, slower=pending.slower)

    async def _wait(
        self, account: Account, begun: PendingSignIn, attempt: DeviceAttempt, *, slower: bool
    ) -> int:
        if not slower:
            return attempt.interval
        slow = replace(attempt, interval=attempt.interval + SLOWER)
        await self._grants.put_attempt(account, replace(begun, attempt=slow))
        return slow.interval

    async def _remember(
        self, account: Account, attempt: Attempt | DeviceAttempt, resource: Resource
    ) -> None:
        begun = PendingSignIn(
            attempt=attempt,
            identity=account.identity,
            at=self._clocks.wall(),
            resource=resource,
        )
        await self._grants.put_attempt(account, begun)

    async def _complete(
        self, account: Account, begun: PendingSignIn, ask: Question
    ) -> CompletedSignIn:
        shown = await self._credentials.ranked(account)
        proxy = await self._credentials.proxy_password(account)
        asked_at = self._clocks.steady()
        entry, tokens = await ask_with_each(account, shown, proxy, ask)
        await self._grants.put(account, self._first(account, tokens, entry))
        await self._grants.put_attempt(account, replace(begun, done=True))
        await self._cache.clear(account)
        access = await self._cache.put(account, begun.resource, tokens, asked_at)
        await self._refusals.forget(account)
        return CompletedSignIn(resource=begun.resource, access=access)

    async def _client(self, account: Account) -> Client:
        """Return who begins; a page or a code is shown only where it can be completed afterwards."""
        shown = await self._credentials.ranked(account)
        return Client(
            account=account,
            credential=shown[0] if shown else None,
            proxy_password=await self._credentials.proxy_password(account),
        )

    def _first(self, account: Account, tokens: Tokens, entry: str) -> StoredGrant:
        if tokens.refresh is None:
            raise SignInError(_no_refresh(account), error="no_refresh_token", who="setup")
        now = self._clocks.wall()
        return StoredGrant(
            token=tokens.refresh,
            identity=account.identity,
            since=now,
            renewed=now,
            user=tokens.user,
            by="" if tokens.public else entry,
            public=tokens.public,
            scope=tokens.scope,
        )


class _PendingError(OAuthError):
    """Nobody has finished on the other device."""

    def __init__(self, *, slower: bool) -> None:
        super().__init__(NOTHING)
        self.slower = slower


def _check(account: Account, resources: Sequence[Resource]) -> None:
    if account.app_only:
        raise SignInError(BY_ITSELF.fill(name=account.name), error="app", who="setup")
    for resource in resources:
        if not account.scope_for(resource):
            words = NO_SCOPE.fill(
                cloud=account.cloud.name, resource=resource, name=account.name
            )
            raise SignInError(words, error="no_scope", who="setup")


def _no_refresh(account: Account) -> Message:
    cloud = account.cloud
    if cloud.entra or "prompt=consent" in cloud.authorize_with:
        return NO_REFRESH
    return NO_REFRESH_ELSEWHERE.fill(cloud=cloud.name)


def answer_to(
    begun: PendingSignIn | None, account: Account, pasted: str, now: datetime
) -> tuple[PendingSignIn, dict[str, str]]:
    """Return the attempt and the query that answers it. Raises SignInError, which says what is
    wrong."""
    begun = _begun(begun, account)
    if not isinstance(begun.attempt, Attempt):
        raise _refused(OTHER_WAY.fill(name=account.name))
    query = read_pasted(pasted, begun.attempt.state, account.cloud)
    if isinstance(query, PasteProblem):
        raise _refused(query.words, query.error, query.codes)
    if begun.done:
        raise _refused(ALREADY, "already_used")
    if now - begun.at > ATTEMPT_LIFE:
        raise _refused(TOO_OLD)
    return begun, query


def device_of(
    begun: PendingSignIn | None, account: Account, now: datetime
) -> tuple[PendingSignIn, DeviceAttempt]:
    """Return the attempt on another device that is under way. Raises SignInError."""
    begun = _begun(begun, account)
    attempt = begun.attempt
    if begun.done or not isinstance(attempt, DeviceAttempt):
        raise _refused(NOT_BEGUN.fill(name=account.name))
    if now - begun.at >= timedelta(seconds=attempt.expires_in):
        raise _refused(CODE_OVER, "expired_token")
    return begun, attempt


def _begun(begun: PendingSignIn | None, account: Account) -> PendingSignIn:
    if begun is None or begun.identity != account.identity:
        raise _refused(NOT_BEGUN.fill(name=account.name))
    return begun


def _refused(words: Message, error: str = "pasted", codes: tuple[int, ...] = ()) -> SignInError:
    return SignInError(words, error=error, who="user", codes=codes)
