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


def values_in(data: Any, most: int) -> int:
    """Return how many values there are in it, itself included: at `most` that many and one."""
    waiting, count = [data], 0
    while waiting and count <= most:
        value = waiting.pop()
        count += 1
        if not isinstance(value, Mapping | list | tuple):
            continue
        if len(value) > most:
            return most + 1
        waiting += value.values() if isinstance(value, Mapping) else value
    return min(count, most + 1)


def is_small(data: Any) -> bool:
    """Return whether it may be read where everything else waits for it. Texts may hold values in
    their turn, as documents do."""
    if values_in(data, SMALL_VALUES) > SMALL_VALUES:
        return False
    waiting, letters, values = [data], 0, 0
    while waiting:
        value = waiting.pop()
        if isinstance(value, Mapping):
            waiting += [*value, *value.values()]
        elif isinstance(value, list | tuple):
            waiting += value
        elif isinstance(value, str):
            letters += len(value)
            values += 0 if letters > SMALL_TEXT else sum(map(value.count, MARKS))
    return letters <= SMALL_TEXT and values <= SMALL_VALUES
