"""Go out as `reach` does, one step at a time, for whoever looks where they end."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from noroshi.core.host_port import authority
from noroshi.core.mail import Fault
from noroshi.core.translation import Message
from noroshi.network import connection_errors
from noroshi.network.connection_errors import SourceAddressError
from noroshi.network.connector import Egress
from noroshi.network.happy_eyeballs import (
    Address,
    addresses_of,
    connect_first,
    look_up,
    numeric_addresses,
)
from noroshi.network.policy_check import allowed_addresses_of, check_destination
from noroshi.network.proxy import proxy_of, tunnel

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FirstHop:
    """Name the host that is connected to first, the proxy or the server itself, with all
    addresses."""

    host: str
    port: int
    addresses: Sequence[Address]

    @property
    def peer(self) -> str:
        return authority(self.host, self.port)

    def remaining_addresses(self, sock: socket.socket) -> Sequence[Address]:
        """Return the addresses that were tried before the one that the socket got through to."""
        peer_address = sock.getpeername()[0]
        names = [str(address) for address in self.addresses]
        return self.addresses[: names.index(peer_address)] if peer_address in names else ()


async def resolve(host: str, port: int, egress: Egress, patience: float) -> FirstHop:
    """Ask DNS for whoever is to be connected to first. Raises ConnectError."""
    network = egress.network
    target = proxy_of(network) if network.proxy else (host, port)
    peer = authority(*target)
    try:
        addresses = numeric_addresses(*target) or await _with_timeout(
            patience, look_up(*target), connection_errors.NO_NAME_SERVER, peer
        )
        if network.proxy:
            check_destination(host, port, network)
        return FirstHop(
            *target,
            allowed_addresses_of(addresses_of(addresses, network.source), *target, network),
        )
    except SourceAddressError as error:
        raise connection_errors.of_source(network, peer, error) from None
    except (OSError, ValueError) as error:
        if network.proxy:
            raise connection_errors.of_proxy(network, error) from None
        if isinstance(error, OSError):
            raise connection_errors.of_error(peer, error) from None
        raise connection_errors.of_name(peer, error) from None


async def connect_first_hop(
    first_hop: FirstHop, egress: Egress, patience: float
) -> socket.socket:
    """Connect to it. Raises ConnectError."""
    network = egress.network
    connecting = connect_first(first_hop.addresses, network.source)
    words = connection_errors.PROXY_AWAY if network.proxy else connection_errors.NO_CONNECTION
    try:
        return await _with_timeout(patience, connecting, words, first_hop.peer)
    except SourceAddressError as error:
        raise connection_errors.of_source(network, first_hop.peer, error) from None
    except OSError as error:
        if network.proxy:
            raise connection_errors.of_proxy(network, error) from None
        raise connection_errors.of_error(first_hop.peer, error) from None


async def open_tunnel(
    sock: socket.socket, host: str, port: int, egress: Egress, patience: float
) -> None:
    """Have the proxy at the other end connect us to the server. Raises ConnectError, and what
    the way's `secret` raises; the socket is then of no more use."""
    network, peer = egress.network, authority(host, port)
    password = await egress.secret(network.proxy_password) if network.proxy_password else ""
    asking = tunnel(sock, network, password, host, port)
    try:
        await _with_timeout(
            patience, asking, connection_errors.PROXY_SILENT, peer, proxy=network.proxy
        )
    except OSError as error:
        raise connection_errors.of_proxy(network, error) from None


async def _with_timeout(
    patience: float, work: Awaitable[T], words: Message, peer: str, **arguments: str
) -> T:
    try:
        async with asyncio.timeout(patience):
            return await work
    except TimeoutError:
        raise connection_errors.not_reached(
            words, Fault.NETWORK, where=peer, seconds=patience, **arguments
        ) from None
