"""A key as it may leave the machine: sealed under a passphrase that a person keeps in mind.

The file is text: a line that says what it is, then salt, nonce and ciphertext in base64.
scrypt's cost as in RFC 7914 for interactive use times eight: about half a second, 128 MiB.
"""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.translation import _
from noroshi.vault.keys import KEY_BYTES, key_in
from noroshi.vault.secret import Secret, VaultError

HEAD = b"noroshi vault key, sealed by passphrase, 1"
SALT_BYTES, NONCE_BYTES = 16, 12
COST, BLOCK, LANES = 2**17, 8, 1
SHORTEST = 12

NO_BACKUP = with_commands(
    _("{path} is not a key file written by `{command}`."), command=CommandText("key backup")
)
WRONG_PASSPHRASE = _("The passphrase does not match {path}, or the file is damaged.")
TOO_SHORT = _("The passphrase must have at least {least} characters.")


def lock_up(
    key: Secret, passphrase: Secret, entropy: Callable[[int], bytes] = os.urandom
) -> bytes:
    """Return the key as a file's content that only the passphrase opens. VaultError if it is
    short."""
    if len(passphrase.reveal()) < SHORTEST:
        raise VaultError(TOO_SHORT.fill(least=SHORTEST))
    salt, nonce = entropy(SALT_BYTES), entropy(NONCE_BYTES)
    key_bytes = key.reveal().encode("ascii")
    sealed = AESGCM(_stretched_key(passphrase, salt)).encrypt(nonce, key_bytes, HEAD)
    return HEAD + b"\n" + b64encode(salt + nonce + sealed) + b"\n"


def unlock(text: bytes, passphrase: Secret, path: Path) -> Secret:
    """Return the key again. VaultError, with_settings the path: no such file of ours, another
    passphrase."""
    head, _, body = text.strip().partition(b"\n")
    try:
        raw = b64decode(body, validate=True)
    except ValueError:
        raw = b""
    if head.strip() != HEAD or len(raw) <= SALT_BYTES + NONCE_BYTES:
        raise VaultError(NO_BACKUP.fill(path=path))
    salt, nonce, sealed = raw[:SALT_BYTES], raw[SALT_BYTES:][:NONCE_BYTES], raw[28:]
    try:
        key_bytes = AESGCM(_stretched_key(passphrase, salt)).decrypt(nonce, sealed, HEAD)
    except InvalidTag:
        raise VaultError(WRONG_PASSPHRASE.fill(path=path)) from None
    return key_in(key_bytes, path)


def _stretched_key(passphrase: Secret, salt: bytes) -> bytes:
    scrypt = Scrypt(salt=salt, length=KEY_BYTES, n=COST, r=BLOCK, p=LANES)
    return scrypt.derive(passphrase.reveal().encode())
