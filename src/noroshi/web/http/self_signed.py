"""Create a self-signed certificate for the manager, where nobody configured one."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterable
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from noroshi.config.web import OWN_KEY

CERTIFICATE, KEY = "web-cert.pem", OWN_KEY
HOLDS, RENEWED_BEFORE = timedelta(days=397), timedelta(days=30)
"""Browsers take none that holds longer than 398 days (CA/Browser Forum, before 2026)."""


def own_certificate(home: Path, names: Iterable[str], now: datetime) -> tuple[Path, Path]:
    """Return certificate and key in the home folder; make them anew when the certificate nears
    the end, or lacks a name. Raises OSError if they cannot be read or written."""
    hosts = sorted(names)
    certificate, key = home / CERTIFICATE, home / KEY
    if not _is_usable(certificate, key, hosts, now):
        certificate_pem, key_pem = _create(hosts, now)
        _write(key, key_pem)
        _write(certificate, certificate_pem)
    return certificate, key


def context_of(certificate: Path, key: Path) -> ssl.SSLContext:
    """Return a context of TLS 1.2 and newer. Raises OSError (also ssl.SSLError) if the two
    cannot be used together."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    return context


def _is_usable(certificate: Path, key: Path, names: list[str], now: datetime) -> bool:
    if not certificate.exists() or not key.exists():
        return False
    try:
        loaded = x509.load_pem_x509_certificate(certificate.read_bytes())
        alternative = loaded.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (ValueError, x509.ExtensionNotFound):
        return False
    certificate_names = {str(one.value) for one in alternative.value}
    renew_at = loaded.not_valid_after_utc - RENEWED_BEFORE
    return now < renew_at and {name.strip("[]") for name in names} <= certificate_names


def _create(names: list[str], now: datetime) -> tuple[bytes, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
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
    key_pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return certificate.public_bytes(serialization.Encoding.PEM), key_pem


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name.strip("[]")))
    except ValueError:
        return x509.DNSName(name)


def _write(file: Path, data: bytes) -> None:
    part_file = file.with_name(f"{file.name}.part")
    part_file.unlink(missing_ok=True)
    with os.fdopen(
        os.open(part_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"
    ) as stream:
        stream.write(data)
    part_file.replace(file)
