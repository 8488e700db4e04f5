"""The keys of agents: P-256, known by their RFC 7638 thumbprints."""

from __future__ import annotations

import json
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey

CURVE = "P-256"
PUBLIC_MEMBERS = frozenset({"kty", "crv", "x", "y"})


class BadKeyError(ValueError):
    """Report a text that is not a public key of P-256."""


class PrivateKey:
    """Hold an agent's own key. `repr` shows the thumbprint alone."""

    def __init__(self, key: ECKey) -> None:
        self._key = key

    @classmethod
    def create(cls) -> PrivateKey:
        """Make a fresh key."""
        return cls(ECKey.generate_key(CURVE, private=True, auto_kid=False))

    @classmethod
    def read(cls, sealed_text: str) -> PrivateKey:
        """Read a key from what `secret_text` returned. Raises BadKeyError."""
        return cls(_imported(sealed_text, private=True))

    def secret_text(self) -> str:
        """Return the key as text, for the vault alone."""
        return json.dumps(self._key.as_dict(private=True))

    @property
    def public_text(self) -> str:
        """Return the public key as a JWK."""
        return json.dumps(self._key.as_dict(private=False), sort_keys=True)

    @property
    def thumbprint(self) -> str:
        """Return the RFC 7638 thumbprint."""
        return self._key.thumbprint()

    @property
    def signing_key(self) -> ECKey:
        """Return the key for `signature` to sign with."""
        return self._key

    def __repr__(self) -> str:
        return f"PrivateKey({self.thumbprint})"


def public_key(text: str) -> ECKey:
    """Return the public key that a JWK describes. Raises BadKeyError, also for one with private
    or unknown members."""
    return _imported(text, private=False)


def thumbprint_of(text: str) -> str:
    """Return the RFC 7638 thumbprint of a public key. Raises BadKeyError."""
    return public_key(text).thumbprint()


def _imported(text: str, *, private: bool) -> ECKey:
    try:
        members: Any = json.loads(text)
        allowed = PUBLIC_MEMBERS | {"d"} if private else PUBLIC_MEMBERS
        if not isinstance(members, dict) or members.keys() != allowed:
            raise BadKeyError("these are not the members of a key")
        if (members["kty"], members["crv"]) != ("EC", CURVE):
            raise BadKeyError("the key is of another kind")
        return ECKey.import_key(members)
    except (ValueError, TypeError, RecursionError, JoseError) as error:
        raise BadKeyError(str(error)) from None
