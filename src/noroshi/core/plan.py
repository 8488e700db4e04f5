"""From definitions to what the engine runs: references found, inheritance worked out.

All that is wrong is said at once. Nothing here knows how a kind reads its options.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from noroshi.core.defined import (
    AccountDef,
    CloudDef,
    ContactDef,
    Definitions,
    GroupDef,
    InstanceDef,
    LimitsDef,
    MonitorDef,
    RouteDef,
    RuleDef,
)
from noroshi.core.model import Contact, Limits, Monitor, Route, Rule
from noroshi.core.problems import Problem

__all__ = [
    "AccountDef",
    "CloudDef",
    "ContactDef",
    "Definitions",
    "GroupDef",
    "InstanceDef",
    "Kind",
    "Kinds",
    "LimitsDef",
    "MonitorDef",
    "Plan",
    "Problem",
    "RouteDef",
    "RuleDef",
    "compile",
]

A = TypeVar("A")
Read = Callable[[Mapping[str, Any], str], tuple[object, tuple[Problem, ...]]]
"""From a kind's options as given, and their place, to its own options and what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What must be known of a check, an action or a transport to use it in a plan.

    `names` are its options; `readings` what a check measures, None if that is open.
    """

    read: Read
    names: frozenset[str] = frozenset()
    limits: Mapping[str, Limits] = field(default_factory=dict)
    readings: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kinds(Generic[A]):
    """All kinds by name, and what makes an account of its definition and its cloud's."""

    checks: Mapping[str, Kind]
    actions: Mapping[str, Kind]
    transports: Mapping[str, Kind]
    account: Callable[[AccountDef, CloudDef], A]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan(Generic[A]):
    """What the engine runs: monitors by id, all else by name."""

    monitors: Mapping[str, Monitor] = field(default_factory=dict)
    rules: Mapping[str, Rule] = field(default_factory=dict)
    contacts: Mapping[str, Contact] = field(default_factory=dict)
    routes: Mapping[str, Route] = field(default_factory=dict)
    accounts: Mapping[str, A] = field(default_factory=dict)


def compile(definitions: Definitions, kinds: Kinds[A]) -> Plan[A] | tuple[Problem, ...]:
    """The plan, or all that stands in its way."""
    raise NotImplementedError
