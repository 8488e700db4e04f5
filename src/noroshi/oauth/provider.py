"""The seam to an OAuth 2.0 library: four calls, two ways to fail.

A library is asked with a refresh token in and an answer out. Expiry, single flight, keeping
the rotated token and remembering refusals are ours, in `tokens`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from noroshi.core.words import Words
from noroshi.oauth.clouds import Account
from noroshi.vault import Secret

Who = Literal["user", "admin", "wait", "setup"]
"""Who can mend it: whoever signs in, the provider's administrator, time, or our own settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A sign-in that a person has begun: where to send them, and what must be remembered."""

    url: str
    state: str
    flow: Mapping[str, Any] = field(repr=False)
    """The library's own, JSON-safe: state, PKCE verifier, nonce, redirect. Keep it sealed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What the token endpoint gave."""

    access: Secret
    refresh: Secret | None
    expires_in: int
    """Seconds."""
    scope: str
    user: str = ""
    """Who signed in, as far as the provider says; for people to read, not to decide by."""


class SignInFailed(Exception):
    """The provider refused. The words are for people; nothing here holds a secret, code or token."""

    def __init__(
        self,
        words: Words,
        *,
        error: str,
        who: Who,
        suberror: str = "",
        codes: tuple[int, ...] = (),
        retry_after: float | None = None,
        correlation_id: str = "",
    ) -> None:
        super().__init__(words.en)
        self.words = words
        self.error = error
        self.who: Who = who
        self.suberror = suberror
        self.codes = codes
        self.retry_after = retry_after
        """Seconds, when the provider said so."""
        self.correlation_id = correlation_id
        """What the provider's support asks for."""

    def again(self) -> SignInFailed:
        """The same refusal without its traceback, to be raised once more."""
        return SignInFailed(
            self.words,
            error=self.error,
            who=self.who,
            suberror=self.suberror,
            codes=self.codes,
            retry_after=self.retry_after,
            correlation_id=self.correlation_id,
        )


class Unreachable(Exception):
    """The provider could not be asked, or did not answer as one. Time may mend it."""

    def __init__(self, words: Words) -> None:
        super().__init__(words.en)
        self.words = words


class Provider(Protocol):
    """Each call asks the provider once. Each raises SignInFailed or Unreachable, nothing else on purpose."""

    async def begin(self, account: Account) -> Attempt:
        """Prepare a sign-in with PKCE."""
        ...

    async def redeem(
        self,
        account: Account,
        secret: Secret | None,
        attempt: Attempt,
        query: Mapping[str, str],
    ) -> Tokens:
        """Trade the code in the redirect's query for tokens."""
        ...

    async def refresh(
        self, account: Account, secret: Secret | None, refresh_token: Secret
    ) -> Tokens:
        """Trade a refresh token for an access token and, mostly, a new refresh token."""
        ...

    async def by_secret(self, account: Account, secret: Secret | None) -> Tokens:
        """A token for the app itself, by its secret alone; there is no refresh token."""
        ...
