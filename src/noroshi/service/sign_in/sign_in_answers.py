"""What the operations that sign a route in answer with: plain values, texts in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from noroshi.core.words import NOTHING, Words
from noroshi.service.monitors.status_answers import RouteStatus


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
    """Whether somebody has finished there: the route then, else seconds until it may be asked
    again, and `why` it could not be asked now."""

    route: RouteStatus | None = None
    wait: int = 0
    why: Words = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What of a client certificate may be shown; `pem` is to be uploaded at the provider."""

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
    """An app has signed in: how the route is now, and what its token says of itself."""

    route: RouteStatus
    token: tuple[Words, ...]
