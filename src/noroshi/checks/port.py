"""TCP port: whether it takes connections, and how long that takes."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import sys
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from noroshi.checks.addresses import (
    OWN_LIMIT,
    TOO_MANY_FILES,
    Place,
    goes_to,
    network_error_text,
    places,
)
from noroshi.core.definitions.problems import InvalidValueError
from noroshi.core.host_port import authority
from noroshi.core.marked_names import with_settings
from noroshi.core.model import Limits, Reading
from noroshi.core.translation import Message, _
from noroshi.ports import Check, Host, Outcome, Unmeasurable, options

REFUSED = _("{where} refuses connections")
TAKEN = _("{where} accepts connections")
CANNOT = _("cannot reach {address} port {port}: {why}")
AT_ONCE = sys.platform != "win32"
"""Windows' loop wants to begin a connection by itself (ConnectEx)."""
NOT_BLOCKING = getattr(socket, "SOCK_NONBLOCK", 0)
"""A socket that is made so needs no second call for it; Linux and the BSDs have it."""
UNDER_WAY = (errno.EINPROGRESS, errno.EALREADY, errno.EISCONN)
THE_PORT = _("the port")


@options
class Options:
    port: int = 443
    """TCP port to connect to."""
    address: str = ""
    """IPv4 or IPv6 address, or host name. Default: that of the instance."""

    def __post_init__(self) -> None:
        if not 0 < self.port < 65536:
            raise InvalidValueError(
                with_settings(_("{port} must be between 1 and 65535"), "port")
            )


async def run(options: Options, host: Host, memory: Mapping[str, Any]) -> Outcome:
    """Connect. When to give up is the engine's business: it cancels, and the socket is closed."""
    address = options.address or await host.address()
    try:
        seconds = await _connect(address, options.port)
    except ConnectionRefusedError:
        note = REFUSED.fill(where=authority(address, options.port))
        return Outcome((Reading("closed", 1, note=note),))
    except OSError as error:
        raise Unmeasurable(_failure_text(address, options.port, error)) from None
    connect = Reading("connect", round(seconds * 1000, 3), "ms")
    return Outcome((connect, _open_reading(address, options.port)))


@lru_cache(8192)
def _open_reading(address: str, port: int) -> Reading:
    """Return the reading, which is the same each time for nearly all looks there are."""
    return Reading("closed", 0, note=TAKEN.fill(where=authority(address, port)))


def _failure_text(address: str, port: int, error: OSError) -> Message:
    if error.errno in OWN_LIMIT:
        return TOO_MANY_FILES.fill(what=THE_PORT)
    return CANNOT.fill(address=address, port=port, why=network_error_text(error))


async def _connect(address: str, port: int) -> float:
    """Return the seconds until one address of the host accepted the connection; if none did,
    raise the OSError of the last one."""
    *other_places, last_place = await places(address, port)
    for place in other_places:
        try:
            return await _connect_to(place)
        except OSError:  # another of its addresses may take it
            continue
    return await _connect_to(last_place)


async def _connect_to(place: Place) -> float:
    """Connect by `sock_connect`: without streams or transports it costs a third of
    `open_connection`."""
    family, address = place
    loop = asyncio.get_running_loop()
    with socket.socket(family, socket.SOCK_STREAM | NOT_BLOCKING) as sock:
        if not NOT_BLOCKING:
            sock.setblocking(False)
        start = loop.time()
        if not (AT_ONCE and _is_taken_at_once(sock, address)):
            await loop.sock_connect(sock, address)
        return loop.time() - start


def _is_taken_at_once(sock: socket.socket, address: tuple[Any, ...]) -> bool:
    """Return True if a port of this computer took the connection by the time that connect(2)
    says that it is under way, which a second call tells: to wait in the loop would double what
    the look costs."""
    error = sock.connect_ex(address)
    if error == errno.EINPROGRESS:
        error = sock.connect_ex(address)
    if error and error not in UNDER_WAY:
        raise OSError(error, os.strerror(error))
    return not error or error == errno.EISCONN


CHECK = Check(
    kind="port",
    title=_("TCP port"),
    help=_(
        "Checks whether a TCP port accepts connections. A port that refuses connections is "
        "CRITICAL; one that does not answer, or cannot be reached, is UNKNOWN."
    ),
    options=Options,
    limits={"closed": Limits(critical=1)},
    units={"connect": "ms"},
    yes_no=frozenset({"closed"}),
    names={"closed": _("Refuses connections"), "connect": _("Time to connect")},
    run=run,
    goes_to=goes_to,
)
