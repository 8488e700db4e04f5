"""Prove to other nodes by TLS that this node has the key that all of them share.

Each node derives the same certificate authority from the key. The authority issues a certificate for
each start, with the node's name and a fresh key. It is never sent, and nodes trust no other one.
"""

from __future__ import annotations

import secrets
import ssl
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PURPOSE = "link between nodes"
"""For `Box.derived_key`."""
AUTHORITY = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Noroshi nodes")])
BEGINS, ENDS = datetime(2000, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)
"""Beyond the error of any clock: a wrong clock must not cut a node off."""
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""The order of the group of P-256 (FIPS 186-5)."""
PEM = serialization.Encoding.PEM


@dataclass(frozen=True, slots=True)
class NodeTls:
    """Hold the TLS settings of a node: as server for callers, as client to call another node."""

    server: ssl.SSLContext
    client: ssl.SSLContext


def node_tls(derived_key: bytes, node: str) -> NodeTls:
    """Return the TLS settings of a node. `derived_key`: 64 bytes, derived from the shared key."""
    authority_key = ec.derive_private_key(_scalar(derived_key), ec.SECP256R1())
    authority = _authority(authority_key)
    own_key = ec.generate_private_key(ec.SECP256R1())
    certificate = _certificate(own_key, authority_key, node)
    sides = (_context(ssl.PROTOCOL_TLS_SERVER), _context(ssl.PROTOCOL_TLS_CLIENT))
    for context in sides:
        context.load_verify_locations(cadata=authority.public_bytes(PEM).decode())
        _load(context, own_key, certificate)
    return NodeTls(*sides)


def name_of(peer: Any) -> str:
    """Return the name of the node at the other end of a transport."""
    subject = (peer.getpeercert() or {}).get("subject", ())
    names = [value for part in subject for key, value in part if key == "commonName"]
    return names[0] if len(names) == 1 else ""


def _scalar(derived_key: bytes) -> int:
    """Return a private key of P-256 (FIPS 186-5, A.2.1: from more bits than it has)."""
    return int.from_bytes(derived_key, "big") % (ORDER - 1) + 1


def _context(protocol: int) -> ssl.SSLContext:
    context = ssl.SSLContext(protocol)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False  # a node is known by its name, wherever it is
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def _authority(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    return (
        _unsigned(AUTHORITY, key.public_key(), key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )


def _certificate(
    key: ec.EllipticCurvePrivateKey, authority_key: ec.EllipticCurvePrivateKey, node: str
) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, node)])
    return (
        _unsigned(name, key.public_key(), authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(authority_key, hashes.SHA256())
    )


def _unsigned(
    name: x509.Name,
    public_key: ec.EllipticCurvePublicKey,
    issuer_key: ec.EllipticCurvePublicKey,
) -> x509.CertificateBuilder:
    issuer_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(AUTHORITY)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(BEGINS)
        .not_valid_after(ENDS)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(issuer_id, critical=False)
    )


def _load(
    context: ssl.SSLContext, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate
) -> None:
    """Load our certificate with its key. OpenSSL reads files alone: the key is in one for a moment,
    encrypted with a password that nobody else has."""
    password = secrets.token_hex(24)
    encryption = serialization.BestAvailableEncryption(password.encode())
    encrypted_key = key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, encryption)
    with tempfile.TemporaryDirectory(prefix="noroshi-") as folder:
        path = Path(folder) / "node.pem"
        path.write_bytes(encrypted_key + certificate.public_bytes(PEM))
        context.load_cert_chain(path, password=password)
