"""How an account stands, for people to read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from noroshi.core.words import Words
from noroshi.oauth.credentials import InUse
from noroshi.oauth.errors.messages import SIGNED_IN
from noroshi.oauth.grant_store import Kept
from noroshi.oauth.refusal_cache import Refusal

WORST = ("user", "setup", "admin", "wait")
"""Of several refusals that one is told which the reader can do most about."""


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
    ends: date | None = None
    """When the secret or certificate in use ends, as far as that is known."""
    by_next: bool = False
    """Whether it is the second one of two."""
    holds: bool = False
    """Whether a token is at hand that is good for a while, though another is refused."""


def told(
    kept: Kept | None, refused: Mapping[str, Refusal], used: InUse, *, holds: bool = False
) -> SignInState:
    """By what is kept, and what is remembered as refused."""
    renewed, user = (kept.renewed, kept.user) if kept else (None, "")
    sign, why, since = SignIn.SIGNED_IN, SIGNED_IN, kept.since if kept else None
    if refused:
        worst = min(refused.values(), key=lambda one: WORST.index(one.failure.who))
        sign = SignIn.WAITING if worst.failure.who == "wait" else SignIn.NEEDED
        why, since = worst.failure.words, worst.first
    return SignInState(
        sign=sign,
        why=why,
        since=since,
        renewed=renewed,
        user=user,
        ends=used.ends,
        by_next=used.second,
        holds=holds,
    )
