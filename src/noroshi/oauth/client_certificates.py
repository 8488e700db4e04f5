"""A client certificate with its key, as the vault keeps it: one text in PEM, the key first.

x509 is imported where it is used: 0.03 s that a node without certificates need not pay.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from noroshi.core.words import Words
from noroshi.vault import Secret

LEAST_BITS = 2048
EARLIER = timedelta(hours=1)
"""A certificate that begins in this very moment is not yet valid where a clock is behind."""
LONGEST_NAME = 64
"""RFC 5280, A.1: ub-common-name."""

NO_PEM_NOR_PFX = Words(
    en="It holds no certificate with its key: neither in PEM nor as PFX (PKCS #12).",
    ja="鍵付きの証明書がありません (PEM でも PFX (PKCS #12) でもありません)。",
)
NO_KEY = Words(
    en="It holds a certificate without its private key. Give the file that holds both.",
    ja="証明書だけで秘密鍵がありません。両方が入ったファイルを指定してください。",
)
NO_CERTIFICATE = Words(
    en="It holds a private key without its certificate. Give the file that holds both.",
    ja="秘密鍵だけで証明書がありません。両方が入ったファイルを指定してください。",
)
NOT_A_PAIR = Words(
    en="The private key in it is not the certificate's.",
    ja="秘密鍵が証明書のものではありません。",
)
NO_RSA = Words(
    en="The key must be RSA with at least {least} bits: Microsoft Entra takes no other.",
    ja="鍵は{least}ビット以上の RSA にしてください (Microsoft Entra はほかを受け付けません)。",
)
NEEDS_PASSPHRASE = Words(
    en="The file is locked by a passphrase: give it.",
    ja="パスフレーズで保護されたファイルです。パスフレーズが必要です。",
)
WRONG_PASSPHRASE = Words(
    en="The passphrase does not open the file, or the file is damaged.",
    ja="パスフレーズが違うか、ファイルが壊れています。",
)


class UnfitCertificate(Exception):
    """It cannot be used; the words say why, and quote nothing of it."""

    def __init__(self, words: Words, *, locked: bool = False) -> None:
        super().__init__(words.en)
        self.words = words
        self.locked = locked
        """Whether a passphrase would help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumbprints:
    """What a certificate is known by, in hexadecimal digits; portals show the first."""

    sha1: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What of a certificate may be shown: all but its key."""

    pem: str
    """The certificate alone, to be uploaded."""
    name: str
    thumbprints: Thumbprints
    begins: datetime
    ends: datetime


def make(name: str, now: datetime, days: int) -> Secret:
    """A new RSA key with a certificate that it signs itself. It takes a tenth of a second."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.x509.oid import NameOID

    key = rsa.generate_private_key(public_exponent=65537, key_size=LEAST_BITS)
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:LONGEST_NAME])])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - EARLIER)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return _bundle(key, certificate)


def read(data: bytes, passphrase: str = "") -> Secret:
    """The same from a file in PEM or PFX. Raises UnfitCertificate."""
    secret = passphrase.encode() or None
    found = _from_pem(data, secret) if b"-----BEGIN " in data else _from_pfx(data, secret)
    key, certificate = found
    if certificate is None:
        raise UnfitCertificate(NO_CERTIFICATE)
    if key is None:
        raise UnfitCertificate(NO_KEY)
    return _bundle(*_fit(key, certificate))


def describe(bundle: str) -> Described:
    """What of a kept one may be shown."""
    from cryptography.hazmat.primitives import serialization

    certificate = _certificate(bundle)
    pem = certificate.public_bytes(serialization.Encoding.PEM).decode()
    return Described(
        pem=pem,
        name=certificate.subject.rfc4514_string().removeprefix("CN="),
        thumbprints=_thumbprints(certificate),
        begins=certificate.not_valid_before_utc,
        ends=certificate.not_valid_after_utc,
    )


def thumbprints(bundle: str) -> Thumbprints:
    """What a kept one is known by."""
    return _thumbprints(_certificate(bundle))


def parts(bundle: str) -> tuple[str, str]:
    """Key and certificate of a kept one, each in PEM."""
    key, mark, rest = bundle.partition("-----BEGIN CERTIFICATE-----")
    return key, mark + rest


def _certificate(bundle: str) -> Any:
    from cryptography import x509

    return x509.load_pem_x509_certificate(parts(bundle)[1].encode())


def _thumbprints(certificate: Any) -> Thumbprints:
    from cryptography.hazmat.primitives import hashes

    return Thumbprints(
        # The portal's "Thumbprint"; nothing is trusted for it.
        sha1=certificate.fingerprint(hashes.SHA1()).hex(),  # noqa: S303
        sha256=certificate.fingerprint(hashes.SHA256()).hex(),
    )


def _bundle(key: Any, certificate: Any) -> Secret:
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Secret((secret + certificate.public_bytes(Encoding.PEM)).decode())


def _fit(key: Any, certificate: Any) -> tuple[Any, Any]:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    if not isinstance(key, RSAPrivateKey) or key.key_size < LEAST_BITS:
        raise UnfitCertificate(NO_RSA.fill(least=LEAST_BITS))
    if key.public_key() != certificate.public_key():
        raise UnfitCertificate(NOT_A_PAIR)
    return key, certificate


def _from_pem(data: bytes, passphrase: bytes | None) -> tuple[Any, Any]:
    from cryptography import x509

    certificates: list[Any] = []
    try:
        if b"-----BEGIN CERTIFICATE-----" in data:
            certificates = x509.load_pem_x509_certificates(data)
    except ValueError:
        raise UnfitCertificate(NO_PEM_NOR_PFX) from None
    found = _key_block(data)
    key = _key(found, passphrase) if found else None
    # Those of the CAs may stand before the key's own.
    own = (one for one in certificates if key and one.public_key() == key.public_key())
    return key, next(own, next(iter(certificates), None))


def _key(block: bytes, passphrase: bytes | None) -> Any:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        return load_pem_private_key(block, passphrase)
    except TypeError:  # locked and no passphrase given, or one given for nothing
        if passphrase is None:
            raise UnfitCertificate(NEEDS_PASSPHRASE, locked=True) from None
        return load_pem_private_key(block, None)
    except ValueError:
        raise UnfitCertificate(WRONG_PASSPHRASE, locked=True) from None


def _key_block(data: bytes) -> bytes:
    """The first private key of a PEM file, whatever stands around it."""
    found = re.search(
        rb"-----BEGIN ([A-Z ]*PRIVATE KEY)-----.*?-----END \1-----\n?", data, re.DOTALL
    )
    return found[0] if found else b""


def _from_pfx(data: bytes, passphrase: bytes | None) -> tuple[Any, Any]:
    from cryptography.hazmat.primitives.serialization import pkcs12

    try:
        key, certificate, more = pkcs12.load_key_and_certificates(data, passphrase)
    except ValueError:
        # The library says one thing for a wrong passphrase and for bytes that are no PFX.
        if not data.startswith(b"\x30"):  # ASN.1's SEQUENCE, with which each PFX begins
            raise UnfitCertificate(NO_PEM_NOR_PFX) from None
        if _is_certificate(data):  # as portals hand it out, in DER
            raise UnfitCertificate(NO_KEY) from None
        words = WRONG_PASSPHRASE if passphrase else NEEDS_PASSPHRASE
        raise UnfitCertificate(words, locked=True) from None
    # Without a key its certificate counts as one of those beside.
    return key, certificate or next(iter(more), None)


def _is_certificate(data: bytes) -> bool:
    from cryptography import x509

    try:
        x509.load_der_x509_certificate(data)
    except ValueError:
        return False
    return True
