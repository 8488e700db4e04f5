"""Put a protocol on a connection that is made by the egress of a network, in TLS from the first
byte where that is wanted. Look at a certificate that is refused, to say who issued it."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from typing import Any, TypeVar

from noroshi.core.host_port import authority
from noroshi.network import connection_errors
from noroshi.network.connection_errors import TlsError
from noroshi.network.connector import Egress, reach
from noroshi.network.trust import issuer_of, unverified_context
from noroshi.ports import RouteError

P = TypeVar("P", bound=asyncio.BaseProtocol)


async def dial(
    protocol: Callable[[], P],
    host: str,
    port: int,
    context: ssl.SSLContext | None,
    egress: Egress,
    patience: float,
) -> P:
    """Connect, and return the protocol. Raises ConnectError, or what the proxy's password raises.
    Each step has its `patience`."""
    sock = await reach(host, port, egress, patience)
    return await start_tls(protocol, sock, host, port, context, egress, patience)


async def start_tls(
    protocol: Callable[[], P],
    sock: socket.socket,
    host: str,
    port: int,
    context: ssl.SSLContext | None,
    egress: Egress,
    patience: float,
) -> P:
    """Put the protocol on a socket that is connected already. Raises as `dial` does."""
    loop, peer = asyncio.get_running_loop(), authority(host, port)
    tls = _of_tls(host, context, patience)
    try:
        async with asyncio.timeout(patience):
            _, protocol_instance = await loop.create_connection(protocol, sock=sock, **tls)
            return protocol_instance
    except TimeoutError:
        trouble = connection_errors.not_reached(
            connection_errors.NO_TLS, where=peer, seconds=patience
        )
        raise TlsError(trouble) from None
    except ssl.SSLCertVerificationError as error:
        of_issuer = connection_errors.is_of_issuer(error)
        issuer = await presented_issuer(host, port, egress, patience) if of_issuer else ""
        raise connection_errors.of_certificate(egress.network, peer, error, issuer) from None
    except ssl.SSLError as error:
        raise TlsError(connection_errors.of_tls(peer, error), error.reason or "") from None
    except OSError as error:
        raise connection_errors.of_error(peer, error) from None


def _of_tls(host: str, context: ssl.SSLContext | None, patience: float) -> dict[str, Any]:
    """Return the arguments on TLS for asyncio; asyncio's own time-out is longer than ours and
    never strikes first."""
    if context is None:
        return {}
    name = host.rstrip(".")  # as certificates have it
    return {"ssl": context, "server_hostname": name, "ssl_handshake_timeout": 2 * patience}


async def presented_issuer(host: str, port: int, egress: Egress, patience: float) -> str:
    """Return who issued the certificate that was just refused; "" if it does not show again."""
    try:
        probe_connection = await dial(
            _CertificateProbe, host, port, unverified_context(), egress, patience
        )
    except RouteError:
        return ""
    return issuer_of(probe_connection.certificate)


class _CertificateProbe(asyncio.Protocol):
    """Keep the certificate that the other side shows, and hang up."""

    certificate: bytes | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        ssl_object = transport.get_extra_info("ssl_object")
        self.certificate = (
            ssl_object.getpeercert(binary_form=True) if ssl_object is not None else None
        )
        assert isinstance(transport, asyncio.WriteTransport)
        transport.abort()
