"""Make the instance "noroshi", by which this node watches its own routes, accounts, queue and
health like all else.

A file instances/noroshi.toml may change its rules, limits, zone and cadence. Without rules of
its own the instance tells the contacts of all rules, by other routes than the one that is ill.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from noroshi.core.definitions.kinds import Kind
from noroshi.core.definitions.problems import Problem, file_of
from noroshi.core.definitions.schema import Definitions, GroupDef, InstanceDef, MonitorDef
from noroshi.core.definitions.schema_mail import AccountDef, RouteDef
from noroshi.core.definitions.value_checks import is_line
from noroshi.core.model import Monitor, Rule
from noroshi.core.own_instance import (
    ACCOUNT,
    AGENT,
    KINDS,
    LONGEST_NAME,
    NODE,
    NODES,
    OF_ROUTE,
    OWN_INSTANCE,
    QUEUE,
    ROUTE,
    TITLES,
    built_in_title,
)
from noroshi.core.translation import Message, _, most_common_language, plain

OFTEN = "20s"
"""A fault is told within a minute."""
OWN_GROUPS = _(
    "is created by Noroshi; only rules, limits, every, zone, title and maintenance can be set"
)
ALWAYS = _(
    "Noroshi always monitors itself, or alarms could fail unnoticed; to turn off its "
    "notifications, set rules = []"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRule(Rule):
    """Stand for a rule without a definition of its own: the node's instance changes it."""

    made_by: str = f"instances/{OWN_INSTANCE}"


def with_own(
    definitions: Definitions, checks: Mapping[str, Kind], problems: list[Problem]
) -> Definitions:
    """Add the instance "noroshi" to the definitions, if there is a route to watch and the kinds
    of its monitors are known."""
    if not definitions.routes or not checks.keys() >= set(KINDS):
        return definitions
    definition = definitions.instances.get(
        OWN_INSTANCE, InstanceDef(name=OWN_INSTANCE, title="Noroshi")
    )
    if definition.group:
        file_of("instances", OWN_INSTANCE, problems).at("group").say(OWN_GROUPS)
    if not definition.enabled:
        file_of("instances", OWN_INSTANCE, problems).at("enabled").say(ALWAYS)
    own_definition = replace(
        definition,
        title=definition.title or "Noroshi",
        every=definition.every or OFTEN,
        group=tuple(_groups(definitions, checks)),
    )
    # No copy of the others, which are read one by one: all of them at once take much memory.
    instances = ChainMap({OWN_INSTANCE: own_definition}, definitions.instances)  # type: ignore[arg-type]  # is only read
    return replace(definitions, instances=instances)


def _groups(definitions: Definitions, checks: Collection[str]) -> Iterable[GroupDef]:
    routes = [
        replace(_monitor(ROUTE, name, route=name), title=_title_of(one))
        for name, one in definitions.routes.items()
    ]
    used_accounts = [name for name in definitions.accounts if _routes_of(name, definitions)]
    titles = _in_their_language(definitions)
    accounts = [
        _of_account(definitions.accounts[name], titles["account"]) for name in used_accounts
    ]
    queue = replace(_monitor(QUEUE, ""), title=titles["queue"])
    yield GroupDef(name="mail", title=titles["mail"], monitor=(*routes, *accounts, queue))
    optional_kinds = {
        AGENT: AGENT in checks and definitions.may_have_agents,
        NODES: NODES in checks,  # a node that shares its store knows the kind
    }
    of_node = [
        replace(_monitor(kind, ""), title=titles[kind.removeprefix(f"{OWN_INSTANCE}-")])
        for kind in (NODE, *(kind for kind, is_there in optional_kinds.items() if is_there))
    ]
    yield GroupDef(name="node", title=titles["node"], monitor=tuple(of_node))


def _title_of(route: RouteDef) -> str:
    """Return the title of a route, if it is a valid one; the route itself reports a bad
    title."""
    return route.title if route.title and is_line(route.title) else route.name


def _in_their_language(definitions: Definitions) -> Mapping[str, str]:
    """Return the built-in titles in the language of most contacts."""
    language = most_common_language(one.language for one in definitions.contacts.values())
    return {name: words.say(language) for name, words in TITLES.items()}


def _of_account(account: AccountDef, title: str) -> MonitorDef:
    """Return the monitor of an account under the account's stable id, so that a rename keeps
    the monitor."""
    id = account.id or account.name
    monitor = _monitor(ACCOUNT, account.name, account=id)
    return replace(monitor, id=f"{ACCOUNT}-{id}", title=title.format(name=account.name))


def _monitor(kind: str, name: str, **options: str) -> MonitorDef:
    id = f"{kind}-{name}" if name else kind
    short_name = id.removeprefix(f"{OWN_INSTANCE}-")
    return MonitorDef(
        id=id, name=short_name[:LONGEST_NAME], title=name, kind=kind, options=options
    )


def _routes_of(account: str, definitions: Definitions) -> tuple[str, ...]:
    routes = definitions.routes.values()
    return tuple(r.name for r in routes if r.options.get("account") == account)


def avoid_failed_routes(
    monitors: Mapping[str, Monitor], rules: Mapping[str, Rule], definitions: Definitions
) -> dict[str, Monitor]:
    """Give the monitors of the node itself rules that avoid the route that is ill."""
    own_definition = definitions.instances.get(OWN_INSTANCE)
    if own_definition is None:
        return dict(monitors)
    routes = tuple(definitions.routes)
    built_in = own_definition.rules is None
    adjusted: dict[str, Monitor] = {}
    for id, monitor in monitors.items():
        if monitor.instance.name == OWN_INSTANCE:
            avoided = _routes_to_avoid(monitor, definitions)
            monitor_rules = (
                _rules_for_contacts(rules.values(), routes) if built_in else monitor.rules
            )
            monitor = replace(
                monitor, rules=tuple(_rule_avoiding(rule, avoided) for rule in monitor_rules)
            )
        adjusted[id] = monitor
    return adjusted


def _routes_to_avoid(monitor: Monitor, definitions: Definitions) -> Collection[str]:
    """Return the routes that a monitor is about, which should not carry its alarms."""
    if monitor.kind == ROUTE:
        return (monitor.id.removeprefix(f"{ROUTE}-"),)
    if monitor.kind == ACCOUNT:
        id = monitor.id.removeprefix(f"{ACCOUNT}-")
        account_names = (
            account.name
            for account in definitions.accounts.values()
            if (account.id or account.name) == id
        )
        return _routes_of(next(account_names, ""), definitions)
    return ()


def _rules_for_contacts(rules: Iterable[Rule], routes: Sequence[str]) -> Sequence[Rule]:
    """Return one rule for each contact of a rule: by that rule's routes, then by any other."""
    rule_by_contact: dict[str, Rule] = {}
    for rule in rules:
        for contact in () if rule.of_hub else rule.contacts:
            all_routes = (
                *rule.routes,
                *(route for route in routes if route not in rule.routes),
            )
            own_rule = OwnRule(
                id=f"{OWN_INSTANCE}-{contact.id}",
                action=rule.action,
                contacts=(contact,),
                routes=all_routes,
            )
            rule_by_contact.setdefault(contact.id, own_rule)
    return tuple(rule_by_contact.values())


def _rule_avoiding(rule: Rule, avoided: Collection[str]) -> Rule:
    preferred = tuple(route for route in rule.routes if route not in avoided)
    last_resort = tuple(route for route in rule.routes if route in avoided)
    return replace(rule, routes=(*preferred, *last_resort))


def own_title(monitor: Monitor) -> Message:
    """Return the title of one of the node's own monitors, for a reader of any language."""
    title = monitor.title or monitor.name
    if monitor.kind == ROUTE:
        return OF_ROUTE.fill(name=title)
    return built_in_title(monitor.kind, monitor.name) or plain(title)


def is_own(monitor: Monitor) -> bool:
    """Return True for one of the node's own monitors."""
    return monitor.instance.name == OWN_INSTANCE


def is_mail(monitor: Monitor) -> bool:
    """Return True if a monitor is about a route or an account of this node: somebody may mend
    it by one act."""
    return is_own(monitor) and monitor.kind in (ROUTE, ACCOUNT)
