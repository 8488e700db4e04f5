"""The seam to an OAuth 2.0 library: six calls, two ways to fail.

A library is asked with a refresh token in and an answer out. Expiry, single flight, keeping
the rotated token and remembering refusals are ours, in `tokens`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from noroshi.core.mail import Fault
from noroshi.core.message_error import MessageError
from noroshi.core.translation import Message
from noroshi.knowledge.explanation import Who as Who
from noroshi.oauth.account import Account
from noroshi.ports import Resource
from noroshi.vault import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """Prove an app, and name the entry of the vault that holds the proof.

    `value` is a client secret, a certificate with its key (PEM), or Google's key file (JSON).
    """

    entry: str
    kind: Literal["secret", "certificate"]
    value: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Name the account that asks, and the credentials and network of the request."""

    account: Account
    credential: Credential | None = None
    """None for a public client, which has none."""
    proxy_password: Secret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A sign-in that a person has begun: where to send them, and what must be remembered."""

    url: str
    state: str
    flow: Mapping[str, Any] = field(repr=False)
    """The library's own, JSON-safe: state, PKCE verifier, nonce, redirect. Keep it sealed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceAttempt:
    """A sign-in on another device: the code to type, and where (RFC 8628, 3.2)."""

    user_code: str
    url: str
    expires_in: int
    interval: int
    """Both in seconds."""
    flow: Mapping[str, Any] = field(repr=False)
    """The library's own, JSON-safe; the device code is in it. Keep it sealed."""


@dataclass(frozen=True, slots=True)
class Pending:
    """Report that nobody has finished at the other device yet; ask again, in longer intervals
    if `slow_down`."""

    slow_down: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Hold the answer of the token endpoint."""

    access: Secret
    refresh: Secret | None
    expires_in: int
    """Seconds."""
    scope: str
    """The granted scope: as the server says, else the requested one (RFC 6749, 5.1)."""
    user: str = ""
    """The user who signed in, as the provider names them; for people to read, not to decide
    by."""
    public: bool = False
    """No credential was shown for the tokens, so that none may be shown to renew them."""


class OAuthError(MessageError):
    """Report that there is no token. The words are for people; nothing here holds a secret,
    code or token."""


class SignInError(OAuthError):
    """Report that the provider refused."""

    def __init__(
        self,
        words: Message,
        *,
        error: str,
        party: Who,
        suberror: str = "",
        codes: tuple[int, ...] = (),
        retry_after: float | None = None,
        correlation_id: str = "",
        description: str = "",
        is_known: bool = True,
    ) -> None:
        super().__init__(words)
        self.error = error
        self.party: Who = party
        self.suberror = suberror
        self.codes = codes
        self.retry_after = retry_after
        """Seconds, when the provider said so."""
        self.correlation_id = correlation_id
        """The number that the provider's support asks for."""
        self.description = description
        """The provider's own reason as it may be repeated (see `redaction`); "" where it gave none."""
        self.is_known = is_known
        """The words say more of it than which class of refusals it is of."""

    @property
    def code_names(self) -> tuple[str, ...]:
        """Return Entra's numbers as it writes them."""
        return tuple(f"AADSTS{code}" for code in self.codes)

    def copy(self) -> SignInError:
        """Return the same refusal without the traceback, to be raised once more."""
        return SignInError(
            self.words,
            error=self.error,
            party=self.party,
            suberror=self.suberror,
            codes=self.codes,
            retry_after=self.retry_after,
            correlation_id=self.correlation_id,
            description=self.description,
            is_known=self.is_known,
        )


class UnreachableError(OAuthError):
    """Report that the provider could not be asked, or did not answer as one. Time may mend it,
    unless it is the fault of our settings."""

    def __init__(self, words: Message, fault: Fault = Fault.NETWORK) -> None:
        super().__init__(words)
        self.fault = fault


class Provider(Protocol):
    """Ask the provider, once per call. Each call raises SignInError or UnreachableError, and
    nothing else on purpose.

    `modules` are the slow imports of the first call.
    """

    modules: tuple[str, ...] = ()

    async def begin(
        self, client: Client, resources: Sequence[Resource], redirect: str
    ) -> Attempt:
        """Prepare a sign-in with PKCE, at which a person consents to all these resources."""
        ...

    async def redeem(
        self, client: Client, attempt: Attempt, query: Mapping[str, str], resource: Resource
    ) -> Tokens:
        """Trade the code in the redirect's query for tokens; the access token is for one
        resource of those that were consented to."""
        ...

    async def device_begin(self, client: Client, resource: Resource) -> DeviceAttempt:
        """Prepare a sign-in on another device."""
        ...

    async def device_ask(self, client: Client, attempt: DeviceAttempt) -> Tokens | Pending:
        """Ask whether somebody has finished there."""
        ...

    async def refresh(
        self, client: Client, refresh_token: Secret, resource: Resource, granted_scope: str = ""
    ) -> Tokens:
        """Trade a refresh token for an access token and, mostly, a new refresh token;
        `granted_scope`: what the sign-in brought, "" where that is not known."""
        ...

    async def app_only(self, client: Client, resource: Resource) -> Tokens:
        """Get a token for the app itself, by the app's credential alone; there is no refresh
        token."""
        ...

    async def tenant(self, client: Client) -> str:
        """Return the ID of the account's tenant; "" where a provider has none."""
        ...
