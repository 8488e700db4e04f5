"""Answers of the operations that sign a route in, or prove a sign-in piece by piece: plain values,
texts in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from noroshi.core.translation import NOTHING, Message
from noroshi.guides.missing_values import MissingValue
from noroshi.operations.status_answers import RouteStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """A sign-in under way: the page to open, where it ends, and what the vault has already.

    `by`: person, or app, which signs in by secret or certificate alone and has no page.
    `secret` is the entry to ask for if none that would do is kept; what it `asks` for: entra
    (a client secret of the portal), secret (another provider's), or key file (Google's).
    """

    route: str
    account: str
    by: str
    url: str
    redirect: str
    secret: str
    secret_kept: bool
    asks: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDevice:
    """A sign-in on another device: the code to type there, and for how many seconds it holds."""

    route: str
    account: str
    url: str
    code: str
    seconds: int
    wait: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceAsked:
    """The answer whether somebody has finished there: the route then, else seconds until it may
    be asked again, and `why` it could not be asked now."""

    route: RouteStatus | None = None
    wait: int = 0
    why: Message = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """The part of a client certificate that may be shown; `pem` is to be uploaded at the
    provider."""

    account: str
    entry: str
    name: str
    pem: str
    sha1: str
    sha256: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """The result of an app's sign-in: the state of the route, and the claims of the token."""

    route: RouteStatus
    token: tuple[Message, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantFound:
    """A tenant that exists: the tenant ID, and the sign-in server that named it."""

    id: str
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AppTried:
    """The answer whether the server is proved to know the app, or to take the credential; if
    not, `why` that cannot be told before somebody signs in."""

    sure: bool
    why: Message = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChecked:
    """The reason why a sign-in would be refused, if one is known: `field` of the account is
    wrong, and `why`. A `why` without a field: that could not be found out now."""

    field: str = ""
    why: Message = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretTried:
    """The answer of an account's sign-in server about an entry: `taken`, else why not, or why
    that cannot be told yet (`refused` is false). `ends` is the day that the account gives for
    it."""

    account: str
    taken: bool
    refused: bool = False
    why: Message = NOTHING
    ends: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenSeen:
    """The contents of a route's token. `good`: nothing in it will be refused, as far as it can
    be looked into. `object_id`: of an app's service principal, "" if it does not say; `until`
    is when it ends, None the same."""

    good: bool
    permits: tuple[str, ...] = ()
    person: str = ""
    object_id: str = ""
    until: datetime | None = None
    words: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideStep:
    """One thing to do. `lines` are to be run as they stand; `check` shows whether it is done, as
    `shows` says; `takes` is how long it is until it acts, `source` the provider's own page."""

    id: str
    part: Message
    title: Message
    how: tuple[Message, ...]
    lines: tuple[str, ...]
    check: tuple[str, ...]
    shows: Message
    note: Message
    takes: Message
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideShown:
    """The steps of one way to sign in, in order; `text` is all of them, to be handed on.
    `missing` are the values that nobody knows yet: placeholders stand for them."""

    route: str
    way: str
    steps: tuple[GuideStep, ...]
    text: Message
    missing: tuple[MissingValue, ...] = ()
