"""Keep secrets at rest: the type that cannot be printed, the box that seals it, the vault that
stores it.

The store holds sealed bytes only. The key lies in a file of its own, which `noroshi init` makes
once; without it everything but the secrets goes on working.

The type is imported with the package; all else is imported on first use, as definitions need no
box.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from noroshi.imports import found_later
from noroshi.vault.secret import Secret, VaultError

if TYPE_CHECKING:
    from noroshi.vault.box import Box
    from noroshi.vault.key_rotation import KeyCheck, KeyRing, KeyRotation, check_entries
    from noroshi.vault.keys import (
        Keys,
        Source,
        find_keys,
        keep_key,
        make_key,
        place_key,
        read_key,
    )
    from noroshi.vault.secret_cache import SecretCache
    from noroshi.vault.vault import Vault
else:
    LATER = {
        "box": ("Box",),
        "key_rotation": ("KeyCheck", "KeyRing", "KeyRotation", "check_entries"),
        "keys": (
            "Keys",
            "Source",
            "find_keys",
            "keep_key",
            "make_key",
            "place_key",
            "read_key",
        ),
        "secret_cache": ("SecretCache",),
        "vault": ("Vault",),
    }
    __getattr__ = found_later(__name__, LATER)

__all__ = [
    "Box",
    "KeyCheck",
    "KeyRing",
    "Keys",
    "KeyRotation",
    "Secret",
    "SecretCache",
    "Source",
    "Vault",
    "VaultError",
    "find_keys",
    "keep_key",
    "make_key",
    "place_key",
    "read_key",
    "check_entries",
]
