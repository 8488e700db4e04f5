"""Verify the server of a login by WinRM: by a CA, or by the fingerprint of its certificate."""

from __future__ import annotations

import hashlib
import secrets
import ssl
import tempfile
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization

from noroshi.core.translation import Message, _
from noroshi.core.winrm_login import LoginMethod, WinrmLogin, certificate_problem
from noroshi.hosts.winrm.winrm_problem import WinrmProblem
from noroshi.network import client_context
from noroshi.network.connection_errors import distrust_text
from noroshi.network.trust import unverified_context

WEAK_HASHES = ("md5", "sha1")
NOT_CHECKED = _("no certificate was shown")


def fingerprint_of(certificate: bytes) -> str:
    """Return the fingerprint of a certificate (DER), as definitions have it."""
    return f"SHA256:{hashlib.sha256(certificate).hexdigest()}"


def context_of(login: WinrmLogin, identity: str = "") -> ssl.SSLContext:
    """Make the context of a login; `identity` is its certificate with the key, in PEM. A
    fingerprint takes the place of all CAs: `pin_problem` looks at it. Reads files. Raises
    ConnectError for a CA file that cannot be used, WinrmProblem for such a certificate."""
    if login.fingerprints:
        context = unverified_context()
    else:
        context = client_context((login.ca_file,))
    if login.method is LoginMethod.CERTIFICATE:
        # Windows asks for a certificate by a new handshake on the connection. OpenSSL does that with
        # TLS 1.2; with 1.3 WinRM's server ends the connection.
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        _load_identity(context, login, identity)
    return context


def pin_problem(login: WinrmLogin, certificate: bytes) -> Message | None:
    """Return why a certificate is not one of the pinned ones; None if nothing is pinned or it is."""
    if not login.fingerprints:
        return None
    return certificate_problem(login, fingerprint_of(certificate), NOT_CHECKED)


def distrust_problem(
    login: WinrmLogin, certificate: bytes, error: ssl.SSLCertVerificationError
) -> Message | None:
    """Return why a certificate is refused for which no CA vouches."""
    return certificate_problem(login, fingerprint_of(certificate), distrust_text(error))


def channel_binding(certificate: bytes) -> bytes:
    """Return what binds a login to the TLS connection (RFC 5929, 4.1), so that nobody can pass it
    on to another server."""
    try:
        algorithm = x509.load_der_x509_certificate(certificate).signature_hash_algorithm
    except (ValueError, UnsupportedAlgorithm):
        algorithm = None
    if algorithm is None or algorithm.name in WEAK_HASHES:
        algorithm = hashes.SHA256()
    digest = hashes.Hash(algorithm)
    digest.update(certificate)
    return b"tls-server-end-point:" + digest.finalize()


def _load_identity(context: ssl.SSLContext, login: WinrmLogin, identity: str) -> None:
    """Load our own certificate with its key. OpenSSL reads files alone: the key is in one for a
    moment, encrypted with a password that nobody else has."""
    password = secrets.token_bytes(24).hex()
    try:
        key = serialization.load_pem_private_key(identity.encode(), None)
        certificates = x509.load_pem_x509_certificates(identity.encode())
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise WinrmProblem("bad_identity", login) from None
    pem = serialization.Encoding.PEM
    encrypted_key = key.private_bytes(
        pem,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(password.encode()),
    )
    chain = b"".join(one.public_bytes(pem) for one in certificates)
    with tempfile.TemporaryDirectory(prefix="noroshi-") as folder:
        path = Path(folder) / "identity.pem"
        path.write_bytes(encrypted_key + chain)
        try:
            context.load_cert_chain(path, password=password)
        except ssl.SSLError:
            raise WinrmProblem("bad_identity", login) from None
