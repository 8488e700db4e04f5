"""Decide when this node, as a witness, tells people that the hub is unreachable.

The hub names a few of its agents as witnesses, each with a rank: they tell one after the other, so
that two hundred agents do not tell at once of one hub.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

SECOND_AFTER, THIRD_AFTER = timedelta(minutes=10), timedelta(minutes=30)
"""For how long the hub is unreachable until the second and the third witness tell; the first one
tells once it is alone."""
SHORTEST_PAUSE = timedelta(hours=1)
"""A hub that comes and goes is told of once in that time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessMemory:
    """Hold this node's rank among the witnesses (0: it is none), when it told of the hub last, and
    whether that was about the time now without the hub."""

    rank: int = 0
    told_at: datetime | None = None
    has_told: bool = False


def must_tell(
    memory: WitnessMemory, away_for: timedelta, alone_after: timedelta, now: datetime
) -> bool:
    """Return whether people are to be told now that the hub is unreachable; `away_for` is for how
    long it has been, and `now` the wall clock's time."""
    if memory.rank <= 0 or memory.has_told:
        return False
    if away_for < _wait(memory.rank, alone_after):
        return False
    return memory.told_at is None or not timedelta(0) <= now - memory.told_at < SHORTEST_PAUSE


def _wait(rank: int, alone_after: timedelta) -> timedelta:
    match rank:
        case 1:
            return alone_after
        case 2:
            return max(SECOND_AFTER, alone_after)
        case _:
            return max(THIRD_AFTER, alone_after)
