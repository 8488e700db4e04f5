"""Truth values where a number is wanted: to Python and to readers of data true is 1, to whoever
wrote `warning = true` it is not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from noroshi.core.definitions.validation_errors import Fault, arms_at

DataPath = tuple[str | int, ...]


def bool_faults(shape: Any, data: object) -> Iterator[Fault]:
    """Yield a fault for each boolean in the place of a number, in the form in which a reader of
    untrusted data reports its faults."""
    for path, value in _booleans(data, ()):
        arms = arms_at(shape, path)
        if bool not in arms and (float in arms or int in arms):
            kind = "float_type" if float in arms else "int_type"
            yield {"type": kind, "loc": path, "input": value, "msg": ""}


def _booleans(data: object, path: DataPath) -> Iterator[tuple[DataPath, bool]]:
    if isinstance(data, bool):
        yield path, data
    elif isinstance(data, Mapping):
        for name, element in data.items():
            yield from _booleans(element, (*path, name))
    elif isinstance(data, Sequence) and not isinstance(data, str | bytes):
        for number, element in enumerate(data):
            yield from _booleans(element, (*path, number))
