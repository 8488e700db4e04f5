"""A certificate authority made for one run of the lab, and the TLS that rests on it."""

from __future__ import annotations

import ipaddress
import os
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, get_args

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

# The peers check dates against the machine's own clock, while a test may move the lab's;
# and the CA's key is gone as soon as it has signed once. So the dates need not be narrow.
_FROM, _UNTIL = datetime(2000, 1, 1, tzinfo=UTC), datetime(2099, 12, 31, tzinfo=UTC)
_LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)
_NETS = ("127.0.0.1/32", "::1/128")


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only the owner may read, whole or not at all."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
    fresh.replace(path)


Shown = Literal["good", "wrong-name", "expired", "untrusted"]
SHOWN: tuple[Shown, ...] = get_args(Shown)
"""The certificates that a server can show."""


class Certificates:
    """Make a CA (`ca.pem`), and the certificates of the servers: a good one, and some that no
    client may accept."""

    def __init__(self, folder: Path) -> None:
        ca_key, stranger = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        ca = _authority(ca_key)
        write_private(folder / "ca.pem", _public(ca))
        made = {
            "good": _server(ca, ca_key),
            "wrong-name": _server(ca, ca_key, name="elsewhere.localhost"),
            "expired": _server(ca, ca_key, until=_LONG_AGO),
            "untrusted": _server(_authority(stranger), stranger),
        }
        self._contexts = {name: _context(folder, name, both) for name, both in made.items()}
        self._folder, self._good = folder, made["good"]

    def tls(self, shown: Callable[[], Shown]) -> ssl.SSLContext:
        """Return a server's context that shows, at each handshake, what is then wanted."""
        context = _context(self._folder, "good", self._good)

        def choose(talk: ssl.SSLObject, name: str | None, own: ssl.SSLContext) -> None:
            talk.context = self._contexts[shown()]

        context.sni_callback = choose
        return context


def _context(folder: Path, name: str, both: bytes) -> ssl.SSLContext:
    path = folder / ("server.pem" if name == "good" else f"server-{name}.pem")
    write_private(path, both)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(path)
    return context


def _authority(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """Make a CA bound to loopback names: whoever trusts it by mistake has trusted nothing
    else."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Noroshi lab CA")])
    loopback = [x509.IPAddress(ipaddress.ip_network(net)) for net in _NETS]
    return (
        _begin(name, name, key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(
            x509.NameConstraints([x509.DNSName("localhost"), *loopback], None), critical=True
        )
        .add_extension(_authority_id(key), critical=False)
        .sign(key, hashes.SHA256())
    )


def _server(
    ca: x509.Certificate,
    ca_key: ec.EllipticCurvePrivateKey,
    *,
    name: str = "localhost",
    until: datetime = _UNTIL,
) -> bytes:
    """Return a server's key and certificate, for loopback or for another name alone."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    names: list[x509.GeneralName] = [x509.DNSName(name)]
    if name == "localhost":
        nets = (ipaddress.ip_network(net) for net in _NETS)
        names += [x509.IPAddress(net.network_address) for net in nets]
    certificate = (
        _begin(subject, ca.subject, key, until)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(_authority_id(ca_key), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    return pem(key) + _public(certificate)


def _begin(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    until: datetime = _UNTIL,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(_FROM)
        .not_valid_after(until)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
        )
    )


def _authority_id(key: ec.EllipticCurvePrivateKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def load_key(data: bytes) -> rsa.RSAPrivateKey | None:
    """Return an RSA key of our own making, which therefore need not be checked once more."""
    key = serialization.load_pem_private_key(data, None, unsafe_skip_rsa_key_validation=True)
    return key if isinstance(key, rsa.RSAPrivateKey) else None


def pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    """Return a private key as PKCS 8, not encrypted."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def open_client_certificate(path: Path) -> x509.Certificate:
    """Return the certificate of the app, kept beside the private key in one file; make both if
    there is no file."""
    if path.exists():
        return x509.load_pem_x509_certificate(path.read_bytes())
    certificate, both = make_client_certificate("Noroshi")
    write_private(path, both)
    return certificate


def read_certificate(data: bytes) -> x509.Certificate:
    """Return the first one of a file in PEM or DER; a key beside it is not looked at.
    ValueError if there is none."""
    if b"-----BEGIN " in data:
        return x509.load_pem_x509_certificate(data)
    return x509.load_der_x509_certificate(data)


def as_pem(certificate: x509.Certificate) -> str:
    """Return the certificate as PEM, without any key."""
    return _public(certificate).decode()


def thumbprint(certificate: x509.Certificate) -> str:
    """Return the thumbprint as the portal shows it."""
    return certificate.fingerprint(hashes.SHA1()).hex().upper()  # noqa: S303


def make_client_certificate(
    name: str, until: datetime | None = None
) -> tuple[x509.Certificate, bytes]:
    """Return a self-signed certificate, and a PEM with the private key and the certificate."""
    key = rsa.generate_private_key(65537, 2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(_FROM)
        .not_valid_after(until or _UNTIL)
        .sign(key, hashes.SHA256())
    )
    return certificate, pem(key) + _public(certificate)


def _public(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
