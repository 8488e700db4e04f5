"""Compile contacts, rules and routes of a plan: who is told of what, and by which way.

Each is made even if something is wrong with it, so that one slip is one problem.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
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
from noroshi.core.levels import Level, When
from noroshi.core.mail import Network, Pace, Route
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
TRANSPORT = _("kind of route")
ACCOUNT = _("account")

NOBODY = _("has no contact, so nobody would be notified")
NO_WAY = _("has no route, so nothing could be sent")
NEVER = _("has no level, so the rule would never apply")
NO_MAILBOX = _("has no mail address")
TOO_MANY = _(
    "has more than {most} addresses, too many for one mail; split it into several contacts"
)
NTH_ALONE = _('is only for when = "nth"')
NTH_MISSING = _('when = "nth" requires nth: the number of consecutive measurements')
IN_THE_CLEAR = _(
    'the account\'s access token must not be sent unencrypted; use "starttls" or "tls"'
)
OF_ACCOUNT = _("belongs to the account {account}, whose routes share it: set it there")


def contacts(definitions: Definitions, found: list[Problem]) -> dict[str, Contact]:
    """Return all contacts by name."""
    return {
        name: _contact(said, file_of("contacts", name, found))
        for name, said in definitions.contacts.items()
    }


def _contact(said: ContactDef, place: Place) -> Contact:
    title(said.title, place)
    zone(said.zone, place)
    in_range(said.one_by_one, 0, MOST_BY_ONE, place.at("one_by_one"))
    if not said.addresses:
        place.at("addresses").say(NO_MAILBOX)
    if len(said.addresses) > MOST_ADDRESSES:
        place.at("addresses").say(TOO_MANY, most=MOST_ADDRESSES)
    for address in said.addresses[:MOST_ADDRESSES]:
        if not is_address(address):
            place.at("addresses").say(NO_ADDRESS, given=address)
    return Contact(
        id=said.name,
        addresses=said.addresses,
        title=said.title,
        language=said.language,
        zone=said.zone,
        one_by_one=said.one_by_one,
    )


def rules(
    definitions: Definitions,
    kinds: Mapping[str, Kind],
    contacts: Mapping[str, Contact],
    found: list[Problem],
) -> dict[str, Rule]:
    """Return all rules by name, with the contacts that they name."""
    return {
        name: _rule(said, kinds, contacts, definitions.routes, file_of("rules", name, found))
        for name, said in definitions.rules.items()
    }


def _rule(
    said: RuleDef,
    kinds: Mapping[str, Kind],
    contacts: Mapping[str, Contact],
    routes: Collection[str],
    place: Place,
) -> Rule:
    one_of(said.contacts, contacts, CONTACT, NOBODY, place.at("contacts"))
    one_of(said.routes, routes, ROUTE, NO_WAY, place.at("routes"))
    if not said.on:
        place.at("on").say(NEVER)
    in_range(said.most, 1, MOST_TELLINGS, place.at("most"))
    title(said.title, place)
    return Rule(
        id=said.id or said.name,
        name=said.name,
        title=said.title,
        action=said.action,
        contacts=tuple(contacts[name] for name in said.contacts if name in contacts),
        routes=said.routes,
        options=_options(said.action, said.options, kinds, ACTION, "action", place),
        on=frozenset(map(Level, said.on)),
        when=When(said.when),
        nth=_nth(said, place),
        most=said.most,
        repeat=read_length(said.repeat, SHORTEST_REPEAT, place.at("repeat")),
        recovered=said.recovered,
    )


def _nth(said: RuleDef, place: Place) -> int:
    if said.nth is None:
        if said.when == "nth":
            place.say(NTH_MISSING)
        return 1
    if said.when != "nth":
        place.at("nth").say(NTH_ALONE)
    in_range(said.nth, 1, MOST_TELLINGS, place.at("nth"))
    return said.nth


def _options(
    kind: str,
    given: Mapping[str, Any],
    kinds: Mapping[str, Kind],
    sort: Message,
    field: str,
    place: Place,
) -> object:
    """A kind's own options; None if there is no such kind."""
    if kind not in kinds:
        place.at(field).no_such(sort, kind, kinds)
        return None
    options, problems = kinds[kind].read(given, place.at("options").where)
    place.problems.extend(problems)
    return options


def routes(
    definitions: Definitions,
    kinds: Mapping[str, Kind],
    networks: Mapping[str, Network],
    found: list[Problem],
) -> dict[str, Route]:
    """Return all routes by name."""
    return {
        name: _route(said, definitions, kinds, networks, file_of("routes", name, found))
        for name, said in definitions.routes.items()
    }


def _route(
    said: RouteDef,
    definitions: Definitions,
    kinds: Mapping[str, Kind],
    networks: Mapping[str, Network],
    place: Place,
) -> Route:
    title(said.title, place)
    in_range(said.connections, 1, MOST_CONNECTIONS, place.at("connections"))
    given = _with_account(said, definitions, kinds, place.at("options"))
    options = _options(said.kind, given, kinds, TRANSPORT, "kind", place)
    return Route(
        name=said.name,
        title=said.title,
        kind=said.kind,
        options=options,
        connections=said.connections,
        network=network_of(said.network, networks, place),
        pace=_pace(said, definitions, place),
        signs_in=_signs_in(said, definitions),
    )


def _signs_in(said: RouteDef, definitions: Definitions) -> object:
    account = definitions.accounts.get(str(said.options.get("account", "")))
    return (account, definitions.clouds.get(account.cloud)) if account is not None else None


def _pace(said: RouteDef, definitions: Definitions, place: Place) -> Pace:
    """An account's allowance is shared by its routes; a route without one has its own."""
    account = definitions.accounts.get(str(said.options.get("account", "")))
    for field in OWN_ALLOWANCE:
        in_range(getattr(said, field) or 0, 0, MOST_MAILS, place.at(field))
        if account is not None and getattr(said, field):
            place.at(field).say(OF_ACCOUNT, account=account.name)
    if account is None:
        own = {field: getattr(said, field) for field in OWN_ALLOWANCE}
        given = {field: most for field, most in own.items() if most is not None}
        return replace(known_pace(said.options), account=f"route/{said.name}", **given)
    return _pace_of(account, definitions.clouds.get(account.cloud))


def _pace_of(account: AccountDef, cloud: CloudDef | None) -> Pace:
    def allowed(field: str) -> int:
        own = getattr(account, field)
        return own if own is not None else getattr(cloud, field, 0)

    return Pace(
        account=account.id or account.name,
        mails_a_minute=allowed("mails_a_minute"),
        mails_an_hour=allowed("mails_an_hour"),
        recipients_a_day=allowed("recipients_a_day"),
        connections=allowed("connections"),
    )


def _with_account(
    said: RouteDef, definitions: Definitions, kinds: Mapping[str, Kind], place: Place
) -> Mapping[str, Any]:
    """The options, with what its account knows put under them."""
    name = said.options.get("account")
    if not isinstance(name, str) or not name or said.kind not in kinds:
        return said.options
    if "account" not in kinds[said.kind].names:
        return said.options
    given = dict(said.options)
    if given.get("protection") == "none":
        place.at("protection").say(IN_THE_CLEAR)
        del given["protection"]  # told: the kind need not say so once more
    account = definitions.accounts.get(name)
    if account is None:
        place.at("account").no_such(ACCOUNT, name, definitions.accounts)
    known = _known_of(account, definitions)
    return {k: v for k, v in known.items() if k in kinds[said.kind].names} | given


def _known_of(account: AccountDef | None, definitions: Definitions) -> Mapping[str, Any]:
    """Return what a route has from its account; something that is told elsewhere to be wrong
    does not make the rest of the route's options wrong."""
    cloud = definitions.clouds.get(account.cloud) if account is not None else None
    if account is None or cloud is None or not account.mailbox or not cloud.smtp_host:
        return ANY_ACCOUNT
    known: dict[str, Any] = {
        "host": cloud.smtp_host,
        "port": cloud.smtp_port,
        "user": account.mailbox,
    }
    way = cloud.mechanism if cloud.mechanism != "xoauth2" else ""
    given = {"ca_file": cloud.ca_file, "graph": cloud.graph, "auth": way}
    return known | {name: value for name, value in given.items() if value}
