"""When something really was that was written down by a clock that was ahead.

A clock that is put right leaves behind instants that are yet to come. Taken at their word they
would count as "just now" for as long as the clock was ahead, or as ever in the future.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta


def put_right(written: Sequence[datetime], now: datetime) -> list[datetime]:
    """Instants in the order in which they were written down, none of them after `now`.

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
