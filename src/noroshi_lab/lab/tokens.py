"""Make and read tokens: RS256 JWTs as Entra ID signs them, and refresh tokens that need no
table.

A refresh token is a sealed record of the grant. So each one stays good until it has been idle
for 90 days, however many younger ones there are, and a restart of the lab forgets none.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from noroshi_lab.lab.certificates import load_key, pem, write_private
from noroshi_lab.lab.jwt import encode, sign, take_apart


class Mint:
    """Sign and read the lab's tokens with one RSA key."""

    def __init__(self, key: rsa.RSAPrivateKey) -> None:
        self._key = key
        self._public = key.public_key()
        der = key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        self._seal = Fernet(base64.urlsafe_b64encode(hashlib.sha256(der).digest()))
        self._kid = encode(hashlib.sha256(self._numbers()[0]).digest()[:20])

    @classmethod
    def open(cls, path: Path) -> Mint:
        """Return a mint with the key in that file; make a key, readable by the owner alone, if
        there is none."""
        if path.exists():
            found = load_key(path.read_bytes())
            if found is not None:
                return cls(found)
        key = rsa.generate_private_key(65537, 2048)
        write_private(path, pem(key))
        return cls(key)

    def sign(self, claims: Mapping[str, object]) -> str:
        """Return a JWT with these claims."""
        return sign(self._key, {"kid": self._kid}, claims)

    def read(self, token: str) -> dict[str, Any] | None:
        """Return the claims of a token that this key has signed; whether they hold is not
        judged."""
        jwt = take_apart(token)
        return dict(jwt.claims) if jwt and jwt.is_signed_by(self._public) else None

    def seal(self, record: Mapping[str, object], now: datetime) -> str:
        """Return a refresh token that holds this record, unreadable to who carries it."""
        text = json.dumps(record).encode()
        return "1." + self._seal.encrypt_at_time(text, int(now.timestamp())).decode()

    def unseal(self, token: str) -> dict[str, Any] | None:
        """Return the record in a refresh token that `seal` made."""
        try:
            record = json.loads(self._seal.decrypt(token.removeprefix("1.").encode()))
        except (InvalidToken, ValueError):
            return None
        return record if isinstance(record, dict) else None

    def jwks(self) -> dict[str, object]:
        """Return the public key as the `jwks_uri` tells it."""
        n, e = (encode(number) for number in self._numbers())
        key = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self._kid, "n": n, "e": e}
        return {"keys": [key]}

    def _numbers(self) -> tuple[bytes, bytes]:
        numbers = self._public.public_numbers()
        return numbers.n.to_bytes(256, "big"), numbers.e.to_bytes(3, "big")
