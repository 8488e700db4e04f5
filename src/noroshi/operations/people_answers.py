"""Answers of the operations on users, tokens and one's own account."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenMade:
    """An API token: `token` is shown once."""

    name: str
    role: str
    token: str = field(repr=False)
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRow:
    """An API token in short. `ended`: it holds no more."""

    name: str
    role: str
    by: str
    made: datetime
    until: datetime | None
    programs: bool
    ended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAccount:
    """The person who asks, and whether they may log in at all: a token or this computer's user
    has neither password nor second step here."""

    name: str
    role: str = ""
    two_steps: bool = False
    recovery: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class UserMade:
    """A user; `code` is shown once: with it they choose a password, until `until`."""

    name: str
    role: str
    code: str = field(default="", repr=False)
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRow:
    """A user in short. `waits`: they have not chosen a password yet."""

    name: str
    role: str
    made: datetime
    waits: bool
    two_steps: bool
    recovery: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondStep:
    """The seed that an authenticator takes, or `address` as a QR code. Shown once."""

    name: str
    seed: str = field(repr=False)
    address: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """Codes for when the authenticator is lost; each is good once, and shown once."""

    name: str
    codes: tuple[str, ...] = field(repr=False)
