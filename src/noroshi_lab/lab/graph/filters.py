"""OData as far as it serves to find a mail: $filter, $orderby, $select, $top and $skip."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from noroshi_lab.lab.graph.errors import GraphError

_COMPARED = re.compile(r"\s*([\w/]+)\s+(eq|ne|gt|ge|lt|le)\s+('(?:[^']|'')*'|[^\s')]+)\s*")
_CALLED = re.compile(r"\s*(startswith|contains)\(\s*([\w/]+)\s*,\s*('(?:[^']|'')*')\s*\)\s*")
_AND = re.compile(r"and\b")
_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda left, right: left == right,
    "ne": lambda left, right: left != right,
    "gt": lambda left, right: left > right,
    "ge": lambda left, right: left >= right,
    "lt": lambda left, right: left < right,
    "le": lambda left, right: left <= right,
    "startswith": lambda left, right: left.lower().startswith(right.lower()),
    "contains": lambda left, right: right.lower() in left.lower(),
}
_MOST, _USUAL = 1000, 10


@dataclass(frozen=True, slots=True)
class _Clause:
    field: str
    test: str
    value: str

    def holds(self, item: Mapping[str, Any]) -> bool:
        left = _at(item, self.field)
        if isinstance(left, bool):
            return _TESTS[self.test](left, self.value == "true")
        return _TESTS[self.test](str(left), self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Hold what a request wants to see of a list."""

    clauses: tuple[_Clause, ...]
    order: tuple[str, bool] | None  # the field, and whether it goes down
    select: tuple[str, ...]
    top: int
    skip: int
    counts: bool

    def found(self, items: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Return the items that fit, in order; the newest first unless it says otherwise."""
        fitting = [item for item in items if all(each.holds(item) for each in self.clauses)]
        field, down = self.order or ("receivedDateTime", True)
        return sorted(fitting, key=lambda item: str(_at(item, field)), reverse=down)


def read_query(given: Mapping[str, str], fields: Sequence[str]) -> Query:
    """Read the options of a request; GraphError names what is wrong."""
    order = _order(given.get("$orderby", ""), fields)
    clauses = _clauses(given.get("$filter", ""), fields)
    if order and clauses and clauses[0].field != order[0]:
        # Exchange wants the fields of $orderby to stand in $filter, and before all others.
        raise GraphError("InefficientFilter")
    select = tuple(each.strip() for each in given.get("$select", "").split(",") if each.strip())
    for each in select:
        _known(each, fields)
    return Query(
        clauses=clauses,
        order=order,
        select=select,
        top=_number(given, "$top", _USUAL, 1, _MOST),
        skip=_number(given, "$skip", 0, 0, 10**6),
        counts=given.get("$count", "") == "true",
    )


def _clauses(text: str, fields: Sequence[str]) -> tuple[_Clause, ...]:
    found: list[_Clause] = []
    rest = text
    while rest:
        call, compared = _CALLED.match(rest), _COMPARED.match(rest)
        if call:
            found.append(_Clause(call[2], call[1], _literal(call[3])))
        elif compared:
            found.append(_Clause(compared[1], compared[2], _literal(compared[3])))
        else:
            raise GraphError("BadRequest", f"Invalid filter clause: {text}")
        _known(found[-1].field, fields)
        rest = rest[(call or compared).end() :]  # type: ignore[union-attr]
        joined = _AND.match(rest)
        if rest and not joined:
            raise GraphError("BadRequest", f"Invalid filter clause: {text}")
        rest = rest[joined.end() :] if joined else rest
    return tuple(found)


def _literal(text: str) -> str:
    if text.startswith("'"):
        return text[1:-1].replace("''", "'")
    return re.sub(r"\.0+Z$", "Z", text)


def _order(text: str, fields: Sequence[str]) -> tuple[str, bool] | None:
    name, _, way = text.strip().partition(" ")
    if not name:
        return None
    _known(name, fields)
    if way not in ("", "asc", "desc"):
        raise GraphError("BadRequest", f"Syntax error in $orderby: {text}")
    return name, way == "desc"


def _known(name: str, fields: Sequence[str]) -> None:
    if name.partition("/")[0] not in fields:
        message = f"Could not find a property named '{name}' on type 'microsoft.graph.message'."
        raise GraphError("BadRequest", message)


def _number(given: Mapping[str, str], name: str, usual: int, least: int, most: int) -> int:
    text = given.get(name, str(usual))
    if len(text) > 9 or not text.isdecimal() or not least <= int(text) <= most:
        raise GraphError("BadRequest", f"Invalid value '{text}' for {name}.")
    return int(text)


def _at(item: Mapping[str, Any], path: str) -> Any:
    value: Any = item
    for name in path.split("/"):
        value = value.get(name, "") if isinstance(value, Mapping) else ""
    return value
