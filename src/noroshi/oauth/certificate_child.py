"""Open a file with a certificate and the private key, in a separate process as anybody may have
made the file: write a line once it is ready, read one JSON line from stdin, write one to stdout,
and exit.

The process is started by the path of this file with an empty environment; it imports nothing of
ours, so that it starts fast. A PFX and a locked key set the number of times that the passphrase
is hashed (RFC 8018, 5.2: "iterationCount"), and the library holds the interpreter's lock while
it does so: in a node's own process a small file could stop everything for hours.
"""

from __future__ import annotations

import json
import re
import sys
from base64 import b64decode
from typing import Any

LEAST_BITS = 2048
MEMORY = 512 * 1024 * 1024
CPU_SECONDS = 20
"""More than the parent waits: the process ends even if there is no parent any more."""

READY = "ready"


class CertificateFileError(Exception):
    """Say why the file is of no use, by a name that the parent has words for."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read_bundle(data: bytes, passphrase: str) -> str:
    """Return key and certificate in PEM, the key first, unlocked. Raises
    CertificateFileError."""
    secret = passphrase.encode() or None
    pair = _from_pem(data, secret) if b"-----BEGIN " in data else _from_pfx(data, secret)
    key, certificate = pair
    if certificate is None:
        raise CertificateFileError("no certificate")
    if key is None:
        raise CertificateFileError("no key")
    return bundle(*_fit(key, certificate))


def bundle(key: Any, certificate: Any) -> str:
    """Return both as one text in PEM, the key first."""
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem: bytes = secret + certificate.public_bytes(Encoding.PEM)
    return pem.decode()


def _fit(key: Any, certificate: Any) -> tuple[Any, Any]:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    if not isinstance(key, RSAPrivateKey) or key.key_size < LEAST_BITS:
        raise CertificateFileError("no RSA")
    if key.public_key() != certificate.public_key():
        raise CertificateFileError("no pair")
    return key, certificate


def _from_pem(data: bytes, passphrase: bytes | None) -> tuple[Any, Any]:
    from cryptography import x509

    certificates: list[Any] = []
    try:
        if b"-----BEGIN CERTIFICATE-----" in data:
            certificates = x509.load_pem_x509_certificates(data)
    except ValueError:
        raise CertificateFileError("neither") from None
    key_text = _key_block(data)
    key = _key(key_text, passphrase) if key_text else None
    # Those of the CAs may stand before the key's own.
    own_certificates = (
        one for one in certificates if key and one.public_key() == key.public_key()
    )
    return key, next(own_certificates, next(iter(certificates), None))


def _key(block: bytes, passphrase: bytes | None) -> Any:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        return load_pem_private_key(block, passphrase)
    except TypeError:  # locked and no passphrase given, or one given for nothing
        if passphrase is None:
            raise CertificateFileError("locked") from None
        return load_pem_private_key(block, None)
    except ValueError:
        raise CertificateFileError("wrong") from None


def _key_block(data: bytes) -> bytes:
    """Return the first private key of a PEM file, whatever stands around it."""
    match = re.search(
        rb"-----BEGIN ([A-Z ]*PRIVATE KEY)-----.*?-----END \1-----\n?", data, re.DOTALL
    )
    return match[0] if match else b""


def _from_pfx(data: bytes, passphrase: bytes | None) -> tuple[Any, Any]:
    from cryptography.hazmat.primitives.serialization import pkcs12

    try:
        key, certificate, other_certificates = pkcs12.load_key_and_certificates(
            data, passphrase
        )
    except ValueError:
        # The library says one thing for a wrong passphrase and for bytes that are no PFX.
        if not data.startswith(b"\x30"):  # ASN.1's SEQUENCE, with which each PFX begins
            raise CertificateFileError("neither") from None
        if _is_certificate(data):  # as portals hand it out, in DER
            raise CertificateFileError("no key") from None
        raise CertificateFileError("wrong" if passphrase else "locked") from None
    # Without a key its certificate counts as one of those beside.
    return key, certificate or next(iter(other_certificates), None)


def _is_certificate(data: bytes) -> bool:
    from cryptography import x509

    try:
        x509.load_der_x509_certificate(data)
    except ValueError:
        return False
    return True


def bound_resources() -> None:
    """Limit memory, time, files, dumps: scrypt says itself how much memory it wants (RFC 7914,
    2). On Windows the parent has done so, by a job."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _load_libraries() -> None:
    """Import what else the first use would: on a busy computer that takes seconds, which are not the
    file's fault."""
    import cryptography.hazmat.primitives.asymmetric.rsa
    import cryptography.hazmat.primitives.serialization.pkcs12
    import cryptography.x509  # noqa: F401  used by its own name where it is needed


def main() -> None:
    """Say READY once what opens files is loaded, and answer {"pem": …} or {"unfit": why}."""
    bound_resources()
    _load_libraries()
    sys.stdout.write(f"{READY}\n")
    sys.stdout.flush()
    request = json.loads(sys.stdin.buffer.read())
    try:
        reply = {"pem": read_bundle(b64decode(request["data"]), request["passphrase"])}
    except CertificateFileError as error:
        reply = {"unfit": error.reason}
    except Exception:  # whatever else a file of anybody's may bring about; nothing is quoted
        reply = {"unfit": "neither"}
    sys.stdout.write(json.dumps(reply))


if __name__ == "__main__":
    main()
