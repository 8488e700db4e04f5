"""Compile definitions to what the engine runs: find references, work out inheritance.

All problems are reported at once. Nothing here knows how a kind reads its options.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from noroshi.core.definitions.accounts import accounts
from noroshi.core.definitions.kinds import Kind, Kinds
from noroshi.core.definitions.monitors import References, monitors
from noroshi.core.definitions.networks import networks, with_direct
from noroshi.core.definitions.notifications import notifications
from noroshi.core.definitions.problems import Problem
from noroshi.core.definitions.rules import contacts, routes, rules
from noroshi.core.definitions.schema import (
    ContactDef,
    Definitions,
    GroupDef,
    InstanceDef,
    LimitsDef,
    MonitorDef,
    NotificationDef,
    RuleDef,
)
from noroshi.core.definitions.schema_mail import AccountDef, CloudDef, RouteDef
from noroshi.core.definitions.self_monitoring import avoid_failed_routes, with_own
from noroshi.core.mail import Network, Route
from noroshi.core.model import Contact, Monitor, Rule
from noroshi.core.notices.notice import Notification

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
    "NotificationDef",
    "Plan",
    "Problem",
    "RouteDef",
    "RuleDef",
    "compile",
    "compile_most",
]

A = TypeVar("A")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan(Generic[A]):
    """The compiled definitions that the engine runs: monitors by id, all else by name."""

    monitors: Mapping[str, Monitor] = field(default_factory=dict)
    rules: Mapping[str, Rule] = field(default_factory=dict)
    notifications: Mapping[str, Notification] = field(default_factory=dict)
    contacts: Mapping[str, Contact] = field(default_factory=dict)
    routes: Mapping[str, Route] = field(default_factory=dict)
    networks: Mapping[str, Network] = field(default_factory=dict)
    accounts: Mapping[str, A] = field(default_factory=dict)


def compile(definitions: Definitions, kinds: Kinds[A]) -> Plan[A] | tuple[Problem, ...]:
    """Return the plan, or all problems that prevent it."""
    plan, problems = compile_most(definitions, kinds)
    return problems or plan


def compile_most(
    definitions: Definitions, kinds: Kinds[A]
) -> tuple[Plan[A], tuple[Problem, ...]]:
    """Return the plan as far as it can be made, and all that is wrong. With a problem it must
    not be run: it is there so that more can be tried with it."""
    problems = list[Problem]()
    definitions = with_own(definitions, kinds.checks, problems)
    the_contacts = contacts(definitions, problems)
    the_networks = networks(definitions, problems, kinds.network_policy)
    reachable_networks = with_direct(the_networks, kinds.network_policy)
    the_rules = rules(definitions, kinds.actions, the_contacts, problems)
    the_monitors = monitors(
        definitions, References(kinds.checks, the_rules, reachable_networks), problems
    )
    plan = Plan(
        monitors=avoid_failed_routes(the_monitors, the_rules, definitions),
        rules=the_rules,
        notifications=notifications(definitions, kinds.actions, the_contacts, problems),
        contacts=the_contacts,
        routes=routes(definitions, kinds.transports, reachable_networks, problems),
        networks=the_networks,
        accounts=accounts(definitions, kinds.account, reachable_networks, problems),
    )
    return plan, tuple(problems)
