"""Create a self-signed certificate for the manager, where nobody configured one.

Its key stays when the certificate is renewed or gets another name: agents know the node by the key
(decision 31).
"""

from __future__ import annotations

import os
import ssl
import threading
from collections.abc import Iterable
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from noroshi.config.web import OWN_KEY
from noroshi.link.join_code import spki_pin

CERTIFICATE, KEY = "web-cert.pem", OWN_KEY
HOLDS, RENEWED_BEFORE = timedelta(days=397), timedelta(days=30)
"""Browsers take none that holds longer than 398 days (CA/Browser Forum, before 2026)."""
_writing = threading.Lock()
"""Manager and listener for agents may open at once, each in a thread."""


def own_certificate(home: Path, names: Iterable[str], now: datetime) -> tuple[Path, Path]:
    """Return certificate and key in the home folder; make the certificate anew when it nears the
    end, or lacks a name, and the key only where there is none that can be read. Raises OSError if
    they cannot be read or written."""
    hosts = sorted(names)
    certificate, key = home / CERTIFICATE, home / KEY
    with _writing:
        private_key = _read_key(key) or _create_key(key)
        if not _is_usable(certificate, private_key, hosts, now):
            _write_private(certificate, _create(private_key, hosts, now))
    return certificate, key


def own_key(file: Path) -> str:
    """Return the text (PEM) of the key in a file; make one where there is none that can be read.
    Raises OSError."""
    with _writing:
        return _text_of(_read_key(file) or _create_key(file))


def place_key(file: Path, text: str) -> None:
    """Write a key's text (PEM) to its file, unless that holds it. Raises OSError."""
    with _writing:
        if not file.exists() or file.read_text(encoding="ascii", errors="replace") != text:
            _write_private(file, text.encode())


def hash_of(certificate: Path) -> bytes:
    """Return the SHA-256 of a certificate. Raises OSError, and ValueError if the file holds none."""
    loaded = x509.load_pem_x509_certificate(certificate.read_bytes())
    return loaded.fingerprint(hashes.SHA256())


def pin_of(certificate: Path) -> bytes:
    """Return the pin of a certificate's key. Raises OSError, and ValueError if the file holds no
    certificate."""
    loaded = x509.load_pem_x509_certificate(certificate.read_bytes())
    public_key_der = loaded.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return spki_pin(public_key_der)


def context_of(certificate: Path, key: Path) -> ssl.SSLContext:
    """Return a context of TLS 1.2 and newer. Raises OSError (also ssl.SSLError) if the two
    cannot be used together."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    return context


def _create_key(file: Path) -> ec.EllipticCurvePrivateKey:
    key = ec.generate_private_key(ec.SECP256R1())
    _write_private(file, _text_of(key).encode())
    return key


def _text_of(key: ec.EllipticCurvePrivateKey) -> str:
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return pem.decode()


def _read_key(file: Path) -> ec.EllipticCurvePrivateKey | None:
    """Return the key of a file; None if there is none, or no such key in it."""
    try:
        key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    except (FileNotFoundError, ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, ec.EllipticCurvePrivateKey) else None


def _is_usable(
    certificate: Path, key: ec.EllipticCurvePrivateKey, names: list[str], now: datetime
) -> bool:
    try:
        loaded = x509.load_pem_x509_certificate(certificate.read_bytes())
        alternative = loaded.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (FileNotFoundError, ValueError, x509.ExtensionNotFound):
        return False
    certificate_names = {str(one.value) for one in alternative.value}
    has_names = {name.strip("[]") for name in names} <= certificate_names
    is_lasting = now < loaded.not_valid_after_utc - RENEWED_BEFORE
    return is_lasting and has_names and loaded.public_key() == key.public_key()


def _create(key: ec.EllipticCurvePrivateKey, names: list[str], now: datetime) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Noroshi")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + HOLDS)
        .add_extension(
            x509.SubjectAlternativeName([_general_name(one) for one in names]), False
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM)


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name.strip("[]")))
    except ValueError:
        return x509.DNSName(name)


def _write_private(file: Path, data: bytes) -> None:
    """Put data into a file (0600) that appears whole. Raises OSError."""
    part_file = file.with_name(f"{file.name}.part")
    part_file.unlink(missing_ok=True)
    with os.fdopen(
        os.open(part_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"
    ) as stream:
        stream.write(data)
    part_file.replace(file)
