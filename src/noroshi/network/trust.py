"""Decide whom a TLS connection trusts: the system's store and CA files beside it. It always checks."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Iterable, Sequence

from noroshi.core.mail import Fault
from noroshi.core.printable import printable
from noroshi.core.translation import Message, _
from noroshi.imports import ONE_AT_A_TIME
from noroshi.knowledge.os_errors import cause_text
from noroshi.network.connection_errors import (
    CA_FILE,
    CERTIFICATE_FILE,
    ConnectError,
    not_reached,
)

LONGEST_NAME = 80
CACHED = 600.0
"""Seconds for which what is trusted is not read anew by whoever connects all the time."""
MENDED = 30.0
"""The same once a certificate was refused: a CA's file may have been mended."""


def client_context(ca_files: Iterable[str] = (), certificate: str = "") -> ssl.SSLContext:
    """Make a context that verifies the server; `certificate` is our own, with the key, for a
    server that asks for one. Reads files, so run it in a thread. Raises ConnectError for a
    certificate that cannot be used."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    for path in filter(None, ca_files):
        try:
            context.load_verify_locations(path)
        except OSError as error:  # ssl.SSLError is one: no certificate in it
            raise not_reached(CA_FILE, Fault.SETUP, path=path, why=cause_text(error)) from None
    if faults := certificate_faults(certificate, context):
        raise ConnectError(faults[0], Fault.SETUP, CERTIFICATE_FILE)
    return context


class TrustCache:
    """Cache the contexts of `client_context` for a while: reading the system's store takes 10
    ms and a megabyte each time."""

    def __init__(self) -> None:
        self._contexts: dict[tuple[str, ...], tuple[float, ssl.SSLContext]] = {}
        self._reading = threading.Lock()

    async def context(self, ca_files: tuple[str, ...]) -> ssl.SSLContext:
        """Return the context for these CA files. Raises ConnectError for a file that cannot be used."""
        now = asyncio.get_running_loop().time()
        if context := self._fresh_context(ca_files, now):
            return context
        return await asyncio.to_thread(self._read, ca_files, now)

    def note_refusal(self, ca_files: tuple[str, ...]) -> None:
        """Note that a certificate was refused, so that the files are read anew soon."""
        read_at, _ = self._contexts.get(ca_files, (0.0, None))
        if asyncio.get_running_loop().time() - read_at > MENDED:
            self._contexts.pop(ca_files, None)

    def _fresh_context(self, ca_files: tuple[str, ...], now: float) -> ssl.SSLContext | None:
        entry = self._contexts.get(ca_files)
        return entry[1] if entry is not None and now - entry[0] < CACHED else None

    def _read(self, ca_files: tuple[str, ...], now: float) -> ssl.SSLContext:
        with self._reading:  # of thousands that want it at once, one reads
            if cached_context := self._fresh_context(ca_files, now):
                return cached_context
            context = client_context(ca_files)
            self._contexts[ca_files] = (now, context)
            return context


def certificate_faults(path: str, context: ssl.SSLContext | None = None) -> Sequence[Message]:
    """Return the faults of a client certificate; nothing if it loads, which it is into
    `context` if that is given."""
    if not path:
        return ()
    try:
        # A key that is locked would have OpenSSL ask at the terminal.
        (context or unverified_context()).load_cert_chain(path, password="")
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError; ValueError: a NUL
        return (CERTIFICATE_FILE.fill(path=path, why=cause_text(error)),)
    return ()


def unverified_context() -> ssl.SSLContext:
    """Make a context that accepts any certificate: for whoever compares the key or the fingerprint
    before anything is sent, or only reads the certificate that was refused, to name the issuer."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def issuer_of(certificate: bytes | None) -> str:
    """Return who issued a certificate (DER), by name and organisation; "" if it cannot be read."""
    with ONE_AT_A_TIME:
        from cryptography import x509  # here, as it takes its time and is hardly ever needed
        from cryptography.x509.oid import NameOID

    try:
        issuer = x509.load_der_x509_certificate(certificate or b"").issuer
    except ValueError:
        return ""
    name_oids = (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME)
    names = [
        str(attribute.value)
        for oid in name_oids
        for attribute in issuer.get_attributes_for_oid(oid)
    ]
    text = ", ".join(dict.fromkeys(names)) or issuer.rfc4514_string()
    return printable(text)[:LONGEST_NAME]


UNREADABLE_CA_FILE = _("the CA file {path} cannot be read: {why}")
NO_PEM = _("the CA file {path} contains no certificate in PEM format")


def ca_file_faults(path: str) -> Sequence[Message]:
    """Return the reasons not to trust this file; the file is read. "" is the system's own
    store."""
    if not path:
        return ()
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except ssl.SSLError:
        return (NO_PEM.fill(path=path),)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        return (UNREADABLE_CA_FILE.fill(path=path, why=cause_text(error)),)
    return ()
