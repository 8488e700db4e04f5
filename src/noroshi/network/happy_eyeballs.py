"""Try all addresses of a name side by side; the first that answers wins (RFC 8305).

A name may have an address that leads nowhere, IPv6 mostly: no other waits for it.
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from itertools import zip_longest
from typing import Any

from noroshi.network.connection_errors import NoAddressAnsweredError, SourceAddressError

HEAD_START = 0.25
"""Seconds until the next address is tried too; RFC 8305, 5 recommends that many."""
FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}
AddressInfo = tuple[Any, ...]
"""A row of getaddrinfo."""


@dataclass(frozen=True, slots=True)
class Address:
    """Say where to connect to, as a socket takes it."""

    family: int
    socket_address: Any

    def __str__(self) -> str:
        return str(self.socket_address[0])


async def look_up(host: str, port: int) -> Sequence[AddressInfo]:
    """Return what getaddrinfo finds. Raises OSError."""
    loop = asyncio.get_running_loop()
    return await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)


def addresses_of(address_infos: Iterable[AddressInfo], source: str = "") -> list[Address]:
    """Order what getaddrinfo found: the families in turn, its first one first (RFC 8305, 4). From a
    source address only its own family can be reached. Raises SourceAddressError."""
    all_of_them = list(dict.fromkeys(Address(row[0], row[4]) for row in address_infos))
    if source:
        family = FAMILIES[ip_address(source).version]
        same_family = [address for address in all_of_them if address.family == family]
        if all_of_them and not same_family:
            raise SourceAddressError(None)
        return same_family
    first_family = [a for a in all_of_them if a.family == all_of_them[0].family]
    other_family = [a for a in all_of_them if a.family != all_of_them[0].family]
    return [
        a for pair in zip_longest(first_family, other_family) for a in pair if a is not None
    ]


def numeric_addresses(host: str, port: int) -> Sequence[AddressInfo]:
    """Return what getaddrinfo would return for a numeric address, without a thread, which a
    dead resolver may hold. Return nothing where getaddrinfo must be asked."""
    try:
        ip = ip_address(host)
    except ValueError:
        return []
    if isinstance(ip, IPv6Address) and (ip.scope_id or ip.ipv4_mapped):
        return []  # the one has a number of its own here, the other is written in another way
    socket_address = (str(ip), port) if ip.version == 4 else (str(ip), port, 0, 0)
    return [(FAMILIES[ip.version], socket.SOCK_STREAM, socket.IPPROTO_TCP, "", socket_address)]


async def connect_first(addresses: Iterable[Address], source: str = "") -> socket.socket:
    """Return a connected socket, which does not block. Raises OSError, or SourceAddressError."""
    untried, failures = deque(addresses), list[tuple[str, OSError]]()
    attempts = dict[asyncio.Task[socket.socket], Address]()
    try:
        while untried or attempts:
            if untried:
                address = untried.popleft()
                attempts[asyncio.create_task(_connect(address, source))] = address
            connected_socket = await _await_round(
                attempts, failures, HEAD_START if untried else None
            )
            if connected_socket is not None:
                return connected_socket
    finally:
        for task in attempts:
            task.add_done_callback(_close_loser)
            task.cancel()
    raise failures[0][1] if len(failures) == 1 else NoAddressAnsweredError(failures)


async def _await_round(
    attempts: dict[asyncio.Task[socket.socket], Address],
    failures: list[tuple[str, OSError]],
    seconds: float | None,
) -> socket.socket | None:
    """Wait until an attempt is over, or the head start is; return the connected socket, if
    there is one."""
    finished_attempts, _ = await asyncio.wait(
        attempts, timeout=seconds, return_when=asyncio.FIRST_COMPLETED
    )
    connected_socket: socket.socket | None = None
    for task in finished_attempts:
        address = attempts.pop(task)
        error = task.exception()
        if error is None and connected_socket is None:
            connected_socket = task.result()
        elif isinstance(error, OSError):
            failures.append((str(address), error))
        else:
            _close_loser(task)
            if error is not None:
                raise error
    return connected_socket


async def _connect(address: Address, source: str) -> socket.socket:
    # Said to be TCP's: of no other does asyncio switch Nagle off (base_events._set_nodelay).
    sock = socket.socket(address.family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        sock.setblocking(False)
        if source:
            _bind(sock, source)
        await asyncio.get_running_loop().sock_connect(sock, address.socket_address)
    except BaseException:  # also when cancelled: nobody else knows this socket
        sock.close()
        raise
    return sock


def _bind(sock: socket.socket, source: str) -> None:
    try:
        sock.bind((source, 0))
    except OSError as error:
        raise SourceAddressError(error) from None


def _close_loser(task: asyncio.Task[socket.socket]) -> None:
    """Close what the loser of the race may have opened; its error is of no interest."""
    if not task.cancelled() and task.exception() is None:
        task.result().close()
