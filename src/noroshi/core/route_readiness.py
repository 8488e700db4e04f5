"""Judge how far a route can be trusted to send: the one truth for `status`, `health` and the
pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Sends(Enum):
    """Evidence that the next mail of a route will leave."""

    PROVED = "proved"
    """A mail was accepted by it, and nothing has been found against it since."""
    UNPROVED = "not proved"
    """No mail has been accepted by it yet; nothing is known against it."""
    DOUBTED = "diagnosis failed"
    """Its last diagnosis failed, and no mail has been accepted since."""
    FOR_NOW = "for now"
    """Its sign-in is refused; the token at hand may still send until it ends."""
    NO = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteEvidence:
    """Hold the facts about a route: its circuit `is_open` after a failure; it `lacks_secret`;
    it `is_signed_in` (also where nobody needs to) or, if not, `has_token` that is good for a
    while; a mail was `accepted` by it; its last diagnosis `failed`."""

    is_open: bool
    lacks_secret: bool
    is_signed_in: bool
    has_token: bool
    accepted: bool
    failed: bool


def sends(evidence: RouteEvidence) -> Sends:
    """Return what a route's next mail may count on. A sign-in that was refused stops no mail
    before the token at hand ends: the circuit opens only then."""
    if (
        evidence.is_open
        or evidence.lacks_secret
        or not (evidence.is_signed_in or evidence.has_token)
    ):
        return Sends.NO
    if not evidence.is_signed_in:
        return Sends.FOR_NOW
    if evidence.failed:
        return Sends.DOUBTED
    return Sends.PROVED if evidence.accepted else Sends.UNPROVED


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadinessCounts:
    """Routes by what is known of them."""

    count: int
    blocked_count: int
    unsure_count: int
    doubted_count: int
    unproved_count: int

    @property
    def usable(self) -> int:
        """Return how many have nothing against them but that they are not proved yet."""
        return self.count - self.blocked_count - self.unsure_count


def count_readiness(evidence: Iterable[Sends]) -> ReadinessCounts:
    """Count the routes by evidence."""
    counts = Counter(evidence)
    return ReadinessCounts(
        count=counts.total(),
        blocked_count=counts[Sends.NO],
        unsure_count=counts[Sends.FOR_NOW],
        doubted_count=counts[Sends.DOUBTED],
        unproved_count=counts[Sends.UNPROVED],
    )


def nothing_against(readiness: Sends) -> bool:
    """Return whether a route's next mail has nothing known against it."""
    return readiness not in (Sends.NO, Sends.FOR_NOW)
