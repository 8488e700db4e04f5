"""What a client says to sign in, as bytes for the wire (RFC 4422)."""

from __future__ import annotations

from base64 import b64encode


def xoauth2(user: str, token: str) -> bytes:
    """The initial response of XOAUTH2; Microsoft takes the same form as Google."""
    return b64encode(f"user={user}\x01auth=Bearer {token}\x01\x01".encode())
