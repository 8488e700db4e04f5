"""Recognise browsers in which somebody logged in before, as opposed to a stranger's at the same
address.

Such a browser keeps a mark that nobody can make without the store; it is valid until that
person's password changes. The mark opens nothing: attempts from the browser are only counted
apart.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from noroshi.core.people import User
from noroshi.people import random_keys

NONCE_BYTES = 16


def device_key_of(user: User) -> str:
    """Return a fresh key for a browser in which this person has just logged in."""
    nonce = secrets.token_urlsafe(NONCE_BYTES)
    return f"{nonce}{random_keys.DOT}{_proof(user, nonce)}"


def is_known_device(device_key: str, user: User | None) -> bool:
    """Return True if this person logged in where the key is from, by the password of today."""
    nonce, _, proof = device_key.partition(random_keys.DOT)
    if user is None or not user.password:
        return False
    return random_keys.are_equal(_proof(user, nonce), proof)


def _proof(user: User, nonce: str) -> str:
    """Return a proof keyed by the password hash, which is as good a key as any with the random
    salt: nobody has it."""
    text = f"browser {user.name} {nonce}".encode("utf-8", "surrogatepass")
    return hmac.new(user.password.encode(), text, hashlib.sha256).hexdigest()
