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
"""From a kind's options as given, and their place, to its own options and what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A check, an action or a transport, as far as a plan needs to know it.

    `names` are its options; `readings` what a check measures, None if that is open;
    `may_vanish`: what it measures comes and goes; `goes_to`: from a network check's options and
    the instance's address to the address that it is about; `occurrences` are the readings of
    what happens and is no state; `by_network`: it goes by the network that its monitor names.
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
    """All kinds by name, what makes an account of its definition and its cloud's, and where no
    route or account may lead."""

    checks: Mapping[str, Kind]
    actions: Mapping[str, Kind]
    transports: Mapping[str, Kind]
    account: Callable[[AccountDef, CloudDef, Network], A]
    network_policy: NetworkPolicy = CLOSED
