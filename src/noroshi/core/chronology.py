"""Correct instants that were recorded while the clock was ahead.

A clock that is put right leaves behind instants that are yet to come. Taken at their word they
would count as "just now" for as long as the clock was ahead, or as ever in the future.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

T = TypeVar("T")


def correct_instants(instants: Sequence[datetime], now: datetime) -> list[datetime]:
    """Return the instants in the order in which they were written down, none of them after
    `now`.

    What is dated ahead moves back as one block, up to what was written next: how far apart
    the instants of that clock were still counts. What is dated up to `now` stays.
    """
    corrected, latest, excess = list[datetime](), now, timedelta(0)
    for at in reversed(instants):
        if at > now:
            excess = max(excess, at - latest)
            at -= excess
        latest = min(latest, at)
        corrected.append(at)
    corrected.reverse()
    return corrected


def outdated(instants: Sequence[datetime], limit: datetime) -> list[int]:
    """Return the places of what is older than an instant, of what was written in that order.

    What is dated later than the last one comes of a clock that was ahead: it is old where
    something old was written after it.
    """
    old_indices = [index for index, at in enumerate(instants) if at < limit]
    if not old_indices or instants[-1] < limit:
        return old_indices
    last, newest = old_indices[-1], instants[-1]
    return [
        index
        for index, at in enumerate(instants)
        if at < limit or (at > newest and index < last)
    ]


def oldest(
    rows: Iterable[tuple[T, datetime]], limit: datetime, newest: datetime
) -> Iterator[T]:
    """Yield what is older than an instant, from the oldest on up to the first that is not.

    `newest` is when the last one was written: what is dated later comes of a clock that was
    ahead, and is passed over.
    """
    for row, at in rows:
        if at < limit:
            yield row
        elif at <= newest or newest < limit:
            return
