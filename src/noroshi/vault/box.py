"""The box that seals a secret under a key, so that only that key and that name open it."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from noroshi.core.translation import _
from noroshi.vault.secret import Secret, VaultError

NONCE_BYTES = 12
KEY_ID_BYTES = 8
VERSION = b"\x01"
HEADER_BYTES = len(VERSION) + KEY_ID_BYTES + NONCE_BYTES

WRONG_KEY = _(
    "“{name}” was encrypted with a different key. Restore the right key, or enter this "
    "secret again."
)
DAMAGED = _("The vault entry “{name}” is damaged. Enter this secret again.")


@dataclass(frozen=True, slots=True)
class Box:
    """AES-256-GCM under one key.

    A sealed entry is version (1), key id (8), nonce (12), ciphertext with tag. The entry's
    name is bound in, so that one entry cannot be passed off as another; the key's id is
    there so that a vault may hold entries of two keys while one replaces the other.
    """

    key: Secret = field(repr=False)
    """64 hexadecimal digits."""
    entropy: Callable[[int], bytes] = field(default=os.urandom, repr=False)

    def seal(self, name: str, secret: Secret) -> bytes:
        """Return the secret as bytes that only this key and this name open again."""
        nonce = self.entropy(NONCE_BYTES)
        associated_data = _associated_data(self._id, name)
        return b"".join(
            (
                VERSION,
                self._id,
                nonce,
                self._cipher.encrypt(nonce, secret.reveal().encode(), associated_data),
            )
        )

    def open(self, name: str, sealed: bytes) -> Secret:
        """Return the secret again. Raises VaultError: another key's, damaged, or another
        entry's."""
        if sealed[:1] != VERSION or len(sealed) <= HEADER_BYTES:
            raise VaultError(DAMAGED.fill(name=name))
        if sealed[1 : 1 + KEY_ID_BYTES] != self._id:
            raise VaultError(WRONG_KEY.fill(name=name))
        nonce, body = sealed[1 + KEY_ID_BYTES : HEADER_BYTES], sealed[HEADER_BYTES:]
        try:
            return Secret(
                self._cipher.decrypt(nonce, body, _associated_data(self._id, name)).decode()
            )
        except InvalidTag:
            raise VaultError(DAMAGED.fill(name=name)) from None

    def derived_key(self, purpose: str) -> bytes:
        """Return a key of 64 bytes for another purpose, from which nobody learns this one."""
        return hmac.digest(self._raw, f"noroshi derived key\x00{purpose}".encode(), "sha512")

    @property
    def id(self) -> str:
        """Return an id that tells this key from another, and reveals nothing of it."""
        return self._id.hex()

    def has_sealed(self, sealed: bytes) -> bool:
        """Return whether it was this key that sealed an entry."""
        return sealed[:1] == VERSION and sealed[1 : 1 + KEY_ID_BYTES] == self._id

    @property
    def _raw(self) -> bytes:
        return bytes.fromhex(self.key.reveal())

    @property
    def _id(self) -> bytes:
        return hashlib.sha256(b"noroshi vault key id\x00" + self._raw).digest()[:KEY_ID_BYTES]

    @property
    def _cipher(self) -> AESGCM:
        return AESGCM(self._raw)


def _associated_data(key_id: bytes, name: str) -> bytes:
    return b"noroshi vault entry\x00" + VERSION + key_id + name.encode()
