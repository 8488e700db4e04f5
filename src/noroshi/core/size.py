"""Count the values of untrusted input, without walking further than the limit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SMALL_VALUES, SMALL_TEXT = 2000, 64 << 10
"""What is no more than so many values and letters is read in the node's own process: all that can
be wrong with it is told in a few megabytes, within a few hundredths of a second."""
MOST_VALUES = 250_000
"""Values in one request: 10,000 monitors have about 150,000."""
MARKS = ",[{"
"""The marks of which a text of JSON has about as many as values."""


def values_in(given: Any, most: int) -> int:
    """Return how many values there are in it, itself included: at `most` that many and one."""
    waiting, count = [given], 0
    while waiting and count <= most:
        one = waiting.pop()
        count += 1
        if not isinstance(one, Mapping | list | tuple):
            continue
        if len(one) > most:
            return most + 1
        waiting += one.values() if isinstance(one, Mapping) else one
    return min(count, most + 1)


def is_small(given: Any) -> bool:
    """Return whether it may be read where everything else waits for it. Texts may hold values in
    their turn, as documents do."""
    if values_in(given, SMALL_VALUES) > SMALL_VALUES:
        return False
    waiting, letters, values = [given], 0, 0
    while waiting:
        one = waiting.pop()
        if isinstance(one, Mapping):
            waiting += [*one, *one.values()]
        elif isinstance(one, list | tuple):
            waiting += one
        elif isinstance(one, str):
            letters += len(one)
            values += 0 if letters > SMALL_TEXT else sum(map(one.count, MARKS))
    return letters <= SMALL_TEXT and values <= SMALL_VALUES
