"""Know by which names and addresses this node and its computer are reached."""

from __future__ import annotations

import math
import socket
from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_address

import psutil

from noroshi.core.sources import NodeIdentity

ELSEWHERE = ("192.0.2.1", 9)
"""An address that is nobody's (RFC 5737)."""
KEPT = 60.0  # seconds for which the list of addresses is good


def addresses_of_interfaces() -> frozenset[str]:
    """Return the IP addresses of this computer's network interfaces."""
    try:
        interfaces = psutil.net_if_addrs()
    except OSError:  # the next look may see them
        return frozenset()
    addresses = [one.address for entries in interfaces.values() for one in entries]
    return frozenset(map(_ip, addresses)) - {""}


def outgoing_address() -> str:
    """Return the IPv4 address of this computer by which others are reached; "" without a route.
    Nothing is sent: the kernel chooses a route for a socket that is connected, of UDP too."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as trial:
        try:
            trial.connect(ELSEWHERE)
        except OSError:
            return ""
        address: str = trial.getsockname()[0]
        return address


def _ip(address: str) -> str:
    """Return an IP address without its scope; "" for others, such as those of Ethernet."""
    try:
        return str(ip_address(address.partition("%")[0]))
    except ValueError:
        return ""


class OwnNames:
    """Know the node's identity, with the addresses of the computer's network interfaces and the
    names of the node's agents, and of those that were removed.

    An address that was the computer's stays so until the process ends: when a cable is pulled,
    the address does not name another computer. Addresses of a link alone (fe80::) are forgotten
    with their interface, as each container that comes and goes may bring another one.
    """

    def __init__(
        self,
        name: str,
        host_name: str,
        steady: Callable[[], float],
        read_addresses: Callable[[], frozenset[str]] = addresses_of_interfaces,
        agents: Callable[[], frozenset[str]] = frozenset,
        removed_agents: Callable[[], frozenset[str]] = frozenset,
    ) -> None:
        self._removed_agents = removed_agents
        self._steady, self._read_addresses, self._agents = steady, read_addresses, agents
        self._read_at = -math.inf
        self._identity = NodeIdentity(name, host_name)

    def current(self) -> NodeIdentity:
        """Return the identity, the same object until an address or an agent comes or goes; the
        interfaces are read once a minute at most."""
        now = self._steady()
        if now - self._read_at >= KEPT:
            self._read_at = now
            self._add(self._read_addresses())
        agents, removed_agents = self._agents(), self._removed_agents()
        if (agents, removed_agents) != (self._identity.agents, self._identity.removed_agents):
            self._identity = replace(
                self._identity, agents=agents, removed_agents=removed_agents
            )
        return self._identity

    def _add(self, addresses: frozenset[str]) -> None:
        lasting_addresses = {
            one for one in self._identity.addresses if not ip_address(one).is_link_local
        }
        if (all_addresses := addresses | lasting_addresses) != self._identity.addresses:
            self._identity = replace(self._identity, addresses=all_addresses)
