"""JSON Web Tokens as both sides of the lab read and sign them (RFC 7515): RS256 and PS256."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

_PADDINGS: dict[str, padding.AsymmetricPadding] = {
    "RS256": padding.PKCS1v15(),
    "PS256": padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH),
}


@dataclass(frozen=True, slots=True)
class Jwt:
    """Hold a token taken apart; nothing of it is believed yet."""

    head: Mapping[str, Any]
    claims: Mapping[str, Any]
    signed: bytes
    mark: bytes

    def is_signed_by(self, key: rsa.RSAPublicKey) -> bool:
        """Return whether that key made the signature, by the algorithm that the token names."""
        by = _PADDINGS.get(str(self.head.get("alg")))
        if by is None:
            return False
        try:
            key.verify(self.mark, self.signed, by, hashes.SHA256())
        except InvalidSignature:
            return False
        return True


def sign(
    key: rsa.RSAPrivateKey, head: Mapping[str, object], claims: Mapping[str, object]
) -> str:
    """Return a JWT with RS256."""
    whole = {"typ": "JWT", "alg": "RS256", **head}
    signed = ".".join(encode(json.dumps(part).encode()) for part in (whole, claims))
    mark = key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{signed}.{encode(mark)}"


def is_for(claims: Mapping[str, Any], names: Collection[str]) -> bool:
    """Return whether it is meant for one of these: `aud` is one name or several (RFC 7519, 4.1.3)."""
    given = claims.get("aud")
    return any(one in names for one in (given if isinstance(given, list) else [given]))


def take_apart(token: str) -> Jwt | None:
    """Return the parts of a token; None if it is none."""
    signed, _, mark = token.rpartition(".")
    try:
        head, claims = (json.loads(decode(part)) for part in signed.split("."))
        found = decode(mark)
    except ValueError:
        return None
    if not isinstance(head, dict) or not isinstance(claims, dict):
        return None
    return Jwt(head, claims, signed.encode(), found)


def encode(data: bytes) -> str:
    """Encode as base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Decode base64url without padding; ValueError if it is not that."""
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as broken:
        raise ValueError("not base64url") from broken
