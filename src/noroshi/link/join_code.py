"""The code by which an agent joins: a secret, and the SHA-256 of the hub's public key.

Whoever reads it from a page and pastes it carries the pin along: the first connection is verified
already.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from dataclasses import dataclass, field

from noroshi.core.message_error import MessageError
from noroshi.core.translation import Message, _, ngettext

SECRET_BYTES, CHECK_BYTES = 16, 2
CURL_PREFIX = "sha256//"
"""Goes before a pin in base64 where curl reads it (--pinnedpubkey)."""

NO_CODE = _("this is not an invitation code: {why}")
LENGTH = ngettext(
    "it has {count} character instead of {expected}. Copy the whole code",
    "it has {count} characters instead of {expected}. Copy the whole code",
)
TYPO = _("a character is wrong or missing. Copy the code again")
ENCODED_LENGTH = 80


class JoinCodeError(MessageError, ValueError):
    """Report a text that is not a join code, in words for the person who pasted it."""

    def __init__(self, why: Message) -> None:
        super().__init__(NO_CODE.fill(why=why))


@dataclass(frozen=True, slots=True)
class JoinCode:
    """Hold a secret and a pin, both as bytes. `str` shows the secret: write it nowhere but where
    a person copies it."""

    secret: bytes = field(repr=False)
    pin: bytes

    @classmethod
    def create(cls, pin: bytes) -> JoinCode:
        """Make a code with a fresh secret of 128 bits."""
        return cls(secrets.token_bytes(SECRET_BYTES), pin)

    @classmethod
    def read(cls, text: str) -> JoinCode:
        """Read a pasted code. Blanks, hyphens and case do not matter. Raises JoinCodeError."""
        letters = "".join(text.split()).replace("-", "").upper()
        if len(letters) != ENCODED_LENGTH:
            raise JoinCodeError(LENGTH.fill(count=len(letters), expected=ENCODED_LENGTH))
        try:
            data = base64.b32decode(letters)
        except binascii.Error:
            raise JoinCodeError(TYPO) from None
        body, check = data[:-CHECK_BYTES], data[-CHECK_BYTES:]
        if _check_of(body) != check:
            raise JoinCodeError(TYPO)
        return cls(body[:SECRET_BYTES], body[SECRET_BYTES:])

    def __str__(self) -> str:
        body = self.secret + self.pin
        return base64.b32encode(body + _check_of(body)).decode().lower()

    @property
    def secret_hash(self) -> str:
        """Return the hash by which the hub knows the secret again."""
        return hashlib.sha256(self.secret).hexdigest()


def spki_pin(public_key_der: bytes) -> bytes:
    """Return the pin of a TLS key: the SHA-256 of its SubjectPublicKeyInfo, which stays when the
    certificate is renewed with the same key."""
    return hashlib.sha256(public_key_der).digest()


def curl_pin(pin: bytes) -> str:
    """Return a pin as curl's --pinnedpubkey takes it."""
    return CURL_PREFIX + base64.b64encode(pin).decode()


def _check_of(body: bytes) -> bytes:
    return hashlib.sha256(b"noroshi join" + body).digest()[:CHECK_BYTES]
