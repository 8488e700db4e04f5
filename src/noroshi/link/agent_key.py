"""The keys of agents: P-256, as JWK (RFC 7518, 6.2), known by their RFC 7638 thumbprints."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

KIND, CURVE = "EC", "P-256"
PUBLIC_MEMBERS = ("crv", "kty", "x", "y")
PRIVATE_MEMBER = "d"
BYTES = 32
"""The length of a coordinate, of the private number, and of each half of a signature."""
ES256 = ec.ECDSA(hashes.SHA256())
MOST_KEPT = 4096
"""Public keys that are kept as they were read last: more than one hub has agents."""


class BadKeyError(ValueError):
    """Report a text that is not a public key of P-256."""


class PublicKey:
    """Hold the public key of an agent."""

    def __init__(self, key: ec.EllipticCurvePublicKey) -> None:
        self._key = key

    @property
    def text(self) -> str:
        """Return the key as a JWK."""
        return json.dumps(_members(self._key), sort_keys=True)

    @property
    def thumbprint(self) -> str:
        """Return the RFC 7638 thumbprint."""
        canonical = json.dumps(_members(self._key), sort_keys=True, separators=(",", ":"))
        return encoded(hashlib.sha256(canonical.encode()).digest())

    def is_signature(self, signature: bytes, content: bytes) -> bool:
        """Return whether a signature (ES256: RFC 7518, 3.4) of some bytes is by this key."""
        if len(signature) != 2 * BYTES:
            return False
        halves = (int.from_bytes(half) for half in (signature[:BYTES], signature[BYTES:]))
        try:
            self._key.verify(encode_dss_signature(*halves), content, ES256)
        except InvalidSignature:
            return False
        return True


class PrivateKey:
    """Hold an agent's own key. `repr` shows the thumbprint alone."""

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        self._key = key

    @classmethod
    def create(cls) -> PrivateKey:
        """Make a fresh key."""
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def read(cls, sealed_text: str) -> PrivateKey:
        """Read a key from what `secret_text` returned. Raises BadKeyError."""
        members = _members_in(sealed_text, (*PUBLIC_MEMBERS, PRIVATE_MEMBER))
        try:
            number = _number(members[PRIVATE_MEMBER])
            numbers = ec.EllipticCurvePrivateNumbers(number, _public_numbers(members))
            return cls(numbers.private_key())
        except (ValueError, TypeError) as error:
            raise BadKeyError(str(error)) from None

    def secret_text(self) -> str:
        """Return the key as text, for the vault alone."""
        number = self._key.private_numbers().private_value
        members = {**_members(self._key.public_key()), PRIVATE_MEMBER: _encoded_number(number)}
        return json.dumps(members)

    @property
    def public_text(self) -> str:
        """Return the public key as a JWK."""
        return PublicKey(self._key.public_key()).text

    @property
    def thumbprint(self) -> str:
        """Return the RFC 7638 thumbprint."""
        return PublicKey(self._key.public_key()).thumbprint

    def signature(self, content: bytes) -> bytes:
        """Return the signature of some bytes (ES256: RFC 7518, 3.4)."""
        halves = decode_dss_signature(self._key.sign(content, ES256))
        return b"".join(half.to_bytes(BYTES) for half in halves)

    def __repr__(self) -> str:
        return f"PrivateKey({self.thumbprint})"


@lru_cache(maxsize=MOST_KEPT)
def public_key(text: str) -> PublicKey:
    """Return the public key that a JWK describes. Raises BadKeyError, also for one with private
    or unknown members."""
    members = _members_in(text, PUBLIC_MEMBERS)
    try:
        return PublicKey(_public_numbers(members).public_key())
    except (ValueError, TypeError) as error:
        raise BadKeyError(str(error)) from None


def thumbprint_of(text: str) -> str:
    """Return the RFC 7638 thumbprint of a public key. Raises BadKeyError."""
    return public_key(text).thumbprint


def encoded(content: bytes) -> str:
    """Return bytes in base64url without padding, as JOSE has them (RFC 7515, 2)."""
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def decoded(text: str) -> bytes:
    """Return the bytes of a text in base64url without padding. Raises ValueError."""
    if not text.isascii() or not text.replace("-", "").replace("_", "").isalnum():
        raise ValueError("this is not base64url")
    padding = "=" * (-len(text) % 4)
    try:
        return base64.b64decode(text + padding, altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None


def _members(key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    numbers = key.public_numbers()
    coordinates = {"x": _encoded_number(numbers.x), "y": _encoded_number(numbers.y)}
    return {"crv": CURVE, "kty": KIND, **coordinates}


def _members_in(text: str, names: tuple[str, ...]) -> Mapping[str, Any]:
    """Return the members of a key, which are these and no others. Raises BadKeyError."""
    try:
        members: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadKeyError(str(error)) from None
    if not isinstance(members, dict) or members.keys() != set(names):
        raise BadKeyError("these are not the members of a key")
    if (members["kty"], members["crv"]) != (KIND, CURVE):
        raise BadKeyError("the key is of another kind")
    return members


def _public_numbers(members: Mapping[str, Any]) -> ec.EllipticCurvePublicNumbers:
    x, y = _number(members["x"]), _number(members["y"])
    return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1())


def _number(member: object) -> int:
    content = decoded(member) if isinstance(member, str) else b""
    if len(content) != BYTES:
        raise ValueError(f"a number of a key has {BYTES} bytes")
    return int.from_bytes(content)


def _encoded_number(number: int) -> str:
    return encoded(number.to_bytes(BYTES))
