"""Compile contacts, rules and routes of a plan: who is told of what, and by which way.

Each is made even if something is wrong with it, so that one slip is one problem.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from noroshi.core.allowances import known_pace
from noroshi.core.definitions.kinds import Kind
from noroshi.core.definitions.networks import network_of
from noroshi.core.definitions.problems import Place, Problem, file_of
from noroshi.core.definitions.schema import ContactDef, Definitions, RuleDef
from noroshi.core.definitions.schema_mail import AccountDef, CloudDef, RouteDef
from noroshi.core.definitions.value_checks import (
    NO_ADDRESS,
    in_range,
    one_of,
    read_length,
    title,
    zone,
)
from noroshi.core.definitions.value_syntax import is_address
from noroshi.core.levels import Level, RuleTrigger
from noroshi.core.mail import Network, Pace, Route
from noroshi.core.marked_names import with_settings
from noroshi.core.model import MOST_TELLINGS, Contact, Rule
from noroshi.core.translation import Message, _

MOST_ADDRESSES = 500
"""Recipients of one mail, by default, in Exchange Online (Exchange Online limits, Recipient limits)."""
MOST_CONNECTIONS = 100
MOST_MAILS = 1_000_000
MOST_BY_ONE = 60
OWN_ALLOWANCE = ("mails_a_minute", "mails_an_hour", "recipients_a_day")
SHORTEST_REPEAT = "1m"
ANY_ACCOUNT: Mapping[str, Any] = {
    "host": "host.invalid",
    "port": 587,
    "user": "somebody@host.invalid",
    "graph": "https://host.invalid",
}
"""Stands for what an account would say that is not there or is wrong itself."""

CONTACT = _("contact")
ROUTE = _("route")
ACTION = _("action")
TRANSPORT = _("type of route")
ACCOUNT = _("account")

NOBODY = _("is empty, so nobody would be notified")
NO_WAY = _("is empty, so nothing could be sent")
NEVER = _("is empty, so the rule would never apply")
NO_MAILBOX = _("has no email address")
TOO_MANY = _(
    "has more than {most} addresses, too many for one message; split it into several contacts"
)
NTH_ALONE = _('applies only to a notification at the nth measurement (when = "nth")')
NTH_MISSING = with_settings(
    _(
        'a notification at the nth measurement ({when} = "nth") requires {nth}: the number of '
        "consecutive measurements"
    ),
    "when",
    "nth",
)
IN_THE_CLEAR = _(
    'the account\'s access token must not be sent unencrypted; use "starttls" or "tls"'
)
OF_ACCOUNT = _("belongs to account “{account}”, whose routes share it: set it there")


def contacts(definitions: Definitions, problems: list[Problem]) -> dict[str, Contact]:
    """Return all contacts by name."""
    return {
        name: _contact(definition, file_of("contacts", name, problems))
        for name, definition in definitions.contacts.items()
    }


def _contact(definition: ContactDef, place: Place) -> Contact:
    title(definition.title, place)
    zone(definition.zone, place)
    in_range(definition.one_by_one, 0, MOST_BY_ONE, place.at("one_by_one"))
    if not definition.addresses and not definition.of_hub:
        place.at("addresses").say(NO_MAILBOX)
    if len(definition.addresses) > MOST_ADDRESSES:
        place.at("addresses").say(TOO_MANY, most=MOST_ADDRESSES)
    for address in definition.addresses[:MOST_ADDRESSES]:
        if not is_address(address):
            place.at("addresses").say(NO_ADDRESS, given=address)
    return Contact(
        id=(definition.of_hub and definition.hub_id) or definition.name,
        addresses=definition.addresses,
        title=definition.title,
        language=definition.language,
        zone=definition.zone,
        one_by_one=definition.one_by_one,
    )


def rules(
    definitions: Definitions,
    kinds: Mapping[str, Kind],
    contacts: Mapping[str, Contact],
    problems: list[Problem],
) -> dict[str, Rule]:
    """Return all rules by name, with the contacts that they name: those of the hub with contacts of
    the hub, and the node's own with its own, and by its own routes."""
    contacts_of = {
        of_hub: {
            name: contact
            for name, contact in contacts.items()
            if definitions.contacts[name].of_hub == of_hub
        }
        for of_hub in (False, True)
    }
    compiled_rules = {
        name: _rule(
            definition,
            kinds,
            contacts_of[definition.of_hub],
            own_routes(definitions),
            file_of("rules", name, problems),
        )
        for name, definition in definitions.rules.items()
    }
    return dict(_with_routes_here(compiled_rules, definitions))


def own_routes(definitions: Definitions) -> Collection[str]:
    """Return the routes by which this node's own rules may notify: those that the hub shares are
    for the hub's notifications."""
    return [name for name, route in definitions.routes.items() if not route.of_hub]


def _with_routes_here(
    rules: Mapping[str, Rule], definitions: Definitions
) -> Iterator[tuple[str, Rule]]:
    """Yield rules; those of the hub go by all routes of this node, in the order in which its own
    rules name them, and by those that the hub shares."""
    own_rules = (rule for rule in rules.values() if not rule.of_hub)
    named_routes = (route for rule in own_rules for route in rule.routes)
    all_routes = dict.fromkeys((*named_routes, *own_routes(definitions), *definitions.routes))
    routes_here = tuple(route for route in all_routes if route in definitions.routes)
    for name, rule in rules.items():
        yield name, replace(rule, routes=routes_here) if rule.of_hub else rule


def _rule(
    definition: RuleDef,
    kinds: Mapping[str, Kind],
    contacts: Mapping[str, Contact],
    routes: Collection[str],
    place: Place,
) -> Rule:
    one_of(definition.contacts, contacts, CONTACT, NOBODY, place.at("contacts"))
    if definition.routes or not definition.of_hub:
        one_of(definition.routes, routes, ROUTE, NO_WAY, place.at("routes"))
    if not definition.on:
        place.at("on").say(NEVER)
    in_range(definition.most, 1, MOST_TELLINGS, place.at("most"))
    title(definition.title, place)
    return Rule(
        id=(definition.of_hub and definition.hub_id) or definition.id or definition.name,
        name=definition.name,
        title=definition.title,
        action=definition.action,
        contacts=tuple(contacts[name] for name in definition.contacts if name in contacts),
        routes=definition.routes,
        options=_options(definition.action, definition.options, kinds, ACTION, "action", place),
        levels=frozenset(map(Level, definition.on)),
        trigger=RuleTrigger(definition.when),
        nth=_nth(definition, place),
        most=definition.most,
        repeat=read_length(definition.repeat, SHORTEST_REPEAT, place.at("repeat")),
        notifies_recovery=definition.recovered,
        of_hub=definition.of_hub,
    )


def _nth(definition: RuleDef, place: Place) -> int:
    if definition.nth is None:
        if definition.when == "nth":
            place.say(NTH_MISSING)
        return 1
    if definition.when != "nth":
        place.at("nth").say(NTH_ALONE)
    in_range(definition.nth, 1, MOST_TELLINGS, place.at("nth"))
    return definition.nth


def _options(
    kind: str,
    raw_options: Mapping[str, Any],
    kinds: Mapping[str, Kind],
    sort: Message,
    field: str,
    place: Place,
) -> object:
    """Read a kind's own options; None if there is no such kind."""
    if kind not in kinds:
        place.at(field).no_such(sort, kind, kinds)
        return None
    options, problems = kinds[kind].read(raw_options, place.at("options").location)
    place.problems.extend(problems)
    return options


def routes(
    definitions: Definitions,
    kinds: Mapping[str, Kind],
    networks: Mapping[str, Network],
    problems: list[Problem],
) -> dict[str, Route]:
    """Return all routes by name."""
    return {
        name: _route(
            definition, definitions, kinds, networks, file_of("routes", name, problems)
        )
        for name, definition in definitions.routes.items()
    }


def _route(
    definition: RouteDef,
    definitions: Definitions,
    kinds: Mapping[str, Kind],
    networks: Mapping[str, Network],
    place: Place,
) -> Route:
    title(definition.title, place)
    in_range(definition.connections, 1, MOST_CONNECTIONS, place.at("connections"))
    raw_options = _with_account(definition, definitions, kinds, place.at("options"))
    options = _options(definition.kind, raw_options, kinds, TRANSPORT, "kind", place)
    return Route(
        name=definition.name,
        title=definition.title,
        kind=definition.kind,
        options=options,
        connections=definition.connections,
        network=network_of(definition.network, networks, place),
        pace=_pace(definition, definitions, place),
        signs_in=_signs_in(definition, definitions),
    )


def _signs_in(definition: RouteDef, definitions: Definitions) -> object:
    account = definitions.accounts.get(str(definition.options.get("account", "")))
    return (account, definitions.clouds.get(account.cloud)) if account is not None else None


def _pace(definition: RouteDef, definitions: Definitions, place: Place) -> Pace:
    """Return the pace: routes share their account's allowance; a route without an account has
    its own."""
    account = definitions.accounts.get(str(definition.options.get("account", "")))
    for field in OWN_ALLOWANCE:
        in_range(getattr(definition, field) or 0, 0, MOST_MAILS, place.at(field))
        if account is not None and getattr(definition, field):
            place.at(field).say(OF_ACCOUNT, account=account.name)
    if account is None:
        fields = {field: getattr(definition, field) for field in OWN_ALLOWANCE}
        allowance = {field: limit for field, limit in fields.items() if limit is not None}
        return replace(
            known_pace(definition.options), account=f"route/{definition.name}", **allowance
        )
    return _pace_of(account, definitions.clouds.get(account.cloud))


def _pace_of(account: AccountDef, cloud: CloudDef | None) -> Pace:
    def allowed(field: str) -> int:
        account_limit = getattr(account, field)
        return account_limit if account_limit is not None else getattr(cloud, field, 0)

    return Pace(
        account=account.id or account.name,
        mails_a_minute=allowed("mails_a_minute"),
        mails_an_hour=allowed("mails_an_hour"),
        recipients_a_day=allowed("recipients_a_day"),
        connections=allowed("connections"),
    )


def _with_account(
    definition: RouteDef, definitions: Definitions, kinds: Mapping[str, Kind], place: Place
) -> Mapping[str, Any]:
    """Return the options on top of what the account knows."""
    name = definition.options.get("account")
    if not isinstance(name, str) or not name or definition.kind not in kinds:
        return definition.options
    if "account" not in kinds[definition.kind].names:
        return definition.options
    options = dict(definition.options)
    if options.get("protection") == "none":
        place.at("protection").say(IN_THE_CLEAR)
        del options["protection"]  # told: the kind need not say so once more
    account = definitions.accounts.get(name)
    if account is None or account.of_hub != definition.of_hub:
        # What the hub shares may go at any time, and uses nothing of the node's own.
        accounts = [
            key for key, one in definitions.accounts.items() if one.of_hub == definition.of_hub
        ]
        place.at("account").no_such(ACCOUNT, name, accounts)
    defaults = _defaults_of_account(account, definitions)
    return {k: v for k, v in defaults.items() if k in kinds[definition.kind].names} | options


def _defaults_of_account(
    account: AccountDef | None, definitions: Definitions
) -> Mapping[str, Any]:
    """Return the options that a route takes from its account. A fault of the account is
    reported elsewhere, and does not make the other options of the route wrong."""
    cloud = definitions.clouds.get(account.cloud) if account is not None else None
    if account is None or cloud is None or not account.mailbox or not cloud.smtp_host:
        return ANY_ACCOUNT
    defaults: dict[str, Any] = {
        "host": cloud.smtp_host,
        "port": cloud.smtp_port,
        "user": account.mailbox,
    }
    auth = cloud.mechanism if cloud.mechanism != "xoauth2" else ""
    optional = {"ca_file": cloud.ca_file, "graph": cloud.graph, "auth": auth}
    return defaults | {name: value for name, value in optional.items() if value}
