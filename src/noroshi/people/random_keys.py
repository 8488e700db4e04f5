"""Random keys and codes, and the hashes by which they are known again."""

from __future__ import annotations

import base64
import hashlib
import secrets

KEY_BYTES = 32
CODE_LETTERS, GROUP = 20, 4
"""A code that a person types: 20 letters of base32 are 100 bits."""
DOT = "."
"""In no part of a key: those are of URL-safe base64."""
TOKEN_START = "nrs_"
"""So that a scanner for leaked secrets, and a person, know what it is."""


def key() -> str:
    """Return a fresh key for a cookie. What stands before the dot is as old as the session,
    what comes after it is another one each time that the password was given once more."""
    return renewed(secrets.token_urlsafe(KEY_BYTES))


def renewed(key: str) -> str:
    """Return a fresh key for the same session: the one before opens nothing any more, and forms
    that are open in other tabs are as good as they were."""
    return f"{key.partition(DOT)[0]}{DOT}{secrets.token_urlsafe(KEY_BYTES)}"


def token() -> str:
    """Return a fresh API token."""
    return TOKEN_START + secrets.token_urlsafe(KEY_BYTES)


def code() -> str:
    """Return a fresh code for a person to type: ABCD-EFGH-…"""
    letters = base64.b32encode(secrets.token_bytes(KEY_BYTES)).decode()[:CODE_LETTERS]
    return "-".join(
        letters[offset : offset + GROUP] for offset in range(0, CODE_LETTERS, GROUP)
    )


def hash_of(text: str) -> str:
    """Hash a key, to know it again. It is random enough that no salt or slowness is needed."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def hashed_code(text: str) -> str:
    """Hash a code as somebody typed it: blanks, hyphens and case do not matter."""
    return hash_of("".join(text.split()).replace("-", "").upper())


def csrf_of(key: str) -> str:
    """Return what a page's form must send with it: nobody can guess it who does not read the
    cookie. Only a log-in, which begins another session, makes another one of it."""
    return hash_of(f"csrf {key.partition(DOT)[0]}")


def are_equal(left: str, right: str) -> bool:
    """Compare without telling by the time where they differ."""
    return secrets.compare_digest(left.encode(), right.encode("utf-8", "surrogatepass"))
