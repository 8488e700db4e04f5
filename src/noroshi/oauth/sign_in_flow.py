"""Sign a person in: begun and completed, in a browser or on another device."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from noroshi.core.translation import NOTHING, Message
from noroshi.oauth.account import Account
from noroshi.oauth.credentials import ask_with_each
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
from noroshi.oauth.grant_store import PendingSignIn, StoredGrant
from noroshi.oauth.provider import (
    Attempt,
    Client,
    DeviceAttempt,
    OAuthError,
    SignInError,
    Tokens,
)
from noroshi.oauth.redirect_url import PasteProblem, read_pasted
from noroshi.oauth.refresh import CachedToken, Question, TokenParts
from noroshi.ports import Resource

ATTEMPT_LIFE = timedelta(hours=1)
SLOW_DOWN_SECONDS = 5
"""Seconds that a server which says so is asked less often (RFC 8628, 3.5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletedSignIn:
    """Hold the access token that a sign-in led to, and for which resource it is."""

    resource: Resource
    access: CachedToken


class SignInFlow:
    """Begin and complete the sign-ins of people."""

    def __init__(self, parts: TokenParts) -> None:
        self._provider_of, self._clocks = parts.provider_of, parts.clocks
        self._grants, self._cache = parts.grants, parts.cache
        self._credentials, self._refusals = parts.credentials, parts.refusals

    async def begin(
        self, account: Account, resources: Sequence[Resource], redirect: str
    ) -> Attempt:
        """Return the address at which a person signs in and consents to all of these
        resources."""
        _check(account, resources)
        client = await self._client(account)
        provider = self._provider_of(account.cloud)
        attempt = await provider.begin(client, resources, redirect or account.redirect)
        await self._remember(account, attempt, resources[0])
        return attempt

    async def finish(self, account: Account, pasted_text: str) -> CompletedSignIn:
        """Trade what the browser ended at for tokens."""
        pending, query = answer_to(
            await self._grants.attempt(account), account, pasted_text, self._clocks.wall()
        )
        attempt = pending.attempt
        assert isinstance(attempt, Attempt)  # answer_to refuses the other sort
        provider = self._provider_of(account.cloud)
        return await self._complete(
            account,
            pending,
            lambda client: provider.redeem(client, attempt, query, pending.resource),
        )

    async def device_begin(
        self, account: Account, resources: Sequence[Resource]
    ) -> DeviceAttempt:
        """Return the code to type and the address of the page. Only the first resource is asked
        for: a device endpoint takes one."""
        _check(account, resources)
        client = await self._client(account)
        provider = self._provider_of(account.cloud)
        attempt = await provider.device_begin(client, resources[0])
        await self._remember(account, attempt, resources[0])
        return attempt

    async def device_ask(self, account: Account) -> CompletedSignIn | int:
        """Return the tokens if somebody has finished there; else the seconds until it is asked
        again."""
        pending_sign_in, attempt = device_of(
            await self._grants.attempt(account), account, self._clocks.wall()
        )
        provider = self._provider_of(account.cloud)

        async def ask(client: Client) -> Tokens:
            answer = await provider.device_ask(client, attempt)
            if isinstance(answer, Tokens):
                return answer
            raise _PendingError(slow_down=answer.slow_down)

        try:
            return await self._complete(account, pending_sign_in, ask)
        except _PendingError as pending:
            return await self._wait(
                account, pending_sign_in, attempt, slow_down=pending.slow_down
            )

    async def _wait(
        self,
        account: Account,
        pending: PendingSignIn,
        attempt: DeviceAttempt,
        *,
        slow_down: bool,
    ) -> int:
        if not slow_down:
            return attempt.interval
        slow = replace(attempt, interval=attempt.interval + SLOW_DOWN_SECONDS)
        await self._grants.put_attempt(account, replace(pending, attempt=slow))
        return slow.interval

    async def _remember(
        self, account: Account, attempt: Attempt | DeviceAttempt, resource: Resource
    ) -> None:
        pending = PendingSignIn(
            attempt=attempt,
            identity=account.identity,
            begun_at=self._clocks.wall(),
            resource=resource,
        )
        await self._grants.put_attempt(account, pending)

    async def _complete(
        self, account: Account, pending: PendingSignIn, ask: Question
    ) -> CompletedSignIn:
        credentials = await self._credentials.in_order(account)
        proxy = await self._credentials.proxy_password(account)
        asked_at = self._clocks.steady()
        entry, tokens = await ask_with_each(account, credentials, proxy, ask)
        await self._grants.put(account, self._first(account, tokens, entry))
        await self._grants.put_attempt(account, replace(pending, is_done=True))
        await self._cache.clear(account)
        access = await self._cache.put(account, pending.resource, tokens, asked_at)
        await self._refusals.forget(account)
        return CompletedSignIn(resource=pending.resource, access=access)

    async def _client(self, account: Account) -> Client:
        """Return who begins; a page or a code is shown only where it can be completed afterwards."""
        credentials = await self._credentials.in_order(account)
        return Client(
            account=account,
            credential=credentials[0] if credentials else None,
            proxy_password=await self._credentials.proxy_password(account),
        )

    def _first(self, account: Account, tokens: Tokens, entry: str) -> StoredGrant:
        if tokens.refresh is None:
            raise SignInError(_no_refresh(account), error="no_refresh_token", party="setup")
        now = self._clocks.wall()
        return StoredGrant(
            token=tokens.refresh,
            identity=account.identity,
            signed_in_at=now,
            renewed=now,
            user=tokens.user,
            credential="" if tokens.public else entry,
            public=tokens.public,
            scope=tokens.scope,
        )


class _PendingError(OAuthError):
    """Report that nobody has finished on the other device."""

    def __init__(self, *, slow_down: bool) -> None:
        super().__init__(NOTHING)
        self.slow_down = slow_down


def _check(account: Account, resources: Sequence[Resource]) -> None:
    if account.app_only:
        raise SignInError(BY_ITSELF.fill(name=account.name), error="app", party="setup")
    for resource in resources:
        if not account.scope_for(resource):
            message = NO_SCOPE.fill(
                cloud=account.cloud.name, resource=resource, name=account.name
            )
            raise SignInError(message, error="no_scope", party="setup")


def _no_refresh(account: Account) -> Message:
    cloud = account.cloud
    if cloud.entra or "prompt=consent" in cloud.authorize_with:
        return NO_REFRESH
    return NO_REFRESH_ELSEWHERE.fill(cloud=cloud.name)


def answer_to(
    pending: PendingSignIn | None, account: Account, pasted_text: str, now: datetime
) -> tuple[PendingSignIn, dict[str, str]]:
    """Return the attempt and the query that answers it. Raises SignInError, which says what is
    wrong."""
    pending = _require_begun(pending, account)
    if not isinstance(pending.attempt, Attempt):
        raise _refusal(OTHER_WAY.fill(name=account.name))
    query = read_pasted(pasted_text, pending.attempt.state, account.cloud)
    if isinstance(query, PasteProblem):
        raise _refusal(query.words, query.error, query.codes)
    if pending.is_done:
        raise _refusal(ALREADY, "already_used")
    if now - pending.begun_at > ATTEMPT_LIFE:
        raise _refusal(TOO_OLD)
    return pending, query


def device_of(
    pending: PendingSignIn | None, account: Account, now: datetime
) -> tuple[PendingSignIn, DeviceAttempt]:
    """Return the attempt on another device that is under way. Raises SignInError."""
    pending = _require_begun(pending, account)
    attempt = pending.attempt
    if pending.is_done or not isinstance(attempt, DeviceAttempt):
        raise _refusal(NOT_BEGUN.fill(name=account.name))
    if now - pending.begun_at >= timedelta(seconds=attempt.expires_in):
        raise _refusal(CODE_OVER, "expired_token")
    return pending, attempt


def _require_begun(pending: PendingSignIn | None, account: Account) -> PendingSignIn:
    if pending is None or pending.identity != account.identity:
        raise _refusal(NOT_BEGUN.fill(name=account.name))
    return pending


def _refusal(
    message: Message, error: str = "pasted", codes: tuple[int, ...] = ()
) -> SignInError:
    return SignInError(message, error=error, party="user", codes=codes)
