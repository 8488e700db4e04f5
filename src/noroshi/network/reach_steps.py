"""Go out as `reach` does, one step at a time, for whoever looks where they end."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from noroshi.core.mail import Fault
from noroshi.core.translation import Message
from noroshi.network import connection_errors
from noroshi.network.connection_errors import SourceAddressError
from noroshi.network.connector import Egress
from noroshi.network.happy_eyeballs import (
    Address,
    Found,
    addresses_of,
    by_number,
    first_to_answer,
)
from noroshi.network.policy_check import allowed, check_destination
from noroshi.network.proxy import authority, proxy_of, tunnel

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FirstHop:
    """Name who is connected to first, the proxy or the server itself, and all of its addresses."""

    host: str
    port: int
    addresses: Sequence[Address]

    @property
    def where(self) -> str:
        return authority(self.host, self.port)

    def behind(self, sock: socket.socket) -> Sequence[Address]:
        """Return the addresses that were tried before the one that the socket got through to."""
        won = sock.getpeername()[0]
        names = [str(address) for address in self.addresses]
        return self.addresses[: names.index(won)] if won in names else ()


async def resolve(host: str, port: int, egress: Egress, patience: float) -> FirstHop:
    """Ask DNS for whoever is to be connected to first. Raises ConnectError."""
    network = egress.network
    first = proxy_of(network) if network.proxy else (host, port)
    where = authority(*first)
    try:
        found = by_number(*first) or await _within(
            patience, _look_up(*first), connection_errors.NO_NAME_SERVER, where
        )
        if network.proxy:
            check_destination(host, port, network)
        return FirstHop(*first, allowed(addresses_of(found, network.source), *first, network))
    except SourceAddressError as error:
        raise connection_errors.of_source(network, where, error) from None
    except (OSError, ValueError) as error:
        if network.proxy:
            raise connection_errors.of_proxy(network, error) from None
        if isinstance(error, OSError):
            raise connection_errors.of_error(where, error) from None
        raise connection_errors.of_name(where, error) from None


async def connect_first_hop(hop: FirstHop, egress: Egress, patience: float) -> socket.socket:
    """Connect to it. Raises ConnectError."""
    network = egress.network
    racing = first_to_answer(hop.addresses, network.source)
    words = connection_errors.PROXY_AWAY if network.proxy else connection_errors.NO_CONNECTION
    try:
        return await _within(patience, racing, words, hop.where)
    except SourceAddressError as error:
        raise connection_errors.of_source(network, hop.where, error) from None
    except OSError as error:
        if network.proxy:
            raise connection_errors.of_proxy(network, error) from None
        raise connection_errors.of_error(hop.where, error) from None


async def open_tunnel(
    sock: socket.socket, host: str, port: int, egress: Egress, patience: float
) -> None:
    """Have the proxy at the other end connect us to the server. Raises ConnectError, and what
    the way's `secret` raises; the socket is then of no more use."""
    network, where = egress.network, authority(host, port)
    password = await egress.secret(network.proxy_password) if network.proxy_password else ""
    asking = tunnel(sock, network, password, host, port)
    try:
        await _within(
            patience, asking, connection_errors.PROXY_SILENT, where, proxy=network.proxy
        )
    except OSError as error:
        raise connection_errors.of_proxy(network, error) from None


async def _look_up(host: str, port: int) -> Sequence[Found]:
    loop = asyncio.get_running_loop()
    return await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)


async def _within(
    patience: float, work: Awaitable[T], words: Message, where: str, **more: str
) -> T:
    try:
        async with asyncio.timeout(patience):
            return await work
    except TimeoutError:
        raise connection_errors.not_reached(
            words, Fault.NETWORK, where=where, seconds=patience, **more
        ) from None
