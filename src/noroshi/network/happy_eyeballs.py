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
Found = tuple[Any, ...]
"""A row of getaddrinfo."""


@dataclass(frozen=True, slots=True)
class Address:
    """Say where to connect to, as a socket takes it."""

    family: int
    where: Any

    def __str__(self) -> str:
        return str(self.where[0])


def addresses_of(found: Iterable[Found], source: str = "") -> list[Address]:
    """Order what getaddrinfo found: the families in turn, its first one first (RFC 8305, 4). From a
    source address only its own family can be reached. Raises SourceAddressError."""
    all_of_them = list(dict.fromkeys(Address(row[0], row[4]) for row in found))
    if source:
        family = FAMILIES[ip_address(source).version]
        own = [address for address in all_of_them if address.family == family]
        if all_of_them and not own:
            raise SourceAddressError(None)
        return own
    first = [a for a in all_of_them if a.family == all_of_them[0].family]
    other = [a for a in all_of_them if a.family != all_of_them[0].family]
    return [a for pair in zip_longest(first, other) for a in pair if a is not None]


def by_number(host: str, port: int) -> Sequence[Found]:
    """Return what getaddrinfo finds for an address, without a thread of its own, which a dead
    resolver may hold; nothing for what it must look at."""
    try:
        ip = ip_address(host)
    except ValueError:
        return []
    if isinstance(ip, IPv6Address) and (ip.scope_id or ip.ipv4_mapped):
        return []  # the one has a number of its own here, the other is written in another way
    where = (str(ip), port) if ip.version == 4 else (str(ip), port, 0, 0)
    return [(FAMILIES[ip.version], socket.SOCK_STREAM, socket.IPPROTO_TCP, "", where)]


async def first_to_answer(addresses: Iterable[Address], source: str = "") -> socket.socket:
    """Return a connected socket, which does not block. Raises OSError, or SourceAddressError."""
    waiting, failures = deque(addresses), list[tuple[str, OSError]]()
    running = dict[asyncio.Task[socket.socket], Address]()
    try:
        while waiting or running:
            if waiting:
                address = waiting.popleft()
                running[asyncio.create_task(_connect(address, source))] = address
            won = await _one_round(running, failures, HEAD_START if waiting else None)
            if won is not None:
                return won
    finally:
        for task in running:
            task.add_done_callback(_close_loser)
            task.cancel()
    raise failures[0][1] if len(failures) == 1 else NoAddressAnsweredError(failures)


async def _one_round(
    running: dict[asyncio.Task[socket.socket], Address],
    failures: list[tuple[str, OSError]],
    seconds: float | None,
) -> socket.socket | None:
    """Wait until one of them is over, or its head start is; the winner, if there is one."""
    done, _ = await asyncio.wait(running, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    won: socket.socket | None = None
    for task in done:
        address = running.pop(task)
        error = task.exception()
        if error is None and won is None:
            won = task.result()
        elif isinstance(error, OSError):
            failures.append((str(address), error))
        else:
            _close_loser(task)
            if error is not None:
                raise error
    return won


async def _connect(address: Address, source: str) -> socket.socket:
    # Said to be TCP's: of no other does asyncio switch Nagle off (base_events._set_nodelay).
    sock = socket.socket(address.family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        sock.setblocking(False)
        if source:
            _bind(sock, source)
        await asyncio.get_running_loop().sock_connect(sock, address.where)
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
