"""Compile stored documents to a plan, with the kinds that this process knows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from functools import partial
from typing import Any, Protocol, TypeVar

from noroshi.core.definitions import compiler
from noroshi.core.definitions.accounts import end_of
from noroshi.core.definitions.document import Document
from noroshi.core.definitions.problems import Problem
from noroshi.core.definitions.schema_mail import AccountDef, CloudDef
from noroshi.core.definitions.value_syntax import duration
from noroshi.core.mail import Network, Route
from noroshi.core.model import Monitor
from noroshi.core.network_policy import NetworkPolicy
from noroshi.definitions.dedupe_problems import by_file, without_echoes
from noroshi.definitions.documents import definitions_of
from noroshi.definitions.token_destinations import foreign_destinations, host_of
from noroshi.imports import OnDemand
from noroshi.oauth.account import REST_BEFORE_RENEWAL, Account, Cloud
from noroshi.ports import Action, Check, TransportKind
from noroshi.schema import Invalid, read

T = TypeVar("T")
Plan = compiler.Plan[Account]
EMPTY: Plan = compiler.Plan()

OPEN = frozenset({"script"})
"""Kinds whose readings have the names that the user's own program gives them."""


class Kinds(Protocol):
    """The kinds there are, by name, where none of them may lead, and by which agent ("" none) a
    monitor is measured; Plugins is one."""

    @property
    def checks(self) -> Mapping[str, Check]: ...

    @property
    def actions(self) -> Mapping[str, Action]: ...

    @property
    def transports(self) -> Mapping[str, TransportKind]: ...

    @property
    def policy(self) -> NetworkPolicy: ...

    @property
    def agent_of(self) -> Callable[[Monitor], str]: ...


def compile_plan(documents: tuple[Document, ...], kinds: Kinds) -> Plan:
    """Return the plan of these documents. Raise Invalid with all problems that prevent it."""
    plan, problems = compile_most(documents, kinds)
    if problems:
        raise Invalid(problems)
    return plan


def compile_most(
    documents: tuple[Document, ...], kinds: Kinds, faulty: Collection[str] = ()
) -> tuple[Plan, tuple[Problem, ...]]:
    """Return the plan as far as it can be made, and all that is wrong, each slip once.

    `faulty`: places that were told already to be unreadable.
    """
    definitions, all_of_shape = definitions_of(documents, faulty)
    plan, problems = compiler.compile_most(definitions, _for_the_core(kinds))
    # Of instances too, now that they were looked at.
    of_shape = without_echoes(all_of_shape, faulty)
    plan = _with_routes_of_accounts(plan)
    problems = (*problems, *foreign_destinations(plan))
    places = {*faulty, *(problem.where for problem in of_shape)}
    return plan, by_file((*of_shape, *without_echoes(problems, places)))


def _with_routes_of_accounts(plan: Plan) -> Plan:
    """Tell each account the first route that uses it, and the servers of all."""
    users: dict[str, list[Route]] = {name: [] for name in plan.accounts}
    for route in plan.routes.values():
        users.get(getattr(route.options, "account", "") or "", []).append(route)
    accounts = {
        name: replace(account, route=_first(users[name]), hosts=_hosts(users[name]))
        for name, account in plan.accounts.items()
    }
    return replace(plan, accounts=accounts)


def _first(routes: Sequence[Route]) -> str:
    return routes[0].name if routes else ""


def _hosts(routes: Sequence[Route]) -> tuple[str, ...]:
    hosts = dict.fromkeys(map(host_of, routes))
    return tuple(host for host in hosts if host)


def _for_the_core(kinds: Kinds) -> compiler.Kinds[Account]:
    return compiler.Kinds(
        checks=_on_demand(kinds.checks, _check),
        actions=_on_demand(kinds.actions, lambda action: _kind(action.options)),
        transports=_on_demand(kinds.transports, lambda kind: _kind(kind.options)),
        account=_account,
        network_policy=kinds.policy,
    )


def _on_demand(
    kinds: Mapping[str, T], for_the_core: Callable[[T], compiler.Kind]
) -> Mapping[str, compiler.Kind]:
    """Return the same by name, each when a definition names it: only then is it loaded."""

    def make(name: str) -> compiler.Kind:
        return for_the_core(kinds[name])

    return OnDemand({name: partial(make, name) for name in kinds})


def _check(check: Check) -> compiler.Kind:
    declared_names = frozenset(check.limits) | frozenset(check.names)
    readings = None if check.kind in OPEN or not declared_names else declared_names
    kind = _kind(check.options, check.limits, readings)
    return replace(
        kind,
        may_vanish=check.may_vanish,
        goes_to=check.goes_to,
        occurrences=check.occurrences,
        by_network=check.by_network,
    )


def _kind(
    options: type,
    limits: Mapping[str, Any] | None = None,
    readings: frozenset[str] | None = None,
) -> compiler.Kind:
    def read_options(
        table: Mapping[str, Any], place_name: str
    ) -> tuple[object, tuple[Problem, ...]]:
        try:
            return read(options, table, place_name), ()
        except Invalid as invalid:
            return None, invalid.problems

    names = frozenset(f.name for f in fields(options)) if is_dataclass(options) else frozenset()
    return compiler.Kind(read=read_options, names=names, limits=limits or {}, readings=readings)


def _account(account: AccountDef, cloud: CloudDef, network: Network) -> Account:
    of_cloud = {field.name: getattr(cloud, field.name) for field in fields(Cloud)}
    of_account = {
        field.name: getattr(account, field.name)
        for field in fields(Account)
        if field.name not in ("cloud", "network", "route", "hosts", "is_shared")
    }
    of_account |= {
        "is_shared": account.shared,
        "secret_ends": end_of(account.secret_ends),
        "secret_next_ends": end_of(account.secret_next_ends),
        "renew_every": duration(account.renew_every) or REST_BEFORE_RENEWAL,
    }
    return Account(cloud=Cloud(**of_cloud), network=network, **of_account)
