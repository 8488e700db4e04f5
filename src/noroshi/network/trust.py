"""Whom a TLS connection trusts: the system's store and CA files beside it. It always checks."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Sequence

from noroshi.core.model import Fault
from noroshi.core.printable import printable
from noroshi.core.words import Words
from noroshi.network.said import CA_FILE, CERTIFICATE_FILE, NotReached, not_reached

LONGEST_NAME = 80


def client_context(ca_files: Iterable[str] = (), certificate: str = "") -> ssl.SSLContext:
    """`certificate` is our own, with its key, for whoever asks for one. Reads files, so it is
    for a thread. Raises NotReached for one that cannot be used."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    for path in filter(None, ca_files):
        try:
            context.load_verify_locations(path)
        except OSError as error:  # ssl.SSLError is one: no certificate in it
            why = error.strerror or error
            raise not_reached(CA_FILE, Fault.SETUP, path=path, why=why) from None
    if faults := certificate_faults(certificate, context):
        raise NotReached(faults[0], Fault.SETUP, CERTIFICATE_FILE)
    return context


def certificate_faults(path: str, context: ssl.SSLContext | None = None) -> Sequence[Words]:
    """What stands against showing this certificate; else the context will."""
    if not path:
        return ()
    try:
        # A key that is locked would have OpenSSL ask at the terminal.
        (context or looking_context()).load_cert_chain(path, password="")
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError; ValueError: a NUL
        why = getattr(error, "strerror", None) or error
        return (CERTIFICATE_FILE.fill(path=path, why=why),)
    return ()


def looking_context() -> ssl.SSLContext:
    """For a second connection that only looks at the certificate that was refused on the first
    one, to name its issuer: nothing is ever said on it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def issuer_of(certificate: bytes | None) -> str:
    """Who issued a certificate (DER), by name and organisation; "" if it cannot be read."""
    from cryptography import x509  # here, as it takes its time and is hardly ever needed
    from cryptography.x509.oid import NameOID

    try:
        issuer = x509.load_der_x509_certificate(certificate or b"").issuer
    except ValueError:
        return ""
    wanted = (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME)
    names = [str(one.value) for oid in wanted for one in issuer.get_attributes_for_oid(oid)]
    text = ", ".join(dict.fromkeys(names)) or issuer.rfc4514_string()
    return printable(text)[:LONGEST_NAME]
