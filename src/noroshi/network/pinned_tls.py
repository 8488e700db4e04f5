"""Connect by TLS to a server that is known by its public key alone: no CA counts, and no name.

The handshake proves that the server has the private key (RFC 8446, 4.4.3), whoever signed its
certificate. The key is looked at once that is done, and before a single byte is sent.
"""

from __future__ import annotations

from collections.abc import Callable

from noroshi.core.host_port import authority
from noroshi.core.mail import Fault
from noroshi.core.translation import _
from noroshi.imports import ONE_AT_A_TIME
from noroshi.network.byte_stream import ByteStream
from noroshi.network.connection_errors import ConnectError
from noroshi.network.connector import Egress
from noroshi.network.dialer import dial
from noroshi.network.trust import issuer_of, unverified_context

OTHER_KEY = _(
    "the server that answered at {where} is not the expected hub: its certificate, issued by "
    "{issuer}, has a different key. Nothing was sent. If {issuer} is a proxy or a firewall "
    "that inspects TLS, it must let this connection through unchanged. If the hub got a new "
    "key, invite this server again. If neither is the case, someone may be intercepting the "
    "connection."
)
UNKNOWN_ISSUER = "?"


class OtherKeyError(ConnectError):
    """Report that the server has another key than those that are pinned; `issuer` is who issued
    its certificate."""

    def __init__(self, peer: str, issuer: str) -> None:
        super().__init__(OTHER_KEY.fill(where=peer, issuer=issuer), Fault.NETWORK, OTHER_KEY)
        self.issuer = issuer


async def dial_pinned(
    host: str, port: int, is_pinned: Callable[[bytes], bool], egress: Egress, patience: float
) -> ByteStream:
    """Connect, and return the stream if `is_pinned` accepts the server's public key (DER,
    SubjectPublicKeyInfo). Raises OtherKeyError, or as `dial` does."""
    stream = await dial(ByteStream, host, port, unverified_context(), egress, patience)
    certificate = _certificate_of(stream)
    if not is_pinned(_public_key_in(certificate)):
        stream.abort()
        issuer = issuer_of(certificate) or UNKNOWN_ISSUER
        raise OtherKeyError(authority(host, port), issuer)
    return stream


def _certificate_of(stream: ByteStream) -> bytes:
    tls = stream.transport.get_extra_info("ssl_object")
    return (tls.getpeercert(binary_form=True) if tls is not None else None) or b""


def _public_key_in(certificate: bytes) -> bytes:
    """Return the SubjectPublicKeyInfo of a certificate (DER); b"" if it cannot be read."""
    with ONE_AT_A_TIME:
        from cryptography import x509  # only now: few nodes are agents
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
    except (ValueError, UnsupportedAlgorithm):
        return b""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
