"""Show the certificate of a new server, before anybody logs in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from noroshi.core.printable import readable
from noroshi.core.translation import NOTHING, Message
from noroshi.core.winrm_login import WinrmLogin
from noroshi.hosts.winrm.channel import WinrmChannel
from noroshi.hosts.winrm.tls import fingerprint_of
from noroshi.network import Egress

LONGEST_NAME = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerCertificate:
    """Hold what a certificate says. `distrust`: why no CA vouches for it; NOTHING if one does."""

    fingerprint: str
    subject: str = ""
    issuer: str = ""
    valid_until: datetime | None = None
    distrust: Message = NOTHING


async def certificate_of(login: WinrmLogin, egress: Egress) -> ServerCertificate:
    """Return the certificate that a server shows; nobody logs in. Raises Unmeasurable."""
    channel = WinrmChannel(login, egress)
    certificate = await channel.show_certificate()
    return read_certificate(certificate, await channel.distrust())


def read_certificate(certificate: bytes, distrust: Message = NOTHING) -> ServerCertificate:
    """Return what a certificate (DER) says; it may be one that nobody can read."""
    fingerprint = fingerprint_of(certificate)
    try:
        parsed = x509.load_der_x509_certificate(certificate)
        subject, issuer = (_text_of(one) for one in (parsed.subject, parsed.issuer))
        valid_until = parsed.not_valid_after_utc
    except ValueError:
        return ServerCertificate(fingerprint=fingerprint, distrust=distrust)
    return ServerCertificate(
        fingerprint=fingerprint,
        subject=subject,
        issuer=issuer,
        valid_until=valid_until,
        distrust=distrust,
    )


def _text_of(name: x509.Name) -> str:
    return readable(name.rfc4514_string())[:LONGEST_NAME]
