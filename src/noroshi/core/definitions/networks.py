"""Networks of a plan: how routes, accounts and monitors reach the outside."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address

from noroshi.core.definitions.problems import Place, Problem, file_of
from noroshi.core.definitions.schema import Definitions
from noroshi.core.definitions.schema_mail import NetworkDef
from noroshi.core.definitions.value_checks import host
from noroshi.core.mail import DIRECT, Network
from noroshi.core.marked_names import with_settings
from noroshi.core.network_policy import CLOSED, NetworkPolicy
from noroshi.core.translation import _

NO_NAME = ""
LONGEST_PORT = 5
"""Digits: int() raises from 4,301 on."""
NETWORK = _("network")
NO_PROXY = _("must be host:port, such as proxy.example.com:8080")
PROXY_ALONE = _("requires proxy, which is not set")
BOTH = with_settings(
    _("{proxy_user} and {proxy_password} must be set together"), "proxy_user", "proxy_password"
)
NO_SOURCE = _("must be an address of this computer, such as 192.0.2.10")


def networks(
    definitions: Definitions, problems: list[Problem], policy: NetworkPolicy = CLOSED
) -> dict[str, Network]:
    """Return all networks by name; none of them leads to what is closed."""
    return {
        name: _network(definition, file_of("networks", name, problems), policy)
        for name, definition in definitions.networks.items()
    }


def with_direct(
    networks: Mapping[str, Network], policy: NetworkPolicy
) -> Mapping[str, Network]:
    """Add the network of whoever names none."""
    return {**networks, NO_NAME: Network(policy=policy)}


def network_of(name: str, networks: Mapping[str, Network], place: Place) -> Network:
    """Return the network that a definition names; without a name, or an unknown one, none."""
    if name and name not in networks:
        place.at("network").no_such(NETWORK, name, networks.keys() - {NO_NAME})
    return networks.get(name) or networks.get(NO_NAME, DIRECT)


def _network(definition: NetworkDef, place: Place, policy: NetworkPolicy) -> Network:
    if definition.proxy:
        _check_proxy(definition.proxy, place.at("proxy"))
    for field in ("proxy_user", "proxy_password"):
        if getattr(definition, field) and not definition.proxy:
            place.at(field).say(PROXY_ALONE)
    if bool(definition.proxy_user) != bool(definition.proxy_password):
        place.say(BOTH)
    if definition.source:
        _check_source(definition.source, place.at("source"))
    return Network(
        name=definition.name,
        proxy=definition.proxy,
        proxy_user=definition.proxy_user,
        proxy_password=definition.proxy_password,
        source=definition.source,
        ca_file=definition.ca_file,
        policy=policy,
    )


def _check_proxy(proxy: str, place: Place) -> None:
    name, _, port = proxy.rpartition(":")
    is_number = port.isascii() and port.isdecimal() and len(port) <= LONGEST_PORT
    if not name or not is_number or not 0 < int(port) < 65536:
        place.say(NO_PROXY)
    else:
        host(name.strip("[]"), place)


def _check_source(address: str, place: Place) -> None:
    try:
        ip_address(address)
    except ValueError:
        place.say(NO_SOURCE)
