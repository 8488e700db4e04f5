"""Access tokens at hand: one refresh at a time, the rotated token kept before it is used, or
held in memory while the store cannot take it.

Access tokens live in memory only; `entries` says what the vault keeps.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import Any, TypeVar

from noroshi.core.words import Words
from noroshi.oauth.attempts import answer_to
from noroshi.oauth.clouds import Account
from noroshi.oauth.entries import Begun, Entries, Kept
from noroshi.oauth.provider import Provider, SignInFailed, Tokens
from noroshi.oauth.said import (
    BY_ITSELF,
    NEVER,
    NO_REFRESH,
    NO_SECRET,
    OTHER_APP,
    SIGNED_IN,
    UNPROVED,
)
from noroshi.ports import Clocks
from noroshi.vault import Secret, Vault, VaultError

T = TypeVar("T")
MARGIN = 300.0
FORCED_APART = 30.0
"""A token younger than this is not the reason for a refusal: another one would be the same."""
SAVE_AGAIN = 10.0
"""Seconds until a rotated token that the store could not take is offered to it again."""
BUSY, LONGEST_WAIT = 60.0, 3600.0
LOOK_AGAIN = 1800.0
"""Seconds until what an administrator may have mended, unseen by us, is tried again."""

NO_TOKEN = Secret("")
OUR_OWN = frozenset({"never_signed_in", "other_account"})
"""Refusals that are read from the vault: they need not be remembered."""


class SignIn(Enum):
    """How an account stands."""

    SIGNED_IN = "signed in"
    NEVER = "never signed in"
    NEEDED = "needs somebody"
    WAITING = "asked again by itself"
    LOCKED = "the vault does not open"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInState:
    """How an account stands, since when, and why; for `status` and the manager."""

    sign: SignIn
    why: Words
    since: datetime | None = None
    """When somebody signed in; for a refusal, when it was first told."""
    renewed: datetime | None = None
    """When the refresh token was last renewed: Entra ends one that rests for 90 days. For an app
    that signs in by itself: when it last got a token, and nothing of it ends by resting."""
    user: str = ""


@dataclass(frozen=True, slots=True)
class _Trouble:
    """A refusal that is remembered, so that the provider is not asked in vain."""

    failure: SignInFailed
    secret: Secret | None
    at: datetime
    until: float | None
    """On the steady clock; None: until somebody signs in."""


@dataclass(slots=True)
class _Live:
    """What is known of one account in this life of the node."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    access: Secret | None = None
    got: float = 0.0
    fresh_until: float = 0.0
    trouble: _Trouble | None = None
    flight: asyncio.Task[Secret] | None = None


class TokenSource:
    """Hands out access tokens, and keeps the sign-in behind them alive."""

    def __init__(
        self,
        *,
        vault: Vault,
        provider: Provider,
        clocks: Clocks,
        margin: float = MARGIN,
        again: float = SAVE_AGAIN,
    ) -> None:
        """`margin`: seconds before its end at which a token is no longer handed out; `again`:
        seconds between two tries to save what the store could not take."""
        self._vault = vault
        self._entries = Entries(vault)
        self._provider = provider
        self._clocks = clocks
        self._margin, self._again = margin, again
        self._live: dict[str, _Live] = {}
        self._running = set[asyncio.Task[Any]]()
        self._saving: asyncio.Task[None] | None = None

    async def token(self, account: Account, *, force: bool = False) -> Secret:
        """An access token that is good for a while; `force` after one was refused.

        Raises SignInFailed (remembered: not asked again in vain), Unreachable, VaultError,
        and what the store raises when the sign-in cannot be read from it.
        """
        live = self._of(account)
        if live.access and self._usable(live, force):
            return live.access
        if live.flight is None or live.flight.done():
            live.flight = self._start(self._renew(account, live, force))
        return await asyncio.shield(live.flight)

    async def begin(self, account: Account) -> str:
        """Where a person signs in, as a URL. Raises as `token` does."""
        if account.sign_in == "app":
            raise SignInFailed(BY_ITSELF.fill(name=account.name), error="app", who="setup")
        await self._client_secret(account)
        attempt = await self._provider.begin(account)
        begun = Begun(attempt=attempt, identity=account.identity, at=self._clocks.wall())
        await self._entries.begin(account, begun)
        return attempt.url

    async def finish(self, account: Account, pasted: str) -> None:
        """Complete the sign-in with what the person pasted.

        Raises SignInFailed (the words say what is wrong with the text, or what the provider
        said), Unreachable, VaultError, and what the store raises.
        """
        await asyncio.shield(self._start(self._finish(account, self._of(account), pasted)))

    async def prove(self, account: Account) -> Secret:
        """A new token for an app that signs in by itself, whatever is at hand or remembered.

        Raises as `token` does.
        """
        live = self._of(account)
        async with live.lock:
            live.trouble, live.access = None, None
        return await asyncio.shield(self._start(self._renew(account, live, force=False)))

    async def state(self, account: Account) -> SignInState:
        """How this account stands. Asks the vault, not the provider; raises what the store raises."""
        try:
            kept = await self._entries.kept(account)
        except VaultError as error:
            return SignInState(sign=SignIn.LOCKED, why=error.words)
        trouble, alone = self._of(account).trouble, account.sign_in == "app"
        if kept is not None and kept.identity != account.identity:
            if not alone:
                return SignInState(sign=SignIn.NEEDED, why=OTHER_APP.fill(name=account.name))
            kept = None  # of another app, or of a person: no matter to one that asks by itself
        if kept is None and trouble is None:
            never = UNPROVED if alone else NEVER
            return SignInState(sign=SignIn.NEVER, why=never.fill(name=account.name))
        return _told(kept, trouble)

    def ask_again(self, account: Account) -> None:
        """Forget a remembered refusal: somebody says that it is mended."""
        self._of(account).trouble = None

    async def close(self, patience: float = 3.0) -> None:
        """Let a rotated token that is on its way be saved; waits `patience` seconds at most."""
        if self._saving is not None:
            self._saving.cancel()
        if self._entries.holding:
            self._start(self._entries.settle())
        if self._running:
            await asyncio.wait(self._running, timeout=patience)

    def _of(self, account: Account) -> _Live:
        # By the whole account: changed settings begin afresh, with nothing of the old ones' tokens.
        return self._live.setdefault(repr(account), _Live())

    def _usable(self, live: _Live, force: bool) -> bool:
        now = self._clocks.steady()
        return now < live.fresh_until and not (force and now - live.got >= FORCED_APART)

    def _start(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """As a task of its own: a caller that gives up must not cut a rotation in two."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # looked at, as perhaps nobody waits for it any more

    async def _renew(self, account: Account, live: _Live, force: bool) -> Secret:
        async with live.lock:
            if live.access and self._usable(live, force):  # a sign-in was completed meanwhile
                return live.access
            secret = await self._client_secret(account)
            self._held_back(live, secret)
            asked = self._clocks.steady()
            get = self._by_secret if account.sign_in == "app" else self._by_refresh
            try:
                tokens = await get(account, secret)
            except SignInFailed as failure:
                live.access = None
                if failure.error not in OUR_OWN:
                    live.trouble = self._trouble(failure, secret, live.trouble)
                raise
            return self._take(live, tokens, asked)

    async def _by_refresh(self, account: Account, secret: Secret | None) -> Tokens:
        kept = await self._kept(account)
        tokens = await self._provider.refresh(account, secret, kept.token)
        if tokens.refresh is not None:
            rotated = replace(kept, token=tokens.refresh, renewed=self._clocks.wall())
            await self._keep(account, rotated)
        return tokens

    async def _by_secret(self, account: Account, secret: Secret | None) -> Tokens:
        """Kept of it is no more than since when it holds, so that a restart need not ask."""
        tokens = await self._provider.by_secret(account, secret)
        before, now = await self._entries.kept(account), self._clocks.wall()
        if before is None or before.identity != account.identity:
            before = Kept(token=NO_TOKEN, identity=account.identity, since=now, renewed=now)
        await self._keep(account, replace(before, renewed=now))
        return tokens

    async def _keep(self, account: Account, kept: Kept) -> None:
        await self._entries.keep_or_hold(account, kept)
        self._save_later()

    def _save_later(self) -> None:
        if self._entries.holding and (self._saving is None or self._saving.done()):
            self._saving = asyncio.create_task(self._save())

    async def _save(self) -> None:
        while self._entries.holding:
            await asyncio.sleep(self._again)
            await self._entries.settle()

    async def _finish(self, account: Account, live: _Live, pasted: str) -> None:
        async with live.lock:
            begun, query = answer_to(
                await self._entries.begun(account), account, pasted, self._clocks.wall()
            )
            secret = await self._client_secret(account)
            asked = self._clocks.steady()
            tokens = await self._provider.redeem(account, secret, begun.attempt, query)
            await self._entries.keep(account, self._first(account, tokens))
            await self._entries.begin(account, replace(begun, done=True))
            self._take(live, tokens, asked)

    def _first(self, account: Account, tokens: Tokens) -> Kept:
        if tokens.refresh is None:
            raise SignInFailed(NO_REFRESH, error="no_refresh_token", who="setup")
        now = self._clocks.wall()
        return Kept(
            token=tokens.refresh,
            identity=account.identity,
            since=now,
            renewed=now,
            user=tokens.user,
        )

    def _take(self, live: _Live, tokens: Tokens, asked: float) -> Secret:
        # A server whose tokens are short-lived would be asked at each mail: half their life then.
        margin = min(self._margin, tokens.expires_in / 2)
        live.access, live.got = tokens.access, asked
        live.fresh_until = asked + tokens.expires_in - margin
        live.trouble = None
        return tokens.access

    def _held_back(self, live: _Live, secret: Secret | None) -> None:
        """Raise the remembered refusal, unless its time is over or the secret is another now."""
        trouble = live.trouble
        if trouble is None or (trouble.failure.who != "user" and trouble.secret != secret):
            return
        if trouble.until is None or self._clocks.steady() < trouble.until:
            raise trouble.failure.again()

    def _trouble(
        self, failure: SignInFailed, secret: Secret | None, before: _Trouble | None
    ) -> _Trouble:
        hold = None if failure.who == "user" else LOOK_AGAIN
        if failure.who == "wait":
            hold = min(failure.retry_after or BUSY, LONGEST_WAIT)
        same = before is not None and before.failure.who == failure.who
        return _Trouble(
            failure=failure.again(),
            secret=secret,
            at=before.at if before and same else self._clocks.wall(),
            until=None if hold is None else self._clocks.steady() + hold,
        )

    async def _client_secret(self, account: Account) -> Secret | None:
        if not account.secret:
            return None
        secret = await self._vault.get(account.secret)
        if secret is None:
            words = NO_SECRET.fill(name=account.name, secret=account.secret)
            raise SignInFailed(words, error="no_secret", who="setup")
        return secret

    async def _kept(self, account: Account) -> Kept:
        kept = await self._entries.kept(account)
        if kept is None:
            words = NEVER.fill(name=account.name)
            raise SignInFailed(words, error="never_signed_in", who="user")
        if kept.identity != account.identity:
            words = OTHER_APP.fill(name=account.name)
            raise SignInFailed(words, error="other_account", who="user")
        return kept


def _told(kept: Kept | None, trouble: _Trouble | None) -> SignInState:
    renewed, user = (kept.renewed, kept.user) if kept else (None, "")
    if trouble is None:
        return SignInState(
            sign=SignIn.SIGNED_IN,
            why=SIGNED_IN,
            since=kept.since if kept else None,
            renewed=renewed,
            user=user,
        )
    return SignInState(
        sign=SignIn.WAITING if trouble.failure.who == "wait" else SignIn.NEEDED,
        why=trouble.failure.words,
        since=trouble.at,
        renewed=renewed,
        user=user,
    )
