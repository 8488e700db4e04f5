"""Build what a client says to sign in, as bytes for the wire (RFC 4422).

Each answer is in base64 already, as SMTP carries it (RFC 4954).
"""

from __future__ import annotations

import hmac
import unicodedata
from base64 import b64decode, b64encode


def xoauth2(user: str, token: str) -> bytes:
    """Return the initial response of XOAUTH2; Microsoft takes the same form as Google."""
    return b64encode(f"user={user}\x01auth=Bearer {token}\x01\x01".encode())


def oauthbearer(user: str, token: str, host: str, port: int) -> bytes:
    """Return the initial response of OAUTHBEARER (RFC 7628, 3.1), behind a GS2 header (RFC
    5801, 4)."""
    name = user.replace("=", "=3D").replace(",", "=2C")
    response = f"n,a={name},\x01host={host}\x01port={port}\x01auth=Bearer {token}\x01\x01"
    return b64encode(response.encode())


def plain(user: str, password: str) -> bytes:
    """Return the initial response of PLAIN (RFC 4616): nobody else is acted for."""
    return b64encode(f"\0{user}\0{prepare_password(password)}".encode())


def login(user: str, password: str) -> tuple[bytes, bytes]:
    """Return the two answers of LOGIN (draft-murchison-sasl-login): the user, the password."""
    return b64encode(user.encode()), b64encode(prepare_password(password).encode())


def cram_md5(user: str, password: str, challenge: str) -> bytes:
    """Return the answer to a challenge of CRAM-MD5 (RFC 2195). ValueError: it is no base64."""
    nonce = b64decode(challenge, validate=True)
    digest = hmac.digest(prepare_password(password).encode(), nonce, "md5").hex()
    return b64encode(f"{user} {digest}".encode())


def prepare_password(password: str) -> str:
    """Prepare a password as RFC 8265, 4.2 has it: every blank an ASCII one, letters composed, case
    and width kept.

    RFC 4616 names SASLprep, which this replaced; that one would turn full-width letters into
    ASCII, which a server that compares bytes does not take.
    """
    blanks = "".join(" " if unicodedata.category(c) == "Zs" else c for c in password)
    return unicodedata.normalize("NFC", blanks)
