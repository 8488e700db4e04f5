"""Read, make and describe client certificates. The vault keeps a certificate with the private
key as one text in PEM, the key first.

x509 is imported where it is used: 0.03 s that a node without certificates need not pay.
"""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from noroshi import imports, sandbox
from noroshi.core.translation import Message, _
from noroshi.imports import ONE_AT_A_TIME
from noroshi.oauth.certificate_child import (
    CPU_SECONDS,
    LEAST_BITS,
    MEMORY,
    READY,
    CertificateFileError,
    bundle,
    read_bundle,
)
from noroshi.oauth.provider import OAuthError
from noroshi.system.job_object import ProcessBounds
from noroshi.vault import Secret

CHILD = Path(__file__).with_name("certificate_child.py")
BOUNDS = ProcessBounds(memory=MEMORY, cpu_seconds=CPU_SECONDS)
SERIALIZING = "cryptography.hazmat.primitives.serialization"
START_SECONDS = 60.0
"""Seconds until the process that reads is ready."""
READ_SECONDS = 10.0
"""Seconds for a file that anybody may have made; those of Windows and OpenSSL take under one."""
CLOCK_TOLERANCE = timedelta(hours=1)
"""A certificate that begins in this very moment is not yet valid where a clock is behind."""
LONGEST_NAME = 64
"""RFC 5280, A.1: ub-common-name."""

NO_PEM_NOR_PFX = _(
    "No certificate with its private key was found. The format must be PEM or PFX (PKCS #12)."
)
NO_KEY = _("A certificate was found, but not its private key. Use the file that contains both.")
NO_CERTIFICATE = _(
    "A private key was found, but not its certificate. Use the file that contains both."
)
NOT_A_PAIR = _("The private key does not belong to the certificate.")
NO_RSA = _("The key must be RSA with at least {least} bits: Microsoft Entra accepts no other.")
NEEDS_PASSPHRASE = _("The file is protected by a passphrase: enter it.")
WRONG_PASSPHRASE = _("The passphrase does not open the file, or the file is damaged.")

TOO_SLOW = _(
    "The file could not be opened within {seconds} seconds, so nothing was saved: deriving "
    "the key from its passphrase takes too many iterations. Export it again with the usual "
    "settings."
)
CANNOT_OPEN = _("The file could not be opened: the program that opens it exited unexpectedly.")
EXPIRED = _(
    "This certificate expired on {day}: it cannot be used to sign in. Nothing was saved."
)
NOT_YET = _(
    "This certificate is not valid before {day}: it cannot be used to sign in yet. Nothing "
    "was saved."
)
REASONS: Mapping[str, tuple[Message, bool]] = {
    "neither": (NO_PEM_NOR_PFX, False),
    "no key": (NO_KEY, False),
    "no certificate": (NO_CERTIFICATE, False),
    "no pair": (NOT_A_PAIR, False),
    "no RSA": (NO_RSA.fill(least=LEAST_BITS), False),
    "locked": (NEEDS_PASSPHRASE, True),
    "wrong": (WRONG_PASSPHRASE, True),
}
"""The child's reasons: the words for each, and `is_locked`: a passphrase would help."""


class CertificateError(OAuthError):
    """Refuse a certificate; the words say why, and quote nothing of it."""

    def __init__(self, words: Message, *, is_locked: bool = False) -> None:
        super().__init__(words)
        self.is_locked = is_locked
        """A passphrase would help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumbprints:
    """Identify a certificate, in hexadecimal digits; portals show the first."""

    sha1: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateDetails:
    """Show a certificate without the private key."""

    pem: str
    """The certificate alone, to be uploaded."""
    name: str
    thumbprints: Thumbprints
    begins: datetime
    ends: datetime


def make(name: str, now: datetime, days: int) -> Secret:
    """Make a new RSA key with a certificate that it signs itself. It takes a tenth of a
    second."""
    imports.load(SERIALIZING)  # which `bundle` imports unguarded, as it belongs to the child
    with ONE_AT_A_TIME:
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import rsa
        from cryptography.x509.oid import NameOID

    key = rsa.generate_private_key(public_exponent=65537, key_size=LEAST_BITS)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:LONGEST_NAME])])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_TOLERANCE)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Secret(bundle(key, certificate))


def read(data: bytes, passphrase: str = "") -> Secret:
    """Read key and certificate from a file in PEM or PFX. Raises CertificateError. How long it
    takes is for the file to say: in a node use `read_in_sandbox`."""
    try:
        return Secret(read_bundle(data, passphrase))
    except CertificateFileError as error:
        raise _file_error(error.reason) from None


async def read_in_sandbox(
    data: bytes, passphrase: str = "", patience: float = READ_SECONDS
) -> Secret:
    """Read a certificate with the private key in a separate process, which has `patience` seconds
    from when it is ready. Raises CertificateError, and OSError if no process can be started."""
    child = await sandbox.start(CHILD, BOUNDS)
    line = json.dumps({"data": b64encode(data).decode(), "passphrase": passphrase})
    try:
        await _await_ready(child)
        async with asyncio.timeout(patience):
            answer, _ = await child.communicate(line.encode())
    except TimeoutError:
        raise CertificateError(TOO_SLOW.fill(seconds=f"{patience:g}")) from None
    finally:
        await _end_child(child)
    return _parse_answer(answer)


def require_valid(pem: str, now: datetime, *, may_start_later: bool = False) -> None:
    """Refuse a certificate that nobody can sign in by now. `may_start_later`: it is the next
    one, which may begin when it likes. Raises CertificateError."""
    details = describe(pem)
    if details.ends <= now:
        raise CertificateError(EXPIRED.fill(day=f"{details.ends:%Y-%m-%d}"))
    if details.begins > now and not may_start_later:
        raise CertificateError(NOT_YET.fill(day=f"{details.begins:%Y-%m-%d}"))


def describe(pem_text: str) -> CertificateDetails:
    """Return the public details of a stored certificate."""
    with ONE_AT_A_TIME:
        from cryptography.hazmat.primitives import serialization

    certificate = _certificate(pem_text)
    pem = certificate.public_bytes(serialization.Encoding.PEM).decode()
    return CertificateDetails(
        pem=pem,
        name=certificate.subject.rfc4514_string().removeprefix("CN="),
        thumbprints=_thumbprints(certificate),
        begins=certificate.not_valid_before_utc,
        ends=certificate.not_valid_after_utc,
    )


def thumbprints(pem: str) -> Thumbprints:
    """Return the thumbprints of a stored certificate."""
    return _thumbprints(_certificate(pem))


def parts(pem: str) -> tuple[str, str]:
    """Return key and certificate of a stored bundle, each in PEM."""
    key, mark, certificate_rest = pem.partition("-----BEGIN CERTIFICATE-----")
    return key, mark + certificate_rest


def _certificate(pem: str) -> Any:
    with ONE_AT_A_TIME:
        from cryptography import x509

    return x509.load_pem_x509_certificate(parts(pem)[1].encode())


def _thumbprints(certificate: Any) -> Thumbprints:
    with ONE_AT_A_TIME:
        from cryptography.hazmat.primitives import hashes

    return Thumbprints(
        # The portal's "Thumbprint"; nothing is trusted for it.
        sha1=certificate.fingerprint(hashes.SHA1()).hex(),  # noqa: S303
        sha256=certificate.fingerprint(hashes.SHA256()).hex(),
    )


async def _await_ready(child: asyncio.subprocess.Process) -> None:
    assert child.stdout is not None
    try:
        async with asyncio.timeout(START_SECONDS):
            line = await child.stdout.readline()
    except TimeoutError:
        raise CertificateError(CANNOT_OPEN) from None
    if line.strip() != READY.encode():
        raise CertificateError(CANNOT_OPEN)


async def _end_child(child: asyncio.subprocess.Process) -> None:
    """End the process, which holds the key and the passphrase, whatever became of the answer."""
    if child.returncode is None:
        sandbox.kill(child)
        await child.communicate()


def _parse_answer(answer: bytes) -> Secret:
    try:
        reply = json.loads(answer)
    except ValueError:  # too much memory, or the machine ended it
        raise CertificateError(CANNOT_OPEN) from None
    if "pem" not in reply:
        raise _file_error(reply["unfit"])
    return Secret(reply["pem"])


def _file_error(reason: str) -> CertificateError:
    message, is_locked = REASONS[reason]
    return CertificateError(message, is_locked=is_locked)
