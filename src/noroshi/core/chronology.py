"""Correct instants that were recorded while the clock was ahead.

A clock that is put right leaves behind instants that are yet to come. Taken at their word they
would count as "just now" for as long as the clock was ahead, or as ever in the future.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

T = TypeVar("T")


def correct_instants(written: Sequence[datetime], now: datetime) -> list[datetime]:
    """Return the instants in the order in which they were written down, none of them after
    `now`.

    What is dated ahead moves back as one block, up to what was written next: how far apart
    the instants of that clock were still counts. What is dated up to `now` stays.
    """
    right, latest, ahead = list[datetime](), now, timedelta(0)
    for at in reversed(written):
        if at > now:
            ahead = max(ahead, at - latest)
            at -= ahead
        latest = min(latest, at)
        right.append(at)
    right.reverse()
    return right


def outdated(written: Sequence[datetime], before: datetime) -> list[int]:
    """Return the places of what is older than an instant, of what was written in that order.

    What is dated later than the last one comes of a clock that was ahead: it is old where
    something old was written after it.
    """
    old = [place for place, at in enumerate(written) if at < before]
    if not old or written[-1] < before:
        return old
    last, newest = old[-1], written[-1]
    return [n for n, at in enumerate(written) if at < before or (at > newest and n < last)]


def oldest(
    written: Iterable[tuple[T, datetime]], before: datetime, newest: datetime
) -> Iterator[T]:
    """Yield what is older than an instant, from the oldest on up to the first that is not.

    `newest` is when the last one was written: what is dated later comes of a clock that was
    ahead, and is passed over.
    """
    for one, at in written:
        if at < before:
            yield one
        elif at <= newest or newest < before:
            return
