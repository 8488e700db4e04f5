"""Secrets at rest: the type that cannot be printed, the box that seals it, the vault that keeps it.

The store holds sealed bytes only. The key lies in a file of its own, which `noroshi init`
makes once; without it everything but the secrets goes on working.
"""

from __future__ import annotations

from noroshi.vault.box import Box
from noroshi.vault.key_rotation import KeyCheck, KeyRing, KeyRotation, check_entries
from noroshi.vault.keys import Keys, Source, find_keys, keep_key, make_key, place_key, read_key
from noroshi.vault.secret import Secret, VaultError
from noroshi.vault.vault import ACCESS, REFUSALS, SIGN_INS, TOKENS, Vault, reserved

__all__ = [
    "ACCESS",
    "REFUSALS",
    "SIGN_INS",
    "TOKENS",
    "Box",
    "KeyCheck",
    "KeyRing",
    "Keys",
    "KeyRotation",
    "Secret",
    "Source",
    "Vault",
    "VaultError",
    "find_keys",
    "keep_key",
    "make_key",
    "place_key",
    "read_key",
    "reserved",
    "check_entries",
]
