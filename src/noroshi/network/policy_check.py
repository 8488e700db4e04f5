"""Check whether a connection may be made, by the address that it would be made to: a name that
leads elsewhere a moment later (DNS rebinding) gains nothing.

No redirect is followed but by a monitor that is told to (`fetch_page`), and there each hop is a
connection of its own, judged as the first one is.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence

from noroshi.core.host_port import authority
from noroshi.core.mail import Fault, Network
from noroshi.core.translation import Message
from noroshi.network import connection_errors
from noroshi.network.happy_eyeballs import Address, addresses_of, numeric_addresses


def allowed_addresses_of(
    addresses: Sequence[Address], host: str, port: int, network: Network
) -> list[Address]:
    """Return those of a name's addresses that may be connected to. Raises ConnectError where there
    are some, and none of them may."""
    refusals = [(address, _refusal_reason(address, port, network)) for address in addresses]
    allowed_addresses = [address for address, refusal in refusals if refusal is None]
    first_refused, refusal = refusals[0] if refusals else (None, None)
    if not allowed_addresses and refusal is not None:
        raise _refusal(refusal, host, port, str(first_refused))
    return allowed_addresses


def check_destination(host: str, port: int, network: Network) -> None:
    """Check what a proxy is asked for: it looks the name up, so only a number, or a name that all
    know, can be judged. Raises ConnectError."""
    numbers = addresses_of(numeric_addresses(host, port))
    refusal = network.policy.refusal_by_name(host, port)
    refusal = refusal or next(
        filter(None, (_refusal_reason(address, port, network) for address in numbers)), None
    )
    if refusal is not None:
        raise _refusal(refusal, host, port, host)


def _refusal_reason(address: Address, port: int, network: Network) -> Message | None:
    is_manager = port == network.policy.manager and _is_here(address)
    return network.policy.refusal(str(address), port, is_own_address=is_manager)


def _refusal(
    reason: Message, host: str, port: int, address: str
) -> connection_errors.ConnectError:
    return connection_errors.not_reached(
        reason, Fault.SETUP, where=authority(host, port), address=address
    )


def _is_here(address: Address) -> bool:
    """Return whether it is one of this computer's own: it would be reached from itself. Nothing is
    sent."""
    with socket.socket(address.family, socket.SOCK_DGRAM) as sock:
        try:
            sock.connect(address.socket_address)
        except OSError:  # no way there: nobody connects to it either
            return False
        return bool(sock.getsockname()[0] == address.socket_address[0])
