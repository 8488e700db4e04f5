"""Leave out faulty parts of what was given, so that the rest of it can be looked at as well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any, Literal, get_args, get_origin

from noroshi.core.definitions.validation_errors import Fault, arms_at

Way = tuple[str | int, ...]
"""The steps to a value: keys of tables, numbers of entries."""
EMPTY: Sequence[tuple[type | tuple[type, ...], Any]] = (
    (str, ""),
    (bool, False),
    ((int, float), 0),
    ((list, tuple, set, frozenset), []),
    (Mapping, {}),
)


def mend(faults: Sequence[Fault], shape: Any, data: object) -> Any:
    """Leave out what is faulty. What is missing and must be there is there, empty."""
    whole = deepcopy(data)
    ways = {_way(fault, data): fault for fault in faults}
    # From the end, so that the numbers of what comes before in a list stay right.
    for way in sorted(ways, key=_comparable, reverse=True):
        above = _value(whole, way[:-1])
        if not way or above is None:
            continue
        if ways[way]["type"] == "missing":
            above[way[-1]] = _empty(shape, way)
        else:
            del above[way[-1]]
    return whole


def _way(fault: Fault, data: object) -> Way:
    """Return the path of a fault as far as it leads into the data; the arms of a union are no
    steps."""
    here, way = data, list[str | int]()
    for number, step in enumerate(fault["loc"]):
        last = number == len(fault["loc"]) - 1
        if isinstance(here, Mapping):
            if step in here or (last and fault["type"] == "missing"):
                way.append(step)
                here = here.get(step)
        elif isinstance(here, list) and isinstance(step, int) and step < len(here):
            way.append(step)
            here = here[step]
    return tuple(way)


def _comparable(way: Way) -> Any:
    """Return a sort key: ways part at a key of one table or at a number of one list, never at
    one of each."""
    return way


def _value(whole: Any, way: Way) -> Any:
    """Return the table or list at the end of a way; None if it went with what was around it."""
    for step in way:
        try:
            whole = whole[step]
        except (LookupError, TypeError):
            return None
    return whole


def _empty(shape: Any, way: Way) -> Any:
    """Return the least that can stand there; an entry without a name is called by its
    number."""
    if way[-1] == "name" and len(way) > 1 and isinstance(way[-2], int):
        return str(way[-2] + 1)
    arm = next(iter(arms_at(shape, way)), str)
    kind = get_origin(arm) or arm
    if kind is Literal:
        return get_args(arm)[0]
    fits = [empty for of, empty in EMPTY if isinstance(kind, type) and issubclass(kind, of)]
    return deepcopy(fits[0]) if fits else ""
