"""Sign the requests of an agent, and verify them: a compact JWS (ES256) for each request.

The signature binds the hub, the path, the body as sent, the run of the agent and a stamp that the
hub gave lately: what was recorded elsewhere or long ago proves nothing.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace

from joserfc import jws
from joserfc.errors import JoseError

from noroshi import schema
from noroshi.core.agents import Life
from noroshi.link.agent_key import BadKeyError, PrivateKey, public_key
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
    payload = json.dumps(asdict(signed), separators=(",", ":"))
    token = jws.serialize_compact(header, payload.encode(), key.signing_key)
    return f"{SCHEME} {token}"


def agent_in(authorization: str) -> str:
    """Return the id of the agent that a header names; nothing is verified yet. Raises
    BadSignatureError."""
    return str(_extracted(authorization).headers().get("kid", ""))


def verify(authorization: str, key: str) -> Signed:
    """Return what a header binds, if it was signed with the private key of `key` (a JWK). Raises
    BadSignatureError."""
    token = _token_in(authorization)
    try:
        obj = jws.deserialize_compact(token, public_key(key), algorithms=[ALGORITHM])
        # Not by json.loads: it takes text that no store can write, and half a surrogate is such.
        return schema.value(Signed, obj.payload)
    except (JoseError, BadKeyError, ValueError, TypeError) as error:
        raise BadSignatureError(type(error).__name__) from None


def _token_in(authorization: str) -> str:
    scheme, _, token = authorization.partition(" ")
    if scheme != SCHEME or len(authorization) > MOST_CHARACTERS:
        raise BadSignatureError("no signature")
    return token


def _extracted(authorization: str) -> jws.CompactSignature:
    try:
        return jws.extract_compact(_token_in(authorization).encode())
    except (JoseError, ValueError) as error:
        raise BadSignatureError(type(error).__name__) from None
