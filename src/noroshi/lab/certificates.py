"""A certificate authority made for one run of the lab, and the TLS that rests on it."""

from __future__ import annotations

import ipaddress
import os
import ssl
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

# The peers check dates against the machine's own clock, while a test may move the lab's;
# and the CA's key is gone as soon as it has signed once. So the dates need not be narrow.
_FROM, _UNTIL = datetime(2000, 1, 1, tzinfo=UTC), datetime(2099, 12, 31, tzinfo=UTC)
_NETS = ("127.0.0.1/32", "::1/128")


def write_private(path: Path, data: bytes) -> None:
    """Writes a file that only its owner may read, whole or not at all."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
    fresh.replace(path)


def make_tls(folder: Path) -> ssl.SSLContext:
    """Makes a CA (`ca.pem`) and a certificate for loopback, and a server's context with it."""
    ca_key = ec.generate_private_key(ec.SECP256R1())
    ca = _authority(ca_key)
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _server(key, ca, ca_key)
    write_private(folder / "ca.pem", _public(ca))
    write_private(folder / "server.pem", pem(key) + _public(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(folder / "server.pem")
    return context


def _authority(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """Bound to loopback names: whoever trusts it by mistake has trusted nothing else."""
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
    key: ec.EllipticCurvePrivateKey, ca: x509.Certificate, ca_key: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    addresses = [x509.IPAddress(ipaddress.ip_network(net).network_address) for net in _NETS]
    return (
        _begin(name, ca.subject, key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("localhost"), *addresses]), critical=False
        )
        .add_extension(_authority_id(ca_key), critical=False)
        .sign(ca_key, hashes.SHA256())
    )


def _begin(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(_FROM)
        .not_valid_after(_UNTIL)
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


def pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    """A private key as PKCS 8, not encrypted."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def open_client_certificate(path: Path) -> x509.Certificate:
    """What an app proves itself with: the one kept there beside its key; made if there is none."""
    if path.exists():
        return x509.load_pem_x509_certificate(path.read_bytes())
    certificate, both = make_client_certificate("Noroshi")
    write_private(path, both)
    return certificate


def make_client_certificate(
    name: str, until: datetime = _UNTIL
) -> tuple[x509.Certificate, bytes]:
    """A self-signed certificate, and a PEM with its key and itself."""
    key = rsa.generate_private_key(65537, 2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(_FROM)
        .not_valid_after(until)
        .sign(key, hashes.SHA256())
    )
    return certificate, pem(key) + _public(certificate)


def _public(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
