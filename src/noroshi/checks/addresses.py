"""Find where a network check goes: an address or a name made into places for sockets.

Nothing here costs a thread but a name, which the loop's own small pool looks up.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import ip_address
from typing import Any

from noroshi.core.translation import Message, _
from noroshi.knowledge import os_errors
from noroshi.ports import Unmeasurable

Place = tuple[int, Any]
"""A family (AF_INET, AF_INET6), and what a socket of that family connects to."""

NO_NAME = _("the name {address} cannot be resolved: {why}")
TOO_MANY_FILES = _(
    "Noroshi itself has too many files and sockets open (ulimit -n); {what} may be fine"
)
OWN_LIMIT = (errno.EMFILE, errno.ENFILE)


def goes_to(options: Any, own_address: str) -> str:
    """Return the address that a network check contacts: its `address` option, else the address
    of the instance."""
    return str(options.address or own_address)


async def places(address: str, port: int = 0) -> Sequence[Place]:
    """Return all places that an address or a name stands for; Unmeasurable if there is none."""
    if family := _family(address):
        return ((family, _socket_address(family, address, port)),)
    loop = asyncio.get_running_loop()
    try:
        if "\0" in address:  # Windows ends the name there, and means this computer by none
            raise socket.gaierror(socket.EAI_NONAME, "a name with a NUL")
        address_infos = await loop.getaddrinfo(address, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:  # UnicodeError: no name at all (a..b)
        raise Unmeasurable(
            NO_NAME.fill(address=address, why=os_errors.cause_text(error))
        ) from None
    return tuple((family, socket_address) for family, _, _, _, socket_address in address_infos)


def network_error_text(error: OSError) -> Message:
    """Return the network's error in words."""
    return os_errors.words_of("network", error.errno) or os_errors.cause_text(error)


def _socket_address(family: int, address: str, port: int) -> Any:
    """Return what a socket of that family connects to. The loop of Windows takes a pair for an
    address of IPv4."""
    return (address, port, 0, 0) if family == socket.AF_INET6 else (address, port)


@lru_cache(8192)
def _family(address: str) -> int:
    """Return AF_INET or AF_INET6 if it is a number; 0 for what the resolver must look at."""
    try:
        ip = ip_address(address)
    except ValueError:
        return 0
    if ip.version == 4:
        return socket.AF_INET
    return 0 if ip.scope_id else socket.AF_INET6
