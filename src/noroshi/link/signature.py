"""Sign the requests of an agent, and verify them: a compact JWS (ES256) for each request.

The signature binds the hub, the path, the body as sent, the run of the agent and a stamp that the
hub gave lately: what was recorded elsewhere or long ago proves nothing.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace

from noroshi import schema
from noroshi.core.agents import Life
from noroshi.link.agent_key import BadKeyError, PrivateKey, decoded, encoded, public_key
from noroshi.link.link_messages import JOIN, PREFIX

SCHEME = "Noroshi"
"""The scheme of the header Authorization."""
ALGORITHM = "ES256"
JOIN_PATH = PREFIX + JOIN
MOST_CHARACTERS = 4096
"""An Authorization header that is longer is not looked at."""


class BadSignatureError(ValueError):
    """Report a request that is not signed, or not by that key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Hold what a signature binds. `hub` is the installation's id, `body_hash` the SHA-256 of the
    bytes as sent, in hexadecimal digits."""

    hub: str
    path: str
    body_hash: str
    stamp: str
    life: Life


def join_binding(secret_hash: str, pin: bytes) -> Signed:
    """Return what the proof of a join binds: the invitation's secret and the pin that the agent
    saw."""
    return Signed(hub="", path=JOIN_PATH, body_hash=secret_hash, stamp=pin.hex(), life=Life())


def key_binding(signed: Signed) -> Signed:
    """Return what the proof of a next key binds: the request that announces it, without the body,
    as that holds the proof."""
    return replace(signed, body_hash="")


def body_hash(body: bytes) -> str:
    """Return the hash of a body, as it is sent."""
    return hashlib.sha256(body).hexdigest()


def sign(signed: Signed, agent: str, key: PrivateKey) -> str:
    """Return the value of the header Authorization. `agent` is the id, "" before it joined."""
    header = {"alg": ALGORITHM, "kid": agent}
    signed_part = f"{_encoded_json(header)}.{_encoded_json(asdict(signed))}"
    return f"{SCHEME} {signed_part}.{encoded(key.signature(signed_part.encode()))}"


def agent_in(authorization: str) -> str:
    """Return the id of the agent that a header names; nothing is verified yet. Raises
    BadSignatureError."""
    return _split(authorization).agent


def verify(authorization: str, key: str) -> Signed:
    """Return what a header binds, if it was signed with the private key of `key` (a JWK). Raises
    BadSignatureError."""
    token = _split(authorization)
    try:
        if not public_key(key).is_signature(token.signature, token.signed_part):
            raise BadSignatureError("the signature is by another key")
        # Not by json.loads: it takes text that no store can write, and half a surrogate is such.
        return schema.value(Signed, token.payload)
    except (BadKeyError, schema.Unreadable) as error:
        raise BadSignatureError(type(error).__name__) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Token:
    """A compact JWS (RFC 7515, 7.1), of which nothing is verified yet."""

    agent: str
    payload: bytes
    signed_part: bytes
    signature: bytes


def _split(authorization: str) -> _Token:
    """Take a header apart. Raises BadSignatureError."""
    scheme, _, token = authorization.partition(" ")
    if scheme != SCHEME or len(authorization) > MOST_CHARACTERS:
        raise BadSignatureError("no signature")
    signed_part, _, signature = token.rpartition(".")
    header, _, payload = signed_part.partition(".")
    try:
        return _Token(
            agent=_agent_of(json.loads(decoded(header))),
            payload=decoded(payload),
            signed_part=signed_part.encode(),
            signature=decoded(signature),
        )
    except (ValueError, RecursionError) as error:
        raise BadSignatureError(type(error).__name__) from None


def _agent_of(header: object) -> str:
    """Return the agent of a token's header, which has what `sign` writes and nothing else: neither
    another algorithm nor an extension is understood."""
    if not isinstance(header, dict) or header.keys() != {"alg", "kid"}:
        raise BadSignatureError("the header is another one")
    if header["alg"] != ALGORITHM or not isinstance(header["kid"], str):
        raise BadSignatureError("the header is another one")
    return header["kid"]


def _encoded_json(value: object) -> str:
    return encoded(json.dumps(value, separators=(",", ":")).encode())
