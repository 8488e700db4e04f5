"""Check whether a connection may be made, by the address that it would be made to: a name that
leads elsewhere a moment later (DNS rebinding) gains nothing.

No redirect is followed but by a monitor that is told to (`fetch_page`), and there each hop is a
connection of its own, judged as the first one is.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence

from noroshi.core.mail import Fault, Network
from noroshi.core.translation import Message
from noroshi.network import connection_errors
from noroshi.network.happy_eyeballs import Address, addresses_of, by_number
from noroshi.network.proxy import authority


def allowed(
    addresses: Sequence[Address], host: str, port: int, network: Network
) -> list[Address]:
    """Return those of a name's addresses that may be connected to. Raises ConnectError where there
    are some, and none of them may."""
    judged = [(one, _why(one, port, network)) for one in addresses]
    ways = [one for one, why in judged if why is None]
    first, why = judged[0] if judged else (None, None)
    if not ways and why is not None:
        raise _refusal(why, host, port, str(first))
    return ways


def check_destination(host: str, port: int, network: Network) -> None:
    """Check what a proxy is asked for: it looks the name up, so only a number, or a name that all
    know, can be judged. Raises ConnectError."""
    numbers = addresses_of(by_number(host, port))
    why = network.policy.refusal_by_name(host, port)
    why = why or next(filter(None, (_why(one, port, network) for one in numbers)), None)
    if why is not None:
        raise _refusal(why, host, port, host)


def _why(address: Address, port: int, network: Network) -> Message | None:
    here = port == network.policy.manager and _is_here(address)
    return network.policy.refusal(str(address), port, is_own_address=here)


def _refusal(
    why: Message, host: str, port: int, address: str
) -> connection_errors.ConnectError:
    return connection_errors.not_reached(
        why, Fault.SETUP, where=authority(host, port), address=address
    )


def _is_here(address: Address) -> bool:
    """Return whether it is one of this computer's own: it would be reached from itself. Nothing is
    sent."""
    with socket.socket(address.family, socket.SOCK_DGRAM) as sock:
        try:
            sock.connect(address.where)
        except OSError:  # no way there: nobody connects to it either
            return False
        return bool(sock.getsockname()[0] == address.where[0])
