"""Count the values of untrusted input, without walking further than the limit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SMALL_VALUES, SMALL_TEXT = 2000, 64 << 10
"""The most values and letters of data that is read in the node's own process: all that can be
wrong with it is found in a few megabytes, within a few hundredths of a second."""
MOST_VALUES = 250_000
"""Values in one request: 10,000 monitors have about 150,000."""
SINGLE = frozenset({str, int, float, bool, type(None)})
"""The types of values that hold no others: of most it is known at once, without looking for a `Mapping`."""
MARKS = ",[{"
"""The marks of which a text of JSON has about as many as values."""


def values_in(data: Any, limit: int) -> int:
    """Return how many values there are in it, itself included: at `limit` that many and one."""
    stack, count = [data], 0
    while stack and count <= limit:
        value = stack.pop()
        count += 1
        if type(value) in SINGLE or not isinstance(value, Mapping | list | tuple):
            continue
        if len(value) > limit:
            return limit + 1
        stack += value.values() if isinstance(value, Mapping) else value
    return min(count, limit + 1)


def is_small(data: Any) -> bool:
    """Return True if data may be read where everything else waits for it. Texts may hold
    values, too, as documents do."""
    if values_in(data, SMALL_VALUES) > SMALL_VALUES:
        return False
    stack, letter_count, value_count = [data], 0, 0
    while stack:
        value = stack.pop()
        if isinstance(value, Mapping):
            stack += [*value, *value.values()]
        elif isinstance(value, list | tuple):
            stack += value
        elif isinstance(value, str):
            letter_count += len(value)
            value_count += 0 if letter_count > SMALL_TEXT else sum(map(value.count, MARKS))
    return letter_count <= SMALL_TEXT and value_count <= SMALL_VALUES
