"""Leave out faulty parts of what was given, so that the rest of it can be looked at as well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any, Literal, get_args, get_origin

from noroshi.core.definitions.validation_errors import Fault, arms_at

DataPath = tuple[str | int, ...]
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
    mended = deepcopy(data)
    fault_by_path = {_path_of(fault, data): fault for fault in faults}
    # From the end, so that the numbers of what comes before in a list stay right.
    for path in sorted(fault_by_path, key=_comparable, reverse=True):
        container = _value_at(mended, path[:-1])
        if not path or container is None:
            continue
        if fault_by_path[path]["type"] == "missing":
            container[path[-1]] = _empty(shape, path)
        else:
            del container[path[-1]]
    return mended


def _path_of(fault: Fault, data: object) -> DataPath:
    """Return the path of a fault as far as it leads into the data; the arms of a union are no
    steps."""
    node, path = data, list[str | int]()
    for number, step in enumerate(fault["loc"]):
        last = number == len(fault["loc"]) - 1
        if isinstance(node, Mapping):
            if step in node or (last and fault["type"] == "missing"):
                path.append(step)
                node = node.get(step)
        elif isinstance(node, list) and isinstance(step, int) and step < len(node):
            path.append(step)
            node = node[step]
    return tuple(path)


def _comparable(path: DataPath) -> Any:
    """Return a sort key: ways part at a key of one table or at a number of one list, never at
    one of each."""
    return path


def _value_at(node: Any, path: DataPath) -> Any:
    """Return the table or list at the end of a way; None if it went with what was around it."""
    for step in path:
        try:
            node = node[step]
        except (LookupError, TypeError):
            return None
    return node


def _empty(shape: Any, path: DataPath) -> Any:
    """Return the least value that can stand at a path; an entry without a name gets its number
    as a name."""
    if path[-1] == "name" and len(path) > 1 and isinstance(path[-2], int):
        return str(path[-2] + 1)
    arm = next(iter(arms_at(shape, path)), str)
    kind = get_origin(arm) or arm
    if kind is Literal:
        return get_args(arm)[0]
    fitting = [
        empty for type_, empty in EMPTY if isinstance(kind, type) and issubclass(kind, type_)
    ]
    return deepcopy(fitting[0]) if fitting else ""
