"""Describe the kinds to the compiler: how they read options, what they measure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from noroshi.core.definitions.problems import Problem
from noroshi.core.definitions.schema_mail import AccountDef, CloudDef
from noroshi.core.mail import Network
from noroshi.core.model import Limits
from noroshi.core.network_policy import CLOSED, NetworkPolicy

A = TypeVar("A")
Read = Callable[[Mapping[str, Any], str], tuple[object, tuple[Problem, ...]]]
"""Reads the options of a kind as given, at a location; returns the kind's own options and all
problems."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Hold what a plan needs to know of a check, an action or a transport.

    `names` are the names of its options; `readings` are those that a check measures, None if
    that is open; `may_vanish`: the measured items come and go; `goes_to` maps the options of a
    network check and the address of the instance to the address that the check contacts;
    `occurrences` are the readings of events, which are no states; `by_network`: the check goes
    through the network that its monitor names.
    """

    read: Read
    names: frozenset[str] = frozenset()
    limits: Mapping[str, Limits] = field(default_factory=dict)
    readings: frozenset[str] | None = None
    may_vanish: bool = False
    goes_to: Callable[[Any, str], str] | None = None
    occurrences: frozenset[str] = frozenset()
    by_network: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Kinds(Generic[A]):
    """Hold all kinds by name, the function that makes an account of its definition and its
    cloud's, and the policy that says where no route or account may lead."""

    checks: Mapping[str, Kind]
    actions: Mapping[str, Kind]
    transports: Mapping[str, Kind]
    account: Callable[[AccountDef, CloudDef, Network], A]
    network_policy: NetworkPolicy = CLOSED
