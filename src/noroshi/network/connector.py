"""Make a TCP connection to a name and a port, by the egress that a network says."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from noroshi.core.host_port import authority
from noroshi.core.mail import DIRECT, Fault, Network
from noroshi.network import connection_errors
from noroshi.network.connection_errors import SourceAddressError
from noroshi.network.happy_eyeballs import addresses_of, connect_first, look_up
from noroshi.network.policy_check import allowed_addresses_of, check_destination
from noroshi.network.proxy import proxy_of, tunnel

Secret = Callable[[str], Awaitable[str]]
"""Gives the text of the vault's entry of that name; raises RouteError."""


class Egress(Protocol):
    """Name the network to connect through and the source of the proxy's password;
    `TransportContext` is one."""

    @property
    def network(self) -> Network: ...

    @property
    def secret(self) -> Secret: ...


async def no_secret(entry: str) -> str:
    """Refuse: a network without a password asks for none."""
    raise LookupError(entry)


@dataclass(frozen=True, slots=True)
class NetworkEgress:
    """Serve as egress for whoever has no more than a network."""

    network: Network = DIRECT
    secret: Secret = no_secret


async def reach(host: str, port: int, egress: Egress, patience: float) -> socket.socket:
    """Return a connected socket that does not block. Raises ConnectError, or what `secret` raises."""
    network = egress.network
    password = await egress.secret(network.proxy_password) if network.proxy_password else ""
    peer = authority(host, port)
    try:
        async with asyncio.timeout(patience):
            if not network.proxy:
                return await _connect_directly(host, port, network)
            return await _connect_through_proxy(host, port, network, password)
    except TimeoutError:
        words = (
            connection_errors.PROXY_SILENT if network.proxy else connection_errors.NO_CONNECTION
        )
        arguments = {"where": peer, "seconds": patience, "proxy": network.proxy}
        raise connection_errors.not_reached(words, Fault.NETWORK, **arguments) from None
    except SourceAddressError as error:
        raise connection_errors.of_source(network, peer, error) from None


async def _connect_directly(host: str, port: int, network: Network) -> socket.socket:
    peer = authority(host, port)
    try:
        addresses = addresses_of(await look_up(host, port), network.source)
        return await connect_first(
            allowed_addresses_of(addresses, host, port, network), network.source
        )
    except OSError as error:
        raise connection_errors.of_error(peer, error) from None
    except ValueError as error:  # UnicodeError is one: no name that DNS could be asked for
        raise connection_errors.of_name(peer, error) from None


async def _connect_through_proxy(
    host: str, port: int, network: Network, password: str
) -> socket.socket:
    check_destination(host, port, network)
    try:
        proxy_host_port = proxy_of(network)
        addresses = addresses_of(await look_up(*proxy_host_port), network.source)
        sock = await connect_first(
            allowed_addresses_of(addresses, *proxy_host_port, network), network.source
        )
    except (OSError, ValueError) as error:
        raise connection_errors.of_proxy(network, error) from None
    try:
        await tunnel(sock, network, password, host, port)
    except OSError as error:
        sock.close()
        raise connection_errors.of_proxy(network, error) from None
    except BaseException:  # also when cancelled: nobody else knows this socket
        sock.close()
        raise
    return sock
