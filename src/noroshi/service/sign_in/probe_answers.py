"""What the operations answer with that prove a sign-in piece by piece."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from noroshi.core.words import NOTHING, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantFound:
    """A tenant that there is: its own ID, and the sign-in server that said so."""

    id: str
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AppTried:
    """Whether it is proved that the server knows the app, or takes its credential; if not,
    `why` it cannot be told before somebody signs in."""

    sure: bool
    why: Words = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChecked:
    """What a sign-in would be refused for, if anything is known: `field` of the account is wrong,
    and `why`. A `why` without a field: that could not be found out now."""

    field: str = ""
    why: Words = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretTried:
    """What an account's sign-in server says of an entry: `taken`, else why not, or why that cannot
    be told yet (`refused` is false). `ends` is the day that the account gives for it."""

    account: str
    taken: bool
    refused: bool = False
    why: Words = NOTHING
    ends: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenSeen:
    """What a route's token says of itself. `good`: nothing in it will be refused, as far as it
    can be looked into. `object_id`: of an app's service principal, "" if it does not say;
    `until` is when it ends, None the same."""

    good: bool
    permits: tuple[str, ...] = ()
    person: str = ""
    object_id: str = ""
    until: datetime | None = None
    words: tuple[Words, ...] = ()
